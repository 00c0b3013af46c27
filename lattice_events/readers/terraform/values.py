"""The values of Terraform's resources as CloudFormation would have them: references, policies, plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lattice_events.errors import Problem
from lattice_events.readers.common.documents import mapping
from lattice_events.readers.terraform.document import UNKNOWN, Resource, Step, TerraformDocument
from lattice_events.readers.terraform.references import References, shown_path

SERVICE_NETWORK = "aws_vpclattice_service_network"
SERVICE = "aws_vpclattice_service"
LISTENER = "aws_vpclattice_listener"
TARGET_GROUP = "aws_vpclattice_target_group"
FUNCTION = "aws_lambda_function"
ALIAS = "aws_lambda_alias"
ROLE = "aws_iam_role"
POLICY = "aws_iam_policy"
POLICY_DOCUMENT = "aws_iam_policy_document"
_BY_REF = (ALIAS, POLICY, "aws_lambda_layer_version", "aws_vpc", "aws_security_group")
_IDENTITIES = ("arn", "id", "listener_id", "qualified_arn", "invoke_arn")
_NAMES = {ROLE: "name", FUNCTION: "function_name"}  # of what may be named by its name, too


class Values:
    """Gives the values of a document's resources; what is unknown becomes a named placeholder.

    Attributes:
        problems: References that could mean several things.
    """

    def __init__(self, document: TerraformDocument, *, given: Mapping[str, str], file: str) -> None:
        """Prepare.

        Args:
            document: With every resource.
            given: The user's values, by ``terraform:`` and the address of an attribute.
            file: How to call the document in messages.
        """
        self._document = document
        self._references = References(document)
        self._given = given
        self._file = file
        self.problems: list[Problem] = []
        self._notes: list[str] = []
        self._inferred: dict[str, list[str]] = {}  # places, by the address that they can only mean
        self._by_identity: dict[tuple[str, str], Resource] = {}
        for each in document.resources.values():
            for key in (*_IDENTITIES, _NAMES.get(each.type, "arn")):
                value = each.get(key)
                if isinstance(value, str) and not each.is_data:
                    self._by_identity.setdefault((each.type, value), each)

    def plain(self, resource: Resource, *path: Step) -> Any:
        """A value that is no reference; a placeholder when it is unknown, ``None`` when there is none."""
        value = self._get(resource, path)
        return unknown_value(resource, path) if value is UNKNOWN else value

    def known(self, resource: Resource, *path: Step) -> Any:
        """A value that has a default where it is unknown; an empty text counts as none."""
        value = self._get(resource, path)
        return None if value is UNKNOWN or value == "" else value

    def decided(self, resource: Resource, key: str) -> Any:
        """A value that decides: ``None`` only where the configuration leaves it to AWS, a placeholder where it is unknown."""
        value = self._get(resource, (key,))
        is_open = value == "" or (value is UNKNOWN and self._references.is_open(resource, key))
        return None if is_open else self.plain(resource, key)

    def entries(self, resource: Resource, *path: Step) -> dict[str, Any]:
        """A map; each entry that is unknown is a placeholder."""
        value, unknown = resource.get(*path), resource.unknown_at(*path)
        if value is UNKNOWN:
            self._notes.append(
                f"{self._file}: {_place(resource, path)} is known only after apply, with all its names."
            )
            return {}
        names = [*mapping(value), *(each for each in mapping(unknown) if each not in mapping(value))]
        return {str(name): self.plain(resource, *path, name) for name in names}

    def _get(self, resource: Resource, path: Sequence[Step]) -> Any:
        """What the user says of an attribute, else what the document says."""
        return self._given.get(f"terraform:{_place(resource, path)}", resource.get(*path))

    def is_configured(self, resource: Resource, key: str) -> bool:
        """Whether the configuration has an expression for an argument."""
        return self._references.is_configured(resource, key)

    def reference(self, resource: Resource, path: Sequence[Step], *kinds: str, is_needed: bool = True) -> Any:
        """A value that names a resource of one of some types: a reference to it if this document has it."""
        value = self._get(resource, path)
        if value is UNKNOWN:
            return self._origin(resource, path, kinds, is_needed=is_needed)
        found = self.find(value, *kinds)
        return value if found is None else pointer(found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of references that the plan does not show, and that can mean one thing only."""
        inferred = (
            f"{self._file}: The plan does not show what {_some(places)}; "
            f"it is assumed to be {address}, the only one that it can be."
            for address, places in self._inferred.items()
        )
        return (*self._notes, *inferred)

    def find(self, value: Any, *kinds: str) -> Resource | None:
        """The resource that a text names by its ARN, id, name or address."""
        for kind in kinds:
            if isinstance(value, str) and (kind, value) in self._by_identity:
                return self._by_identity[kind, value]
        found = self._document.resources.get(value) if isinstance(value, str) else None
        return found if found and found.type in kinds else None

    def _origin(
        self, resource: Resource, path: Sequence[Step], kinds: Sequence[str], *, is_needed: bool
    ) -> Any:
        """What an unknown value refers to."""
        origins = self._references.origins(resource, path, kinds)
        if len(origins.resources) == 1 and not origins.resources[0].is_data:
            (only,) = origins.resources
            if origins.is_inferred and is_needed:
                self._inferred.setdefault(only.address, []).append(_place(resource, path))
            return pointer(only)
        is_lattice = any(kind.startswith("aws_vpclattice_") for kind in kinds)
        if is_needed and (is_lattice or (FUNCTION in kinds and len(origins.resources) > 1)):
            self._refuse(resource, path, origins.resources)
        return unknown_value(resource, path)

    def _refuse(self, resource: Resource, path: Sequence[Step], candidates: Sequence[Resource]) -> None:
        """A reference that could mean several things, or nothing that the plan makes."""
        place = _place(resource, path)
        names = [each.address for each in candidates]
        which = f" It may be {' or '.join(names)}." if names else ""
        example = names[0] if names else "ADDRESS"
        self.problems.append(
            Problem(
                f"{shown_path(path)} is known only after apply, and the plan does not say what it refers to.{which} "
                f"Say it with --variable 'terraform:{place}={example}', or read the state after apply: "
                "terraform show -json > state.json.",
                f"{self._file}: {resource.address}",
            )
        )

    def _said(self, text: str) -> Any:
        """What the user says of a part of a policy: itself, or the address of a resource, ``/*`` after it or not."""
        found = self._document.resources.get(text.removesuffix(_ALL_OF_IT))
        if found is None or found.is_data:
            return text
        rest = _ALL_OF_IT if text.endswith(_ALL_OF_IT) else ""
        return {"Fn::Join": ["", [pointer(found), rest]]}

    # ── policies ──────────────────────────────────────────────────────────────────────────────

    def policy(self, resource: Resource, *path: Step) -> Any:
        """A policy document: its JSON, or what a data source that is read during apply says of it."""
        value = self._get(resource, path)
        if value is not UNKNOWN:
            return _parsed(value)
        origins = self._references.origins(resource, path, (POLICY_DOCUMENT,))
        if len(origins.resources) == 1 and not origins.is_inferred:
            return self._written(origins.resources[0])
        return unknown_value(resource, path)

    def _written(self, document: Resource) -> Any:
        """The document of an ``aws_iam_policy_document``, as far as its blocks tell."""
        for key in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
            if document.get(key):
                return unknown_value(document, ("json",))
        if document.get("statement") is UNKNOWN:
            return unknown_value(document, ("json",))
        count = document.blocks("statement")
        return {
            "Version": self.known(document, "version") or "2012-10-17",
            "Statement": [self._statement(document, ("statement", index)) for index in range(count)],
        }

    def _statement(self, document: Resource, at: tuple[Step, ...]) -> dict[str, Any]:
        """One statement."""
        written: dict[str, Any] = {"Effect": self.plain(document, *at, "effect") or "Allow"}
        sid = self.known(document, *at, "sid")
        if sid:
            written["Sid"] = sid
        for key in ("actions", "not_actions", "resources", "not_resources"):
            value = self._items(document, (*at, key), ())
            if value:
                written[_STATEMENT[key]] = value
        for key in ("principals", "not_principals"):
            if document.get(*at, key) is UNKNOWN:
                written[_STATEMENT[key]] = unknown_value(document, (*at, key))
            elif document.blocks(*at, key):
                written[_STATEMENT[key]] = self._principals(document, (*at, key))
        if document.get(*at, "condition") is UNKNOWN:
            written["Condition"] = unknown_value(document, (*at, "condition"))
        elif document.blocks(*at, "condition"):
            written["Condition"] = self._condition(document, (*at, "condition"))
        return written

    def _principals(self, document: Resource, path: tuple[Step, ...]) -> Any:
        written: dict[str, list[Any]] = {}
        for index in range(document.blocks(*path)):
            kind = str(document.get(*path, index, "type"))
            items = self._items(document, (*path, index, "identifiers"), (ROLE,))
            if kind == "*":
                return "*"
            written[kind] = [*written.get(kind, []), *(items if isinstance(items, list) else [items])]
        return written

    def _condition(self, document: Resource, path: tuple[Step, ...]) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for index in range(document.blocks(*path)):
            test, variable = (self.plain(document, *path, index, key) for key in ("test", "variable"))
            is_exact = str(test).endswith("Equals")
            kinds = _COMPARED.get(str(variable).lower(), ()) if is_exact else ()
            values = self._items(document, (*path, index, "values"), kinds)
            written.setdefault(str(test), {})[str(variable)] = values
        return written

    def _items(self, document: Resource, path: tuple[Step, ...], kinds: Sequence[str]) -> Any:
        """A list of texts; those of unknown ones that are ARNs of resources of some types are references."""
        given = self._get(document, path)
        if isinstance(given, str):
            return [self._said(each.strip()) for each in given.split(",")]
        known = [each for each in given if each is not None] if isinstance(given, list) else []
        if not _has_true(document.unknown_at(*path)):
            return known
        origins = self._references.origins(document, path, kinds) if kinds else None
        if origins is None or not origins.resources or origins.is_inferred:
            return unknown_value(document, path)
        return [*known, *map(pointer, origins.resources)]


# What condition keys are compared with; only there does an expression that names a resource stand for nothing else.
_COMPARED = {
    "aws:principalarn": (ROLE,),
    "aws:sourcevpc": ("aws_vpc",),
    "vpc-lattice-svcs:servicearn": (SERVICE,),
    "vpc-lattice-svcs:servicenetworkarn": (SERVICE_NETWORK,),
    "vpc-lattice-svcs:sourcevpc": ("aws_vpc",),
}
_ALL_OF_IT = "/*"
_STATEMENT = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
}


def unknown_value(resource: Resource, path: Sequence[Step]) -> str:
    """A placeholder for a value that only apply gives."""
    return f"{{{{resolve:terraform:{_place(resource, path)}}}}}"


def _some(places: Sequence[str]) -> str:
    """That the first of some places refers to something, and how many others do."""
    first, *others = sorted(places)
    if not others:
        return f"{first} refers to"
    return f"{first} and {len(others)} other value{'s' * (len(others) > 1)} refer to"


def _place(resource: Resource, path: Sequence[Step]) -> str:
    """The address of an attribute."""
    return f"{resource.address}.{shown_path(path)}"


def pointer(resource: Resource) -> dict[str, Any]:
    """A reference that gives the identity of a resource: its ARN, if it has one."""
    if resource.type in _BY_REF:
        return {"Ref": resource.address}
    return {"Fn::GetAtt": [resource.address, "Arn"]}


def _parsed(text: Any) -> Any:
    """A policy's JSON; what is none is left to the reader of policies."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _has_true(unknown: Any) -> bool:
    if isinstance(unknown, dict):
        return any(map(_has_true, unknown.values()))
    return any(map(_has_true, unknown)) if isinstance(unknown, list) else unknown is True
