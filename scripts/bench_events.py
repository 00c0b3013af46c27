"""Events: import cost and cost per event beside Powertools and Mangum, interleaved in one run."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
IMPORT_ROUNDS = 15
ROUNDS = 15
LOOPS = 2000
IMPORTS = {
    "lattice_events": "import lattice_events",
    "Powertools data class": "from aws_lambda_powertools.utilities.data_classes import VPCLatticeEventV2",
    "Powertools resolver": "from aws_lambda_powertools.event_handler import VPCLatticeV2Resolver",
    "Powertools parser model": "from aws_lambda_powertools.utilities.parser.models import VpcLatticeV2Model",
    "Mangum": "from mangum import Mangum",
    "lattice_events ASGI adapter": "from lattice_events.adapters.asgi import lattice_asgi",
    "lattice_events resolver": "from lattice_events.adapters.powertools import LatticeResolver",
}
IMPORT_PROGRAM = """
import sys, time
import awslambdaric.bootstrap
started = time.perf_counter()
{statement}
print((time.perf_counter() - started) * 1000)
"""


def import_ms(statement: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_PROGRAM.format(statement=statement)],
        cwd=ROOT,
        env={"PATH": "", "POWERTOOLS_SERVICE_NAME": "bench"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def measure_imports() -> dict[str, float]:
    rounds = [
        {name: import_ms(statement) for name, statement in IMPORTS.items()} for _ in range(IMPORT_ROUNDS + 1)
    ]
    return {name: statistics.median(each[name] for each in rounds[1:]) for name in IMPORTS}


def operations() -> dict[str, Callable[[], Any]]:
    """What is timed, by name; every one gets the same event."""
    from aws_lambda_powertools.event_handler import VPCLatticeV2Resolver
    from aws_lambda_powertools.utilities.data_classes import VPCLatticeEventV2

    from lattice_events import decode_event
    from lattice_events.adapters.powertools import LatticeResolver
    from lattice_events.codec import decode_response, encode_event
    from lattice_events.testing import make_event

    context: Any
    post = make_event("POST /orders?x=1", json={"item": "tea", "n": 1}, headers={"accept": "a/b"})
    get = make_event("GET /ping")
    ours, theirs = LatticeResolver(), VPCLatticeV2Resolver()
    for app in (ours, theirs):
        app.get("/ping")(lambda: {"ok": True})

    def decode_all() -> Any:
        request = decode_event(post)
        return request.path, request.method, request.headers["content-type"], request.json()

    def data_class() -> Any:
        event = VPCLatticeEventV2(post)
        return event.path, event.method, event.headers["content-type"], event.json_body

    request, context = decode_event(post), None
    returned = {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": '{"ok": true}'}
    return {
        "decode_event, path, method, header, JSON": decode_all,
        "Powertools data class, the same, unchecked": data_class,
        "LatticeResolver.resolve, trivial GET": lambda: ours.resolve(get, context),
        "VPCLatticeV2Resolver.resolve, trivial GET": lambda: theirs.resolve(get, context),
        "decode_event alone": lambda: decode_event(post),
        "encode_event": lambda: encode_event(request),
        "encode_event, json.dumps": lambda: json.dumps(encode_event(request)),
        "decode_response": lambda: decode_response(returned),
    }


def microseconds(operation: Callable[[], Any]) -> float:
    started = time.perf_counter()
    for _ in range(LOOPS):
        operation()
    return (time.perf_counter() - started) / LOOPS * 1e6


def measure_events() -> dict[str, float]:
    timed = operations()
    rounds = [{name: microseconds(each) for name, each in timed.items()} for _ in range(ROUNDS)]
    return {name: statistics.median(each[name] for each in rounds) for name in timed}


def main() -> int:
    imports, events = measure_imports(), measure_events()
    names = list(events)
    result = {
        "import_ms": {name: round(value, 1) for name, value in imports.items()},
        "event_us": {name: round(value, 2) for name, value in events.items()},
        "ratios": {
            "import / data class": round(imports["lattice_events"] / imports["Powertools data class"], 3),
            "ASGI import / Mangum": round(imports["lattice_events ASGI adapter"] / imports["Mangum"], 3),
            "decode / data class": round(events[names[0]] / events[names[1]], 2),
            "resolve / VPCLatticeV2Resolver": round(events[names[2]] / events[names[3]], 2),
        },
    }
    if "--json" in sys.argv[1:]:
        print(json.dumps(result))
        return 0
    for title, values in result.items():
        print(title)
        for name, value in values.items():
            print(f"  {name:<46}{value:>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
