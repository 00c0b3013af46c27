"""What boto3 deploys to moto, as functions and callers of a network."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lattice_events.cloud.deployed.deployed import Deployment, deployment
from lattice_events.cloud.deployed.permissions import permission_notes
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks import teach
from lattice_events.network.model import Function, LambdaTarget, Principal, TargetGroup
from lattice_events.network.policy import parse_policy

REGION, ACCOUNT = "us-west-2", "123456789012"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
GROUP = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:targetgroup/tg-0123456789abcdef0"
CALL = {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}


@pytest.fixture(autouse=True)
def account(request: pytest.FixtureRequest) -> Iterator[None]:
    """An empty account; its parameter is moto's configuration of IAM."""
    config: Any = {"lambda": {"use_docker": False}, "iam": getattr(request, "param", {})}
    with mock_aws(config=config):
        yield


@cache
def client_of(service: str, region: str = REGION) -> Any:
    """Made once, because that takes long."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, region_name=region, **keys)


def package(text: str = "def hello(event, context): ...") -> bytes:
    """A zip with one module."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return content.getvalue()


def role(name: str = "orders-role", **fields: Any) -> str:
    arn: str = client_of("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}", **fields)["Role"][
        "Arn"
    ]
    return arn


def create(name: str = "orders", **fields: Any) -> Any:
    """Create a function with boto3, and its role if need be; the client."""
    client = client_of("lambda")
    if "Role" not in fields:
        fields["Role"] = role(f"{name}-role")
    defaults: dict[str, Any] = {
        "Runtime": "python3.12",
        "Handler": "app.hello",
        "Code": {"ZipFile": package()},
    }
    client.create_function(FunctionName=name, **{**defaults, **fields})
    return client


def read(folder: Path) -> Deployment:
    return deployment(account=ACCOUNT, region=REGION, folder=folder)


def function(folder: Path, name: str = "orders") -> Function:
    return next(each for each in read(folder).functions if each.name == name)


def principal(folder: Path, name: str = "orders") -> Principal:
    return next(each for each in read(folder).principals if each.name == name)


def test_nothing_is_deployed_at_first(tmp_path: Path) -> None:
    assert read(tmp_path) == Deployment()


def test_a_function_has_what_its_configuration_says(tmp_path: Path) -> None:
    create(Timeout=7, MemorySize=256, Environment={"Variables": {"STAGE": "dev"}})
    found = function(tmp_path)

    assert Path(found.code).read_bytes() == package()
    assert Path(found.code).stat().st_mode & 0o777 == 0o600
    assert found == Function(
        name="orders", arn=f"{ARN}:orders", handler="app.hello", runtime="python3.12", code=found.code,
        timeout_seconds=7, memory_mb=256, environment={"STAGE": "dev"},
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/orders-role",
    )  # fmt: skip


def test_logging_is_configured_as_the_client_says_and_the_client_is_told(tmp_path: Path) -> None:
    teach(ControlPlane(now=str, new_id=str))
    client = create(LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"})
    client.update_function_configuration(FunctionName="orders", Timeout=5)
    asked = client.get_function_configuration(FunctionName="orders")["LoggingConfig"]
    found = function(tmp_path)

    assert asked == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "DEBUG",
        "LogGroup": "/aws/lambda/orders",
    }
    assert (found.log_format, found.log_level, found.log_group) == ("JSON", "DEBUG", "")
    client.update_function_configuration(FunctionName="orders", LoggingConfig={"LogGroup": "/shop"})
    assert (function(tmp_path).log_format, function(tmp_path).log_group) == ("Text", "/shop")


def test_a_package_is_written_once_and_the_same_code_is_the_same_function(tmp_path: Path) -> None:
    create()
    first = function(tmp_path)
    written = Path(first.code).stat().st_mtime_ns

    assert function(tmp_path) == first
    assert Path(first.code).stat().st_mtime_ns == written
    assert [path.suffix for path in tmp_path.iterdir()] == [".zip"]


def test_new_code_is_another_package(tmp_path: Path) -> None:
    client = create()
    before = function(tmp_path).code
    client.update_function_code(FunctionName="orders", ZipFile=package("changed = True"))

    assert Path(function(tmp_path).code).read_bytes() == package("changed = True")
    assert function(tmp_path).code != before


def test_layers_are_written_in_their_order(tmp_path: Path) -> None:
    client = client_of("lambda")
    arns = [
        client.publish_layer_version(LayerName=name, Content={"ZipFile": package(name)})["LayerVersionArn"]
        for name in ("one", "two")
    ]
    create(Layers=arns)

    assert [Path(each).read_bytes() for each in function(tmp_path).layers] == [package("one"), package("two")]


def test_what_cannot_run_here_has_an_obstacle_and_a_note(tmp_path: Path) -> None:
    create("image", PackageType="Image", Code={"ImageUri": "host/name:tag"})
    create("node", Runtime="java21")
    found = read(tmp_path)

    assert {each.name: each.obstacle for each in found.functions} == {
        "image": "it is a container image",
        "node": "its runtime is java21; only Python, Node.js and a bootstrap of your own (provided) run",
    }
    assert found.notes == (
        "Function image cannot run here: it is a container image.",
        "Function node cannot run here: its runtime is java21; only Python, Node.js and a bootstrap of your own (provided) run.",
    )


def test_reserved_concurrency_is_that_of_the_function_for_each_of_its_versions(tmp_path: Path) -> None:
    client = create()
    client.publish_version(FunctionName="orders")
    assert function(tmp_path).reserved_concurrency is None
    client.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=0)

    assert [function(tmp_path, name).reserved_concurrency for name in ("orders", "orders:1")] == [0, 0]


def test_versions_and_aliases_are_functions_with_the_code_of_the_version(tmp_path: Path) -> None:
    client = create()
    client.publish_version(FunctionName="orders")
    client.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    client.create_alias(FunctionName="orders", Name="next", FunctionVersion="$LATEST")
    client.update_function_code(FunctionName="orders", ZipFile=package("changed = True"))
    found = {each.name: each for each in read(tmp_path).functions}

    assert {name: (each.arn, each.version) for name, each in found.items()} == {
        "orders": (f"{ARN}:orders", "$LATEST"),
        "orders:1": (f"{ARN}:orders:1", "1"),
        "orders:live": (f"{ARN}:orders:live", "1"),
        "orders:next": (f"{ARN}:orders:next", "$LATEST"),
    }
    assert found["orders:live"].code == found["orders:1"].code != found["orders"].code
    assert found["orders:next"].code == found["orders"].code


def test_the_weights_of_an_alias_are_a_note(tmp_path: Path) -> None:
    client = create()
    client.publish_version(FunctionName="orders")
    client.create_alias(
        FunctionName="orders",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )

    assert read(tmp_path).notes == (
        "Alias orders:live: its weights are not emulated; version 1 gets every request. "
        "Weights of target groups are.",
    )


def test_a_function_calls_as_a_session_of_its_role_by_its_own_name(tmp_path: Path) -> None:
    create(Role=role("team-role", Path="/team/", Tags=[{"Key": "team", "Value": "a"}]))
    client_of("lambda").publish_version(FunctionName="orders")
    caller = principal(tmp_path, "orders:1").caller

    assert caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/team-role/orders"
    assert caller.role_arn == f"arn:aws:iam::{ACCOUNT}:role/team/team-role"
    assert caller.tags == {"team": "a"}
    assert [each.name for each in read(tmp_path).principals] == ["orders", "orders:1"]


@pytest.mark.parametrize("account", [{"load_aws_managed_policies": True}], indirect=True)
def test_what_a_function_may_call_is_in_every_policy_of_its_role(tmp_path: Path) -> None:
    create()
    iam = client_of("iam")
    logs = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    own = json.dumps({"Version": "2012-10-17", "Statement": [logs, CALL]})
    iam.put_role_policy(RoleName="orders-role", PolicyName="own", PolicyDocument=own)
    deny = {"Version": "2012-10-17", "Statement": {**CALL, "Effect": "Deny"}}
    shared = iam.create_policy(PolicyName="shared", PolicyDocument=json.dumps(deny))["Policy"]["Arn"]
    for arn in (shared, "arn:aws:iam::aws:policy/VPCLatticeServicesInvokeAccess"):
        iam.attach_role_policy(RoleName="orders-role", PolicyArn=arn)
    policy = principal(tmp_path).identity_policy

    assert policy is not None
    assert [(each.name, each.effect) for each in policy.statements] == [
        ("Statement[1] of own", "Allow"),
        ("Statement[0] of shared", "Deny"),
        ("Statement[0] of VPCLatticeServicesInvokeAccess", "Allow"),
    ]


def test_only_the_default_version_of_a_managed_policy_counts(tmp_path: Path) -> None:
    create()
    iam = client_of("iam")
    documents = [
        json.dumps({"Version": "2012-10-17", "Statement": {**CALL, "Effect": effect}})
        for effect in ("Deny", "Allow")
    ]
    arn = iam.create_policy(PolicyName="shared", PolicyDocument=documents[0])["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="orders-role", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=documents[1], SetAsDefault=True)
    expected = parse_policy(documents[1], kind="identity", name="shared")

    assert principal(tmp_path).identity_policy == expected


def test_a_role_without_policies_may_call_nothing_and_is_no_unknown_one(tmp_path: Path) -> None:
    create()
    policy = principal(tmp_path).identity_policy

    assert policy is not None
    assert policy.statements == ()


def test_a_policy_that_cannot_be_read_lets_its_role_call_nothing(tmp_path: Path) -> None:
    create()
    wrong = {**CALL, "Condition": {"StringEquals": {"aws:SourceIP4": "a"}}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [CALL, wrong]})
    client_of("iam").put_role_policy(RoleName="orders-role", PolicyName="own", PolicyDocument=document)
    policy = principal(tmp_path).identity_policy

    assert policy is not None
    assert policy.statements == ()
    (note,) = read(tmp_path).notes
    assert note.startswith(
        "A policy of role orders-role cannot be read, so the role may call nothing here: "
        "Statement[1].Condition.StringEquals.aws:SourceIP4 is neither a condition key"
    )


def test_a_role_that_is_gone_may_call_nothing(tmp_path: Path) -> None:
    create()
    client_of("iam").delete_role(RoleName="orders-role")

    assert principal(tmp_path).caller.tags == {}
    assert read(tmp_path).notes == ("The role orders-role of orders is not there, so it may call nothing.",)


def test_a_permissions_boundary_is_a_note(tmp_path: Path) -> None:
    create(Role=role(PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"))

    assert read(tmp_path).notes == (
        "The permissions boundary of role orders-role is not evaluated: what it forbids is allowed here.",
    )


@pytest.mark.parametrize("key", ["SecurityGroupIds", "SubnetIds"])
def test_the_vpc_of_a_function_is_that_of_its_security_group_or_subnet(tmp_path: Path, key: str) -> None:
    ec2 = client_of("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ids = {
        "SecurityGroupIds": ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"],
        "SubnetIds": ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"],
    }
    config = {"SecurityGroupIds": ["sg-none"], "SubnetIds": ["subnet-none"], key: [ids[key]]}
    create(VpcConfig=config)
    create("other", VpcConfig={"SecurityGroupIds": [], "SubnetIds": []})

    assert principal(tmp_path).vpc_arn == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{vpc}"
    assert principal(tmp_path, "other").vpc_arn is None


def test_of_functions_of_one_name_in_two_regions_that_of_the_region_stays(tmp_path: Path) -> None:
    create()
    fields = {
        "Runtime": "python3.12",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/orders-role",
        "Handler": "app.hello",
    }
    east = client_of("lambda", "eu-west-1")
    for name in ("orders", "other"):
        east.create_function(FunctionName=name, Code={"ZipFile": package()}, **fields)
    found = read(tmp_path)

    assert [each.arn for each in found.functions] == [
        f"{ARN}:orders",
        f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:other",
    ]
    assert "another Region has one of its name" in found.notes[0]


def notes_of(function_arn: str) -> tuple[str, ...]:
    target = LambdaTarget(function_arn=function_arn)
    return permission_notes([TargetGroup(name="orders", arn=GROUP, type="LAMBDA", targets=(target,))])


def permit(client: Any, **changes: Any) -> None:
    fields = {
        "FunctionName": "orders", "StatementId": "one", "Action": "lambda:InvokeFunction",
        "Principal": "vpc-lattice.amazonaws.com", "SourceArn": GROUP, **changes,
    }  # fmt: skip
    client.add_permission(**{key: value for key, value in fields.items() if value is not None})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"SourceArn": None},
        {"SourceArn": f"{GROUP[:-3]}*"},
        {"SourceAccount": ACCOUNT},
        {"Action": "lambda:*"},
        {"Principal": "*"},
    ],
)
def test_a_permission_lets_vpc_lattice_in(changes: dict[str, Any]) -> None:
    permit(create(), **changes)

    assert notes_of(f"{ARN}:orders") == notes_of(f"{ARN}:orders:$LATEST") == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"SourceArn": GROUP[:-1]},
        {"Principal": "elasticloadbalancing.amazonaws.com"},
        {"Action": "lambda:GetFunction"},
        {"SourceAccount": "999999999999"},
    ],
)
def test_a_permission_for_something_else_does_not(changes: dict[str, Any]) -> None:
    permit(create(), **changes)

    assert notes_of(f"{ARN}:orders") == (
        "Target group orders: the function orders has no permission for vpc-lattice.amazonaws.com with the SourceArn "
        f"{GROUP}, so on AWS requests to it fail. Here they do not.",
    )


def test_an_alias_needs_a_permission_of_its_own() -> None:
    client = create()
    client.publish_version(FunctionName="orders")
    client.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    permit(client)

    assert len(notes_of(f"{ARN}:orders:live")) == 1
    permit(client, Qualifier="live", StatementId="two")
    assert notes_of(f"{ARN}:orders:live") == notes_of(f"{ARN}:orders") == ()


def test_a_function_that_is_not_deployed_is_not_asked() -> None:
    assert notes_of(f"{ARN}:elsewhere") == notes_of("elsewhere") == ()
