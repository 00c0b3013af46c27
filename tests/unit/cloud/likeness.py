"""What two networks have in common that are the same but for ids, and for names that CloudFormation makes up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from lattice_events.network.model import Network

_LEFT_OUT = {
    "origin", "code", "logical_id",  # told by templates only, or where the code is
    "policy",  # a statement is called after its policy's name, or the logical id of that
}  # fmt: skip
_IDS = re.compile(r"\b(vpc|snsa|snva|listener|rule)-[0-9a-f]{17}\b")
_MADE_UP = re.compile(r"-([A-Z0-9]{12}|[a-z0-9]{12})(?=[\"/:.])")  # at the end of a name


_NONE = re.compile("")


def likeness(network: Network, *, named: re.Pattern[str] = _NONE) -> list[str]:
    """The lines of a network, in an order and by names that do not depend on where it comes from.

    Args:
        network: To compare with another.
        named: What names of listeners and rules are like that somebody gave.
    """
    text = json.dumps(_plain(network, named), indent=1, sort_keys=True)
    for arn, name in _names(network):
        id_ = arn.rpartition("/")[2]
        text = text.replace(id_, name).replace(id_.partition("-")[2], name)
    return _MADE_UP.sub("", _IDS.sub(r"\1", text)).splitlines()


def _names(network: Network) -> Iterator[tuple[str, str]]:
    """ARNs, each with the name that stands for it."""
    yield from ((each.arn, each.name) for each in network.services)
    yield from ((each.arn, each.name) for each in network.service_networks)
    yield from ((each.arn, each.name) for each in network.target_groups)


def _plain(value: Any, named: re.Pattern[str]) -> Any:
    """Values as JSON has them; of several that have names, ports or priorities, in their order."""
    if is_dataclass(value):
        known = {each.name: getattr(value, each.name) for each in fields(value)}
        if {"priority", "port"} & set(known) and not named.fullmatch(known["name"]):
            del known["name"]
        if "target_groups" in known and len(known["target_groups"]) == 1 and "region" not in known:
            return {"only": _plain(known["target_groups"][0].target_group_arn, named)}  # whatever its weight
        return {name: _plain(each, named) for name, each in known.items() if name not in _LEFT_OUT}
    if isinstance(value, tuple):
        plain = [_plain(each, named) for each in value]
        return sorted(plain, key=_place) if plain and _place(plain[0]) else plain
    return dict(value) if hasattr(value, "items") else value


def _place(plain: Any) -> str:
    """By what a part of a network is sorted; empty for what has an order of its own."""
    if not isinstance(plain, dict) or ("arn" not in plain and "caller" not in plain):
        return ""
    return str(plain.get("priority") or plain.get("port") or plain["name"])
