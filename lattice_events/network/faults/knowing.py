"""Whether a fault is for something that the network has: no request ever meets one that is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lattice_events.network.faults.meeting import fits_invocation
from lattice_events.network.faults.parsing import hint
from lattice_events.network.faults.values import Fault
from lattice_events.network.model import LambdaTarget, Network, function_name

_MOST_NAMES = 20


def find_strangers(fault: Fault, network: Network, callers: Collection[str] | None = None) -> list[str]:
    """What to say of each name in a fault that the network does not have.

    Args:
        fault: That was added.
        network: That decides.
        callers: Names of all who may call; ``None`` where they are not known.
    """
    services = {each.name: each for each in network.services}
    chosen = [services[fault.service]] if fault.service in services else network.services
    rules = {rule.name for each in chosen for listener in each.listeners for rule in listener.rules}
    names = (
        ("service", services),
        ("rule", {*rules, "default"}),
        ("caller", callers),
        ("target", {*_targets(network), *_invoked(fault, network)}),
    )
    return [
        f"The fault {fault.id} is for the {field} {value}, which is not there.{hint(value, known)} {_listed(field, known)}"
        for field, known in names
        if known is not None and (value := getattr(fault, field)) is not None and value not in known
    ]


def _targets(network: Network) -> Iterator[str]:
    """Everything that the target of a fault may be called."""
    for group in network.target_groups:
        yield group.name
        for target in group.targets:
            yield function_name(target.function_arn) if isinstance(target, LambdaTarget) else target.url


def _invoked(fault: Fault, network: Network) -> Iterator[str]:
    """Functions that are throttled where they are invoked directly, be they targets or not."""
    names = (function_name(each.arn) for each in network.functions)
    return (name for name in names if fits_invocation(fault, name))


def _listed(field: str, known: Collection[str]) -> str:
    names = sorted(known)
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"The {field}s are: {', '.join(names[:_MOST_NAMES]) or 'none'}{more}."
