"""``custom.lattice.callers``: who calls, and what is wrong with what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import Network, Principal, ServiceNetwork
from lattice_events.network.policy import Caller, Facts, Policy, evaluate, parse_policy
from lattice_events.readers.project import Project
from lattice_events.readers.settings.callers import with_callers
from tests.unit.readers.test_settings import parse

ALLOW = {"Statement": {"Sid": "Own", "Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}}
OWN = parse_policy(ALLOW, kind="identity", name="pod.policies[0]")
FUNCTION = Principal(
    name="sample-dev-f",
    caller=Caller(
        arn="arn:aws:sts::123456789012:assumed-role/r/sample-dev-f", role_arn="arn:role", tags={"a": "1"}
    ),
    vpc_arn="arn:vpc",
)


def principals(callers: Any, *known: Principal) -> tuple[Principal, ...]:
    settings = parse({"callers": callers}, Path())
    return with_callers(known, settings.callers, region="us-west-2", account="123456789012")


def test_a_role_calls_by_a_session() -> None:
    (pod,) = principals(
        {
            "pod": {
                "arn": "arn:aws:iam::210987654321:role/team/bar",
                "policies": ALLOW,
                "tags": {"team": "bar", "level": 2},
                "vpc": "vpc-0a1b",
                "orgId": "o-1",
                "orgPaths": "o-1/r-1/",
            }
        }
    )

    assert pod.caller == Caller(
        arn="arn:aws:sts::210987654321:assumed-role/bar/pod",
        role_arn="arn:aws:iam::210987654321:role/team/bar",
        tags={"team": "bar", "level": "2"},
        org_id="o-1",
        org_paths=("o-1/r-1/",),
    )
    assert pod.identity_policy == Policy(statements=OWN.statements)
    assert pod.vpc_arn == "arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0a1b"


@pytest.mark.parametrize(
    ("given", "arn"),
    [
        ({"arn": "arn:aws:iam::1234567890xx:role/a"}, None),
        (
            {"arn": "arn:aws:iam::123456789012:role/a", "session": "s1"},
            "arn:aws:sts::123456789012:assumed-role/a/s1",
        ),
        ({"arn": "arn:aws:iam::123456789012:user/ann"}, "arn:aws:iam::123456789012:user/ann"),
        ({"arn": "arn:aws:sts::123456789012:assumed-role/a/s"}, "arn:aws:sts::123456789012:assumed-role/a/s"),
    ],
)
def test_who_a_caller_is(given: dict[str, Any], arn: str | None) -> None:
    if arn is None:
        with pytest.raises(ConfigurationError, match="must be the ARN of a role"):
            principals({"pod": given})
        return
    (pod,) = principals({"pod": {**given, "vpc": "arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-1"}})

    assert pod.caller.arn == arn
    assert pod.identity_policy is None
    assert pod.vpc_arn == "arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-1"


def test_a_role_with_a_path_is_the_principal_that_policies_name() -> None:
    role = "arn:aws:iam::123456789012:role/teams/pathy"
    (pod,) = principals({"pod": {"arn": role}})
    statement = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "*", "Resource": "*"}

    assert evaluate(parse_policy({"Statement": statement}), Facts(caller=pod.caller, service_arn="arn"))


def test_tags_are_as_iam_takes_them() -> None:
    tags = {"Größe/team_1": "a b.c:d/e=f+g-h@i", "k" * 128: "v" * 256, "empty": ""}
    (pod,) = principals({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "tags": tags}})

    assert pod.caller.tags == tags


def test_what_is_not_said_of_a_function_stays() -> None:
    (changed,) = principals({"sample-dev-f": {"policies": []}}, FUNCTION)

    assert changed.caller == FUNCTION.caller
    assert changed.identity_policy == Policy(statements=())
    assert changed.vpc_arn == "arn:vpc"


def test_a_function_may_be_somebody_else() -> None:
    (changed,) = principals({"sample-dev-f": {"arn": "arn:aws:iam::123456789012:role/other"}}, FUNCTION)

    assert changed.caller.principal_arn == "arn:aws:iam::123456789012:role/other"
    assert changed.caller.tags == {"a": "1"}


@pytest.mark.parametrize(
    ("callers", "said"),
    [
        ([], "serverless.yml:custom.lattice.callers: callers must be a mapping"),
        ({"pod": 1}, "serverless.yml:custom.lattice.callers.pod: The caller pod must be a mapping with an arn"),
        ({"pod": {}}, "The caller pod needs an arn: that of its role, such as arn:aws:iam::123456789012:role/NAME."),
        ({"pod": {"role": "x"}}, "serverless.yml:custom.lattice.callers.pod.role: A caller has no setting role."),
        ({"pod": {"arn": "arn:aws:iam::123456789012:root"}}, "arn of the caller pod must be the ARN of a role, a role's session (assumed-role/ROLE/SESSION) or a user"),
        ({"pod": {"arn": "arn:aws:sts::123456789012:assumed-role/a"}}, "arn of the caller pod must be the ARN of a role, a role's session"),
        ({"pod": {"arn": "arn:aws:sts::123456789012:role/a"}}, "arn of the caller pod must be the ARN of a role"),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/*"}}, "arn of the caller pod must be the ARN of a role"),
        ({"the pod": {"arn": "arn:aws:iam::123456789012:role/a"}}, "The caller 'the pod' needs a session: its own name is not 2 to 64 letters, digits and _+=,.@-."),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "orgId": "o 1"}}, "orgId of the caller pod must be the id of an organization, like o-a1b2c3d4e5, not 'o 1'."),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "orgPaths": ["o-1/r-1/", "o-1\n"]}}, "The orgPaths of the caller pod must be like o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/, not 'o-1\\n'."),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "tags": {"team": "a\nb"}}}, "callers.pod.tags: The caller pod: the tag 'team': 'a\\nb' may contain only letters, digits, spaces and _.:/=+-@."),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "tags": {"te;am": "a"}}}, "the tag 'te;am': 'a' may contain only"),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "tags": {"": "a"}}}, "the tag '' is too long: IAM takes a key of 1 to 128 characters"),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "tags": {"a": "b" * 257}}}, "a value of up to 256"),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "session": "a b"}}, "session of the caller pod must be 2 to 64"),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "vpc": "there"}}, "vpc of the caller pod must be the id or the ARN of a VPC"),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "tags": ["a"]}}, "The tags of the caller pod must be a mapping."),
        ({"pod": {"arn": "arn:aws:iam::123456789012:role/a", "policies": [{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]}]}}, "callers.pod.policies.0.Statement.0.Principal: Statement[0].Principal is not allowed in an identity policy"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(callers: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        principals(callers)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("chosen", "associated", "vpc"),
    [
        ("vpc-0a", ("vpc-1",), "arn:aws:ec2:us-west-2:1:vpc/vpc-0a"),
        (
            "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0a",
            (),
            "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0a",
        ),
        (None, ("vpc-1", "vpc-2"), "arn:aws:ec2:us-west-2:1:vpc/vpc-1"),
    ],
)
def test_where_others_come_from(chosen: str | None, associated: tuple[str, ...], vpc: str) -> None:
    networks = (ServiceNetwork(name="n", arn="arn:n", vpc_ids=associated),)
    network = Network(region="us-west-2", account="1", service_networks=networks)

    project = Project(network=network, settings=parse({"defaultVpc": chosen}, Path()), notes=())

    assert project.default_vpc_arn == vpc


def test_a_default_vpc_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationError, match="defaultVpc must be the id or the ARN of a VPC, not 'x'"):
        parse({"defaultVpc": "x"}, Path())
