"""What policies can ask about a request: who calls, what is called, and every condition key.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from lattice_events.headers import Headers, QueryParams

_Value = TypeVar("_Value")

INVOKE = "vpc-lattice-svcs:Invoke"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls.

    Attributes:
        arn: As VPC Lattice sees the caller: a role's session, ``arn:aws:sts::…:assumed-role/R/S``, or
            a user; ``None`` for an unsigned request.
        role_arn: Of a session's role, where it has a path, which the session's ARN does not tell.
        tags: Principal tags.
        org_id: AWS Organizations id.
        org_paths: Paths in that organization.
    """

    arn: str | None = None
    role_arn: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    org_id: str | None = None
    org_paths: tuple[str, ...] = ()

    @cached_property
    def account(self) -> str | None:
        """Twelve digits, of the ARN."""
        return self.arn.split(":")[4] if self.arn else None

    @cached_property
    def principal_arn(self) -> str | None:
        """What ``aws:PrincipalArn`` says: the role for a session, else the caller itself."""
        if self.arn is None or ":assumed-role/" not in self.arn:
            return self.arn
        if self.role_arn:
            return self.role_arn
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:iam::{self.account}:role/{self.arn.split('/')[1]}"

    @cached_property
    def type(self) -> str:
        """What ``aws:PrincipalType`` says."""
        if self.arn is None:
            return "Anonymous"
        if ":assumed-role/" in self.arn:
            return "AssumedRole"
        return "User" if ":user/" in self.arn else "Account"

    @cached_property
    def session_name(self) -> str | None:
        """Of a role's session."""
        return self.arn.rpartition("/")[2] if self.arn and ":assumed-role/" in self.arn else None

    @cached_property
    def user_name(self) -> str | None:
        """What ``aws:username`` says: of an IAM user, without its path."""
        return self.arn.rpartition("/")[2] if self.arn and ":user/" in self.arn else None


ANONYMOUS_CALLER = Caller()


def session_arn(role_arn: str, session: str) -> str:
    """A role calls by a session of it."""
    _, partition, _, _, account, resource = role_arn.split(":", 5)
    role = resource.rpartition("/")[2]
    return f"arn:{partition}:sts::{account}:assumed-role/{role}/{session}"


class Facts(NamedTuple):
    """One request, as policies see it.

    Attributes:
        service_arn: Of the service that is called.
        caller: Who calls.
        path: As sent, without the query string.
        method: As sent.
        headers: As sent.
        query: Decoded.
        port: Of the listener.
        service_network_arn: That the request came through.
        source_vpc: Id of the caller's VPC.
        source_vpc_owner: Account of that VPC.
        source_ip: The caller's address.
        is_secure: Whether it came by TLS.
        now: An aware time.
        service_tags: Tags of the service.
        action: What is asked for.
    """

    service_arn: str
    caller: Caller = ANONYMOUS_CALLER
    path: str = "/"
    method: str = "GET"
    headers: Headers = Headers()
    query: QueryParams = QueryParams()
    port: int = 443
    service_network_arn: str | None = None
    source_vpc: str | None = None
    source_vpc_owner: str | None = None
    source_ip: str | None = None
    is_secure: bool = True
    now: datetime | None = None
    service_tags: Mapping[str, str] = MappingProxyType({})
    action: str = INVOKE

    @property
    def resource(self) -> str:
        """The ARN that ``Resource`` is compared with: the service's, and the path."""
        return self.service_arn + self.path

    def values(self, key: str) -> Sequence[str]:
        """The values of a condition key; none for one that this request does not have.

        Keys do not mind case, as in IAM; the guide calls them case-sensitive. Of two tags or query
        parameters whose names differ by case only, the one that is written as in the key counts.
        """
        return find_key(key)(self)


def find_key(key: str) -> Callable[[Facts], Sequence[str]]:
    """What gives the values of a condition key; see `Facts.values`."""
    kind, slash, name = key.partition("/")
    kind = kind.lower()
    if slash:
        named = _NAMED_KEYS.get(kind)
        return (lambda facts: named(facts, name)) if named else _nothing
    if kind == "aws:principalorgpaths":
        return lambda facts: facts.caller.org_paths
    get = _KEYS.get(kind)
    return (lambda facts: _one(get(facts))) if get else _nothing


def is_ever_there(key: str) -> bool:
    """Whether some request has a condition key here."""
    return find_key(key) is not _nothing


def _nothing(_: Facts) -> Sequence[str]:
    """Of a key that no request has."""
    return ()


def _one(value: str | None) -> Sequence[str]:
    return () if value is None else (value,)


def _header(facts: Facts, name: str) -> Sequence[str]:
    """A repeated header is one value."""
    values = facts.headers.get_all(name)
    return (",".join(values),) if values else ()


def _query_parameter(facts: Facts, name: str) -> Sequence[str]:
    return facts.query.to_lists().get(name) or _of_any_case(facts.query.to_lists(), name) or ()


def _tag(tags: Mapping[str, str], name: str) -> Sequence[str]:
    value = tags[name] if name in tags else _of_any_case(tags, name)
    return () if value is None else (value,)


def _of_any_case(values: Mapping[str, _Value], name: str) -> _Value | None:
    """The last value whose name differs by case only."""
    found = [value for each, value in values.items() if each.lower() == name.lower()]
    return found[-1] if found else None


_NAMED_KEYS: Mapping[str, Callable[[Facts, str], Sequence[str]]] = {
    "vpc-lattice-svcs:requestheader": _header,
    "vpc-lattice-svcs:requestquerystring": _query_parameter,
    "aws:principaltag": lambda facts, name: _tag(facts.caller.tags, name),
    "aws:resourcetag": lambda facts, name: _tag(facts.service_tags, name),
}
_KEYS: Mapping[str, Callable[[Facts], str | None]] = {
    "vpc-lattice-svcs:port": lambda facts: str(facts.port),
    "vpc-lattice-svcs:requestmethod": lambda facts: facts.method,
    "vpc-lattice-svcs:requestpath": lambda facts: facts.path,
    "vpc-lattice-svcs:servicearn": lambda facts: facts.service_arn,
    "vpc-lattice-svcs:servicenetworkarn": lambda facts: facts.service_network_arn,
    "vpc-lattice-svcs:sourcevpc": lambda facts: facts.source_vpc,
    "vpc-lattice-svcs:sourcevpcowneraccount": lambda facts: facts.source_vpc_owner,
    "aws:principaltype": lambda facts: facts.caller.type,
    "aws:principalarn": lambda facts: facts.caller.principal_arn,
    "aws:principalaccount": lambda facts: facts.caller.account,
    "aws:principalorgid": lambda facts: facts.caller.org_id,
    "aws:resourceaccount": lambda facts: facts.service_arn.split(":")[4],
    "aws:requestedregion": lambda facts: facts.service_arn.split(":")[3],
    "aws:sourceip": lambda facts: facts.source_ip,
    "aws:securetransport": lambda facts: "true" if facts.is_secure else "false",
    "aws:useragent": lambda facts: facts.headers.get("user-agent"),
    "aws:currenttime": lambda facts: f"{facts.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if facts.now else None,
    "aws:epochtime": lambda facts: str(int(facts.now.timestamp())) if facts.now else None,
    # Of a signed caller; nothing here calls for somebody else.
    "aws:principalisawsservice": lambda facts: "false" if facts.caller.arn else None,
    "aws:viaawsservice": lambda _: "false",
    "aws:username": lambda facts: facts.caller.user_name,
}
