"""What is sent when a recorded request is sent again, with what a person changed of it. Pure: nothing is sent here."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lattice_events.headers import Headers, end_to_end
from lattice_events.local.inspector.history import Entry
from lattice_events.local.output.records import Observed
from lattice_events.network.decision import Decision, Forward
from lattice_events.network.delivery import REQUEST_ID_HEADER
from lattice_events.network.exchange import Exchange
from lattice_events.network.graph import ANONYMOUS
from lattice_events.network.model import LambdaTarget, Network, Service
from lattice_events.redaction import HIDDEN
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials, is_signed, sign_lattice

_METHOD = re.compile(r"(?!CONNECT\Z)[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}")  # which asks for a tunnel
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_TARGET = re.compile(r"/[!\"$-~]*")  # without a fragment, which is never sent
_VALUE = re.compile(r"[\t -~\x80-\ud7ff\ue000-\U0010ffff]*")
_NOT_SENT_AGAIN = frozenset(("content-length", "expect", "host", "transfer-encoding", REQUEST_ID_HEADER))
_SIGNATURE_HEADERS = ("authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token")
_SIGNATURE_PARAMETER = "X-Amz-"
_PORTS = {"http": 80, "https": 443}

CredentialsOf = Callable[[str], Credentials | None]


class ReplayError(Exception):
    """A request cannot be sent again; the message says why, and what to do."""

    def __init__(self, message: str, *, status: int = 409, missing: str | None = None) -> None:
        """Keep the answer.

        Args:
            message: For a person.
            status: Of the API's answer.
            missing: What the network has not any more, ``service foo``, say.
        """
        super().__init__(message)
        self.status, self.missing = status, missing


@dataclass(frozen=True, kw_only=True)
class Edits:
    """What is to be different; ``None`` leaves a part as it was.

    Attributes:
        method: Of the request.
        path: With its query string.
        headers: By name, each with all of its values; no value takes it out.
        body: The bytes.
        caller: Who signs: a name, or ``anonymous``.
    """

    method: str | None = None
    path: str | None = None
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: bytes | None = None
    caller: str | None = None


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A request as it goes to the gateway.

    Attributes:
        method: Of the request.
        url: Of the service, in full.
        headers: With the signature, if it needs one.
        body: ``None`` for none.
        connected: Whose proxy token goes with it; ``None`` for nobody's.
        missing: What answered it before and is gone.
    """

    method: str
    url: str
    headers: Headers
    body: bytes | None
    connected: str | None
    missing: tuple[str, ...] = ()


def read_edits(document: Any) -> Edits:
    """Read the JSON of edits.

    Raises:
        ReplayError: It is not of this form; the message says which part.
    """
    if not isinstance(document, dict):
        raise _bad("The edits must be a JSON object")
    unknown = document.keys() - {"method", "path", "headers", "body", "body_base64", "caller"}
    if unknown:
        raise _bad(
            f"There is no edit {min(unknown)!r}; there are method, path, headers, body, body_base64, caller"
        )
    return Edits(
        method=_matching(document, "method", _METHOD, "a method such as POST"),
        path=_matching(
            document,
            "path",
            _TARGET,
            "a path with its query string: it begins with /, and is percent-encoded",
        ),
        headers=_read_headers(document.get("headers") or {}),
        body=_read_body(document),
        caller=_matching(document, "caller", re.compile(".+"), "the name of a caller"),
    )


def _matching(document: Mapping[str, Any], name: str, form: re.Pattern[str], wanted: str) -> str | None:
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _bad(f"{name} is {wanted}, not {str(value)[:80]!r}")
    return value


def _read_headers(document: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(document, dict):
        raise _bad("headers is an object of names and values")
    read: dict[str, tuple[str, ...]] = {}
    for name, value in document.items():
        values = [] if value is None else value if isinstance(value, list) else [value]
        if not _TOKEN.fullmatch(name) or not all(isinstance(v, str) and _VALUE.fullmatch(v) for v in values):
            raise _bad(
                f"the header {name[:80]!r} is a name with a text, a list of texts, or null to take it out"
            )
        if HIDDEN not in values:  # a value that was hidden stays what it was
            read[name.lower()] = tuple(values)
    return read


def _read_body(document: Mapping[str, Any]) -> bytes | None:
    text, encoded = document.get("body"), document.get("body_base64")
    try:
        if encoded is not None:
            return base64.b64decode(encoded, validate=True)
        return None if text is None else text.encode()
    except (AttributeError, TypeError, UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise _bad("body is a text, and body_base64 is base64") from error


def _bad(problem: str) -> ReplayError:
    return ReplayError(f"{problem}.", status=400)


def make_replay(
    entry: Entry, edits: Edits, *, network: Network, credentials_of: CredentialsOf, now: datetime
) -> Replay:
    """Say what is to be sent.

    It is signed anew as the caller that the signature was accepted of, but for a fault on purpose, or as the one that is
    named. A signature that was refused is sent as it was: naming a caller mends it.

    Args:
        entry: What was recorded.
        edits: What is to be different.
        network: That decides now.
        credentials_of: The made-up credentials of a caller.
        now: When it is signed.

    Raises:
        ReplayError: It cannot be sent.
    """
    observed, decision = _decided(entry)
    exchange = observed.exchange
    service = _service(exchange, decision, network)
    caller = _caller(exchange, decision, edits) or _refused_on_purpose(
        exchange, decision, network, credentials_of
    )
    request = _edited(exchange.request, edits, without_signature=caller is not None)
    body = _body(observed, edits)
    scheme, authority = _place(exchange, decision, service)
    url, headers = f"{scheme}://{authority}{request.target}", request.headers
    if caller is not None and caller != ANONYMOUS.name:
        credentials = _credentials(caller, network, credentials_of)
        signed = sign_lattice(
            request.method,
            url,
            headers=headers.items(),
            credentials=credentials,
            region=service.region,
            now=now,
        )
        headers = Headers(signed.headers)
    own = [("host", authority), *([("content-length", str(len(body)))] if body else [])]
    return Replay(
        method=request.method,
        url=url,
        headers=headers.with_items(own),
        body=body or None,
        connected=_connected(exchange, edits),
        missing=_missing(decision, network),
    )


def _decided(entry: Entry) -> tuple[Observed, Decision]:
    observed = entry.observed
    if observed is not None and observed.exchange.decision is not None:
        return observed, observed.exchange.decision
    raise ReplayError(
        "Only requests that a service network decides can be sent again: this one was refused before, or it was an "
        "invocation, or a request to another host."
    )


def _service(exchange: Exchange, decision: Decision, network: Network) -> Service:
    """The service that the Host names now."""
    host = exchange.request.headers.get("host") or ""
    service = network.find_service(host.partition(":")[0])
    if service is not None:
        return service
    before = decision.trace.service
    what = f"service {before.name}" if before else f"host {host}"
    raise ReplayError(f"The {what} is not in the network, so nothing can answer.", missing=what)


def _missing(decision: Decision, network: Network) -> tuple[str, ...]:
    """The function that answered before, if it is gone."""
    if not isinstance(decision, Forward) or not isinstance(decision.target, LambdaTarget):
        return ()
    arn = decision.target.function_arn
    return (
        () if any(each.arn == arn for each in network.functions) else (f"function {arn.rpartition(':')[2]}",)
    )


def _caller(exchange: Exchange, decision: Decision, edits: Edits) -> str | None:
    """Who signs; ``None`` leaves the request as it is, signed or not."""
    if edits.caller is not None:
        return edits.caller
    principal = decision.trace.principal
    return principal.name if principal and is_signed(exchange.request) else None


def _refused_on_purpose(
    exchange: Exchange, decision: Decision, network: Network, credentials_of: CredentialsOf
) -> str | None:
    """Who signed a request that only a fault of its token or its clock had refused."""
    authentication = decision.trace.authentication
    if not any(fault.needs_signature for fault in exchange.faults) or authentication is None:
        return None
    key = authentication.verification.access_key_id if authentication.verification else None
    known = ((each.name, credentials_of(each.name)) for each in network.principals)
    return next((name for name, held in known if held is not None and held.access_key_id == key), None)


def _connected(exchange: Exchange, edits: Edits) -> str | None:
    """Whose connection it is: that of the caller who is named, else of who connected before."""
    if edits.caller is None:
        return exchange.caller
    return None if edits.caller == ANONYMOUS.name else edits.caller


def _credentials(caller: str, network: Network, credentials_of: CredentialsOf) -> Credentials:
    names = [each.name for each in network.principals]
    credentials = credentials_of(caller) if caller in names else None
    if credentials is None:
        known = ", ".join(names) or "no callers"
        raise ReplayError(
            f"There is no caller {caller}: the network has {known}.", missing=f"caller {caller}"
        )
    return credentials


def _edited(request: Request, edits: Edits, *, without_signature: bool) -> Request:
    """The request with its edits, without what belonged to its own connection, and its signature if that is made anew."""
    target = edits.path or request.target
    path, _, query = target.partition("?")
    headers = end_to_end(request.headers, also=_NOT_SENT_AGAIN)
    if without_signature and is_signed(request):
        headers = headers.without(*_SIGNATURE_HEADERS)
        query = "&".join(part for part in query.split("&") if not part.startswith(_SIGNATURE_PARAMETER))
    pairs = [pair for pair in headers.items() if pair[0].lower() not in edits.headers]
    pairs += [
        (name, value)
        for name, values in edits.headers.items()
        for value in values
        if name not in _NOT_SENT_AGAIN
    ]
    return Request(
        method=edits.method or request.method,
        path=path,
        query_string=query,
        bare_query=target.endswith("?") and not query,
        headers=Headers(pairs),
    )


def _body(observed: Observed, edits: Edits) -> bytes:
    if edits.body is not None:
        return edits.body
    if observed.body is None:
        raise ReplayError(
            "The body was not kept, because it was streamed or too large: give one, an empty one too."
        )
    return observed.body


def _place(exchange: Exchange, decision: Decision, service: Service) -> tuple[str, str]:
    """Scheme and authority of the URL, with the port of a listener that is none of the usual."""
    listener = decision.trace.listener
    host = (exchange.request.headers.get("host") or "").partition(":")[0] or service.domain_name
    scheme = listener.protocol.lower() if listener else "https" if exchange.tls_version else "http"
    port = listener.port if listener else _PORTS[scheme]
    return scheme, host if port == _PORTS[scheme] else f"{host}:{port}"
