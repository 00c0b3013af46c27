"""A TLS_PASSTHROUGH listener that asks for what only a listener that reads requests can do."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.forwards import forwards
from lattice_events.definitions.types import LISTENER, SERVICE
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.definitions.values import Resource, Unknown

TLS = "TLS_PASSTHROUGH"


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    for listener in definitions.of_type(LISTENER):
        if listener.get("Protocol") == TLS:
            yield from _of_listener(material, listener)
    for rule in definitions.of_type(LISTENER_RULE):
        parent = definitions.find(rule.get("ListenerIdentifier"), LISTENER)
        if parent is not None and parent.get("Protocol") == TLS:
            message = f"{rule.name} is a rule of {parent.name}, but a {TLS} listener has only its default action: it sees no request."
            yield found_in(rule, "ListenerIdentifier", message=message)


def _of_listener(material: Material, listener: Resource) -> Iterator[Found]:
    service = material.definitions.find(listener.get("ServiceIdentifier"), SERVICE)
    if service is not None and service.get("CustomDomainName") is None:
        message = f"{listener.name} passes TLS through, but {service.name} has no CustomDomainName, by which its connections are told apart."
        yield found_in(listener, "Protocol", message=message)
    answer = listener.get("DefaultAction", "FixedResponse")
    if answer is not None and not isinstance(answer, Unknown):
        message = f"{listener.name} passes TLS through, so it cannot answer: forward to a target group of protocol TCP."
        yield found_in(listener, "DefaultAction", "FixedResponse", message=message)
    for each in forwards(material.definitions):
        odd = _odd(each.group) if each.resource is listener and each.group else ""
        if odd:
            message = (
                f"{listener.name} passes TLS through, but {odd}: its target group must have the protocol TCP."
            )
            yield found_in(listener, *each.path, message=message)


def _odd(group: Resource) -> str:
    """Why a target group takes no connections as they are; empty where it does."""
    if group.get("Type") == "LAMBDA":
        return f"the target of {group.name} is a function"
    protocol = group.get("Config", "Protocol")
    if protocol in (None, "TCP") or isinstance(protocol, Unknown):
        return ""
    return f"{group.name} has the protocol {protocol}"


_PASSTHROUGH = """\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: vault
      CustomDomainName: vault.example.com
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: TLS_PASSTHROUGH
      Port: 443
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref Group
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
"""
_FUNCTION = """\
      Type: LAMBDA
      Targets:
        - Id: arn:aws:lambda:us-east-1:123456789012:function:vault
"""
_SERVERS = """\
      Type: IP
      Config:
        VpcIdentifier: vpc-0123456789abcdef0
        Port: 8443
        Protocol: TCP
"""

RULE = Rule(
    code="LTC111",
    name="passthrough",
    severity="error",
    reason="A TLS_PASSTHROUGH listener forwards to functions or HTTP servers, answers itself, or has rules.",
    why="VPC Lattice does not decrypt what passes through: it knows the connection's server name, which must be the custom domain name of the service, and nothing of paths, methods and headers. Only the default action counts, and it forwards to a target group of protocol TCP; functions are not supported.",
    fix="Listen with HTTPS, or forward by default to a target group of protocol TCP, and give the service a CustomDomainName.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/tls-listeners.html",),
    wrong=_PASSTHROUGH + _FUNCTION,
    right=_PASSTHROUGH + _SERVERS,
    check=_check,
)
