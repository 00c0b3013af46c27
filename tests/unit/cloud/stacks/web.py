"""A template that the tests start from: a service with a listener, a rule and two target groups."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

NOT_FOUND = {"FixedResponse": {"StatusCode": 404}}
V2 = {"LambdaEventStructureVersion": "V2"}


def forward(**weights: int) -> dict[str, Any]:
    """Forward to target groups, by logical id and weight."""
    groups = [{"TargetGroupIdentifier": {"Ref": name}, "Weight": weight} for name, weight in weights.items()]
    return {"Forward": {"TargetGroups": groups}}


def web(**changes: Any) -> dict[str, Any]:
    """The resources; a change is named by logical id and property: ``Rule_Priority=20``."""
    resources = deepcopy(_WEB)
    for name, value in changes.items():
        logical_id, property_name = name.split("_")
        resources[logical_id][1][property_name] = value
    return resources


def path(prefix: str, **more: Any) -> dict[str, Any]:
    """Match a path's start."""
    return {"HttpMatch": {"PathMatch": {"Match": {"Prefix": prefix}, **more}}}


_WEB: dict[str, Any] = {
    "Web": ("Service", {"Name": "web"}),
    "Blue": ("TargetGroup", {"Type": "LAMBDA", "Config": V2}),
    "Green": ("TargetGroup", {"Type": "LAMBDA", "Config": V2}),
    "Listener": (
        "Listener",
        {"ServiceIdentifier": {"Ref": "Web"}, "Protocol": "HTTP", "DefaultAction": forward(Blue=1)},
    ),
    "Rule": (
        "Rule",
        {
            "ServiceIdentifier": {"Ref": "Web"},
            "ListenerIdentifier": {"Ref": "Listener"},
            "Priority": 10,
            "Match": path("/app"),
            "Action": forward(Blue=90, Green=10),
        },
    ),
}
