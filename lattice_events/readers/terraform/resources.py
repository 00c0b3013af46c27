"""Terraform's resources as those of a CloudFormation template, each under its address.

Source:
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpclattice_listener_rule
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.readers.common.documents import mapping
from lattice_events.readers.terraform.document import UNKNOWN, Resource, Step, TerraformDocument
from lattice_events.readers.terraform.security_groups import (
    GROUP,
    KEYS,
    RULES,
    alone_rules,
    direction_of,
    inline_rules,
)
from lattice_events.readers.terraform.values import (
    ALIAS,
    FUNCTION,
    LISTENER,
    POLICY,
    ROLE,
    SERVICE,
    SERVICE_NETWORK,
    TARGET_GROUP,
    Values,
    unknown_value,
)

_LATTICE = "AWS::VpcLattice::"
# Terraform's names of what is only named otherwise there.
_HEALTH_CHECK = {
    "enabled": "Enabled",
    "health_check_interval_seconds": "HealthCheckIntervalSeconds",
    "health_check_timeout_seconds": "HealthCheckTimeoutSeconds",
    "healthy_threshold_count": "HealthyThresholdCount",
    "path": "Path",
    "port": "Port",
    "protocol": "Protocol",
    "protocol_version": "ProtocolVersion",
    "unhealthy_threshold_count": "UnhealthyThresholdCount",
}
_CONFIG = {
    "ip_address_type": "IpAddressType",
    "lambda_event_structure_version": "LambdaEventStructureVersion",
    "port": "Port",
    "protocol": "Protocol",
    "protocol_version": "ProtocolVersion",
}
_NOT_PLAYED = {
    f"aws_vpclattice_{name}": _LATTICE + kind
    for name, kind in {
        "domain_verification": "DomainVerification",
        "resource_configuration": "ResourceConfiguration",
        "resource_gateway": "ResourceGateway",
        "service_network_resource_association": "ServiceNetworkResourceAssociation",
    }.items()
}


class TemplateBuilder:
    """Makes the template of a document."""

    def __init__(self, document: TerraformDocument, values: Values) -> None:
        """Keep the document and what gives its values."""
        self._document = document
        self._values = values
        self._resources: dict[str, dict[str, Any]] = {}

    def build(self) -> dict[str, Any]:
        """The template."""
        readers: Mapping[str, tuple[str, Callable[[Resource], Mapping[str, Any]]]] = {
            SERVICE_NETWORK: (f"{_LATTICE}ServiceNetwork", self._service_network),
            SERVICE: (f"{_LATTICE}Service", self._service),
            LISTENER: (f"{_LATTICE}Listener", self._listener),
            "aws_vpclattice_listener_rule": (f"{_LATTICE}Rule", self._rule),
            TARGET_GROUP: (f"{_LATTICE}TargetGroup", self._target_group),
            "aws_vpclattice_service_network_service_association": (
                f"{_LATTICE}ServiceNetworkServiceAssociation",
                self._service_association,
            ),
            "aws_vpclattice_service_network_vpc_association": (
                f"{_LATTICE}ServiceNetworkVpcAssociation",
                self._vpc_association,
            ),
            "aws_vpclattice_auth_policy": (f"{_LATTICE}AuthPolicy", self._auth_policy),
            "aws_vpclattice_access_log_subscription": (
                f"{_LATTICE}AccessLogSubscription",
                self._access_log_subscription,
            ),
            FUNCTION: ("AWS::Lambda::Function", self._function),
            ALIAS: ("AWS::Lambda::Alias", self._alias),
            "aws_lambda_permission": ("AWS::Lambda::Permission", self._permission),
            "aws_lambda_layer_version": ("AWS::Lambda::LayerVersion", self._layer),
            ROLE: ("AWS::IAM::Role", self._role),
            "aws_iam_role_policy": ("AWS::IAM::RolePolicy", self._role_policy),
            POLICY: ("AWS::IAM::ManagedPolicy", self._managed_policy),
            "aws_vpc": ("AWS::EC2::VPC", lambda _: {}),
            GROUP: ("AWS::EC2::SecurityGroup", self._security_group),
            "aws_vpc_endpoint": ("AWS::EC2::VPCEndpoint", self._endpoint),
        }
        managed = [each for each in self._document.resources.values() if not each.is_data]
        for each in managed:
            if each.type in readers:
                kind, read = readers[each.type]
                self._resources[each.address] = {"Type": kind, "Properties": _without_none(read(each))}
            elif each.type in _NOT_PLAYED:
                self._resources[each.address] = {"Type": _NOT_PLAYED[each.type]}
        for each in managed:
            self._attach(each)
        told = [each.address for each in managed if self._document.is_output(each)]
        return {
            "Resources": self._resources,
            "Outputs": {address: {"Value": {"Ref": address}} for address in told},
        }

    def _attach(self, resource: Resource) -> None:
        """What Terraform writes as a resource of its own and CloudFormation as a property of another."""
        match resource.type:
            case "aws_vpclattice_target_group_attachment":
                group = self._values.reference(resource, ("target_group_identifier",), TARGET_GROUP)
                self._append(group, "Targets", self._target(resource, group))
            case "aws_iam_role_policy_attachment":
                role = self._values.reference(resource, ("role",), ROLE)
                policy = self._values.reference(resource, ("policy_arn",), POLICY)
                self._append(role, "ManagedPolicyArns", policy)
            case "aws_iam_policy_attachment":
                policy = self._values.reference(resource, ("policy_arn",), POLICY)
                for index in range(resource.blocks("roles")):
                    role = self._values.reference(resource, ("roles", index), ROLE)
                    self._append(role, "ManagedPolicyArns", policy)
            case type_ if type_ in RULES:
                self._attach_rule(resource)
            case _:
                pass

    def _attach_rule(self, rule: Resource) -> None:
        """A rule of a security group; one of a group that is not known may be of any."""
        key = KEYS[direction_of(rule)]
        group = self._values.reference(rule, ("security_group_id",), GROUP, is_needed=False)
        for each in alone_rules(self._values, rule, group):
            self._append(group, key, each)
        if not isinstance(group, dict):
            self._resources[rule.address] = {"Type": f"AWS::EC2::{key}", "Properties": {"GroupId": group}}

    def _append(self, pointer: Any, key: str, item: Any) -> None:
        """Add to a list of the resource that a reference points at; others than ours are not changed."""
        target = next(iter(pointer.values())) if isinstance(pointer, dict) else None
        name = target[0] if isinstance(target, list) else target
        resource = self._resources.get(name) if isinstance(name, str) else None
        there = resource["Properties"].setdefault(key, []) if resource else None
        if isinstance(there, list):  # and no placeholder for all of them
            there.append(item)

    # ── VPC Lattice ───────────────────────────────────────────────────────────────────────────

    def _service_network(self, resource: Resource) -> dict[str, Any]:
        return self._named(resource) | {"AuthType": self._values.decided(resource, "auth_type")}

    def _service(self, resource: Resource) -> dict[str, Any]:
        return self._named(resource) | {
            "AuthType": self._values.decided(resource, "auth_type"),
            "CustomDomainName": self._values.plain(resource, "custom_domain_name") or None,
            "CertificateArn": self._values.decided(resource, "certificate_arn"),
            "IdleTimeoutSeconds": self._values.known(resource, "idle_timeout_seconds"),
        }

    def _listener(self, resource: Resource) -> dict[str, Any]:
        key = "service_arn" if self._is_given(resource, "service_arn") else "service_identifier"
        return {
            "Name": self._values.plain(resource, "name"),
            "ServiceIdentifier": self._values.reference(resource, (key,), SERVICE),
            "Protocol": self._values.plain(resource, "protocol"),
            "Port": self._values.known(resource, "port"),
            "DefaultAction": self._action(resource, ("default_action", 0)),
        }

    def _is_given(self, resource: Resource, key: str) -> bool:
        """Whether the configuration says an attribute that AWS would tell, too."""
        value = resource.get(key)
        return self._values.is_configured(resource, key) if value is UNKNOWN else bool(value)

    def _rule(self, resource: Resource) -> dict[str, Any]:
        return {
            "Name": self._values.plain(resource, "name"),
            "ListenerIdentifier": self._values.reference(resource, ("listener_identifier",), LISTENER),
            # A rule's service is that of its listener.
            "ServiceIdentifier": self._values.reference(
                resource, ("service_identifier",), SERVICE, is_needed=False
            ),
            "Priority": self._values.plain(resource, "priority"),
            "Match": self._match(resource, ("match", 0, "http_match", 0)),
            "Action": self._action(resource, ("action", 0)),
        }

    def _action(self, resource: Resource, path: tuple[Step, ...]) -> Any:
        """``forward {target_groups {…}}`` or ``fixed_response {status_code}``."""
        if resource.get(*path) is UNKNOWN:
            return unknown_value(resource, path)
        if resource.blocks(*path, "fixed_response"):
            return {
                "FixedResponse": {
                    "StatusCode": self._values.plain(resource, *path, "fixed_response", 0, "status_code")
                }
            }
        groups = (*path, "forward", 0, "target_groups")
        return {
            "Forward": {
                "TargetGroups": [
                    {
                        "TargetGroupIdentifier": self._values.reference(
                            resource, (*groups, index, "target_group_identifier"), TARGET_GROUP
                        ),
                        "Weight": _or(self._values.plain(resource, *groups, index, "weight"), 100),
                    }
                    for index in range(resource.blocks(*groups))
                ]
            }
        }

    def _match(self, resource: Resource, path: tuple[Step, ...]) -> Any:
        method = self._values.plain(resource, *path, "method") or None
        headers = [
            self._text_match(resource, (*path, "header_matches", index))
            | {"Name": self._values.plain(resource, *path, "header_matches", index, "name")}
            for index in range(resource.blocks(*path, "header_matches"))
        ]
        has_path = resource.blocks(*path, "path_match")
        path_match = self._text_match(resource, (*path, "path_match", 0)) if has_path else None
        http = {"Method": method, "PathMatch": path_match, "HeaderMatches": headers or None}
        return {"HttpMatch": _without_none(http)}

    def _text_match(self, resource: Resource, path: tuple[Step, ...]) -> dict[str, Any]:
        """``match {exact | prefix | contains}`` with ``case_sensitive``, which is false unless it is said."""
        kinds = {"exact": "Exact", "prefix": "Prefix", "contains": "Contains"}
        texts = {kind: self._values.plain(resource, *path, "match", 0, key) for key, kind in kinds.items()}
        return {
            "Match": {kind: text for kind, text in texts.items() if text not in (None, "")},
            "CaseSensitive": _or(self._values.plain(resource, *path, "case_sensitive"), False),
        }

    def _target_group(self, resource: Resource) -> dict[str, Any]:
        config: dict[str, Any] = {
            "VpcIdentifier": self._values.plain(resource, "config", 0, "vpc_identifier") or None
        }
        config |= {
            ours: self._values.known(resource, "config", 0, theirs) for theirs, ours in _CONFIG.items()
        }
        if resource.blocks("config", 0, "health_check"):
            check = ("config", 0, "health_check", 0)
            found = {
                ours: self._values.known(resource, *check, theirs) for theirs, ours in _HEALTH_CHECK.items()
            }
            code = self._values.known(resource, *check, "matcher", 0, "value")
            config["HealthCheck"] = _without_none(found | {"Matcher": {"HttpCode": code} if code else None})
        if resource.get("type") == "LAMBDA":
            config = {"LambdaEventStructureVersion": config["LambdaEventStructureVersion"]}
        return self._named(resource) | {
            "Type": self._values.plain(resource, "type"),
            "Config": _without_none(config) or None,
        }

    def _target(self, resource: Resource, group: Any) -> dict[str, Any]:
        """One target; only that of a LAMBDA group can be a function."""
        kinds = (FUNCTION, ALIAS) if self._is_lambda(group) else ()
        target = {
            "Id": self._values.reference(resource, ("target", 0, "id"), *kinds),
            "Port": self._values.known(resource, "target", 0, "port"),
        }
        return _without_none(target)

    def _is_lambda(self, group: Any) -> bool:
        """Whether a group has a function; of one that is not known, whether all groups have."""
        named = group.get("Fn::GetAtt", [None])[0] if isinstance(group, dict) else None
        groups = [each for each in self._document.resources.values() if each.type == TARGET_GROUP]
        own = [each for each in groups if each.address == named]
        return all(each.get("type") == "LAMBDA" for each in own or groups)

    def _service_association(self, resource: Resource) -> dict[str, Any]:
        return {
            "ServiceIdentifier": self._values.reference(resource, ("service_identifier",), SERVICE),
            "ServiceNetworkIdentifier": self._network(resource),
        }

    def _vpc_association(self, resource: Resource) -> dict[str, Any]:
        return {
            "VpcIdentifier": self._values.reference(resource, ("vpc_identifier",), "aws_vpc"),
            "ServiceNetworkIdentifier": self._network(resource),
            "SecurityGroupIds": self._values.decided(resource, "security_group_ids")
            and self._security_groups(resource, "security_group_ids"),
        }

    def _network(self, resource: Resource) -> Any:
        return self._values.reference(resource, ("service_network_identifier",), SERVICE_NETWORK)

    def _access_log_subscription(self, resource: Resource) -> dict[str, Any]:
        return {
            "ResourceIdentifier": self._values.plain(resource, "resource_identifier"),
            "DestinationArn": self._values.plain(resource, "destination_arn"),
            "ServiceNetworkLogType": self._values.known(resource, "service_network_log_type"),
        }

    def _security_groups(self, resource: Resource, *path: Step) -> list[Any]:
        """The ids of security groups at a path."""
        if resource.get(*path) is UNKNOWN:
            return [self._values.reference(resource, path, GROUP)]
        return [
            self._values.reference(resource, (*path, index), GROUP) for index in range(resource.blocks(*path))
        ]

    def _auth_policy(self, resource: Resource) -> dict[str, Any]:
        owner = self._values.reference(resource, ("resource_identifier",), SERVICE, SERVICE_NETWORK)
        return {"ResourceIdentifier": owner, "Policy": self._values.policy(resource, "policy")}

    # ── functions and roles ───────────────────────────────────────────────────────────────────

    def _function(self, resource: Resource) -> dict[str, Any]:
        values = self._values
        variables = values.entries(resource, "environment", 0, "variables")
        logging = {
            "LogFormat": values.known(resource, "logging_config", 0, "log_format"),
            "ApplicationLogLevel": values.known(resource, "logging_config", 0, "application_log_level"),
            "SystemLogLevel": values.known(resource, "logging_config", 0, "system_log_level"),
            "LogGroup": values.known(resource, "logging_config", 0, "log_group"),
        }
        groups = self._security_groups(resource, "vpc_config", 0, "security_group_ids")
        layers = [
            values.reference(resource, ("layers", index), "aws_lambda_layer_version")
            for index in range(resource.blocks("layers"))
        ]
        if resource.get("layers") is UNKNOWN:
            layers = [values.reference(resource, ("layers",), "aws_lambda_layer_version")]
        reserved = values.known(resource, "reserved_concurrent_executions")
        return {
            "FunctionName": values.plain(resource, "function_name"),
            "PackageType": values.known(resource, "package_type"),
            "Runtime": values.plain(resource, "runtime") or None,
            "Handler": values.plain(resource, "handler") or None,
            "Timeout": values.known(resource, "timeout"),
            "MemorySize": values.known(resource, "memory_size"),
            "ReservedConcurrentExecutions": None if reserved == -1 else reserved,
            "Role": values.reference(resource, ("role",), ROLE),
            "Environment": {"Variables": variables} if variables else None,
            "LoggingConfig": _without_none(logging) or None,
            "VpcConfig": {"SecurityGroupIds": groups} if groups else None,
            "Layers": layers or None,
        }

    def _alias(self, resource: Resource) -> dict[str, Any]:
        return {
            "Name": self._values.plain(resource, "name"),
            "FunctionName": self._values.reference(resource, ("function_name",), FUNCTION, is_needed=False),
        }

    def _permission(self, resource: Resource) -> dict[str, Any]:
        function = self._values.reference(resource, ("function_name",), FUNCTION, ALIAS, is_needed=False)
        qualifier = self._values.plain(resource, "qualifier") or None
        principal = self._values.plain(resource, "principal")
        # Of other services nothing is asked, so that nothing needs to be inferred for them.
        kinds = (TARGET_GROUP,) if "lattice" in str(principal) else ()
        return {
            "FunctionName": {"Fn::Join": [":", [function, qualifier]]} if qualifier else function,
            "Action": self._values.plain(resource, "action"),
            "Principal": principal,
            "SourceArn": self._values.reference(resource, ("source_arn",), *kinds, is_needed=False) or None,
            "SourceAccount": self._values.plain(resource, "source_account") or None,
        }

    def _layer(self, resource: Resource) -> dict[str, Any]:
        return {
            "LayerName": self._values.plain(resource, "layer_name"),
            "Content": self._values.known(resource, "filename"),
        }

    def _endpoint(self, resource: Resource) -> dict[str, Any]:
        return {"ServiceNetworkArn": self._values.plain(resource, "service_network_arn")}

    def _security_group(self, resource: Resource) -> dict[str, Any]:
        return {
            "VpcId": self._values.reference(resource, ("vpc_id",), "aws_vpc"),
            **{key: inline_rules(self._values, resource, direction) for direction, key in KEYS.items()},
        }

    def _role(self, resource: Resource) -> dict[str, Any]:
        inline = [
            {
                "PolicyName": self._values.known(resource, "inline_policy", index, "name"),
                "PolicyDocument": self._values.policy(resource, "inline_policy", index, "policy"),
            }
            for index in range(resource.blocks("inline_policy"))
            if resource.get("inline_policy", index, "name") not in (None, "")  # an empty block removes all
        ]
        arns = [
            self._values.reference(resource, ("managed_policy_arns", index), POLICY)
            for index in range(resource.blocks("managed_policy_arns"))
        ]
        return {
            "RoleName": self._values.known(resource, "name"),
            "Path": self._values.known(resource, "path"),
            "Policies": inline or None,
            "ManagedPolicyArns": arns or None,
            "PermissionsBoundary": self._values.plain(resource, "permissions_boundary") or None,
            "Tags": self._tags(resource),
        }

    def _role_policy(self, resource: Resource) -> dict[str, Any]:
        role = self._values.reference(resource, ("role",), ROLE)
        is_ours = isinstance(role, dict) and "Fn::GetAtt" in role
        return {
            "PolicyName": self._values.known(resource, "name"),
            "RoleName": {"Ref": role["Fn::GetAtt"][0]} if is_ours else role,
            "PolicyDocument": self._values.policy(resource, "policy"),
        }

    def _managed_policy(self, resource: Resource) -> dict[str, Any]:
        return {
            "ManagedPolicyName": self._values.known(resource, "name"),
            "Path": self._values.known(resource, "path"),
            "PolicyDocument": self._values.policy(resource, "policy"),
        }

    def _named(self, resource: Resource) -> dict[str, Any]:
        return {"Name": self._values.known(resource, "name"), "Tags": self._tags(resource)}

    def _tags(self, resource: Resource) -> list[dict[str, Any]] | None:
        """The tags that AWS gets: with those that the provider gives to all, where they are known."""
        tags = mapping(self._values.known(resource, "tags_all") or self._values.known(resource, "tags"))
        return [{"Key": key, "Value": value} for key, value in tags.items()] or None


def _or(value: Any, default: Any) -> Any:
    """A value, or its default where the provider has one."""
    return default if value is None else value


def _without_none(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None}
