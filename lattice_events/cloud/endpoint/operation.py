"""What a request asks for: the operation's name, and whether it may change something."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import parse_qs

from lattice_events.cloud.endpoint.wsgi import ApiRequest
from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.requests import operation_of

_READING = re.compile(r"(Describe|List|Get|Head|Validate|Estimate|Search|Lookup|Query|Scan|BatchGet|Detect)")
_FORM = "application/x-www-form-urlencoded"
INVOKE = re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/invocations/?")
_MAX_FORM_BYTES = 64 * 1024  # in which the action stands


def operation_name(request: ApiRequest, service: str) -> str:
    """The operation, where the protocol or our own model names it; else method and path."""
    if service == "vpc-lattice":
        with suppress(ApiError):  # nobody has it; the answer will say so
            return operation_of(request.method, request.raw_path)
    target = request.header("X-Amz-Target")
    if target:
        return target.rpartition(".")[2]
    action = _action(request)
    return action or f"{request.method} {request.raw_path}"


def may_change(request: ApiRequest, service: str) -> bool:
    """Whether the operation may change anything: all but those that are called Get, List, Describe, and the like."""
    if request.method in ("GET", "HEAD", "OPTIONS") and not _action(request):
        return False
    return _READING.match(operation_name(request, service)) is None


def is_invocation(request: ApiRequest) -> bool:
    """Whether it is Lambda's ``Invoke``."""
    return request.method == "POST" and INVOKE.fullmatch(request.raw_path) is not None


def _action(request: ApiRequest) -> str:
    """``Action`` of the query protocol."""
    is_form = request.header("Content-Type").startswith(_FORM)
    text = request.body[:_MAX_FORM_BYTES].decode("latin-1") if is_form else request.query
    return parse_qs(text).get("Action", [""])[0]
