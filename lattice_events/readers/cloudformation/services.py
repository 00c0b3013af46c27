"""Services, their listeners and their rules."""

from __future__ import annotations

from lattice_events.definitions.types import TARGET_GROUP
from lattice_events.network.host_names import host_name_problem
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
from lattice_events.readers.cloudformation.identifiers import find_group, find_parent
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.cloudformation.service_networks import read_auth_type
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.fragment import PlacedListener, PlacedRule, RunNote
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
            custom_domain_name=reading.known_or(
                name, "CustomDomainName", lambda: _domain(reading, name), None
            ),
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
    protocol = reading.template.property(name, "Protocol")
    if protocol == "TLS_PASSTHROUGH":
        path: Path = ("Resources", name, "Properties", "Protocol")
        reading.note(
            path, RunNote("TLS_PASSTHROUGH listeners are not emulated by lattice dev: it is left out.")
        )
        return
    service = reading.attempt(
        name, lambda: find_parent(reading, name, "ServiceIdentifier", "service", reading.services), None
    )
    if not isinstance(protocol, str) or protocol not in DEFAULT_PORTS:
        raise WrongPropertyError(f"Protocol must be HTTP or HTTPS, not {protocol!r}.", ("Protocol",))
    port = reading.attempt(name, lambda: _port(reading, name, protocol), None)
    if port is None:  # one that is made up could be another listener's
        return
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
    if isinstance(service, str):
        reading.listeners.setdefault(service, []).append(listener)
    elif service is not None:
        reading.fragment.listeners.append(PlacedListener(service=service, listener=listener))


def _port(reading: Reading, name: str, protocol: str) -> int:
    return shaped_number(reading.template.property(name, "Port", DEFAULT_PORTS[protocol]), "Port", ("Port",))


def read_rule(reading: Reading, name: str) -> None:
    """Read a rule."""
    template = reading.template
    listener = reading.attempt(
        name,
        lambda: find_parent(reading, name, "ListenerIdentifier", "listener", reading.listener_arns),
        None,
    )
    actions = _action_reader(reading, name)
    priority = reading.attempt(name, lambda: actions.priority(template.property(name, "Priority")), None)
    rule = Rule(
        name=reading.own_name(name, "rule") or name,
        arn=reading.references.arn(name),
        priority=priority or 1,
        match=reading.attempt(name, lambda: actions.match(template.property(name, "Match")), Match()),
        action=_action(reading, name, "Action"),
        origin=template.origin(name),
    )
    if priority is None:  # one that is made up could be another rule's
        return
    if isinstance(listener, str):
        reading.rules.setdefault(listener, []).append(rule)
    elif listener is not None:
        reading.fragment.rules.append(PlacedRule(listener=listener, rule=rule))


def _action(reading: Reading, name: str, key: str) -> Action:
    actions = _action_reader(reading, name)
    return reading.attempt(
        name, lambda: actions.action(reading.template.property(name, key), (key,)), _UNREAD
    )


def _action_reader(reading: Reading, name: str) -> ActionReader:
    """Reads the actions and the match of a listener or a rule."""
    groups = reading.template.names_of(TARGET_GROUP)
    return ActionReader(
        find_group=lambda identifier, path: find_group(reading, name, identifier, path, groups),
        case_sensitive=reading.options.assumptions.cloudformation_case_sensitive,
    )
