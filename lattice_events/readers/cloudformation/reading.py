"""What reading one template gathers: its fragment, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from lattice_events.definitions.lattice_schema import name_problem
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.definitions.types import (
    FUNCTION,
    LISTENER,
    MANAGED_POLICY,
    POLICY,
    ROLE,
    ROLE_POLICY,
    RULE,
    SERVICE,
    SERVICE_ASSOCIATION,
    TARGET_GROUP,
    VPC_ASSOCIATION,
)
from lattice_events.errors import Problem, Question, RefusedName, UnsupportedIntrinsicError
from lattice_events.network.model import Listener, Rule
from lattice_events.network.policy import Policy, is_about_lattice
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.template import Template
from lattice_events.readers.cloudformation.unknown import UnknownValueError
from lattice_events.readers.common.advice import param_option
from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.common.fragment import Fragment, Kind, Reference, RunNote
from lattice_events.readers.common.properties import WrongPropertyError

_T = TypeVar("_T")
_OF_SERVICE = re.compile("arn:.*:service/svc-[^/]+")
_GENERAL_ADVICE = " Give the value itself, a parameter with a Default, or --param NAME=VALUE."


class Reading:
    """One template, the fragment that is made of it, and the only place where problems are recorded."""

    def __init__(self, template: Template) -> None:
        """Start with what is wrong with the template itself."""
        self.template = template
        self.options = template.options
        self.references = template.references
        self.fragment = Fragment()
        self._unknown_variables: dict[str, tuple[str, list[str]]] = {}  # why, and of which functions
        self._notes: dict[str, list[str]] = {}  # with their places
        self.rules: dict[str, list[Rule]] = {}  # by the ARN of their listener
        self.role_policies: dict[str, Policy | None] = {}  # by logical id of the role
        self.listeners: dict[str, list[Listener]] = {}  # by the ARN of their service
        for condition, (holds, error) in template.guesses.items():
            self.note(("Conditions", condition), _guessed(condition, error, holds=holds))
        for path, fault in template.faults:
            if isinstance(fault, UnresolvableError):
                self.unknown(path, fault)
            else:
                self.problem(path, fault)

    # ── problems ──────────────────────────────────────────────────────────────────────────────

    def problem(self, path: Path, message: str) -> None:
        """Record what is wrong at a key path."""
        self.fragment.problems.append(Problem(message, self.template.locate(path)))

    def unknown(self, path: Path, error: UnresolvableError) -> None:
        """Record a value that the network needs and that cannot be known here."""
        given = f" Give it with {error.option}." if error.option else _GENERAL_ADVICE
        advice = error.advice or given
        failure = self.options.failures.get(error.name)
        asked = f"{error.detail} ({failure})" if failure else error.detail
        message = f"This value is needed but cannot be known: {error.intrinsic} {asked}.{advice}"
        place = self.template.locate(path)
        problem = (
            Question(message, place, option=error.option, doubtful=self._doubtful(path))
            if error.option
            else Problem(message, place)
        )
        self.fragment.problems += UnsupportedIntrinsicError(problem, intrinsic=error.intrinsic).problems

    def _doubtful(self, path: Path) -> tuple[str, ...] | None:
        """The services about which an unknown value at a key path leaves doubt; see `Question`."""
        name = str(path[1]) if len(path) > 1 else ""
        kind = self.template.kind(name)
        if kind in (LISTENER, RULE):
            service = _OF_SERVICE.match(self.references.arn(name))
            return (service[0],) if service else None
        # Who calls and what a policy says, what things are called, and targets change nothing of other services.
        return None if kind in (None, SERVICE_ASSOCIATION, VPC_ASSOCIATION) else ()

    def note(self, path: Path, message: str) -> None:
        """Record what is not emulated or not known; the same message is one note, however often it holds."""
        places = self._notes.setdefault(message, [])
        place = self.template.locate(path)
        if place not in places:
            places.append(place)

    def unknown_variable(self, key: str, function: str, error: UnresolvableError) -> None:
        """Record a function's variable that cannot be known; a name is one note, however many functions have it."""
        known_by = f" or {error.option}" if error.option else ""
        advice = f".{error.advice}" if error.advice else f"; set it with --env {key}=VALUE{known_by}."
        _, functions = self._unknown_variables.setdefault(key, (f"({error}){advice}", []))
        functions.append(function)

    def unknown_key(self, path: Path, owner: str, known: Iterable[str]) -> None:
        """Record a key that counts for nothing: a problem if another one is meant, which may decide, else a note."""
        message, hint = f"{owner} has no property {path[-1]}", did_you_mean(str(path[-1]), known)
        if hint:
            self.problem(path, f"{message}.{hint}")
        else:
            self.note(path, f"{message}: it is ignored.")

    def finish(self) -> Fragment:
        """The fragment, when everything is read."""
        variables = []
        for key, (why, functions) in self._unknown_variables.items():
            others = f" and {len(functions) - 1} more" if len(functions) > 1 else ""
            variables.append(f"{key} of {functions[0]}{others} is unknown {why}")
        self.fragment.notes[:0] = variables
        for message, places in self._notes.items():
            more = f" So it is at {len(places) - 1} more." if len(places) > 1 else ""
            note = f"{places[0]}: {message}{more}"
            self.fragment.notes.append(RunNote(note) if isinstance(message, RunNote) else note)
        return self.fragment

    def attempt(self, name: str, get: Callable[[], _T], default: _T) -> _T:
        """What a getter gives of a resource; what it raises becomes problems, and the default stands for it.

        Args:
            name: Logical id of the resource.
            get: Raises `WrongPropertyError` or `UnknownValueError`.
            default: Goes into a network that is not built, since there is a problem.
        """
        try:
            return get()
        except WrongPropertyError as error:
            self.problem(("Resources", name, "Properties", *error.path), error.problem)
        except UnknownValueError as error:
            for path, part in error.parts:
                self.unknown(path, part)
        return default

    def known_or(self, name: str, key: str, get: Callable[[], _T], default: _T) -> _T:
        """What a getter gives of a property that no decision needs; what cannot be known is one note.

        Args:
            name: Logical id of the resource.
            key: The property.
            get: Raises `WrongPropertyError` or `UnknownValueError`.
            default: Stands for what cannot be known.
        """

        def known() -> _T:
            try:
                return get()
            except UnknownValueError as error:
                (path, part), *_ = error.parts
                given = part.advice or (f" Give it with {part.option}." if part.option else "")
                instead = "left out" if default is None else f"{default} here"
                self.note(path, f"{key} is unknown, so it is {instead}: {part}.{given}")
                return default

        return self.attempt(name, known, default)

    def all_of(self, name: str, *gets: Callable[[], Any]) -> tuple[Any, ...] | None:
        """What several getters give of a resource; ``None`` when one of them raises, and then every problem is recorded."""
        failed = object()
        values = tuple(self.attempt(name, get, failed) for get in gets)
        return None if failed in values else values

    # ── what several readers ask ──────────────────────────────────────────────────────────────

    def name(self, name: str, kind: str) -> str:
        """The name of a resource of VPC Lattice; one that AWS would refuse is a problem."""
        return self.own_name(name, kind) or self.references.name(name)

    def own_name(self, name: str, kind: str) -> str | None:
        """The name that a resource gives itself, if it does."""
        given = self.attempt(name, lambda: self.known_name(name), None)
        problem = None if given is None else name_problem(kind, given)
        if problem:
            path: Path = ("Resources", name, "Properties", "Name")
            message = f"{problem[0].upper()}{problem[1:]}."
            self.fragment.problems.append(RefusedName(message, self.template.locate(path)))
        return given

    def known_name(self, name: str) -> str | None:
        """The name that a resource gives itself; one that only a deployment makes need not be known.

        Raises:
            UnknownValueError: The user must give it.
            WrongPropertyError: It is not text.
        """
        try:
            return self.references.own_name(name)
        except UnknownValueError as error:
            if not all(part.is_outside and part.intrinsic == "Fn::GetAtt" for _, part in error.parts):
                raise
            path, part = error.parts[0]
            message = (
                f"This name is unknown ({part}); a made-up one stands for it. Give it with {part.option}."
            )
            self.note(path[:4], message)
            return None

    def reference(self, name: str, key: str, *kinds: Kind) -> Reference | None:
        """What a property names, which any source may define; one that only others know keeps its name.

        Raises:
            UnknownValueError: It cannot be known, and is not others' to say.
            WrongPropertyError: It is not text.
        """
        path: Path = ("Resources", name, "Properties", key)
        outside = self.template.outside(path)
        text = self.template.text(name, key) if outside is None else outside.name
        if text is None:
            return None
        return Reference(
            text=text,
            origin=self.template.locate(path),
            kinds=kinds,
            is_outside=outside is not None,
            answer=outside.option if outside else "" if kinds == ("servicenetwork",) else self.answer(path),
        )

    def answer(self, path: Path) -> str:
        """The option that gives another value at a key path, if one does."""
        written = self.template.written(path)
        named = written.get("Ref") if isinstance(written, dict) else None
        return param_option(str(named)) if named in self.template.parameter_names else ""

    @cached_property
    def services(self) -> Mapping[str, str]:
        """ARNs of this template's services, by ARN and by id."""
        return self._by_identifier(SERVICE)

    @cached_property
    def listener_arns(self) -> Mapping[str, str]:
        """ARNs of this template's listeners, by ARN and by id."""
        return self._by_identifier(LISTENER)

    @cached_property
    def target_groups(self) -> Mapping[str, str]:
        """ARNs of this template's target groups, by ARN and by id."""
        return self._by_identifier(TARGET_GROUP)

    def _by_identifier(self, kind: str) -> dict[str, str]:
        arns = [self.references.arn(name) for name in self.template.names_of(kind)]
        return {**{arn: arn for arn in arns}, **{arn.rpartition("/")[2]: arn for arn in arns}}

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """Logical ids of this template's functions, by name."""
        names = reversed(self.template.names_of(FUNCTION))
        return {self.references.name(name): name for name in names}

    @cached_property
    def targets(self) -> frozenset[str]:
        """Names of the functions that are targets of this template's groups."""
        paths: list[Path] = [
            ("Resources", name, "Properties", "Targets") for name in self.template.names_of(TARGET_GROUP)
        ]
        lists = [value for value in map(self.template.quiet, paths) if isinstance(value, list)]
        arns = [str(target.get("Id")) for value in lists for target in value if isinstance(target, dict)]
        return frozenset(arn.rpartition("function:")[2].partition(":")[0] for arn in arns)

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Logical ids of this template's roles, by ARN."""
        return {self.references.arn(name): name for name in self.template.names_of(ROLE)}

    @cached_property
    def managed_policies(self) -> Mapping[str, str]:
        """Logical ids of this template's managed policies, by ARN."""
        return {self.references.arn(name): name for name in self.template.names_of(MANAGED_POLICY)}

    @cached_property
    def attached_policies(self) -> Mapping[str, Sequence[str]]:
        """Logical ids of the policies of this template that name a role, by the role's name."""
        attached: dict[str, list[str]] = {}
        for name in self.template.names_of(POLICY, MANAGED_POLICY, ROLE_POLICY):
            key = "RoleName" if self.template.kind(name) == ROLE_POLICY else "Roles"
            path: Path = ("Resources", name, "Properties", key)
            for role in self.known_items(path):
                attached.setdefault(str(role), []).append(name)
            self._note_unknown_roles(name, path)
        return attached

    def _note_unknown_roles(self, name: str, path: Path) -> None:
        """Say of a policy about VPC Lattice that it is left out of roles that cannot be known."""
        error = self.template.unknown(path)
        if error is not None and self._is_about_lattice(name):
            given = f" Give it with {error.option}." if error.option else ""
            self.note(
                path, f"A role of this policy is unknown ({error}), so it counts for no role there.{given}"
            )

    def _is_about_lattice(self, policy: str) -> bool:
        """Whether a policy may have a statement about calls through VPC Lattice."""
        document = self.template.written(("Resources", policy, "Properties", "PolicyDocument"))
        statements = mapping(document).get("Statement")
        return any(map(is_about_lattice, statements if isinstance(statements, list) else [statements]))

    def known_items(self, path: Path) -> Sequence[Any]:
        """The items of a list that can be known, whatever the others are."""
        try:
            places = [place for _, place in self.template.items(path)]
        except UnknownValueError:
            return ()
        values = [self.template.quiet(place) for place in places]
        return [
            item
            for value in values
            if value is not None
            for item in (value if isinstance(value, list) else [value])
        ]


def _guessed(condition: str, error: UnresolvableError, *, holds: bool) -> str:
    """What to say of a condition that cannot be known."""
    given = f" Give it with {error.option}." if error.option else ""
    return (
        f"The condition {condition} cannot be known ({error}), so it is taken to be {'true' if holds else 'false'}, "
        f"and the other case is not read.{given}"
    )
