"""What a request to Lambda's Invoke API asks for, or why Lambda would not take it.

Source:
    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from lattice_events.headers import Headers

MAX_PAYLOAD_BYTES: Mapping[str, int] = {
    "RequestResponse": 6 * 1024 * 1024,
    "Event": 1024 * 1024,
    "DryRun": 6 * 1024 * 1024,
}
MAX_CLIENT_CONTEXT_BYTES = 3583  # of base64
_QUALIFIER = re.compile(r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]{1,128}")


class RefusedInvokeError(Exception):
    """The API does not take the request; answered, and never raised at a user."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message


@dataclass(frozen=True, kw_only=True)
class InvokeRequest:
    """How to invoke: `client_context` is JSON on one line, in ASCII."""

    invocation_type: str
    wants_log: bool
    client_context: str | None


def read_request(headers: Headers | Mapping[str, str], query: Mapping[str, str]) -> InvokeRequest:
    """Read all but the payload.

    Args:
        headers: Looked up without regard to case.
        query: Percent-decoded.

    Raises:
        RefusedInvokeError: Something of it is not what the API takes.
    """
    _refuse_unknown_qualifier(query.get("Qualifier"))
    if "X-Amz-Tenant-Id" in headers:
        raise _invalid_value(
            "The invoked function is not enabled with tenancy configuration. "
            "Remove the tenant ID from your request and try again."
        )
    invocation_type = _choice(headers, "X-Amz-Invocation-Type", "invocationType", tuple(MAX_PAYLOAD_BYTES))
    wants_log = _choice(headers, "X-Amz-Log-Type", "logType", ("None", "Tail")) == "Tail"
    context = _read_client_context(headers.get("X-Amz-Client-Context"))
    return InvokeRequest(
        invocation_type=invocation_type,
        wants_log=wants_log,
        client_context=context if invocation_type == "RequestResponse" else None,
    )


def check_payload_size(size: int, invocation_type: str) -> None:
    """Refuse what is over the limit.

    Raises:
        RefusedInvokeError: It is.
    """
    limit = MAX_PAYLOAD_BYTES[invocation_type]
    if size > limit:
        message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
        raise RefusedInvokeError(413, "RequestTooLargeException", message)


def read_payload(body: bytes) -> bytes:
    """The event to invoke with: ``{}`` when the body is empty.

    Raises:
        RefusedInvokeError: It is no JSON.
    """
    try:
        _parse_json(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise _invalid_content(f"Could not parse request body into json: {_reason(error)}") from error
    return body or b"{}"


def _read_client_context(encoded: str | None) -> str | None:
    """The client context as it can travel in a header; ``None`` without one."""
    if not encoded:
        return None
    if len(encoded.encode(errors="replace")) > MAX_CLIENT_CONTEXT_BYTES:
        raise _invalid_content(f"Client context must be no larger than {MAX_CLIENT_CONTEXT_BYTES} bytes.")
    try:
        context = _parse_json(base64.b64decode(encoded, validate=True), as_text=False)
    except (ValueError, RecursionError) as error:
        raise _invalid_content("Client context must be a valid Base64-encoded JSON object.") from error
    if not isinstance(context, dict):
        raise _invalid_content("Client context must be a valid Base64-encoded JSON object.")
    return json.dumps(context, separators=(",", ":"))


def _parse_json(text: bytes, *, as_text: bool = True) -> Any:
    """Read JSON as the standard has it: UTF-8, without NaN.

    Args:
        text: To read.
        as_text: Leave numbers as they are written, however long they are.
    """
    numbers: dict[str, Any] = {"parse_int": str, "parse_float": str} if as_text else {}
    return json.loads(text.decode(), parse_constant=_refuse_constant, **numbers)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: Exception) -> str:
    """Why a text is no JSON."""
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _choice(headers: Headers | Mapping[str, str], header: str, member: str, values: Sequence[str]) -> str:
    """A header that takes one of a few values; the first is the default."""
    value = headers.get(header)
    if value is None:
        return values[0]
    if value not in values:
        allowed = ", ".join(values)
        raise _invalid_value(
            f"1 validation error detected: Value {value!a} at '{member}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{allowed}]"
        )
    return value


def _refuse_unknown_qualifier(qualifier: str | None) -> None:
    """Refuse what can be no version and no alias; one that is not there by itself runs the function's code."""
    if qualifier is not None and not _QUALIFIER.fullmatch(qualifier):
        raise _invalid_value(
            f"1 validation error detected: Value {qualifier!a} at 'qualifier' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_QUALIFIER.pattern}"
        )


def _invalid_content(message: str) -> RefusedInvokeError:
    return RefusedInvokeError(400, "InvalidRequestContentException", message)


def _invalid_value(message: str) -> RefusedInvokeError:
    return RefusedInvokeError(400, "InvalidParameterValueException", message)
