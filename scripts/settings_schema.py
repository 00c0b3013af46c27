"""Write the assumptions into the JSON Schema of settings; --check compares only. The rest of it is written by hand."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lattice_events.assumptions import Assumptions

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
    written = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv[1:]:
        FILE.write_text(written)
    elif written != text:
        sys.exit(f"{FILE.name} is not what the code says: run {Path(__file__).name}")


if __name__ == "__main__":
    main()
