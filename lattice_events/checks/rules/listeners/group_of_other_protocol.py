"""A target group whose protocol the listener that forwards to it cannot speak."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.forwards import Forward, forwards
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import LISTENER


def _check(material: Material) -> Iterator[Found]:
    for each in forwards(material.definitions):
        wrong = _wrong(each, _protocol(material.definitions, each))
        if wrong:
            yield found_in(each.resource, *each.path, message=f"{each.resource.name} {wrong}.")


def _protocol(definitions: Definitions, forward: Forward) -> object:
    """Of the listener that forwards."""
    if forward.resource.type == LISTENER:
        return forward.resource.get("Protocol")
    listener = definitions.find(forward.resource.get("ListenerIdentifier"), LISTENER)
    return listener.get("Protocol") if listener else None


def _wrong(forward: Forward, protocol: object) -> str:
    """What does not fit; empty where it may."""
    group = forward.group
    if group is None or protocol not in ("HTTP", "HTTPS"):
        return ""
    if group.get("Config", "Protocol") == "TCP":
        return f"forwards requests of {protocol} to {group.name}, whose protocol TCP is for TLS_PASSTHROUGH listeners"
    version = group.get("Config", "ProtocolVersion")
    if version in ("HTTP2", "GRPC") and protocol == "HTTP":
        return f"forwards requests of HTTP to {group.name}, whose protocol version {version} needs a listener of HTTPS"
    return ""


_TEMPLATE = """\
Resources:
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: svc-0123456789abcdef0
      Protocol: HTTP
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref Group
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: IP
      Config:
        VpcIdentifier: vpc-0123456789abcdef0
        Port: 8080
        Protocol: {protocol}
"""

RULE = Rule(
    code="LTC118",
    name="group-of-other-protocol",
    severity="error",
    reason="A listener forwards to a target group of a protocol that it cannot speak.",
    why="Target groups of protocol TCP take the connections of TLS_PASSTHROUGH listeners only. HTTP/2 and gRPC to targets need a listener of HTTPS, since VPC Lattice agrees on HTTP/2 with a client by TLS.",
    fix="Give the target group the protocol HTTP or HTTPS and its version HTTP1, or listen with HTTPS.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-groups.html",),
    wrong=_TEMPLATE.replace("{protocol}", "TCP"),
    right=_TEMPLATE.replace("{protocol}", "HTTP"),
    check=_check,
)
