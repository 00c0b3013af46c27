"""Two things where there can be one only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lattice_events.definitions.lattice_schema import CONTROLLER_PREFIX
from lattice_events.errors import Problem, Question
from lattice_events.network.model import Listener, Service, TargetGroup
from lattice_events.readers.common.fragment import Fragment


def _own_name(group: TargetGroup) -> str | None:
    """The name of a target group; the controller's end in random letters, so that they are never the same."""
    return None if group.name.startswith(CONTROLLER_PREFIX) else group.name


_NAMED: tuple[tuple[str, Callable[[Fragment], Sequence[Any]], Callable[[Any], str | None]], ...] = (
    ("service networks", lambda found: found.service_networks, lambda each: each.name),
    ("services", lambda found: found.services, lambda each: each.name),
    ("target groups", lambda found: found.target_groups, _own_name),
    ("functions", lambda found: found.functions, lambda each: each.name),
)


def name_clashes(found: Fragment) -> Iterator[Problem]:
    """Names that stand for two things, here or on AWS."""
    for kind, values, key in _NAMED:
        for value, other, name in _doubles(values(found), key):
            message = f"There are two {kind} {name}; the other is at {other.origin}."
            if _place(value) == _place(other):
                yield Problem(message, value.origin)
            else:  # which AWS takes
                yield Question(f"{message} Name those of one Region and account only.", value.origin)
    for value, other, name in _doubles(found.services, lambda each: each.custom_domain_name):
        message = (
            f"There are two services with the custom domain name {name}; the other is at {other.origin}."
        )
        yield Question(f"{message} Name those of one service network only.", value.origin)


def _doubles(values: Iterable[Any], key: Callable[[Any], str | None]) -> Iterator[tuple[Any, Any, str]]:
    """Each value whose name another one has, with that one and the name."""
    first: dict[str, Any] = {}
    for value in values:
        name = key(value)
        if name is None:
            continue
        if name in first:
            yield value, first[name], name
        first.setdefault(name, value)


def _place(value: Any) -> list[str]:
    """The Region and the account of a thing."""
    arn: str = value.arn
    return arn.split(":")[3:5]


def listener_clashes(services: Iterable[Service]) -> Iterator[Problem]:
    """Two listeners on a port, two rules of a priority."""
    for service in services:
        ports: dict[int, Listener] = {}
        for listener in service.listeners:
            if listener.port in ports:
                other = ports[listener.port].origin
                message = (
                    f"{service.name} has two listeners on port {listener.port}; the other is at {other}."
                )
                yield Problem(message, listener.origin)
            ports.setdefault(listener.port, listener)
            yield from _priority_clashes(listener)


def _priority_clashes(listener: Listener) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    for rule in listener.rules:
        if rule.priority in seen:
            message = f"Two rules of one listener have priority {rule.priority}; the other is at {seen[rule.priority]}."
            yield Problem(message, rule.origin)
        seen.setdefault(rule.priority, rule.origin)
