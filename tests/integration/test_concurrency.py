"""Reserved concurrency: how many invocations of a function run at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lattice_events.local.functions.functions import Functions
from lattice_events.local.output.records import FunctionState, InvokeResult
from lattice_events.network.model import Function
from lattice_events.testing import LatticeNetwork
from tests.integration.invoking import function, write_code

ECHO = "def handler(event, context):\n    return event\n"


def throttled(results: list[InvokeResult]) -> list[bool]:
    return [bool(each.throttle) for each in results]


async def at_once(functions: Functions, *names: str) -> list[InvokeResult]:
    """Invoke functions before any of them can end; their results."""
    return await asyncio.gather(*(functions.start(name, b"1") for name in names))


def state_of(functions: Functions) -> FunctionState:
    return functions.states[0]


def test_what_is_beyond_it_is_throttled_until_there_is_room(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(
            write_code(tmp_path, ECHO), reserved_concurrency=2, max_processes=1
        ) as running:  # one waits for the other's process, and counts
            functions = running.functions
            results = await at_once(functions, "f", "f", "f", "f")
            assert throttled(results) == [False, False, True, True]
            assert json.loads(results[2].payload)["message"] == "Rate Exceeded."
            assert throttled(await at_once(functions, "f", "f")) == [False, False]
            state = state_of(functions)
            assert (state.invocations, state.throttles, state.errors) == (4, 2, 0)

    asyncio.run(scenario())


def test_with_none_reserved_nothing_runs_and_nothing_starts_ahead(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, ECHO), reserved_concurrency=0) as running:
            await running.functions.prewarm()
            assert throttled(await at_once(running.functions, "f")) == [True]
            assert (running.own_ports, state_of(running.functions).processes) == (set(), 0)

    asyncio.run(scenario())


def test_versions_share_what_is_reserved_for_the_function(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, ECHO)) as running:
            functions = running.functions
            latest = _described(functions, reserved_concurrency=1)
            version = replace(latest, name="f:1", arn="arn:1", version="1")
            functions.apply((latest, version))
            assert throttled(await at_once(functions, "f", "f:1")) == [False, True]
            assert throttled(await at_once(functions, "f:1", "f")) == [False, True]

    asyncio.run(scenario())


def test_a_change_of_it_counts_at_once_and_stops_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, ECHO)) as running:
            functions = running.functions
            running_on = functions.start("f", b"1")
            functions.apply((_described(functions, reserved_concurrency=1),))
            assert throttled(await at_once(functions, "f")) == [True]
            assert throttled([await running_on]) == [False]
            assert throttled(await at_once(functions, "f")) == [False]

    asyncio.run(scenario())


def _described(functions: Functions, **changes: Any) -> Function:
    found = functions.find("f")
    assert found is not None
    return replace(found, **changes)


TEMPLATE = """
Resources:
  Network: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: sample, AuthType: NONE}}
  Orders: {Type: AWS::VpcLattice::Service, Properties: {Name: orders, AuthType: NONE}}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Orders, ServiceNetworkIdentifier: !Ref Network}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Orders
      Protocol: HTTP
      DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Group}]}}
  Group: {Type: AWS::VpcLattice::TargetGroup, Properties: {Type: LAMBDA, Targets: [{Id: !GetAtt Function.Arn}]}}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Function, Principal: vpc-lattice.amazonaws.com}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Role: arn:aws:iam::123456789012:role/orders
      ReservedConcurrentExecutions: 1
      Code:
        ZipFile: |
          import boto3, os, urllib.request
          def call(path, context):
              if "invoke" in path:
                  boto3.client("lambda").invoke(FunctionName=context.function_name)
              if "request" in path:
                  urllib.request.urlopen(os.environ["LATTICE_SERVICE_ORDERS_URL"])
          def handler(event, context):
              try:
                  call(event["raw_path"], context)
              except Exception as error:
                  return {"statusCode": 200, "body": str(error)}
              return {"statusCode": 200, "body": "once"}
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LatticeNetwork]:
    """A service whose function may run once at a time; its SDK does not retry."""
    template = tmp_path_factory.mktemp("reserved") / "template.yaml"
    template.write_text(TEMPLATE)
    with LatticeNetwork(template, env={"AWS_MAX_ATTEMPTS": "1"}) as network:
        yield network


def test_a_function_that_invokes_itself_is_throttled(network: LatticeNetwork) -> None:
    session = network.session(service="orders")

    assert "(TooManyRequestsException) when calling the Invoke operation" in session.get("/invoke").text
    assert session.get("/").text == "once"


def test_a_request_to_a_throttled_function_says_so(network: LatticeNetwork) -> None:
    network.clear()
    session = network.session(service="orders")

    assert session.get("/request").text == "HTTP Error 502: Bad Gateway"
    assert [(each.status, each.reason) for each in network.requests] == [
        (502, "Lambda throttles the function: its reserved concurrency is 1, and as many invocations run"),
        (200, None),
    ]
