"""Services, their listeners and their rules."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.network.model import (
    DEFAULT_PORTS,
    Action,
    FixedResponseAction,
    Listener,
    Match,
    Rule,
    Service,
)
from lattice_events.readers.cloudformation.actions import ActionReader
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.cloudformation.service_networks import read_auth_type
from lattice_events.readers.cloudformation.types import TARGET_GROUP
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.lattice_schema import host_name_problem
from lattice_events.readers.common.properties import WrongPropertyError, shaped_number, shaped_text

_UNREAD: Action = FixedResponseAction(status=404)  # stands for an action that is wrong


def read_service(reading: Reading, name: str) -> None:
    """Read a service; its listeners were read before it."""
    arn = reading.references.arn(name)
    reading.fragment.services.append(
        Service(
            name=reading.name(name, "service"),
            arn=arn,
            domain_name=reading.references.service_domain(name),
            custom_domain_name=reading.attempt(name, lambda: _domain(reading, name), None),
            auth_type=read_auth_type(reading, name),
            tags=reading.template.tags(name),
            listeners=tuple(reading.listeners.get(arn, ())),
            origin=reading.template.origin(name),
        )
    )


def _domain(reading: Reading, name: str) -> str | None:
    given = reading.template.property(name, "CustomDomainName")
    if given is None:
        return None
    domain = shaped_text(given, "ServiceCustomDomainName", ("CustomDomainName",))
    problem = host_name_problem(domain.lower())
    if problem:
        raise WrongPropertyError(f"CustomDomainName {problem}.", ("CustomDomainName",))
    return domain


def read_listener(reading: Reading, name: str) -> None:
    """Read a listener; its rules were read before it."""
    service = _parent(reading, name, "ServiceIdentifier", "service", reading.services)
    protocol = reading.template.property(name, "Protocol")
    if protocol == "TLS_PASSTHROUGH":
        raise WrongPropertyError("TLS_PASSTHROUGH listeners are not emulated by lattice dev.", ("Protocol",))
    if not isinstance(protocol, str) or protocol not in DEFAULT_PORTS:
        raise WrongPropertyError(f"Protocol must be HTTP or HTTPS, not {protocol!r}.", ("Protocol",))
    port = reading.attempt(name, lambda: _port(reading, name, protocol), DEFAULT_PORTS[protocol])
    arn = reading.references.arn(name)
    listener = Listener(
        name=reading.own_name(name, "listener") or f"{protocol.lower()}-{port}",
        arn=arn,
        protocol="HTTPS" if protocol == "HTTPS" else "HTTP",
        port=port,
        default_action=_action(reading, name, "DefaultAction"),
        rules=tuple(reading.rules.get(arn, ())),
        origin=reading.template.origin(name),
    )
    reading.listeners.setdefault(service, []).append(listener)


def _port(reading: Reading, name: str, protocol: str) -> int:
    return shaped_number(reading.template.property(name, "Port", DEFAULT_PORTS[protocol]), "Port", ("Port",))


def _parent(reading: Reading, name: str, key: str, word: str, known: Mapping[str, str]) -> str:
    """The ARN of the service of a listener, or of the listener of a rule.

    Raises:
        WrongPropertyError: There is none.
        UnknownValueError: It cannot be known.
    """
    given = reading.template.property(name, key)
    if given is None:
        raise WrongPropertyError(f"{key} is missing, so {name} has no {word}.", ())
    arn = known.get(str(given))
    if arn is None:
        message = f"{key} of {name} is not a {word} of this template: {given}."
        raise WrongPropertyError(message, (key,))
    return arn


def read_rule(reading: Reading, name: str) -> None:
    """Read a rule."""
    template = reading.template
    listener = _parent(reading, name, "ListenerIdentifier", "listener", reading.listener_arns)
    actions = action_reader(reading)
    rule = Rule(
        name=reading.own_name(name, "rule") or name,
        arn=reading.references.arn(name),
        priority=reading.attempt(name, lambda: actions.priority(template.property(name, "Priority")), 1),
        match=reading.attempt(name, lambda: actions.match(template.property(name, "Match")), Match()),
        action=_action(reading, name, "Action"),
        origin=template.origin(name),
    )
    reading.rules.setdefault(listener, []).append(rule)


def _action(reading: Reading, name: str, key: str) -> Action:
    path: Path = (key,)
    actions = action_reader(reading)
    return reading.attempt(name, lambda: actions.action(reading.template.property(name, key), path), _UNREAD)


def action_reader(reading: Reading) -> ActionReader:
    """Reads actions and matches; the groups that they name are looked up by ARN or id."""
    return ActionReader(
        known_groups=reading.target_groups,
        names=reading.template.names_of(TARGET_GROUP),
        case_sensitive=reading.options.assumptions.cloudformation_case_sensitive,
    )
