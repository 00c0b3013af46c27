"""What is asked of the policy lab, read from JSON: changes, a caller, which requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.inspector.search import FIELDS, SearchError, predicate
from lattice_events.network.authentication import Authentication
from lattice_events.network.graph import ANONYMOUS
from lattice_events.network.lab import Change
from lattice_events.network.model import AuthType, Network, Principal, Service, ServiceNetwork
from lattice_events.network.policy import Caller, Policy, read_policy, session_arn
from lattice_events.values import is_deeper

_CALLER = re.compile(
    r"arn:[^:\s]+:(iam::[0-9]{12}:(role|user)/[^\s]+|sts::[0-9]{12}:assumed-role/[^/\s]+/[^/\s]+)"
)
_SESSION = "lab"
_AUTH_TYPES: tuple[AuthType, ...] = ("NONE", "AWS_IAM")
_MAX_DEPTH = 40  # of the body; of a policy, its reader takes half
_MOST_PROBLEMS = 100  # of one policy, that are told
_LONGEST = 80  # of what an error repeats

Resource = Service | ServiceNetwork
IsChosen = Callable[[Mapping[str, Any]], bool]


class LabError(Exception):
    """What is asked is not of the right form; the message says what is."""

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, resource: str = "") -> None:
        """Keep the answer.

        Args:
            message: For a person.
            problems: Of a policy, each with its ``LINE:COLUMN``.
            resource: Whose policy it is.
        """
        super().__init__(message)
        self.problems, self.resource = tuple(problems), resource

    @property
    def described(self) -> dict[str, Any]:
        """The answer, with every problem of a policy and its place."""
        told: dict[str, Any] = {"error": str(self)}
        if self.problems:
            told |= {
                "resource": self.resource,
                "problems": list(map(_described, self.problems[:_MOST_PROBLEMS])),
            }
        return told


class TestRequest(NamedTuple):
    """What is to be tested.

    Attributes:
        changes: Of policies.
        caller: Who calls instead; ``None`` for who did.
        is_chosen: Whether a line of the list is to be tested.
    """

    changes: Sequence[Change]
    caller: Authentication | None
    is_chosen: IsChosen


class LeastRequest(NamedTuple):
    """Whose least policy is wanted.

    Attributes:
        resource: The service or service network.
        any_id: Whether segments of paths that look like ids may be any.
        is_chosen: Whether a line of the list is to be allowed.
    """

    resource: Resource
    any_id: bool
    is_chosen: IsChosen


def _described(problem: Problem) -> dict[str, Any]:
    line, _, column = problem.origin.partition(":")
    return {"message": problem.message, "line": int(line), "column": int(column)}


def resource_name(resource: Resource) -> str:
    """What the API calls a service or a service network, as their ARNs do: ``service/NAME``, ``servicenetwork/NAME``."""
    return f"{'service' if isinstance(resource, Service) else 'servicenetwork'}/{resource.name}"


def find_resource(network: Network, wanted: Any) -> Resource:
    """The service or service network of a name (see `resource_name`), a plain name that only one has, or an ARN.

    Raises:
        LabError: There is none, or there are several.
    """
    resources: tuple[Resource, ...] = (*network.services, *network.service_networks)
    found = [each for each in resources if wanted in (each.arn, resource_name(each), each.name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(map(resource_name, found))
        raise LabError(f"{wanted!r} is both {names}: say which.")
    known = ", ".join(map(resource_name, resources)) or "none"
    raise LabError(f"resource is a service or service network, not {_shown(wanted)}; there is {known}.")


def read_test(document: Any, network: Network) -> TestRequest:
    """Read what is to be tested.

    Raises:
        LabError: It is not of the right form, or a policy is broken.
    """
    members = _top_members(document, "changes", "caller", "filter", "requests")
    changes = members.get("changes", [])
    if not isinstance(changes, list):
        raise LabError("changes is a list of objects.")
    return TestRequest(
        changes=[_read_change(each, network) for each in changes],
        caller=_read_caller(members.get("caller"), network),
        is_chosen=_read_choice(members),
    )


def read_least(document: Any, network: Network) -> LeastRequest:
    """Read whose least policy is wanted.

    Raises:
        LabError: It is not of the right form.
    """
    members = _top_members(document, "resource", "any_id", "filter", "requests")
    any_id = members.get("any_id", False)
    if not isinstance(any_id, bool):
        raise LabError("any_id is true or false.")
    return LeastRequest(find_resource(network, members.get("resource")), any_id, _read_choice(members))


def _read_change(document: Any, network: Network) -> Change:
    members = _members(document, "resource", "auth_type", "policy")
    resource = find_resource(network, members.get("resource"))
    auth_type = members.get("auth_type", resource.auth_type)
    if auth_type not in _AUTH_TYPES:
        raise LabError(f"auth_type is {' or '.join(_AUTH_TYPES)}, not {_shown(auth_type)}.")
    policy = resource.auth_policy
    if "policy" in members:
        policy = _read_policy(members["policy"], resource_name(resource))
    return Change(arn=resource.arn, auth_type=auth_type, policy=policy)


def _read_policy(document: Any, name: str) -> Policy | None:
    """A policy as a text, whose places count, or as JSON; ``null`` is none."""
    if document is None:
        return None
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        return read_policy(text)
    except ConfigurationError as error:
        count = len(error.problems)
        words = "a problem" if count == 1 else f"{count} problems"
        raise LabError(f"The policy of {name} has {words}.", error.problems, resource=name) from error


def _read_caller(wanted: Any, network: Network) -> Authentication | None:
    """Who is to call: a caller of the run with its policies, nobody, or an ARN of whose policies nothing is known."""
    if wanted is None:
        return None
    if wanted == ANONYMOUS.name:
        return Authentication()
    known = network.principal_by_name.get(wanted) if isinstance(wanted, str) else None
    if known is not None:
        return Authentication(principal=known)
    if not isinstance(wanted, str) or not _CALLER.fullmatch(wanted):
        raise LabError(
            f"caller is {ANONYMOUS.name}, a caller of the run, or the ARN of a role, a user or a session, not {_shown(wanted)}."
        )
    is_role = ":role/" in wanted
    caller = Caller(arn=session_arn(wanted, _SESSION), role_arn=wanted) if is_role else Caller(arn=wanted)
    return Authentication(principal=Principal(name=wanted, caller=caller))


def _read_choice(members: Mapping[str, Any]) -> IsChosen:
    """By ``filter``, as of the list, and ``requests``, the numbers; all where there is neither."""
    filters, numbers = members.get("filter", {}), members.get("requests")
    known = ("q", *FIELDS)
    if not isinstance(filters, dict) or not all(
        name in known and isinstance(value, str) for name, value in filters.items()
    ):
        raise LabError(f"filter is an object of texts, with {', '.join(known)}.")
    if numbers is not None and not (isinstance(numbers, list) and all(type(each) is int for each in numbers)):
        raise LabError("requests is a list of numbers.")
    try:
        is_wanted = predicate(filters)
    except SearchError as error:
        raise LabError(str(error)) from error
    chosen = None if numbers is None else frozenset(numbers)
    return lambda line: (chosen is None or line["number"] in chosen) and is_wanted(line)


def _top_members(document: Any, *known: str) -> Mapping[str, Any]:
    if is_deeper(document, _MAX_DEPTH):
        raise LabError("The body is nested too deeply.")
    return _members(document, *known)


def _members(document: Any, *known: str) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise LabError(f"An object with {', '.join(known)} is expected, not {_shown(document)}.")
    for name in document:
        if name not in known:
            raise LabError(f"There is no {_shown(name)}; there are {', '.join(known)}.")
    return document


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:_LONGEST]
