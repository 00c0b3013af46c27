"""What a rule of `lattice check` is, and what it says of a place.

A rule is one small module below `rules/` with a `RULE`, and one line in `table.py`. Its `check` is a pure function of
what was written (`Definitions`) and of what that means (`Network`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.values import Resource
from lattice_events.errors import Problem
from lattice_events.network.model import EventVersion, Function, Network

_T = TypeVar("_T")
Severity = Literal["error", "warning", "note"]
FixedPart = Literal["nothing", "events", "policies", "rules", "groups"]
"""What of the answers to requests a fix changes: nothing; the version of events only; those that a changed statement
of a policy, a changed rule of a listener, or a changed target group is about."""
_FAMILIES = {
    "0": "target groups",
    "1": "listeners and rules",
    "2": "auth policies",
    "3": "callers",
    "4": "associations",
    "5": "limits",
    "6": "Kubernetes",
    "9": "reading",
}


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What a function gave for one request that its target group would send it.

    Attributes:
        function: That ran.
        request: ``GET /orders``.
        version: Of the event.
        payload: What it returned, or Lambda's report of its failure.
        error_type: How it failed; empty where it returned.
    """

    function: Function
    request: str
    version: EventVersion
    payload: bytes
    error_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What rules look at.

    Attributes:
        definitions: Everything that was written.
        network: What it means, linked; ``None`` where a problem keeps it from being linked.
        problems: What the readers could not read.
        lost_handlers: Functions whose handler is not in their code.
        repetitions: Keys that were in their mapping before.
        dry_runs: Of functions, where the user wants them to run.
        assumptions: Where VPC Lattice is silent.
    """

    definitions: Definitions
    network: Network | None = None
    problems: tuple[Problem, ...] = ()
    lost_handlers: tuple[Problem, ...] = ()
    repetitions: tuple[Problem, ...] = ()
    dry_runs: tuple[DryRun, ...] = ()
    assumptions: Assumptions = DEFAULTS
    _known: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, compute: Callable[[Material], _T]) -> _T:
        """What a function says of this, worked out once for every rule that asks."""
        if compute not in self._known:
            self._known[compute] = compute(self)
        known: _T = self._known[compute]
        return known


class _Removed:
    """Stands for a key that a fix takes away."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = _Removed()


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One change of what the user wrote, as part of a fix.

    Attributes:
        place: ``file:line:column`` of the key whose value changes.
        name: That key, to be sure of it.
        inside: What to set in its value: a key of the mapping, or the number of an item of the list, from 0; empty
            to change the value itself.
        beside: The key to set next to it, in the mapping that has it: an item of a list has no key of its own.
        value: A text, number or truth value, or a list or mapping of such; `REMOVED` takes the key away.
    """

    place: str
    name: str
    value: Any
    inside: str | int = ""
    beside: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One mistake at one place.

    Attributes:
        place: ``file:line:column``; a CDK construct may follow in parentheses.
        message: What is wrong here and what comes of it, with the names of this definition.
        edits: That mend it, where there is only one way to; empty for a person to decide.
        resource: That is wrong, where there is one: its ``Metadata`` may ignore the rule.
        path: Of the value in the resource.
    """

    place: str
    message: str
    edits: tuple[Edit, ...] = ()
    resource: Resource | None = None
    path: tuple[str | int, ...] = ()


def found_in(resource: Resource, *path: str | int, message: str, edits: tuple[Edit, ...] = ()) -> Found:
    """A mistake at a key path below the properties of a resource; without a path, of the resource itself."""
    full = ("Properties", *path) if path else ()
    return Found(place=resource.locate(full), message=message, edits=edits, resource=resource, path=full)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of mistake.

    Attributes:
        code: ``LTC001``, which never changes its meaning.
        name: In words, ``event-version-unstated`` say.
        severity: ``error`` for what AWS refuses or what cannot work, ``warning`` for what is likely not meant,
            ``note`` for what a person may want to know.
        reason: What is wrong, in one line.
        why: What comes of it on AWS, in a few sentences.
        fix: What to do, in one or two sentences.
        source: The pages that say so.
        wrong: A small definition that has the mistake.
        right: The same without it.
        form: Of both: a template, or manifests.
        is_fixable: Whether ``--fix`` mends it, at least in some definitions: a finding of it has edits.
        fix_changes: What ``--fix`` changes of the answers to requests.
        runs_handlers: Whether it looks at what functions answer, so that they must run.
        check: Finds the mistake; pure.
    """

    code: str
    name: str
    severity: Severity
    reason: str
    why: str
    fix: str
    source: tuple[str, ...]
    wrong: str
    right: str
    check: Callable[[Material], Iterator[Found]] = field(repr=False, compare=False)
    form: Literal["template", "manifests"] = "template"
    is_fixable: bool = False
    fix_changes: FixedPart = "nothing"
    runs_handlers: bool = False

    @property
    def family(self) -> str:
        """What it is about: the first digit of its code says so."""
        return _FAMILIES[self.code[len("LTC")]]
