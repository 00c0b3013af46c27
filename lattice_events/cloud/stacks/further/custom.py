"""Custom resources: a function makes them, and answers by a request of its own.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moto import settings
from moto.moto_api._internal import mock_random

from lattice_events.arn import Arn
from lattice_events.cloud.stacks.backends import lambda_of
from lattice_events.cloud.stacks.further.base import Made
from lattice_events.cloud.stacks.kept import Kept, kept
from lattice_events.cloud.stacks.lock import LOCK
from lattice_events.cloud.stacks.resource import Properties, Request, ResourceError

_ANSWERS: dict[str, Mapping[str, Any]] = {}  # by the id of the request to the function


def take_answer(response: Any) -> tuple[int, dict[str, int], str]:
    """Take what a function answers: the request that it sends to the ``ResponseURL``.

    Args:
        response: moto's object for the request to CloudFormation.
    """
    answer = json.loads(response.body)
    _ANSWERS[str(answer["RequestId"])] = answer
    return 200, {"status": 200}, ""


class CustomType:
    """``Custom::*`` and ``AWS::CloudFormation::CustomResource``."""

    def create(self, request: Request) -> Made | Kept:
        """Ask the function to make it; one that cannot run here leaves it at the name."""
        function = _function(request)
        if not str(function.run_time).startswith("python"):
            return kept(
                request, why=f"Its function has the runtime {function.run_time}, and only Python runs"
            )
        return _ask("Create", request)

    def update(self, standing: Made | Kept, before: Properties, request: Request) -> Made | Kept:
        """Ask it to change it; where that made another one, ask it to delete the old."""
        if isinstance(standing, Kept):
            return standing
        after = _ask("Update", request, standing=standing, OldResourceProperties=_texts(before))
        if after.physical_resource_id != standing.physical_resource_id:
            self.delete(standing, replace(request, properties=before))
        return after

    def delete(self, standing: Made | Kept, request: Request) -> None:
        """Ask it to delete it."""
        if not isinstance(standing, Kept):
            _ask("Delete", request, standing=standing)

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether another function makes it, which never heard of the old one."""
        return bool(before.get("ServiceToken") != after.get("ServiceToken"))


def _function(request: Request) -> Any:
    """The function that makes it."""
    token = str(request.properties.get("ServiceToken", ""))
    arn = Arn.parse(token)
    if arn is None or arn.service != "lambda":
        raise ResourceError(f"lattice cloud asks functions only: {token!r} is not the ARN of one.")
    return lambda_of(request.where).get_function(token)


def _ask(verb: str, request: Request, *, standing: Made | None = None, **more: Any) -> Made:
    """Run the function and wait for its end, by which it must have answered."""
    function, token = _function(request), request.properties["ServiceToken"]
    request_id = str(mock_random.uuid4())
    event = {
        "RequestType": verb,
        "RequestId": request_id,
        "ResponseURL": _response_url(request),
        "ResourceType": request.type,
        "LogicalResourceId": request.logical_id,
        "StackId": request.stack_id,
        "ServiceToken": token,
        "ResourceProperties": _texts(request.properties),
        **({"PhysicalResourceId": standing.physical_resource_id} if standing else {}),
        **more,
    }
    headers: dict[str, str] = {}
    with LOCK.released():
        said = function.invoke(json.dumps(event), {}, headers)
    answer = _ANSWERS.pop(request_id, None)
    if answer is None:
        how = f"failed: {said.decode()}" if headers.get("x-amz-function-error") else "ended"
        raise ResourceError(f"The function {token} {how} without an answer to its ResponseURL.")
    return _made(answer)


def _made(answer: Mapping[str, Any]) -> Made:
    if answer.get("Status") != "SUCCESS":
        raise ResourceError(f"Received response status [FAILED] from custom resource: {answer.get('Reason')}")
    attributes = dict(answer.get("Data") or {})
    return Made(physical_resource_id=str(answer.get("PhysicalResourceId")), attributes=attributes)


def _response_url(request: Request) -> str:
    host = f"{settings.moto_server_host()}:{settings.moto_server_port()}"
    return f"{host}/cloudformation_{request.where.region}/cfnresponse?stack={request.stack_id}"


def _texts(value: Any) -> Any:
    """Properties as a function gets them: numbers and booleans are text."""
    if isinstance(value, Mapping):
        return {name: _texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
