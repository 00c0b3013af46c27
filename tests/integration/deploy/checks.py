"""What must be true of a deploy, asked of each service's own API; the stack's status counts for nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from tests.integration.deploy.stack import Client, Resource, Stack

LATTICE = "AWS::VpcLattice::"


def faults(stack: Stack, client: Client) -> list[str]:
    """What is not as the template says, one line each; empty when all is well."""
    return [
        f"{logical_id}: {fault}"
        for logical_id in stack.resources
        for fault in _faults_of(logical_id, stack=stack, client=client)
    ]


def _faults_of(logical_id: str, *, stack: Stack, client: Client) -> list[str]:
    if logical_id not in stack.physical_ids:
        return ["is not there"]
    resource = stack.resources[logical_id]
    wanted = stack.resolve(resource.get("Properties", {}))
    try:
        return list(_CHECKS[resource["Type"]](wanted, stack.physical_ids[logical_id], client))
    except ClientError as error:
        return [f"{error.response['Error']['Code']}: {error}"]


Check = Callable[[Resource, str, Client], Iterator[str]]


def _lattice(operation: str, member: str) -> Callable[[str, Client], Resource]:
    """Gets a document of the VPC Lattice API by ARN."""

    def get(arn: str, client: Client) -> Resource:
        return dict(getattr(client("vpc-lattice"), operation)(**{member: arn}))

    return get


def _differences(wanted: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where a document of the API is not what a template's properties say."""
    if isinstance(wanted, dict):
        actual = actual if isinstance(actual, dict) else {}
        for key, value in wanted.items():
            name = key[0].lower() + key[1:]
            yield from _differences(value, actual.get(name), f"{path}.{name}")
    elif isinstance(wanted, list):
        actual = actual if isinstance(actual, list) else []
        if len(wanted) != len(actual):
            yield f"{path} has {len(actual)} items instead of {len(wanted)}"
        for index, (each, other) in enumerate(zip(wanted, actual, strict=False)):
            yield from _differences(each, other, f"{path}[{index}]")
    elif wanted != actual and not _is_the_id_of(actual, wanted):
        yield f"{path} is {actual!r} instead of {wanted!r}"


def _is_the_id_of(actual: Any, arn: Any) -> bool:
    """Whether the API tells an id where the template has the ARN."""
    return (
        isinstance(arn, str) and arn.startswith("arn:aws:vpc-lattice:") and arn.rpartition("/")[2] == actual
    )


def _plain(wanted: Resource, *without: str) -> Resource:
    return {name: value for name, value in wanted.items() if name not in {"Tags", *without}}


def _is_active(document: Resource) -> Iterator[str]:
    if document["status"] != "ACTIVE":
        yield f"status is {document['status']}"


def _service(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    document = _lattice("get_service", "serviceIdentifier")(arn, client)
    yield from _is_active(document)
    yield from _differences(_plain(wanted), document)


def _service_network(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    document = _lattice("get_service_network", "serviceNetworkIdentifier")(arn, client)
    yield from _differences(_plain(wanted), document)


def _listener(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    document = client("vpc-lattice").get_listener(
        serviceIdentifier=arn.partition("/listener/")[0], listenerIdentifier=arn
    )
    port = {"HTTPS": 443, "HTTP": 80}[wanted["Protocol"]]
    yield from _differences({"Port": port, **_plain(wanted, "ServiceIdentifier")}, document)
    if document["serviceArn"] != wanted["ServiceIdentifier"]:
        yield f"is of {document['serviceArn']}"


def _rule(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    document = client("vpc-lattice").get_rule(
        serviceIdentifier=arn.partition("/listener/")[0],
        listenerIdentifier=arn.partition("/rule/")[0],
        ruleIdentifier=arn,
    )
    yield from _differences(_plain(wanted, "ListenerIdentifier", "ServiceIdentifier"), document)
    if arn.partition("/rule/")[0] != wanted["ListenerIdentifier"]:
        yield f"is of {arn}"


def _target_group(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    document = _lattice("get_target_group", "targetGroupIdentifier")(arn, client)
    yield from _is_active(document)
    yield from _differences(_plain(wanted, "Targets"), document)
    targets = client("vpc-lattice").list_targets(targetGroupIdentifier=arn)["items"]
    yield from _differences(wanted["Targets"], targets, "targets")
    if not document["serviceArns"]:
        yield "is of no service"


def _auth_policy(wanted: Resource, _: str, client: Client) -> Iterator[str]:
    document = client("vpc-lattice").get_auth_policy(resourceIdentifier=wanted["ResourceIdentifier"])
    if document["state"] != "Active":
        yield f"state is {document['state']}"
    policy = wanted["Policy"]
    if json.loads(document["policy"]) != (json.loads(policy) if isinstance(policy, str) else policy):
        yield f"policy is {document['policy']}"


def _service_association(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    member = "serviceNetworkServiceAssociationIdentifier"
    document = _lattice("get_service_network_service_association", member)(arn, client)
    yield from _is_active(document)
    yield from _associates(wanted, document)
    if document["serviceArn"] != wanted["ServiceIdentifier"]:
        yield f"is of {document['serviceArn']}"


def _vpc_association(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    member = "serviceNetworkVpcAssociationIdentifier"
    document = _lattice("get_service_network_vpc_association", member)(arn, client)
    yield from _is_active(document)
    yield from _associates(wanted, document)
    yield from _differences({"SecurityGroupIds": wanted.get("SecurityGroupIds", [])}, document)
    if document["vpcId"] != wanted["VpcIdentifier"]:
        yield f"is of {document['vpcId']}"


def _associates(wanted: Resource, document: Resource) -> Iterator[str]:
    if wanted["ServiceNetworkIdentifier"] not in {
        document["serviceNetworkArn"],
        document["serviceNetworkId"],
    }:
        yield f"is on {document['serviceNetworkArn']}"


def _access_log_subscription(wanted: Resource, arn: str, client: Client) -> Iterator[str]:
    document = _lattice("get_access_log_subscription", "accessLogSubscriptionIdentifier")(arn, client)
    yield from _differences({"DestinationArn": wanted["DestinationArn"]}, document)


def _permission(wanted: Resource, _: str, client: Client) -> Iterator[str]:
    """Whether VPC Lattice may invoke what the target group has, for this target group and no other."""
    name, __, qualifier = _function_of(wanted["FunctionName"])
    where = {"Qualifier": qualifier} if qualifier else {}
    policy = json.loads(client("lambda").get_policy(FunctionName=name, **where)["Policy"])
    sources = [_source_arn(each) for each in policy["Statement"] if _is_of_lattice(each)]
    if wanted["SourceArn"] not in sources:
        yield f"lets {sources} in, not {wanted['SourceArn']}"


def _function_of(text: str) -> tuple[str, str, str]:
    """Name and qualifier of a function's name or ARN."""
    return text.partition(":function:")[2].partition(":") if text.startswith("arn:") else text.partition(":")


def _is_of_lattice(statement: Resource) -> bool:
    return bool(
        statement["Effect"] == "Allow"
        and statement["Action"] == "lambda:InvokeFunction"
        and statement["Principal"] == {"Service": "vpc-lattice.amazonaws.com"}
    )


def _source_arn(statement: Resource) -> str:
    return str(statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn"))


def _function(wanted: Resource, name: str, client: Client) -> Iterator[str]:
    document = client("lambda").get_function(FunctionName=name)["Configuration"]
    for each in ("FunctionName", "Handler", "Runtime", "Role", "Timeout", "MemorySize"):
        if document[each] != wanted[each]:
            yield f"{each} is {document[each]!r} instead of {wanted[each]!r}"
    variables = document.get("Environment", {}).get("Variables", {})
    if variables != wanted.get("Environment", {}).get("Variables", {}):
        yield f"has the variables {variables}"


def _role(wanted: Resource, name: str, client: Client) -> Iterator[str]:
    client("iam").get_role(RoleName=name)
    for policy in wanted.get("Policies", ()):
        yield from _policy({"Roles": [name], **policy}, "", client)


def _policy(wanted: Resource, _: str, client: Client) -> Iterator[str]:
    for role in wanted["Roles"]:
        told = client("iam").get_role_policy(RoleName=role, PolicyName=wanted["PolicyName"])
        if told["PolicyDocument"] != wanted["PolicyDocument"]:
            yield f"policy {wanted['PolicyName']} of {role} is {told['PolicyDocument']}"


def _log_group(wanted: Resource, _: str, client: Client) -> Iterator[str]:
    found = client("logs").describe_log_groups(logGroupNamePrefix=wanted["LogGroupName"])["logGroups"]
    if not any(each["logGroupName"] == wanted["LogGroupName"] for each in found):
        yield "is not there"


def _security_group(wanted: Resource, group_id: str, client: Client) -> Iterator[str]:
    group = client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    rules = {"SecurityGroupIngress": "IpPermissions", "SecurityGroupEgress": "IpPermissionsEgress"}
    for written, told in rules.items():
        for rule in wanted.get(written, ()):
            if not any(_is_rule(rule, each) for each in group[told]):
                yield f"has no rule {rule} in {group[told]}"


def _is_rule(wanted: Resource, told: Resource) -> bool:
    addresses = [each["CidrIp"] for each in told["IpRanges"]]
    addresses += [each["PrefixListId"] for each in told["PrefixListIds"]]
    address = wanted.get("CidrIp") or wanted.get("DestinationPrefixListId")
    return (told.get("FromPort"), told.get("ToPort")) == (
        wanted["FromPort"],
        wanted["ToPort"],
    ) and address in addresses


def _version(_: Resource, arn: str, client: Client) -> Iterator[str]:
    name, __, version = _function_of(arn)
    if (
        client("lambda").get_function(FunctionName=name, Qualifier=version)["Configuration"]["Version"]
        != version
    ):
        yield f"{arn} is another version"


def _alias(wanted: Resource, _: str, client: Client) -> Iterator[str]:
    name = _function_of(wanted["FunctionName"])[0]
    document = client("lambda").get_alias(FunctionName=name, Name=wanted["Name"])
    if not _function_of(wanted["FunctionVersion"])[2].endswith(document["FunctionVersion"]):
        yield f"is version {document['FunctionVersion']} instead of {wanted['FunctionVersion']}"


def _bucket(_: Resource, name: str, client: Client) -> Iterator[str]:
    client("s3").head_bucket(Bucket=name)
    yield from ()


def _nothing(_: Resource, __: str, ___: Client) -> Iterator[str]:
    yield from ()


_CHECKS: dict[str, Check] = {
    LATTICE + "Service": _service,
    LATTICE + "ServiceNetwork": _service_network,
    LATTICE + "Listener": _listener,
    LATTICE + "Rule": _rule,
    LATTICE + "TargetGroup": _target_group,
    LATTICE + "AuthPolicy": _auth_policy,
    LATTICE + "ServiceNetworkServiceAssociation": _service_association,
    LATTICE + "ServiceNetworkVpcAssociation": _vpc_association,
    LATTICE + "AccessLogSubscription": _access_log_subscription,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Version": _version,
    "AWS::Lambda::Alias": _alias,
    "AWS::IAM::Policy": _policy,
    "AWS::IAM::Role": _role,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _nothing,  # moto keeps none from a template
}
