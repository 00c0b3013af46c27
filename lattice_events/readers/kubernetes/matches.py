"""What a rule of an HTTPRoute matches.

What the API server would default is defaulted here, since manifests
are read as they were written.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_rule.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lattice_events.definitions.lattice_schema import SHAPES
from lattice_events.network.model import HeaderMatch, Match, PathMatch
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import (
    WrongPropertyError,
    header_name,
    header_value,
    refuse_odd_path,
    shaped_text,
)
from lattice_events.readers.kubernetes.objects import items, object_at

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")


def read_match(rule: Mapping[str, Any], path: Path, *, case_sensitive: bool) -> Match:
    """A rule's one match; none means every path.

    Raises:
        WrongPropertyError: The controller, or VPC Lattice, does not take it.
    """
    matches = items(rule.get("matches"), (*path, "matches"))
    if len(matches) > 1:
        raise WrongPropertyError(
            "The controller accepts one entry in matches (LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES); write one rule for each.",
            (*path, "matches", 1),
        )
    match = matches[0] if matches else {}
    path = (*path, "matches", 0)
    if match.get("queryParams"):
        message = "The controller accepts no queryParams (LATTICE_UNSUPPORTED_MATCH_TYPE)."
        raise WrongPropertyError(message, (*path, "queryParams"))
    return Match(
        method=_read_method(match.get("method"), (*path, "method")),
        path=_read_path(object_at(match.get("path"), (*path, "path")), (*path, "path"), case_sensitive),
        headers=_read_headers(match, (*path, "headers")),
    )


def _read_method(method: Any, path: Path) -> str | None:
    if method is not None and method not in _METHODS:
        raise WrongPropertyError(f"method must be one of {', '.join(_METHODS)}, not {method!r}.", path)
    return method if isinstance(method, str) else None


def _read_path(value: Mapping[str, Any], path: Path, case_sensitive: bool) -> PathMatch:
    kind = value.get("type", "PathPrefix")
    wanted = value.get("value", "/")
    if kind not in ("Exact", "PathPrefix"):
        raise WrongPropertyError(
            f"The controller accepts Exact and PathPrefix, not {kind} (LATTICE_UNSUPPORTED_PATH_MATCH_TYPE).",
            path,
        )
    refuse_odd_path(wanted, kind, (*path, "value"))
    shape = "PathMatchExact" if kind == "Exact" else "PathMatchPrefix"
    return PathMatch(
        kind="exact" if kind == "Exact" else "prefix",
        value=shaped_text(wanted, shape, (*path, "value")),
        case_sensitive=case_sensitive,
    )


def _read_headers(match: Mapping[str, Any], path: Path) -> tuple[HeaderMatch, ...]:
    headers = items(match.get("headers"), path)
    most = SHAPES["HeaderMatchList"].high
    if len(headers) > most:
        message = f"The controller accepts at most {most} headers (LATTICE_EXCEED_MAX_HEADER_MATCHES)."
        raise WrongPropertyError(message, path)
    return tuple(_read_header(header, (*path, index)) for index, header in enumerate(headers))


def _read_header(value: Mapping[str, Any], path: Path) -> HeaderMatch:
    if value.get("type", "Exact") != "Exact":
        message = "The controller accepts only Exact header matches (LATTICE_UNSUPPORTED_HEADER_MATCH_TYPE)."
        raise WrongPropertyError(message, (*path, "type"))
    return HeaderMatch(
        name=header_name(value.get("name"), (*path, "name")),
        kind="exact",
        value=header_value(value.get("value"), "HeaderMatchExact", (*path, "value")),
        case_sensitive=False,
    )
