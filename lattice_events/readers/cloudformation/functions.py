"""Functions of values alone; a wrong argument raises what Python raises for it.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import ipaddress
import itertools
import json
from collections.abc import Mapping
from typing import Any

from lattice_events.readers.common.documents import mapping

_MAX_CIDRS = 256


def cidrs(block: Any, count: Any, bits: Any = 8) -> list[str]:
    """Blocks of ``Fn::Cidr``: `count` parts of a block, each with `bits` for its hosts."""
    network = ipaddress.ip_network(str(block))
    if not 1 <= int(count) <= _MAX_CIDRS:
        raise ValueError(count)
    subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
    found = [str(each) for each in itertools.islice(subnets, int(count))]
    if len(found) < int(count):
        raise LookupError(f"{block} has only {len(found)} blocks of this size")
    return found


def zones(region: str) -> list[str]:
    """Made-up zones of a Region, which no decision of the network asks for."""
    return [region + letter for letter in "abc"]


def json_text(value: Any) -> str:
    """A value as ``Fn::ToJsonString`` writes it."""
    if not isinstance(value, (dict, list)):
        raise TypeError
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def length(value: Any) -> int:
    """How many items a list has."""
    if not isinstance(value, list):
        raise TypeError
    return len(value)


def look_up(maps: Mapping[Any, Any], *keys: Any) -> Any:
    """A value of ``Mappings``; numbers are the text that they are written as.

    Raises:
        LookupError: There is none; its text says where the way ended.
    """
    found: Any = maps
    for depth, key in enumerate(keys):
        known = {str(each): each for each in mapping(found)}
        if str(key) not in known:
            way = ".".join(map(str, ("Mappings", *keys[:depth])))
            raise LookupError(f"{way} has no key {key}")
        found = found[known[str(key)]]
    return found
