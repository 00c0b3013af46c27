"""Test an auth policy: whom it lets in, why, and which of its statements no test has reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lattice_events.errors import ConfigurationError
from lattice_events.headers import Headers, QueryParams
from lattice_events.network.policy import Caller, Facts, Policy, Verdict, evaluate, find_lacks, parse_policy

_CALLER = re.compile(r"arn:[^:]+:(iam|sts)::[0-9]{12}:.+")
SERVICE_ARN = "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0"


class PolicyTester:
    """An auth policy under test; it remembers which statements matched some request.

    Attributes:
        policy: As it was read.
        service_arn: Of the service that requests go to, unless they say another.
    """

    def __init__(self, policy: Any, *, service_arn: str = SERVICE_ARN) -> None:
        """Read the policy.

        Args:
            policy: The document: JSON text, or what it stands for.
            service_arn: Of the service that requests go to.

        Raises:
            ConfigurationError: The document is wrong; names every place.
        """
        self.policy: Policy = parse_policy(policy)
        self.service_arn = service_arn
        self._reached: set[int] = set()

    def allows(
        self,
        *,
        principal: str | None = None,
        method: str = "GET",
        path: str = "/",
        service_arn: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        query: str = "",
        source_vpc: str | None = None,
        tags: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> Verdict:
        """Evaluate the policy for one request.

        Args:
            principal: ARN of the caller: a role's session, a user; ``None`` is anonymous.
            method: Of the request.
            path: Of the request, without the query string.
            service_arn: Of the service, if not that of the tester.
            headers: Of the request.
            query: The query string.
            source_vpc: Id of the caller's VPC.
            tags: Principal tags.
            **facts: Others of `lattice_events.network.policy.Facts`: ``port``, ``source_ip``, ``now``, …

        Returns:
            The verdict, truthy when the policy allows; its repr says what decided, or what the
            nearest statement lacks.

        Raises:
            ConfigurationError: `principal` is no ARN of a caller.
        """
        if principal is not None and not _CALLER.fullmatch(principal):
            raise ConfigurationError(
                f"principal must be the ARN of a user or of a role's session, such as "
                f"arn:aws:sts::123456789012:assumed-role/ROLE/SESSION, not {principal!r}."
            )
        asked = Facts(
            caller=Caller(arn=principal, tags=tags or {}),
            service_arn=service_arn or self.service_arn,
            method=method,
            path=path,
            headers=Headers(headers.items() if isinstance(headers, Mapping) else headers),
            query=QueryParams.parse(query),
            source_vpc=source_vpc,
            **facts,
        )
        self._reached |= {each.index for each in self.policy.statements if not find_lacks(each, asked)}
        return evaluate(self.policy, asked)

    def check(self, rows: Iterable[tuple[bool, Mapping[str, Any]]]) -> None:
        """Check a table: each row is whether a request is allowed, and the request.

        Raises:
            AssertionError: Lists every row that came out otherwise, and why.
        """
        wrong = []
        for expected, request in rows:
            verdict = self.allows(**request)
            if bool(verdict) is not expected:
                wanted = "allowed" if expected else "refused"
                wrong.append(f"{dict(request)} must be {wanted}: {verdict!r}")
        if wrong:
            raise AssertionError("\n".join(wrong))

    @property
    def unreached(self) -> list[str]:
        """The statements that no request matched so far, by Sid or place."""
        return [each.name for each in self.policy.statements if each.index not in self._reached]


def allows(policy: Any, **request: Any) -> Verdict:
    """Ask an auth policy about one request.

    ``assert allows(policy, principal=SESSION, path="/orders/7")`` shows the reason when it fails.

    Args:
        policy: The document: JSON text, or what it stands for.
        **request: See `PolicyTester.allows`.

    Raises:
        ConfigurationError: The document is wrong; names every place.
    """
    return PolicyTester(policy).allows(**request)
