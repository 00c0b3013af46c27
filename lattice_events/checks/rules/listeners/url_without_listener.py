"""A variable of a function with the URL of a service that does not listen there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import FUNCTION, LISTENER, SERVICE
from lattice_events.definitions.values import Resource
from lattice_events.network.model import DEFAULT_PORTS, Network

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^/:?#\s]+)(?::(?P<port>\d{1,5}))?(?:[/?#]\S*)?")


def _check(material: Material) -> Iterator[Found]:
    if material.network is None:
        return
    # What passes TLS through is no part of the network.
    hidden = {each.arn for each in _passing(material.definitions)}
    for function in material.definitions.of_type(FUNCTION):
        path = ("Environment", "Variables")
        variables = function.get(*path)
        for name, value in variables.items() if isinstance(variables, dict) else ():
            wrong = _wrong(material.network, value, hidden) if isinstance(value, str) else ""
            if wrong:
                message = f"{name} of {function.name} is {value}, but {wrong}."
                yield found_in(function, *path, name, message=message)


def _passing(definitions: Definitions) -> Iterator[Resource]:
    """The services that have a listener which passes TLS through."""
    for listener in definitions.of_type(LISTENER):
        service = definitions.find(listener.get("ServiceIdentifier"), SERVICE)
        if service is not None and listener.get("Protocol") == "TLS_PASSTHROUGH":
            yield service


def _wrong(network: Network, text: str, hidden: set[str]) -> str:
    """What a service listens on instead of what a URL says; empty where it may be right."""
    url = _URL.fullmatch(text)
    service = network.find_service(url["host"]) if url else None
    if url is None or service is None or service.arn in hidden or not service.listeners:
        return ""
    scheme = url["scheme"].upper()
    listener = service.listener_by_port.get(int(url["port"] or DEFAULT_PORTS[scheme]))
    if listener is not None and listener.protocol == scheme:
        return ""
    listens = " and ".join(f"{each.protocol} on port {each.port}" for each in service.listeners)
    return f"the service {service.name} listens with {listens}"


_TEMPLATE = """\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction:
        FixedResponse:
          StatusCode: 404
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/client
      Environment:
        Variables:
          ORDERS_URL: !Sub {scheme}://${Service.DnsEntry.DomainName}
      Code:
        ZipFile: |
          def handler(event, context):
              return "called"
"""

RULE = Rule(
    code="LTC117",
    name="url-without-listener",
    severity="warning",
    reason="A variable of a function has a URL of a service that does not listen there.",
    why="A service takes connections on the ports of its listeners, with their protocols. A call by http:// to a service that listens with HTTPS on 443 goes to port 80 and times out, which reads like a missing security group.",
    fix="Write the scheme and the port of a listener.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/listeners.html",),
    wrong=_TEMPLATE.replace("{scheme}", "http"),
    right=_TEMPLATE.replace("{scheme}", "https"),
    check=_check,
)
