"""The types of this package by name."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.stacks.further.custom import CustomType
from lattice_events.cloud.stacks.further.functions import FunctionType
from lattice_events.cloud.stacks.further.nested import NestedType
from lattice_events.cloud.stacks.further.permissions import PermissionType
from lattice_events.cloud.stacks.further.policies import InlinePolicyType, ManagedPolicyType
from lattice_events.cloud.stacks.further.roles import RoleType
from lattice_events.cloud.stacks.further.security_groups import SecurityGroupRuleType, SecurityGroupType
from lattice_events.cloud.stacks.further.small import CertificateType, LogGroupType, UrlType
from lattice_events.cloud.stacks.further.versions import AliasType, VersionType
from lattice_events.cloud.stacks.resource import Type

# Not AWS::S3::BucketPolicy: moto obeys such a policy without its conditions, and so denies everything by the one
# that the Serverless Framework gives its bucket.
FURTHER: Mapping[str, Type] = {
    "AWS::CertificateManager::Certificate": CertificateType(),
    "AWS::CloudFormation::CustomResource": CustomType(),
    "AWS::CloudFormation::Stack": NestedType(),
    "AWS::EC2::SecurityGroup": SecurityGroupType(),
    "AWS::EC2::SecurityGroupEgress": SecurityGroupRuleType("egress"),
    "AWS::EC2::SecurityGroupIngress": SecurityGroupRuleType("ingress"),
    "AWS::IAM::ManagedPolicy": ManagedPolicyType(),
    "AWS::IAM::Policy": InlinePolicyType(),
    "AWS::IAM::Role": RoleType(),
    "AWS::Lambda::Alias": AliasType(),
    "AWS::Lambda::Function": FunctionType(),
    "AWS::Lambda::Permission": PermissionType(),
    "AWS::Lambda::Url": UrlType(),
    "AWS::Lambda::Version": VersionType(),
    "AWS::Logs::LogGroup": LogGroupType(),
}
