"""Watches a test: every request for VPC Lattice that a mock takes is judged as the service would judge it."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from textwrap import indent
from typing import Any, Self

import pytest

from lattice_events.client.signing import RequestSigner
from lattice_events.redaction import hide_in_query
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials
from lattice_events.testing.signatures.credentials import KnownCredentials
from lattice_events.testing.signatures.judging import Judgement, judge
from lattice_events.testing.signatures.seams import (
    MOCKS,
    SIGNERS,
    Arguments,
    Mock,
    Replace,
    after,
    before,
    replaced,
)
from lattice_events.testing.signatures.sent import Sent

_REMEDY = (
    "lattice_events.client.LatticeSession for requests and lattice_events.client.httpx.LatticeAuth for httpx sign as VPC "
    "Lattice wants it; see docs/call.md."
)
_UNSIGNED = Judgement(
    verdict="refused", problem="it is not signed, and require=True was asked for.", advice="Sign it."
)
_under_way: ContextVar[tuple[int, ...]] = ContextVar("_under_way", default=())
"""The requests that a mock is answering in this thread or task, by ``id``: one may take them through another."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One request that a mock took.

    Attributes:
        library: That took it.
        origin: Whom it was for: ``https://HOST``.
        request: As VPC Lattice would have got it, less the body.
        judgement: Of its signature.
    """

    library: str
    origin: str
    request: Request
    judgement: Judgement


class LatticeSignatures:
    """What the fixture `lattice_signatures` gives.

    Attributes:
        requests: For VPC Lattice, in the order in which mocks took them.
    """

    def __init__(self) -> None:
        """Watch nothing yet."""
        self.requests: list[Watched] = []
        self._hosts: dict[str, str] = {}
        self._scope = RequestSigner()
        self._is_required = False
        self._told = 0
        self._credentials = KnownCredentials()
        self._lock = threading.Lock()
        self._stack = ExitStack()

    def __call__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        credentials: Iterable[Credentials] = (),
        require: bool | None = None,
    ) -> Self:
        """Say more of what is to be watched, for the requests that follow.

        Args:
            hosts: Region by host name, for services with a custom domain name:
                ``{"orders.example.com": "ap-northeast-1"}``.
            credentials: That requests may be signed with, beside those that are found.
            require: Whether a request without a signature is refused too.

        Raises:
            ConfigurationError: A host is none.
        """
        self._hosts |= hosts or {}
        self._scope = RequestSigner(hosts=self._hosts)
        self._credentials.add(credentials)
        self._is_required = self._is_required if require is None else require
        return self

    def __enter__(self) -> Self:
        """Begin."""
        places: list[tuple[str, str, Replace]] = [
            (mock.module, mock.place, partial(before, told=partial(self._take, mock))) for mock in MOCKS
        ]
        places += [
            (signer.module, signer.place, partial(after, told=partial(self._learn, signer.credentials)))
            for signer in SIGNERS
        ]
        self._stack.enter_context(replaced(places))
        return self

    def __exit__(self, *_: object) -> None:
        """Put everything back."""
        self._stack.close()

    def report(self) -> str:
        """What VPC Lattice would have refused since the last report; empty if nothing.

        Of what could not be checked whole, a warning tells.
        """
        with self._lock:
            new, self._told = self.requests[self._told :], len(self.requests)
        for problem in {each.judgement for each in new if each.judgement.verdict == "unchecked"}:
            warnings.warn(
                f"lattice_signatures: {problem.problem}. {problem.advice}", pytest.PytestWarning, stacklevel=2
            )
        refused = [each for each in new if each.judgement.verdict == "refused"]
        if not refused:
            return ""
        count = f"{len(refused)} of {len(new)} requests" if len(new) > 1 else "the request"
        return "\n\n".join((f"VPC Lattice would refuse {count}:", *map(_tell, refused), _REMEDY))

    @contextmanager
    def _take(self, mock: Mock, arguments: Arguments, named: dict[str, Any]) -> Iterator[None]:
        """Judge what a mock takes; once, if it takes it through another."""
        given = mock.find(arguments, named)
        under_way = _under_way.get()
        if id(given) not in under_way:
            self._judge(mock.library, mock.read(given))
        token = _under_way.set((*under_way, id(given)))
        try:
            yield
        finally:
            _under_way.reset(token)

    def _judge(self, library: str, sent: Sent) -> None:
        """Judge a request, if it is for VPC Lattice."""
        region = self._scope.region_of(sent.origin)
        if region is None:
            return
        request = sent.request
        judgement = judge(
            request, self._credentials.of, datetime.now(UTC), region=region, ecdsa=self._is_signed_by
        )
        if judgement.verdict == "anonymous" and self._is_required:
            judgement = _UNSIGNED
        with self._lock:
            self.requests.append(
                Watched(library=library, origin=sent.origin, request=request, judgement=judgement)
            )

    def _learn(
        self, find: Callable[..., Any], arguments: Arguments, named: dict[str, Any], result: Any
    ) -> None:
        """Know the credentials that a signer has."""
        self._credentials.see(find(arguments, named, result))

    def _is_signed_by(self, access_key_id: str, text: bytes, signature: bytes) -> bool | None:
        """Whether one of the credentials made a signature of SigV4A."""
        from lattice_events.local.run.keys import Keys

        keys = Keys()
        for credentials in self._credentials.of(access_key_id):
            keys.share(credentials)
            ecdsa = keys.keyring[access_key_id].ecdsa
            if ecdsa and ecdsa(text, signature):
                return True
        return False


def _tell(watched: Watched) -> str:
    """One refused request for a person."""
    request, judgement = watched.request, watched.judgement
    lines = [
        f"{request.method} {watched.origin}{hide_in_query(request.target)} (taken by {watched.library})",
        f"  {judgement.problem}",
        f"  {judgement.advice}",
    ]
    if judgement.canonical_request:
        lines += ["  What should have been signed:", indent(judgement.canonical_request, "    ")]
    return "\n".join(lines)
