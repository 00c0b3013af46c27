"""What policies can ask about a request: who calls, what is called, and every condition key.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from lattice_events.headers import Headers, QueryParams

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

    @property
    def account(self) -> str | None:
        """Twelve digits, of the ARN."""
        return self.arn.split(":")[4] if self.arn else None

    @property
    def principal_arn(self) -> str | None:
        """What ``aws:PrincipalArn`` says: the role for a session, else the caller itself."""
        if self.arn is None or ":assumed-role/" not in self.arn:
            return self.arn
        if self.role_arn:
            return self.role_arn
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:iam::{self.account}:role/{self.arn.split('/')[1]}"

    @property
    def type(self) -> str:
        """What ``aws:PrincipalType`` says."""
        if self.arn is None:
            return "Anonymous"
        if ":assumed-role/" in self.arn:
            return "AssumedRole"
        return "User" if ":user/" in self.arn else "Account"


ANONYMOUS_CALLER = Caller()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One request, as policies see it.

    Attributes:
        caller: Who calls.
        service_arn: Of the service that is called.
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

    caller: Caller = ANONYMOUS_CALLER
    service_arn: str
    path: str = "/"
    method: str = "GET"
    headers: Headers = field(default_factory=Headers)
    query: QueryParams = field(default_factory=QueryParams)
    port: int = 443
    service_network_arn: str | None = None
    source_vpc: str | None = None
    source_vpc_owner: str | None = None
    source_ip: str | None = None
    is_secure: bool = True
    now: datetime | None = None
    service_tags: Mapping[str, str] = field(default_factory=dict)
    action: str = INVOKE

    @property
    def resource(self) -> str:
        """The ARN that ``Resource`` is compared with: the service's, and the path."""
        return self.service_arn + self.path

    def values(self, key: str) -> Sequence[str]:
        """The values of a condition key; none for one that this request does not have.

        Keys are compared as they are written, and if there is none so, without minding case, as
        IAM does; the guide calls them case-sensitive.
        """
        found = self._keys.get(key)
        return self._lowered.get(key.lower(), ()) if found is None else found

    @cached_property
    def _lowered(self) -> dict[str, Sequence[str]]:
        return {key.lower(): values for key, values in self._keys.items()}

    @cached_property
    def _keys(self) -> dict[str, Sequence[str]]:
        """Every condition key that has a value."""
        caller = self.caller
        one: dict[str, str | None] = {
            "vpc-lattice-svcs:Port": str(self.port),
            "vpc-lattice-svcs:RequestMethod": self.method,
            "vpc-lattice-svcs:RequestPath": self.path,
            "vpc-lattice-svcs:ServiceArn": self.service_arn,
            "vpc-lattice-svcs:ServiceNetworkArn": self.service_network_arn,
            "vpc-lattice-svcs:SourceVpc": self.source_vpc,
            "vpc-lattice-svcs:SourceVpcOwnerAccount": self.source_vpc_owner,
            "aws:PrincipalType": caller.type,
            "aws:PrincipalArn": caller.principal_arn,
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalOrgID": caller.org_id,
            "aws:ResourceAccount": self.service_arn.split(":")[4],
            "aws:RequestedRegion": self.service_arn.split(":")[3],
            "aws:SourceIp": self.source_ip,
            "aws:SecureTransport": "true" if self.is_secure else "false",
            "aws:UserAgent": self.headers.get("user-agent"),
        }
        if self.now is not None:
            one["aws:CurrentTime"] = self.now.isoformat()
            one["aws:EpochTime"] = str(int(self.now.timestamp()))
        if caller.arn and ":user/" in caller.arn:
            one["aws:username"] = caller.arn.rpartition("/")[2]
        keys: dict[str, Sequence[str]] = {key: (value,) for key, value in one.items() if value is not None}
        if caller.org_paths:
            keys["aws:PrincipalOrgPaths"] = caller.org_paths
        for name in dict.fromkeys(name.lower() for name, _ in self.headers.items()):
            keys[f"vpc-lattice-svcs:RequestHeader/{name}"] = (",".join(self.headers.get_all(name)),)
        for name, values in self.query.to_lists().items():
            keys[f"vpc-lattice-svcs:RequestQueryString/{name}"] = tuple(values)
        keys.update((f"aws:PrincipalTag/{name}", (value,)) for name, value in caller.tags.items())
        keys.update((f"aws:ResourceTag/{name}", (value,)) for name, value in self.service_tags.items())
        return keys
