"""The policy lab's part of the API: what it tells, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.local.inspector.history import History
from lattice_events.local.inspector.lab import LabApi
from lattice_events.local.inspector.lab_request import LabError
from lattice_events.local.inspector.search import FIELDS
from lattice_events.network.authentication import KnownKey
from lattice_events.network.model import Network, Principal
from lattice_events.network.policy import Caller
from tests.networks import NETWORK_ARN, service
from tests.recorded import host_headers, observed
from tests.unit.network.test_authentication import NOW, SESSION_KEY, signed
from tests.unit.network.test_authorization import SESSION, net_of, policy

APP = Principal(name="app", caller=Caller(arn=SESSION), identity_policy=policy("allow", kind="identity"))
ROLE = "arn:aws:iam::123456789012:role/app"
ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
ALLOW_GET = {
    "Version": "2012-10-17",
    "Statement": [
        {
            **ALLOW_ALL["Statement"][0],  # type: ignore[dict-item]
            "Sid": "Get",
            "Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}},
        }
    ],
}


def lab_of(net: Network, *requests: Request | None, history: History | None = None) -> LabApi:
    """The lab of a run that had these requests; ``None`` is a signed one of the caller app."""
    history = history or History()
    net = replace(net, principals=(APP,))
    history.apply(net)
    for request in requests:
        principal = None if request else APP
        sent = request or signed({"mode": "header"})
        started_us = int(NOW.timestamp() * 1_000_000)
        history.exchanged(observed(sent, net=net, principal=principal, started_us=started_us))
    return LabApi(history, lambda: {"AKIDSESSION": KnownKey(credentials=SESSION_KEY, principal=APP)})


def unsigned(method: str = "GET", path: str = "/", *headers: tuple[str, str]) -> Request:
    return Request(method=method, path=path, headers=host_headers(*headers))


def net(network: str = "off", of_service: str = "allow") -> Network:
    return net_of({"network": network, "service": of_service})


def change(policy: Any, resource: str = "service/foo", **others: Any) -> dict[str, Any]:
    return {"changes": [{"resource": resource, "policy": policy, **others}]}


def test_policies_are_told_with_their_places_and_who_may_be_named() -> None:
    given = net("other", "none")
    given = replace(given, services=(replace(given.services[0], origin="template.yaml:3:3"),))

    told = lab_of(given).policies()

    assert told == {
        "resources": [
            {
                "resource": "servicenetwork/sample",
                "name": "sample",
                "arn": NETWORK_ARN,
                "auth_type": "AWS_IAM",
                "policy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Other",
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "vpc-lattice-svcs:Invoke",
                            "Resource": "*/other",
                        }
                    ],
                },
                "origin": "",
            },
            {
                "resource": "service/foo",
                "name": "foo",
                "arn": service().arn,
                "auth_type": "AWS_IAM",
                "policy": None,
                "origin": "template.yaml:3:3",
            },
        ],
        "callers": [{"name": "app", "arn": SESSION}],
    }


def test_what_would_change_is_told_with_what_decides() -> None:
    lab = lab_of(net(), unsigned("GET", "/a"), unsigned("POST", "/b"), None, unsigned("POST", "/c"))

    told = lab.test(change(ALLOW_GET))

    counts = {name: told[name] for name in told if name != "requests"}
    assert counts == {
        "tested": 4, "allowed": 2, "denied": 2, "refused": 0, "now_allowed": 0, "now_denied": 2, "notes": [],
    }  # fmt: skip
    assert [line["number"] for line in told["requests"]] == [4, 2]
    assert told["requests"][1] == {
        "number": 2,
        "id": "fresh",
        "method": "POST",
        "path": "/b",
        "service": "foo",
        "caller": None,
        "status": 200,
        "before": "allowed",
        "after": "denied",
        "decided_by": [
            {
                "kind": "service",
                "owner": "foo",
                "effect": "none",
                "statement": "Get",
                "text": "no statement allows it; the nearest, Get, lacks Condition.StringEquals vpc-lattice-svcs:RequestMethod: is POST, wanted GET",
            }
        ],
    }


@pytest.mark.parametrize(
    ("asked", "before", "counts"),
    [
        pytest.param({}, net("off", "other"), (0, 0), id="as it is"),
        pytest.param(change(ALLOW_ALL), net("off", "other"), (2, 0), id="another policy"),
        pytest.param(change(json.dumps(ALLOW_ALL)), net("off", "other"), (2, 0), id="as a text"),
        pytest.param(change(None), net(), (0, 2), id="without a policy"),
        pytest.param(
            {"changes": [{"resource": "foo", "auth_type": "NONE"}]}, net("off", "other"), (2, 0), id="no auth"
        ),
        pytest.param(
            change(ALLOW_GET, NETWORK_ARN, auth_type="AWS_IAM"), net(), (0, 1), id="of the service network"
        ),
        pytest.param({"caller": "anonymous"}, net(), (0, 0), id="anonymous"),
        pytest.param({"caller": "app"}, net(), (0, 0), id="a caller of the run"),
        pytest.param({"caller": ROLE}, net(), (0, 0), id="a role"),
        pytest.param({"caller": SESSION}, net(), (0, 0), id="a session"),
        pytest.param(
            {**change(None), "filter": {"method": "POST"}}, net(), (0, 1), id="those that a filter chooses"
        ),
        pytest.param({**change(None), "requests": [1, 9]}, net(), (0, 1), id="those of numbers"),
        pytest.param(
            {**change(None), "requests": [1], "filter": {"q": "/b"}}, net(), (0, 0), id="both choose"
        ),
    ],
)
def test_changes_callers_and_choices(asked: Any, before: Network, counts: tuple[int, int]) -> None:
    told = lab_of(before, unsigned("GET", "/a"), unsigned("POST", "/b")).test(asked)

    assert (told["now_allowed"], told["now_denied"]) == counts


def test_the_caller_is_asked_for_in_the_policy() -> None:
    of_role = json.loads(
        json.dumps(ALLOW_ALL).replace('"Principal": "*"', f'"Principal": {{"AWS": "{ROLE}"}}')
    )
    lab = lab_of(net("off", "other"), unsigned())

    now_allowed = {
        caller: lab.test({**change(of_role), "caller": caller})["now_allowed"]
        for caller in ("anonymous", "app", ROLE, SESSION, ROLE + "s", "arn:aws:iam::123456789012:user/ann")
    }

    assert list(now_allowed.values()) == [0, 1, 1, 1, 0, 0]


def test_a_policy_that_nobody_asks_is_noted() -> None:
    told = lab_of(net("off", "off"), unsigned()).test(change(ALLOW_GET))

    assert told["notes"] == ["The AuthType of service/foo is NONE, so nobody asks its policy."]


def test_a_refused_signature_decides_where_somebody_looks() -> None:
    lab = lab_of(
        net("off", "off"), unsigned("GET", "/", ("authorization", "AWS4-HMAC-SHA256 Credential=K/1"))
    )

    told = lab.test(change(ALLOW_ALL, auth_type="AWS_IAM"))

    [line] = told["requests"]
    assert (told["refused"], told["now_denied"], line["after"]) == (1, 1, "refused")
    assert line["decided_by"][0]["kind"] == "signature"
    assert line["decided_by"][0]["text"].startswith("the signature is refused; what differs: ")
    least = lab.least({"resource": "foo"})
    assert (least["policy"], least["requests"], least["refused"]) == (None, 0, 1)


def test_where_nobody_asks_nothing_decides() -> None:
    told = lab_of(net("off", "other"), unsigned()).test(
        {"changes": [{"resource": "foo", "auth_type": "NONE"}]}
    )

    assert told["requests"][0]["decided_by"] == []


def test_secrets_of_a_request_are_in_no_answer() -> None:
    secret = "made-up-secret-of-the-shop"
    wants = json.loads(json.dumps(ALLOW_GET).replace("RequestMethod", "RequestHeader/x-copy"))
    lab = lab_of(net(), unsigned("GET", "/", ("cookie", f"sid={secret}"), ("x-copy", secret)))

    told = lab.test(change(wants))

    assert told["now_denied"] == 1
    assert "is …, wanted GET" in told["requests"][0]["decided_by"][0]["text"]
    assert secret not in json.dumps(told)


def test_invocations_and_requests_to_nobody_are_not_tested() -> None:
    elsewhere = Request(headers=Headers((("host", "nobody.example.com"),)))

    assert lab_of(net(), elsewhere, unsigned()).test({})["tested"] == 1


# ── the least policy ──────────────────────────────────────────────────────────────────────────


def test_the_least_policy_allows_what_was_chosen() -> None:
    lab = lab_of(
        net("off", "other"), unsigned("GET", "/a"), unsigned("GET", "/a"), unsigned("POST", "/b"), None
    )

    told = lab.least({"resource": "service/foo", "filter": {"method": "GET"}})
    after = lab.test(change(told["policy"]))

    assert told == {
        "resource": "service/foo",
        "policy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": ROLE},
                    "Action": "vpc-lattice-svcs:Invoke",
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "vpc-lattice-svcs:RequestMethod": "GET",
                            "vpc-lattice-svcs:RequestPath": "/orders/7",
                        }
                    },
                },
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "vpc-lattice-svcs:Invoke",
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "aws:PrincipalType": "Anonymous",
                            "vpc-lattice-svcs:RequestMethod": "GET",
                            "vpc-lattice-svcs:RequestPath": "/a",
                        }
                    },
                },
            ],
        },
        "bytes": len(json.dumps(told["policy"], separators=(",", ":"))),
        "max_bytes": 10240,
        "requests": 3,
        "refused": 0,
        "allows": [
            {"principal": ROLE, "method": "GET", "service": "foo", "path": "/orders/7"},
            {"principal": None, "method": "GET", "service": "foo", "path": "/a"},
        ],
        "notes": [],
    }
    assert [line["path"] for line in after["requests"]] == ["/orders/7", "/a", "/a"]
    assert after["now_allowed"] == 3


def test_the_least_policy_of_a_service_network_names_services_and_says_so() -> None:
    told = lab_of(net("off", "off"), unsigned("GET", "/a")).least({"resource": "sample"})

    assert told["policy"]["Statement"][0]["Resource"] == f"{service().arn}/a"
    assert told["notes"][0].startswith("The ARNs of services in it are those of this run")


def test_requests_to_others_are_not_in_the_least_policy() -> None:
    both = net()
    both = replace(both, services=(*both.services, service("bar", service_network_arns=())))

    told = lab_of(both, unsigned()).least({"resource": "bar"})

    assert (told["policy"], told["requests"]) == (None, 0)


def test_ids_may_be_any_where_that_is_wanted() -> None:
    lab = lab_of(net(), *(unsigned("GET", f"/orders/{number}") for number in range(300, 800)))

    exact, any_id = (lab.least({"resource": "foo", "any_id": each}) for each in (False, True))

    assert exact["bytes"] < exact["max_bytes"] or "choose fewer requests" in exact["notes"][0]
    assert any_id["policy"]["Statement"][0]["Condition"]["StringLike"] == {
        "vpc-lattice-svcs:RequestPath": "/orders/*"
    }


def test_a_least_policy_over_the_limit_says_so() -> None:
    paths = (f"/orders/{number:040}" for number in range(300))

    told = lab_of(net(), *(unsigned("GET", path) for path in paths)).least({"resource": "foo"})

    assert told["bytes"] > told["max_bytes"]
    assert told["notes"] == [
        f"VPC Lattice takes policies of up to 10,240 bytes, and this has {told['bytes']:,}: choose fewer requests, or "
        "let ids be any."
    ]


# ── what is refused ───────────────────────────────────────────────────────────────────────────


def test_a_broken_policy_is_answered_with_every_problem_and_its_place() -> None:
    broken = '{\n "Version": "2012",\n "Statement": [\n  {"Effect": "Maybe"}\n ]\n}'

    with pytest.raises(LabError) as raised:
        lab_of(net()).test(change(broken))

    told = raised.value.described
    assert told["error"] == "The policy of service/foo has 5 problems."
    assert told["resource"] == "service/foo"
    assert [(each["line"], each["column"]) for each in told["problems"]] == [
        (2, 2),
        (4, 4),
        (4, 3),
        (4, 3),
        (4, 3),
    ]
    assert told["problems"][0]["message"] == "Version must be 2012-10-17, not '2012'."


def test_of_very_many_problems_the_first_hundred_are_told() -> None:
    with pytest.raises(LabError) as raised:
        lab_of(net()).test(change({"Statement": [1] * 500}))

    assert raised.value.described["error"] == "The policy of service/foo has 500 problems."
    assert len(raised.value.described["problems"]) == 100


DEEP: Any = []
for _ in range(100):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ([], "An object with changes, caller, filter, requests is expected, not []."),
        ({"change": []}, 'There is no "change"; there are changes, caller, filter, requests.'),
        ({"changes": {}}, "changes is a list of objects."),
        ({"changes": [7]}, "An object with resource, auth_type, policy is expected, not 7."),
        ({"changes": DEEP}, "The body is nested too deeply."),
        (
            change(None, "bar"),
            'resource is a service or service network, not "bar"; there is service/foo, service/both, servicenetwork/sample, '
            "servicenetwork/both.",
        ),
        (change(None, "both"), "'both' is both service/both and servicenetwork/both: say which."),
        (change(None, auth_type="IAM"), 'auth_type is NONE or AWS_IAM, not "IAM".'),
        (change(7), "The policy of service/foo has a problem."),
        (change("{"), "The policy of service/foo has a problem."),
        (
            {"caller": "nobody"},
            'caller is anonymous, a caller of the run, or the ARN of a role, a user or a session, not "nobody".',
        ),
        ({"caller": 7}, "caller is anonymous, a caller of the run, or the ARN of a role, a user or a session, not 7."),
        (
            {"filter": {"host": "x"}},
            f"filter is an object of texts, with q, {', '.join(FIELDS)}.",
        ),
        ({"filter": []}, f"filter is an object of texts, with q, {', '.join(FIELDS)}."),
        (
            {"filter": {"status": "abc"}},
            "status is a number such as 403, or one of 1xx, 2xx, 3xx, 4xx, 5xx, not 'abc'.",
        ),
        ({"requests": "1"}, "requests is a list of numbers."),
        ({"requests": [True]}, "requests is a list of numbers."),
    ],
    ids=lambda value: json.dumps(value)[:40] if not isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_asked_in_another_form_is_refused(asked: Any, error: str) -> None:
    given = net()
    given = replace(
        given,
        services=(*given.services, service("both")),
        service_networks=(
            *given.service_networks,
            replace(given.service_networks[0], name="both", arn="arn:2"),
        ),
    )

    with pytest.raises(LabError) as raised:
        lab_of(given).test(asked)

    assert raised.value.described["error"] == error


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"resource": "foo", "any_id": 1}, "any_id is true or false."),
        (
            {},
            "resource is a service or service network, not null; there is service/foo, servicenetwork/sample.",
        ),
    ],
)
def test_a_least_policy_is_of_something(asked: Any, error: str) -> None:
    with pytest.raises(LabError, match=error):
        lab_of(net()).least(asked)
