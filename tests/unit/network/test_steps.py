"""The steps of a decision, as lines of text: what a person reads in `lattice explain` and in the inspector."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import Assumptions
from lattice_events.network.explanation import NO_NETWORK, describe
from lattice_events.network.model import FixedResponseAction, Network, Principal
from lattice_events.network.steps import Step, steps_of, to_values
from tests.networks import forward_to, http_group, lambda_group, listener, network, rule, service
from tests.unit.network.test_authentication import signed
from tests.unit.network.test_authorization import CALLER, OPEN, decide, net_of


def steps(net: Network, request: Request | None = None, *, principal: Principal | None = None) -> list[Step]:
    given = (request,) if request else ()
    return steps_of(describe(decide(net, principal, *given), net, Assumptions()))


def written(steps: Sequence[Step], depth: int = 0) -> list[str]:
    lines: list[str] = []
    for step in steps:
        lines.append("  " * depth + "".join(part.text for part in step.parts))
        lines += written(step.steps, depth + 1)
    return lines


APP = Principal(name="app", caller=CALLER)
SERVICE = f"service foo  {service().arn}"
NONE = "authentication: not evaluated, because AuthType is NONE"
SPLIT = network(
    service(service_network_arns=(), listeners=(listener(None, rule(1, {"exact": "/a"}), rule(2, {"prefix": "/"}, forward_to("a", "b", weights=(90, 10)))),)),
    groups=(lambda_group("a"), http_group("http://b", name="b")),
)  # fmt: skip
FIXED = network(service(listeners=(listener(FixedResponseAction(status=404)),)))

PLACE = [SERVICE, "service network sample, from vpc-7", "listener HTTPS 443"]
NOBODY = "authentication: anonymous, because there is no signature"
REFUSED = (
    "InvalidSignatureException: The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)


@pytest.mark.parametrize(
    ("net", "request_", "expected"),
    [
        (
            SPLIT,
            None,
            [
                SERVICE,
                f"  note  {NO_NETWORK}",
                "listener HTTPS 443",
                NONE,
                "rules, by priority",
                "  1  1: path /orders/7 is not exact /a",
                "  2  2: matches",
                "2: forward",
                "  target group a  weight 90, 90%  (this time)",
                "  target group b  weight 10, 10%",
                "target hello",
                "  event:",
            ],
        ),
        (
            FIXED,
            None,
            [
                *PLACE,
                NONE,
                "default action: fixed response 404",
                "VPC Lattice answers 404: Not Found",
                "  no rule matched; the default action is a fixed 404",
                "  the listener has no rules",
            ],
        ),
        (
            net_of({"network": "off", "service": "other"}),
            None,
            [
                *PLACE,
                NOBODY,
                "authorization: denied",
                "  network policy of sample: not asked. AuthType is NONE.",
                "  service policy of foo: does not allow",
                "    Allow Other: does not match",
                f"      Resource: {service().arn}/orders/7 is not */other",
                "  identity policy of anonymous: not asked. An unsigned caller has none.",
                "VPC Lattice answers 403: AccessDeniedException: User: anonymous is not authorized to perform: "
                f"vpc-lattice-svcs:Invoke on resource: {service().arn}/orders/7 because no service-based policy allows "
                "the vpc-lattice-svcs:Invoke action",
                "  denied by the auth policy of the service foo: an anonymous caller may not GET /orders/7",
                "  no statement allows it; the nearest, Other, lacks Resource: "
                f"{service().arn}/orders/7 is not */other",
            ],
        ),
        (
            net_of(OPEN),
            signed({}).replace(path="/other"),
            [
                *PLACE,
                "authentication: refused",
                f"  signature: {REFUSED}",
                f"VPC Lattice answers 403: {REFUSED}",
                "  the signature is refused; what differs: signature",
                f"  {REFUSED.partition(': ')[2]}",
                "  The request was changed behind its signer (by a proxy, by another encoding of the path, by another "
                "host), or the secret key is another's. lattice call --explain shows what was signed.",
            ],
        ),
        (
            network(),
            Request(headers=Headers({"host": "other"})),
            [
                "no service of this network has this host",
                "authentication: not reached",
                "VPC Lattice answers 404: Not Found",
                "  other is not a service of the network",
            ],
        ),
        (
            network(),
            Request(headers=Headers([("host", "a"), ("host", "b")])),
            [
                "service: not reached",
                "authentication: not reached",
                "VPC Lattice answers 400: Bad Request",
                "  more than one Host",
            ],
        ),
        (
            network(service(listeners=())),
            None,
            [
                SERVICE,
                "no listener on this port",
                "authentication: not reached",
                "VPC Lattice answers 404: Not Found",
                "  foo has no listener on port 443",
            ],
        ),
    ],
    ids=["split", "fixed", "denied", "refused", "no service", "two hosts", "no listener"],
)
def test_the_steps_are_sentences(net: Network, request_: Request | None, expected: list[str]) -> None:
    principal = APP if request_ and "authorization" in request_.headers else None

    assert written(steps(net, request_, principal=principal)) == expected


def test_a_server_is_sent_a_request_and_its_headers() -> None:
    found = steps(net_of(OPEN), principal=APP)

    assert written(found)[3:9] == [
        "authentication: arn:aws:sts::123456789012:assumed-role/app/s1",
        "authorization: allowed",
        "  network policy of sample: not asked. AuthType is NONE.",
        "  service policy of foo: allows",
        "    Allow Allow: matches",
        "  identity policy of arn:aws:iam::123456789012:role/app: not asked. They are unknown and count as allowing; "
        "the setting callers can define them.",
    ]
    assert written(found[-1:])[:2] == ["target http://h", "  GET /orders/7?b=2&a=1"]
    assert "    authorization: …" in written(found)


def test_the_event_stands_below_the_function() -> None:
    target = steps(SPLIT)[-1]

    assert json.loads(target.steps[0].text)["path"] == "/orders/7?b=2&a=1"


def test_as_values_the_event_is_left_to_the_description() -> None:
    assert to_values(steps(SPLIT)[-2:]) == [
        {
            "parts": [["2: forward", ""]],
            "steps": [
                {
                    "parts": [
                        ["target group ", ""],
                        ["a", "name"],
                        ["  weight 90, 90%", ""],
                        ["  (this time)", ""],
                    ],
                    "steps": [],
                },
                {"parts": [["target group ", ""], ["b", ""], ["  weight 10, 10%", ""]], "steps": []},
            ],
        },
        {"parts": [["target ", ""], ["hello", "good"]], "steps": []},
    ]
