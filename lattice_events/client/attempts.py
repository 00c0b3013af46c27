"""One call through `requests` with its attempts: signed each time, in time, its failures explained."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from lattice_events.client.denials import LONGEST_BODY_BYTES, is_about_credentials, read_denial
from lattice_events.client.failures import broken, deadline_exceeded, find_in_time, not_connected
from lattice_events.client.prepared import (
    add_invocation,
    can_rewind,
    rewind,
    sign_prepared,
    unsigned_copy,
)
from lattice_events.client.retry import RETRIED_STATUSES, Outcome, decide_delay, parse_retry_after
from lattice_events.client.signing import RequestSigner
from lattice_events.client.time_left import LONGEST_SECONDS, SecondsLeft
from lattice_events.client.transport import Watch
from lattice_events.errors import CallError, ConfigurationError
from lattice_events.sigv4 import Credentials, encode_url

CONNECT_SECONDS = 1.0
"""A service that cannot be reached is silent; a connection takes milliseconds."""
READ_SECONDS = 60.0
"""VPC Lattice itself gives up then."""

_LOOKED_AT = RETRIED_STATUSES | {403}
_random = random.SystemRandom()  # a restored snapshot must not repeat its delays


class Call:
    """One call with its attempts."""

    def __init__(
        self,
        request: requests.PreparedRequest,
        send: Callable[[requests.PreparedRequest, tuple[float, float]], requests.Response],
        *,
        signer: RequestSigner,
        region: str | None,
        is_anonymous: bool,
        max_retries: int,
        seconds_left: SecondsLeft,
        timeout: Any,
    ) -> None:
        """Send nothing yet.

        Args:
            request: To send; it stays as it is, since a redirect's is made of it.
            send: Sends a signed copy of it, with a timeout to connect and one to read.
            signer: Of the session.
            region: To sign for; ``None`` leaves the request of an unnamed host as it is.
            is_anonymous: Do not sign.
            max_retries: How many attempts may follow the first.
            seconds_left: The time of the call.
            timeout: The caller's own, as `requests` takes it.
        """
        self._request, self._send = unsigned_copy(request), send
        self._signer, self._region = signer, region
        self._is_anonymous, self._max_retries = is_anonymous, max_retries
        self._seconds_left, self._timeout = seconds_left, timeout
        self._canonical_request = ""
        self._failure: CallError | None = None
        self._failed = Outcome("broken")

    def run(self) -> requests.Response:
        """Attempt until there is an answer, an error that stays, or no time.

        Raises:
            SigningError: See `LatticeSession.send`, like all others.
            CallError: No answer of the service came.
        """
        credentials = self._begin()
        attempt, is_second_set = 0, False
        while True:
            response = self._attempt(self._sign(credentials))
            if response is not None and response.status_code not in _LOOKED_AT:
                return response
            denial = self._read_denial(response)
            if denial is not None:
                other = None if is_second_set else self._find_other(credentials, denial)
                if other is None or not can_rewind(self._request):
                    raise denial
                credentials, is_second_set = other, True  # nothing reached the service, so any method may
                rewind(self._request)
                continue
            delay = self._decide_delay(response, attempt)
            if delay is None:
                if response is None:
                    assert self._failure is not None  # an attempt without an answer leaves one
                    raise self._failure
                return response
            if response is not None:
                response.close()
            if can_rewind(self._request):
                rewind(self._request)
            time.sleep(delay)
            attempt += 1

    def _begin(self) -> Credentials | None:
        """What every attempt shares: the ids of the request being served, and credentials."""
        if self._region is None:
            return None
        add_invocation(self._request)
        self._request.url = encode_url(self._request.url or "")
        return None if self._is_anonymous else self._find(self._signer.find_credentials)

    def _find(self, find: Callable[[], Credentials | None]) -> Credentials | None:
        """Credentials, unless finding them takes the time of the call."""
        return find_in_time(
            find, seconds_left=self._seconds_left, host=self._host, request_id=self._request_id
        )

    def _find_other(self, credentials: Credentials | None, denial: CallError) -> Credentials | None:
        """Fresh credentials, if the denial is about those that were used and there are any."""
        if credentials is None or not is_about_credentials(denial):
            return None
        return self._find(partial(self._signer.find_other_credentials, credentials))

    def _decide_delay(self, response: requests.Response | None, attempt: int) -> float | None:
        """Seconds to wait before the next attempt, if there is one."""
        outcome = self._failed
        if response is not None:
            retry_after = parse_retry_after(response.headers.get("retry-after"), time.time())
            outcome = Outcome("answered", response.status_code, retry_after)
        return decide_delay(
            outcome,
            method=self._request.method or "GET",
            attempt=attempt,
            max_retries=self._max_retries,
            seconds_left=self._seconds_left(),
            random=_random.random(),
            body_can_be_sent_again=can_rewind(self._request),
        )

    def _sign(self, credentials: Credentials | None) -> requests.PreparedRequest:
        """What to send; what is signed is what is sent."""
        if self._region is None or credentials is None:
            return self._request
        request = unsigned_copy(self._request)
        signature = sign_prepared(self._signer, request, self._region, credentials)
        self._canonical_request = signature.signed.canonical_request
        return request

    def _attempt(self, request: requests.PreparedRequest) -> requests.Response | None:
        """Send once; without an answer, `_failure` is what happened."""
        left = self._seconds_left()
        if left <= 0:  # after a failure, that is what took the time
            raise self._failure or deadline_exceeded(self._host, self._request_id)
        timeouts = _timeouts(self._timeout, left)
        watch = Watch(self._seconds_left, timeouts[1])
        try:
            with watch:
                response = self._send(request, timeouts)
        except requests.exceptions.RequestException as error:
            self._explain(error, has_sent=watch.has_sent)
            return None
        self._failure = None
        if response.url == request.url:
            response.url = self._request.url or ""  # which stands in messages of requests
        return response

    @property
    def _host(self) -> str:
        """Host and port of the call."""
        return urlsplit(self._request.url or "").netloc.rpartition("@")[2]

    @property
    def _host_name(self) -> str:
        """The host alone."""
        return urlsplit(self._request.url or "").hostname or ""

    @property
    def _request_id(self) -> str | None:
        """The id that the call carries."""
        return self._request.headers.get("x-amzn-requestid")

    def _explain(self, error: requests.exceptions.RequestException, *, has_sent: bool | None) -> None:
        """Keep the error that this failure is, should it stay, and its kind.

        Args:
            error: What requests raised.
            has_sent: See `Watch`. Where nobody knows, an error may look like one of connecting and not be
                it: TLS breaks later too, and an adapter may have tried more than once.
        """
        if not has_sent and _is_connect_failure(error):
            self._failure = not_connected(self._host, error, self._request_id)
            self._failed = Outcome("broken" if has_sent is None else "not connected")
        elif isinstance(error, requests.exceptions.Timeout) or _is_read_timeout(error):
            # The cause is left out: its text may hold a signed URL.
            raise deadline_exceeded(self._host, self._request_id) from None
        elif isinstance(
            error, (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)
        ):
            self._failure, self._failed = broken(self._host, self._request_id), Outcome("broken")
        else:
            raise error  # an invalid URL and the like: the caller's own mistake, in the words of requests

    def _read_denial(self, response: requests.Response | None) -> CallError | None:
        """The error that a 403 of VPC Lattice stands for; ``None`` for any other answer."""
        if response is None or response.status_code != 403:
            return None
        length = response.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY_BYTES:
            return None
        try:
            body = response.content
        except requests.exceptions.RequestException:
            return None
        return read_denial(
            body,
            canonical_request=self._canonical_request,
            request_id=response.headers.get("x-amzn-requestid") or self._request_id,
            unnamed_host="" if self._region or self._is_anonymous else self._host_name,
        )


def _timeouts(given: Any, left: float) -> tuple[float, float]:
    """Timeouts to connect and to read: the caller's or ours, and never more than is left."""
    if given is None and left == math.inf:
        return CONNECT_SECONDS, READ_SECONDS
    connect, read = _read_timeout(given)
    # Half of the time, for a name may have two addresses, each of which gets it.
    connect = min(CONNECT_SECONDS if connect is None else connect, max(left / 2, 0.001), LONGEST_SECONDS)
    return connect, min(READ_SECONDS if read is None else read, left, LONGEST_SECONDS)


def _read_timeout(given: Any) -> tuple[float | None, float | None]:
    """The caller's timeouts to connect and to read, as `requests` takes them.

    Raises:
        ConfigurationError: It is none.
    """
    pair = given if isinstance(given, tuple) else (given, given)
    if isinstance(given, urllib3.Timeout):
        started = given.clone()
        started.start_connect()  # else it cannot tell what its total leaves to read
        resolve = urllib3.Timeout.resolve_default_timeout
        pair = resolve(started.connect_timeout), resolve(started.read_timeout)
    if len(pair) != 2 or not all(each is None or _is_timeout(each) for each in pair):
        raise ConfigurationError(
            f"timeout is {given!r}; it is seconds above 0, (to connect, to read), or a urllib3.Timeout."
        )
    return pair


def _is_timeout(value: object) -> bool:
    """Whether a value is a number of seconds that one can wait."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _reasons(error: BaseException) -> list[BaseException]:
    """The error and those that it wraps, of requests and urllib3."""
    found: list[BaseException] = []
    pending: list[Any] = [error]
    while pending:
        each = pending.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            # Not __context__: that may be an error that the caller is just handling.
            pending += [getattr(each, "reason", None), each.__cause__, *each.args]
    return found


def _is_connect_failure(error: Exception) -> bool:
    """Whether the error is one of connecting."""
    kinds = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.ProxyError,
        requests.exceptions.SSLError,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.ProxyError,
        urllib3.exceptions.SSLError,
    )
    return any(isinstance(each, kinds) for each in _reasons(error))


def _is_read_timeout(error: Exception) -> bool:
    """Whether the time of a read or a write was over."""
    return any(
        isinstance(each, (urllib3.exceptions.ReadTimeoutError, TimeoutError)) for each in _reasons(error)
    )
