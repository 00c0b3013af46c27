"""Coverage-guided fuzzing of the two decoders; `scripts/fuzz` runs it.

An input is read in one of two ways, by its first byte: as JSON text, which finds odd shapes, or as
choices of fields to replace in a true event or response, which gets far into the checks.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["lattice_events"]):
    import lattice_events.codec.strangers  # noqa: F401 - what the decoder imports on the way to an error
    from lattice_events import decode_event, decode_response
    from lattice_events.errors import LatticeError
    from lattice_events.network.examples import CALLERS, make_event

ROOT = Path(__file__).parent.parent
JSON_TEXT = b"\0"
RESPONSES = [
    {"statusCode": 200, "body": "a", "isBase64Encoded": False, "headers": {"content-type": "text/plain"}},
    {"statusCode": "404", "statusDescription": "404 Not Found", "body": "YQ==", "isBase64Encoded": True},
    {"statusCode": 200, "headers": {"set-cookie": ["a=1", "b=2"]}, "cookies": ["c=3"], "body": None},
]
EVENTS = [
    make_event("POST /a%20b?x=1&x=2", version=version, caller=caller, body=body, headers={"x-a": "1, 2"})
    for version in ("V1", "V2")
    for caller in CALLERS
    for body in (b"text", b"\xff\x00")
]


def main() -> None:
    """Fuzz one decoder for some seconds; libFuzzer prints what it did and exits 0, or 77 on a find."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("decoder", choices=["event", "response"])
    parser.add_argument("--seconds", type=int, default=600, help="how long (default: 600)")
    arguments = parser.parse_args()
    samples, use = (EVENTS, use_event) if arguments.decoder == "event" else (RESPONSES, use_response)
    with tempfile.TemporaryDirectory() as corpus:
        for number, sample in enumerate(samples):
            Path(corpus, str(number)).write_bytes(JSON_TEXT + json.dumps(sample).encode())
        options = [f"-max_total_time={arguments.seconds}", "-print_final_stats=1", "-max_len=65536", corpus]
        atheris.Setup([sys.argv[0], *options], lambda data: try_one(data, samples, use))
        atheris.Fuzz()


def try_one(data: bytes, samples: list[Any], use: Callable[[Any], object]) -> None:
    """Decode what one input stands for."""
    if data[:1] == JSON_TEXT:
        try:
            value = json.loads(data[1:])
        except (ValueError, RecursionError):
            return
    else:
        choices = atheris.FuzzedDataProvider(data[1:])
        value = changed(samples[choices.ConsumeIntInRange(0, len(samples) - 1)], choices)
    try:
        use(value)
    except LatticeError as error:
        str(error)


def use_event(event: Any) -> None:
    """Decode an event and look at all that a handler would look at."""
    request = decode_event(event)
    _ = request.query, request.headers.items(), request.time, request.source_ip, repr(request), request.text
    request.json()


def use_response(returned: Any) -> None:
    """Decode what a handler returned."""
    repr(decode_response(returned))


def changed(sample: Any, choices: Any) -> Any:
    """The sample with some of its fields replaced, deep ones too."""
    value = json.loads(json.dumps(sample))
    for _ in range(choices.ConsumeIntInRange(1, 4)):
        holder = value
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = keys[choices.ConsumeIntInRange(0, len(keys) - 1)]
            if isinstance(holder[key], (dict, list)) and choices.ConsumeBool():
                holder = holder[key]
                continue
            holder[key] = scalar_or_container(choices)
            break
    return value


def scalar_or_container(choices: Any) -> Any:
    """Any JSON value, not deep."""
    text = choices.ConsumeUnicode(choices.ConsumeIntInRange(0, 40))  # lone surrogates too, as in JSON
    kinds: list[Any] = [
        None,
        True,
        False,
        0,
        -1,
        10**20,
        1.5,
        float("nan"),
        "",
        text,
        [],
        [text],
        {},
        {text: text},
    ]
    kinds += [[text, 1], {text: [text]}, {text: None}, choices.ConsumeInt(8)]
    return kinds[choices.ConsumeIntInRange(0, len(kinds) - 1)]


if __name__ == "__main__":
    main()
