"""ARNs of services without a path, which match no request: what is asked for is always below the service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lattice_events.checks.rules.policies.actions import CONNECT, names
from lattice_events.checks.rules.policies.documents import Path, WrittenStatement
from lattice_events.checks.rules.policies.shapes import can_match, service_resource
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import LISTENER
from lattice_events.network.policy import matches_pattern

_BARE = re.compile(r"arn:[^:]*:vpc-lattice:[^:]*:[^:]*:service/[^/*]+")
ALL_PATHS = "/*"


def bare_arns(statement: WrittenStatement) -> Iterator[tuple[Path, str]]:
    """The bare ARNs in the Resource of a statement, without those that stand there beside their paths."""
    texts = [*statement.texts(statement.element("Resource"))]
    for path, value in texts:
        if not _BARE.fullmatch(value) or can_match(value, service_resource()):
            continue
        below = f"{value}/x"
        if not any(matches_pattern(other, below, lambda _: ()) for _, other in texts):
            yield path, value


def may_connect(statement: WrittenStatement, definitions: Definitions) -> bool:
    """Whether a statement may be about TLS connections, whose resource is the bare ARN."""
    if not any(names(action, CONNECT) for _, action in statement.texts(statement.element("Action"))):
        return False
    protocols = (listener.get("Protocol") for listener in definitions.of_type(LISTENER))
    return any(each not in ("HTTP", "HTTPS") for each in protocols) or bool(definitions.of_kind("TLSRoute"))


def with_all_paths(written: Any) -> Any:
    """What stands for every path of the service that a value stands for; ``None`` where that is not plain."""
    match written:
        case str():
            return written + ALL_PATHS
        case {"Ref": str(name)}:
            return {"Fn::Sub": f"${{{name}}}{ALL_PATHS}"}
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return {"Fn::Sub": f"${{{name}.{attribute}}}{ALL_PATHS}"}
        case {"Fn::GetAtt": str(name)}:
            return {"Fn::Sub": f"${{{name}}}{ALL_PATHS}"}
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": text + ALL_PATHS}
        case {"Fn::Join": ["", [*parts]]}:
            return {"Fn::Join": ["", [*parts, ALL_PATHS]]}
        case _:
            return None
