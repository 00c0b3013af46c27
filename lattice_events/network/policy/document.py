"""Policy documents as values, read with every problem named by its place in the document.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-common-elements
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Literal

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.policy.keys import KNOWN_KEYS, is_known, is_played
from lattice_events.network.policy.matching import SetOperator
from lattice_events.network.policy.operators import NULL, OPERATORS, check_truth
from lattice_events.network.policy.patterns import escape_variables, matches_pattern, variables_of
from lattice_events.network.policy.statements import Condition, Element, Policy, Statement
from lattice_events.values import is_deeper

MAX_AUTH_POLICY_BYTES = 10_240
"""Of an auth policy's text, without white space."""

Path = tuple[str | int, ...]
Locate = Callable[[Path], str]
_Placed = tuple[Path, str]

_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"
)  # fmt: skip
_OWN_PREFIXES = ("aws", "vpc-lattice-svcs")
_INVOKE = "vpc-lattice-svcs:Invoke"
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}|arn:[^:]+:iam::[0-9]{12}:(root|(role|user)/.+)"
    r"|arn:[^:]+:sts::[0-9]{12}:(assumed-role/[^/]+/[^/]+|federated-user/.+)"
)
_VERSION = "2012-10-17"
_MAX_DEPTH = 20  # of objects and lists inside of each other; a policy has six
_LONGEST_NAME = 255  # that a hint is looked for; longer ones would take minutes


def parse_policy(
    document: Any,
    *,
    kind: Literal["auth", "identity"] = "auth",
    locate: Locate = lambda _: "",
    name: str = "",
) -> Policy:
    """Read a policy document.

    Of an identity policy, statements that are about other AWS services only are left out unread.

    Args:
        document: The JSON text, or what it stands for.
        kind: An ``auth`` policy names principals, an ``identity`` policy may not.
        locate: Gives the place of a key path of the document, for the problems.
        name: What its statements are to be called after, where a caller has several policies.

    Raises:
        ConfigurationError: With every problem, each with its place: ``Statement[2].Condition.StringEqual``.
    """
    reader = _Reader(kind, locate, name)
    policy = reader.read(document)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return policy


class _Reader:
    """Reads a document and keeps what is wrong with it."""

    def __init__(self, kind: Literal["auth", "identity"], locate: Locate, name: str) -> None:
        self._kind, self._locate, self._name = kind, locate, name
        self._has_variables = True
        self.problems: list[Problem] = []

    def read(self, document: Any) -> Policy:
        """The policy, as far as it can be read."""
        document, text = self._read_json(document)
        if not isinstance(document, dict):
            if not self.problems:
                self._report((), f"must be an object with Version and Statement, not {_kind_of(document)}")
            return Policy(statements=())
        self._refuse_unknown((), document, ("Version", "Id", "Statement"))
        # IAM's default is the older version, which knows no policy variables.
        version = document.get("Version", "2008-10-17")
        if version not in (_VERSION, "2008-10-17"):
            self._report(("Version",), f"must be {_VERSION}, not {version!r}")
        self._has_variables = version == _VERSION
        if self._kind == "auth" and len(text) > MAX_AUTH_POLICY_BYTES:
            self._report((), f"is longer than the {MAX_AUTH_POLICY_BYTES} bytes that VPC Lattice accepts")
        statements = document.get("Statement")
        if isinstance(statements, dict):
            only = self._read_statement(0, ("Statement",), statements)
            return Policy(statements=() if only is None else (only,))
        if not isinstance(statements, list) or not statements:
            self._report(("Statement",), "must be a list of statements")
            return Policy(statements=())
        read = [
            self._read_statement(index, ("Statement", index), each) for index, each in enumerate(statements)
        ]
        return Policy(statements=tuple(each for each in read if each is not None))

    def _read_json(self, document: Any) -> tuple[Any, bytes]:
        """The document as JSON has it, and its text without white space."""
        try:
            if isinstance(document, (str, bytes)):
                document = json.loads(
                    document, object_pairs_hook=self._object, parse_constant=_refuse_constant
                )
            options: dict[str, Any] = {"separators": (",", ":"), "default": _text_of, "allow_nan": False}
            text = json.dumps(document, ensure_ascii=False, **options).encode()
            document = json.loads(text)
            if not is_deeper(document, _MAX_DEPTH):
                return document, text
        except UnicodeEncodeError as error:
            self._report((), f"contains half of a character: {ascii(error.object[error.start])[1:-1]}")
            return None, b""
        except (TypeError, ValueError) as error:
            self._report((), f"is not JSON: {error}")
            return None, b""
        except RecursionError:
            pass
        self._report((), "is nested too deeply")
        return None, b""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object of JSON text; of a key that stands twice, the first value would be lost."""
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                self._report((), f"has {name!r} twice in one object")
            found[name] = value
        return found

    def _read_statement(self, index: int, place: Path, statement: Any) -> Statement | None:
        if not isinstance(statement, dict):
            self._report(place, f"must be an object, not {_kind_of(statement)}")
            return None
        if self._kind == "identity" and not is_about_lattice(statement):
            return None
        self._refuse_unknown(place, statement, _ELEMENTS)
        effect = statement.get("Effect")
        if effect not in ("Allow", "Deny"):
            self._report((*place, "Effect"), f"must be Allow or Deny, not {effect!r}")
        action = self._read_element(place, statement, "Action")
        resource = self._read_element(place, statement, "Resource")
        return Statement(
            index=index,
            sid=str(statement.get("Sid", "")),
            effect="Deny" if effect == "Deny" else "Allow",
            principal=self._read_principal(place, statement),
            action=action or Element(values=()),
            resource=resource,
            conditions=tuple(self._read_conditions((*place, "Condition"), statement.get("Condition", {}))),
            policy=self._name,
        )

    def _read_element(self, place: Path, statement: dict[str, Any], name: str) -> Element | None:
        """``Action`` or ``Resource``, or its negation."""
        given = [each for each in (name, f"Not{name}") if each in statement]
        if len(given) != 1:
            self._report((*place, name), f"must be there, or Not{name}, but not both")
            return None
        found = self._patterns((*place, given[0]), statement[given[0]])
        if name == "Action":
            for path, value in found:
                if not _ACTION.fullmatch(value):
                    self._report(path, f"has {value!r}, which is not an action: write {_INVOKE}")
        return Element(values=_texts(found), is_negated=given[0] != name)

    def _read_principal(self, place: Path, statement: dict[str, Any]) -> Element | None:
        given = [each for each in ("Principal", "NotPrincipal") if each in statement]
        if self._kind == "identity":
            if given:
                self._report(
                    (*place, given[0]), "is not allowed in an identity policy, whose principal is its owner"
                )
            return None
        if len(given) != 1:
            self._report((*place, "Principal"), "must be there, or NotPrincipal, but not both")
            return None
        found, here = statement[given[0]], (*place, given[0])
        if isinstance(found, dict):
            self._refuse_unknown(here, found, ("AWS", "Service", "Federated", "CanonicalUser"))
            named = self._strings((*here, "AWS"), found["AWS"]) if "AWS" in found else []
            others = tuple(
                f"{{{kind}: {value}}}"  # which no caller of VPC Lattice is
                for kind in ("Service", "Federated", "CanonicalUser")
                if kind in found
                for _, value in self._strings((*here, kind), found[kind])
            )
        else:
            named, others = self._strings(here, found), ()
        for path, value in named:
            problem = principal_problem(value)
            if problem:
                self._report(path, f"has {value!r}{problem}")
        if given[0] == "NotPrincipal" and statement.get("Effect") == "Allow":
            self._report(here, "is allowed only with Effect Deny, as in IAM")
        return Element(values=(*_texts(named), *others), is_negated=given[0] == "NotPrincipal")

    def _read_conditions(self, place: Path, conditions: Any) -> Iterable[Condition]:
        if not isinstance(conditions, dict):
            self._report(place, f"must be an object, not {_kind_of(conditions)}")
            return
        for written, keys in conditions.items():
            here = (*place, str(written))
            split = _split_operator(str(written))
            if split is None:
                self._report(
                    here, f"is not a condition operator{_did_you_mean(str(written), [*OPERATORS, NULL])}"
                )
                continue
            if not isinstance(keys, dict):
                self._report(here, f"must be an object of condition keys, not {_kind_of(keys)}")
                continue
            operator, set_operator, if_exists = split
            for key, value in ((str(key), value) for key, value in keys.items()):
                values = self._patterns((*here, key), value)
                problem = self._key_problem(key)
                if problem:
                    self._report((*here, key), problem)
                self._check_values(operator, values)
                yield Condition(
                    operator=operator,
                    set_operator=set_operator,
                    if_exists=if_exists,
                    key=key,
                    values=_texts(values),
                )

    def _key_problem(self, key: str) -> str | None:
        """Say that no request has a key; in an identity policy it may be one of another service's."""
        prefix, colon, _ = key.partition(":")
        if not colon:
            return "is not a condition key: it has no prefix, such as vpc-lattice-svcs: or aws:"
        if is_known(key) or (self._kind == "identity" and prefix.lower() not in _OWN_PREFIXES):
            return None
        return f"is neither a condition key of VPC Lattice nor a global one{_did_you_mean(key, KNOWN_KEYS)}"

    def _check_values(self, operator: str, values: list[_Placed]) -> None:
        check = check_truth if operator == NULL else OPERATORS[operator].check
        for path, value in values:
            problem = check(value)
            if problem:
                self._report(path, f"{value!r} {problem}")

    def _patterns(self, place: Path, value: Any) -> list[_Placed]:
        """Strings that may have policy variables, whose keys must be known; in older documents they have none."""
        patterns = self._strings(place, value)
        if not self._has_variables:
            return [(path, escape_variables(pattern)) for path, pattern in patterns]
        for path, key in dict.fromkeys(
            (path, key) for path, pattern in patterns for key in variables_of(pattern)
        ):
            problem = self._key_problem(key)
            if problem:
                self._report(path, f"has ${{{key}}}, which {problem}")
        return patterns

    def _strings(self, place: Path, value: Any) -> list[_Placed]:
        """A string, or a list of them, each with its place; numbers and booleans are taken as they are written."""
        if value == []:
            self._report(place, "must not be empty")
        is_list = isinstance(value, list)
        texts: list[_Placed] = []
        for index, each in enumerate(value if is_list else [value]):
            path = (*place, index) if is_list else place
            if isinstance(each, bool):
                texts.append((path, "true" if each else "false"))
            elif isinstance(each, (str, int, float)):
                texts.append((path, str(each)))
            else:
                wanted = "a string" if is_list else "a string or a list of strings"
                self._report(path, f"must be {wanted}, not {_kind_of(each)}")
        return texts

    def _refuse_unknown(self, place: Path, found: dict[str, Any], known: Iterable[str]) -> None:
        for name in found:
            if name not in known:
                self._report((*place, name), f"is unknown{_did_you_mean(name, known)}")

    def _report(self, place: Path, what: str) -> None:
        end = "" if what.endswith("?") else "."
        self.problems.append(Problem(f"{_shown(place) or 'The policy'} {what}{end}", self._locate(place)))


def _texts(placed: Iterable[_Placed]) -> tuple[str, ...]:
    return tuple(text for _, text in placed)


def _shown(place: Path) -> str:
    """``Statement[2].Effect``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def _refuse_constant(name: str) -> None:
    """NaN and its like, which Python reads and JSON does not have."""
    raise ValueError(f"it has {name}")


def principal_problem(value: str) -> str | None:
    """Say why a text names no caller, as the end of a sentence."""
    if value != "*" and ("*" in value or "?" in value):
        return ': a principal has no wildcards; write "*", and a Condition with ArnLike on aws:PrincipalArn'
    if not _PRINCIPAL.fullmatch(value):
        return ', which is not a principal: write "*", an account, or the ARN of a role, user or session'
    return None


def find_unplayed_keys(policy: Policy) -> tuple[str, ...]:
    """The condition keys that a policy asks for and no request has here, though on AWS one may."""
    keys: list[str] = []
    for statement in policy.statements:
        patterns = list(statement.resource.values if statement.resource else ())
        for condition in statement.conditions:
            keys.append(condition.key)
            patterns += condition.values
        keys += (key for pattern in patterns for key in variables_of(pattern))
    return tuple(dict.fromkeys(key for key in keys if not is_played(key)))


def is_about_lattice(statement: Any) -> bool:
    """Whether a statement may be about calls through VPC Lattice; one that cannot be read may be."""
    actions = statement.get("Action") if isinstance(statement, dict) else None
    if isinstance(actions, str):
        actions = [actions]
    if not isinstance(actions, list) or not actions:
        return True
    return any(
        not isinstance(each, str)
        or each.lower().startswith("vpc-lattice-svcs:")
        or matches_pattern(each, _INVOKE, lambda _: (), ignore_case=True)
        for each in actions
    )


def _split_operator(written: str) -> tuple[str, SetOperator, bool] | None:
    """``ForAnyValue:StringLikeIfExists`` in its parts."""
    set_operator: SetOperator = ""
    name = written
    for prefix in ("ForAnyValue", "ForAllValues"):
        if written.startswith(f"{prefix}:"):
            set_operator, name = prefix, written.removeprefix(f"{prefix}:")
    if name == NULL:
        return name, set_operator, False
    plain = name.removesuffix("IfExists")
    return (plain, set_operator, plain != name) if plain in OPERATORS else None


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the known names, as the end of a sentence."""
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), list(by_lower), n=1)
    return f"; did you mean {by_lower[near[0]]}?" if near else ""


def _text_of(value: Any) -> str:
    """What YAML reads as a date was written as text: ``Version: 2012-10-17``."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"it has {value!r}")


def _kind_of(value: Any) -> str:
    """What a JSON value is."""
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
