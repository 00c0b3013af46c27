"""Write assumptions and faults into the JSON Schema of settings; --check compares only. The rest is written by hand."""

import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lattice_events.assumptions import Assumptions
from lattice_events.network.faults import (
    FIELDS,
    ID,
    KINDS,
    Choice,
    Fault,
    Number,
    Text,
    needs_seconds,
    no_seconds,
)

FILE = Path(__file__).parents[1] / "lattice_events/readers/settings/schema.json"


def switch_schema(switch: dataclasses.Field[Any]) -> dict[str, Any]:
    """What one assumption may be."""
    about = {"description": f"{switch.metadata['why']} ({switch.metadata['mark']})"}
    values = {"default": switch.default, "examples": [switch.default]}
    kind = get_type_hints(Assumptions)[switch.name]
    if get_origin(kind) is Literal:
        choices = list(get_args(kind))
        return (
            about | {"enum": choices, "errorMessage": f"must be {' or '.join(map(repr, choices))}"} | values
        )
    if kind is bool:
        return about | {"type": "boolean", "errorMessage": "must be true or false"} | values
    if kind is str:
        return about | {"type": "string", "errorMessage": "must be a text"} | values
    low, high = switch.metadata["limits"]
    words = f"must be a whole number from {low} to {high}"
    return about | {"type": "integer", "minimum": low, "maximum": high, "errorMessage": words} | values


def rule_schema(rule: Text | Choice | Number) -> dict[str, Any]:
    """What a field of a fault must be."""
    match rule:
        case Text():
            kind: dict[str, Any] = {"type": ["string", "null"], "pattern": f"^{rule.pattern}$"}
        case Choice():
            kind = {"enum": list(rule.values)}
        case Number():
            kind = {"type": ["integer" if rule.is_whole else "number", "null"], **limits(rule)}
    return kind | {"errorMessage": rule.must}


def limits(rule: Number) -> dict[str, float]:
    """The least and the most of a number, where there are any."""
    return {"minimum": rule.low, "maximum": rule.high} if math.isfinite(rule.low) else {}


def seconds_schema(kind: str) -> dict[str, Any]:
    """What the seconds of a kind of fault must be."""
    rule = KINDS[kind].seconds
    if rule is None:
        then: dict[str, Any] = {
            "properties": {"seconds": {"not": {"type": "number"}, "errorMessage": no_seconds(kind)}}
        }
    else:
        then = {
            "required": ["seconds"],
            "errorMessage": needs_seconds(kind),
            "properties": {"seconds": {**limits(rule), "not": {"type": "null"}, "errorMessage": rule.must}},
        }
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}


def fault_schema() -> dict[str, Any]:
    """What one fault may be."""
    defaults = {each.name: each.default for each in dataclasses.fields(Fault)}
    return {
        "description": "One fault; what is left out of service, rule, path, method, caller and target is any.",
        "type": "object",
        "additionalProperties": False,
        "required": ["kind"],
        "errorMessage": f"must have a kind: one of {', '.join(KINDS)}",
        "default": {},
        "examples": [{"kind": "unavailable", "service": "orders", "count": 3}],
        "allOf": [seconds_schema(kind) for kind in KINDS],
        "properties": {
            name: {"description": field.why}
            | rule_schema(field.rule)
            | {
                "default": None if defaults[name] is dataclasses.MISSING else defaults[name],
                "examples": [field.example],
            }
            for name, field in FIELDS.items()
        },
    }


def main() -> None:
    """Write, or compare."""
    text = FILE.read_text()
    schema = json.loads(text)
    schema["properties"]["assumptions"] = {
        "description": "What VPC Lattice does where nobody outside AWS knows; docs/fidelity.md lists these switches.",
        "type": "object",
        "additionalProperties": False,
        "errorMessage": "must be a mapping from a name to a value",
        "default": {},
        "examples": [{"prefix_mode": "element"}],
        "properties": {each.name: switch_schema(each) for each in dataclasses.fields(Assumptions)},
    }
    schema["properties"]["faults"] = {
        "description": "Faults on purpose, by name, that requests of lattice dev meet: docs/faults.md.",
        "type": "object",
        "propertyNames": {
            "pattern": f"^{ID.pattern}$",
            "errorMessage": f"must be a mapping by names, each of which {ID.must}",
        },
        "additionalProperties": {"$ref": "#/$defs/fault"},
        "errorMessage": "must be a mapping from a name to {kind: …}",
        "default": {},
        "examples": [{"draining": {"kind": "unavailable", "service": "orders", "probability": 0.1}}],
    }
    schema["$defs"]["fault"] = fault_schema()
    written = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv[1:]:
        FILE.write_text(written)
    elif written != text:
        sys.exit(f"{FILE.name} is not what the code says: run {Path(__file__).name}")


if __name__ == "__main__":
    main()
