"""What is deployed beside VPC Lattice: functions to run, and callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lattice_events.cloud.deployed.backends import lambda_by_region
from lattice_events.cloud.deployed.functions import all_deployed, function_of
from lattice_events.cloud.deployed.roles import principal_of
from lattice_events.network.model import Function, Principal


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Everything that is deployed, by moto's state.

    Attributes:
        functions: Also versions and aliases, each as a function of its own, called ``NAME:QUALIFIER``.
        principals: One for each function, of the same name.
        notes: What runs otherwise than on AWS, or not at all.
    """

    functions: tuple[Function, ...] = ()
    principals: tuple[Principal, ...] = ()
    notes: tuple[str, ...] = ()


def deployment(*, account: str, region: str, folder: Path) -> Deployment:
    """What is deployed in every Region; nothing else may use moto meanwhile.

    Args:
        account: Whose.
        region: Whose function it is where several Regions have one of a name.
        folder: A private one, where packages are written.
    """
    functions: dict[str, Function] = {}
    principals: list[Principal] = []
    notes: list[str] = []
    for backend in _backends(account, region):
        for each in all_deployed(backend, notes):
            if each.name in functions:
                notes.append(
                    f"The function {each.arn} is left out: another Region has one of its name, {functions[each.name].arn}."
                )
                continue
            function = functions[each.name] = function_of(each, backend, folder)
            if function.obstacle:
                notes.append(f"Function {each.name} cannot run here: {function.obstacle}.")
            principals.append(principal_of(each.function, each.name, notes))
    return Deployment(
        functions=tuple(functions.values()), principals=tuple(principals), notes=tuple(dict.fromkeys(notes))
    )


def _backends(account: str, region: str) -> Iterator[Any]:
    """Lambda in each Region that was used, the given one first."""
    by_region = lambda_by_region(account)
    yield from (by_region[name] for name in sorted(by_region, key=lambda name: (name != region, name)))
