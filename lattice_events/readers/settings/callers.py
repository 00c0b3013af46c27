"""The setting ``callers``: who calls the local network, beside the functions that it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller, Policy, Statement, parse_policy, session_arn
from lattice_events.readers.common.documents import Locate, Path
from lattice_events.readers.common.tags import tag_problem

_SESSION = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_SESSION_WORDS = "2 to 64 letters, digits and _+=,.@-"
VPC = re.compile(r"vpc-[0-9a-z]+|arn:[^:]+:ec2:[^:]+:\d{12}:vpc/vpc-[0-9a-z]+")


@dataclass(frozen=True, kw_only=True)
class CallerSettings:
    """One caller; what is ``None`` was not said.

    Attributes:
        name: What the user calls it; a function's name changes that function.
        arn: Of a role's session or a user.
        role_arn: Of the role whose session it is, where that was given.
        policy: Its own IAM policies in one.
        tags: Principal tags.
        vpc: Id or ARN of the VPC that it calls from.
        org_id: AWS Organizations id.
        org_paths: Paths in that organization.
        origin: Where it is written.
    """

    name: str
    arn: str | None = None
    role_arn: str | None = None
    policy: Policy | None = None
    tags: Mapping[str, str] | None = None
    vpc: str | None = None
    org_id: str | None = None
    org_paths: tuple[str, ...] = ()
    origin: str = field(default="", compare=False)

    def over(self, below: CallerSettings) -> CallerSettings:
        """This caller, with what is not said of it here as it is said below."""
        unsaid = [each.name for each in fields(self) if getattr(self, each.name) in (None, ())]
        return replace(self, **{name: getattr(below, name) for name in unsaid})


class CallerReader:
    """Reads the mapping and collects what is wrong with it."""

    def __init__(self, locate: Locate, root: Path) -> None:
        """Prepare.

        Args:
            locate: Gives the place of a key path.
            root: Of the mapping.
        """
        self._locate = locate
        self._root = root
        self.problems: list[Problem] = []

    def _wrong(self, path: Path, message: str) -> None:
        self.problems.append(Problem(message, self._locate((*self._root, *path))))

    def read(self, name: str, value: Mapping[str, Any]) -> CallerSettings:
        """One caller, of a shape that the schema allows."""
        arn, session = value.get("arn"), value.get("session")
        role_arn = arn if arn and ":role/" in arn else None
        if role_arn and session is None and not _SESSION.fullmatch(name):
            message = f"The caller {name!r} needs a session: its own name is not {_SESSION_WORDS}."
            self._wrong((name,), message)
        paths = value.get("orgPaths", ())
        return CallerSettings(
            name=name,
            arn=session_arn(role_arn, session or name) if role_arn else arn,
            role_arn=role_arn,
            policy=self._policy(name, value["policies"]) if "policies" in value else None,
            tags=self._tags(name, value.get("tags")),
            vpc=value.get("vpc"),
            org_id=value.get("orgId"),
            org_paths=(paths,) if isinstance(paths, str) else tuple(paths),
            origin=self._locate((*self._root, name)),
        )

    def _tags(self, name: str, value: Mapping[Any, Any] | None) -> dict[str, str] | None:
        """The principal tags."""
        if value is None:
            return None
        tags = {str(key): _text(each) for key, each in value.items()}
        problem = tag_problem(tags)
        if problem:
            self._wrong((name, "tags"), f"The caller {name}: {problem}.")
        return tags

    def _policy(self, name: str, value: Any) -> Policy:
        """Every statement of a list of documents."""
        documents = value if isinstance(value, list) else [value]
        statements: list[Statement] = []
        for index, document in enumerate(documents):
            path: Path = (*self._root, name, "policies", index)
            try:
                read = parse_policy(
                    document,
                    kind="identity",
                    locate=lambda keys, path=path: self._locate((*path, *keys)),  # type: ignore[misc]
                    name=f"{name}.policies[{index}]",
                )
                statements += read.statements
            except ConfigurationError as error:
                self.problems += error.problems
        return Policy(statements=tuple(statements))


def _text(value: str | float) -> str:
    """A tag's value as it was written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_callers(
    principals: Iterable[Principal], callers: Iterable[CallerSettings], *, region: str, account: str
) -> tuple[Principal, ...]:
    """The principals of a network: its functions, changed as callers of their names say, and all others.

    Raises:
        ConfigurationError: A caller that is no function has no ARN.
    """
    known = {each.name: each for each in principals}
    functions = ", ".join(known) or "there is none"
    problems = []
    for each in callers:
        before = known.get(each.name)
        if each.arn is None and before is None:
            message = (
                f"The caller {each.name} needs an arn: that of its role, such as arn:aws:iam::{account}:role/NAME. "
                f"Only a function needs none ({functions}).{did_you_mean(each.name, known)}"
            )
            problems.append(Problem(message, each.origin))
            continue
        known[each.name] = _principal(each, before, region=region, account=account)
    if problems:
        raise ConfigurationError(problems)
    return tuple(known.values())


def vpc_arn(vpc: str, *, region: str, account: str) -> str:
    """The ARN of a VPC, given by that or by its id."""
    return vpc if vpc.startswith("arn:") else f"arn:aws:ec2:{region}:{account}:vpc/{vpc}"


def _principal(each: CallerSettings, before: Principal | None, *, region: str, account: str) -> Principal:
    """A caller; of a function, what is not said stays."""
    principal = before or Principal(name=each.name, caller=Caller(), origin=each.origin)
    caller = principal.caller
    if each.arn is not None:
        caller = replace(caller, arn=each.arn, role_arn=each.role_arn)
    return replace(
        principal,
        caller=replace(
            caller,
            tags=caller.tags if each.tags is None else each.tags,
            org_id=each.org_id or caller.org_id,
            org_paths=each.org_paths or caller.org_paths,
        ),
        identity_policy=principal.identity_policy if each.policy is None else each.policy,
        vpc_arn=principal.vpc_arn if each.vpc is None else vpc_arn(each.vpc, region=region, account=account),
    )
