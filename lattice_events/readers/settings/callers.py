"""``custom.lattice.callers``: who calls the local network, beside the functions that it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller, Policy, Statement, parse_policy
from lattice_events.readers.common.documents import Locate, Path
from lattice_events.readers.common.fragment import did_you_mean
from lattice_events.readers.common.tags import tag_problem

_KEYS = ("arn", "orgId", "orgPaths", "policies", "session", "tags", "vpc")
_ARN = re.compile(
    r"arn:[a-z-]+:(iam::\d{12}:(role|user)/[\w+=,.@/-]+|sts::\d{12}:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+)",
    re.ASCII,
)
_ORGANIZATION = re.compile(r"o-[0-9a-z]+")
_ORGANIZATION_PATH = re.compile(r"o-[0-9a-z]+(/[0-9a-z-]+)*/?")
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

    def read(self, value: Any) -> tuple[CallerSettings, ...]:
        """Every caller."""
        if not isinstance(value, dict):
            self._wrong((), "callers must be a mapping from a name to {arn: …, policies: […], vpc: …}.")
            return ()
        return tuple(self._caller(str(name), each) for name, each in value.items())

    def _caller(self, name: str, value: Any) -> CallerSettings:
        path: Path = (name,)
        if not isinstance(value, dict):
            self._wrong(path, f"The caller {name} must be a mapping with an arn.")
            return CallerSettings(name=name)
        for key in value:
            if key not in _KEYS:
                self._wrong((name, key), f"A caller has no setting {key}.{did_you_mean(str(key), _KEYS)}")
        words = "the ARN of a role, a role's session (assumed-role/ROLE/SESSION) or a user"
        arn = self._text(name, value, "arn", _ARN, words)
        role_arn = arn if arn and ":role/" in arn else None
        session = self._text(name, value, "session", _SESSION, _SESSION_WORDS)
        return CallerSettings(
            name=name,
            arn=self._session_arn(name, role_arn, session) if role_arn else arn,
            role_arn=role_arn,
            policy=self._policy(name, value["policies"]) if "policies" in value else None,
            tags=self._tags(name, value.get("tags")),
            vpc=self._text(name, value, "vpc", VPC, "the id or the ARN of a VPC, like vpc-0a1b2c"),
            org_id=self._text(
                name, value, "orgId", _ORGANIZATION, "the id of an organization, like o-a1b2c3d4e5"
            ),
            org_paths=self._org_paths(name, value.get("orgPaths", [])),
            origin=self._locate((*self._root, name)),
        )

    def _text(
        self, name: str, value: Mapping[str, Any], key: str, form: re.Pattern[str], words: str
    ) -> str | None:
        """A text of some form."""
        given = value.get(key)
        if given is None or (isinstance(given, str) and form.fullmatch(given)):
            return given
        self._wrong((name, key), f"{key} of the caller {name} must be {words}, not {given!r}.")
        return None

    def _session_arn(self, name: str, role_arn: str, session: str | None) -> str:
        """A role calls by a session of it, which is called as the caller if nothing else is said."""
        if session is None and not _SESSION.fullmatch(name):
            self._wrong(
                (name,), f"The caller {name!r} needs a session: its own name is not {_SESSION_WORDS}."
            )
        _, partition, _, _, account, resource = role_arn.split(":", 5)
        role = resource.rpartition("/")[2]
        return f"arn:{partition}:sts::{account}:assumed-role/{role}/{session or name}"

    def _org_paths(self, name: str, value: Any) -> tuple[str, ...]:
        """One path in the organization, or several."""
        paths = value if isinstance(value, list) else [value]
        for path in paths:
            if not (isinstance(path, str) and _ORGANIZATION_PATH.fullmatch(path)):
                self._wrong(
                    (name, "orgPaths"),
                    f"orgPaths of the caller {name} must be like o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/, not {path!r}.",
                )
        return tuple(map(str, paths))

    def _tags(self, name: str, value: Any) -> dict[str, str] | None:
        """The principal tags."""
        if value is not None and not isinstance(value, dict):
            self._wrong((name, "tags"), f"The tags of {name} must be a mapping.")
            return None
        tags = value and {str(key): str(each) for key, each in value.items()}
        problem = tag_problem(tags) if tags else None
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


def with_callers(
    principals: Iterable[Principal], callers: Iterable[CallerSettings], *, region: str, account: str
) -> tuple[Principal, ...]:
    """The principals of a network: its functions, changed as callers of their names say, and all others.

    Raises:
        ConfigurationError: A caller that is no function has no ARN.
    """
    known = {each.name: each for each in principals}
    problems = []
    for each in callers:
        before = known.get(each.name)
        if each.arn is None and before is None:
            problems.append(
                Problem(
                    f"The caller {each.name} needs an arn: that of its role, such as arn:aws:iam::{account}:role/NAME.",
                    each.origin,
                )
            )
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
