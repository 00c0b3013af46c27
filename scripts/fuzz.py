"""Coverage-guided fuzzing of what reads foreign input; `scripts/fuzz` runs it.

An input is read in one of two ways, by its first byte: as text, which finds odd shapes, or as choices
of fields to replace in a true sample, which gets far into the checks. Anything but a `LatticeError` is a find.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["lattice_events", "zipfile"]):
    import zipfile

    import lattice_events.codec.strangers  # noqa: F401 - what the decoder imports on the way to an error
    from lattice_events import decode_event, decode_response
    from lattice_events.errors import ConfigurationError, LatticeError
    from lattice_events.local.functions.archive import unpack
    from lattice_events.network.access_log import explain_record
    from lattice_events.network.examples import CALLERS, make_event
    from lattice_events.network.policy import Caller, Facts, evaluate, parse_policy
    from lattice_events.readers.cloudformation.resources import read_template
    from lattice_events.readers.cloudformation.template import TemplateOptions
    from lattice_events.readers.common.documents import Document, parse_json, parse_yaml_stream
    from lattice_events.readers.common.sources import SettingsSource
    from lattice_events.readers.kubernetes.routes import read_manifests
    from lattice_events.readers.linking.assemble import assemble
    from lattice_events.readers.settings.settings import parse_settings

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
TEXT = b"\0"
REGION, ACCOUNT = "us-west-2", "123456789012"
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


def cases(name: str) -> list[Any]:
    """What is given in a table of tests."""
    return [case["given"] for case in json.loads((CASES / name).read_text())]


def sources() -> list[str]:
    """The templates and manifests of the readers' tests."""
    given = [*cases("readers/templates.json"), *cases("readers/manifests.json")]
    return ["\n".join(lines) for each in given for lines in each["files"].values()]


def main() -> None:
    """Fuzz one reader for some seconds; libFuzzer prints what it did and exits 0, or 77 on a find."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("reader", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600, help="how long (default: 600)")
    arguments = parser.parse_args()
    read, use, samples = TARGETS[arguments.reader]
    texts = samples()
    values = [value for text in texts for value in read(text)]
    with tempfile.TemporaryDirectory() as corpus:
        for number, text in enumerate(texts):
            Path(corpus, str(number)).write_bytes(TEXT + text.encode(errors="surrogateescape"))
        options = [f"-max_total_time={arguments.seconds}", "-print_final_stats=1", "-max_len=65536", corpus]
        atheris.Setup([sys.argv[0], *options], lambda data: try_one(data, values, read, use))
        atheris.Fuzz()


def try_one(
    data: bytes, samples: list[Any], read: Callable[[str], Iterator[Any]], use: Callable[[Any], object]
) -> None:
    """Read what one input stands for."""
    try:
        if data[:1] == TEXT:
            for value in read(data[1:].decode(errors="surrogateescape")):
                use(value)
        else:
            choices = atheris.FuzzedDataProvider(data[1:])
            use(changed(samples[choices.ConsumeIntInRange(0, len(samples) - 1)], choices))
    except ConfigurationError as error:
        must_be_printable(error)
    except LatticeError as error:
        str(error)


def must_be_printable(error: ConfigurationError) -> None:
    """Hold what a terminal may be shown."""
    assert error.problems
    assert all(line.isprintable() for line in str(error).splitlines()), str(error)


def read_value(text: str) -> Iterator[Any]:
    """JSON as handlers get it."""
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        return


def read_document(text: str) -> Iterator[Any]:
    """JSON as the readers take it."""
    yield parse_json(text, "f.json")


def read_yaml(text: str) -> Iterator[Any]:
    """The documents of a template or manifests."""
    for document in parse_yaml_stream(text, "f.yml"):
        document.locate(("Resources", "x"))
        yield document.value


def read_policy(text: str) -> Iterator[Any]:
    """A policy's text, which is read as it stands too."""
    use_policy(text)
    yield from read_value(text)


def use_source(value: Any) -> None:
    """Read a template, or manifests, and settings, and link them."""
    options = TemplateOptions(region=REGION, account=ACCOUNT, code=lambda _: "/code")
    if isinstance(value, dict) and "Resources" in value:
        fragment = read_template(value, locate=lambda _: "f.yml:1:1", options=options)
    else:
        documents = [Document(value=value, file="f.yml", positions={})]
        fragment = read_manifests(
            documents, region=REGION, account=ACCOUNT, target_urls={"app": ["http://a"]}
        )
    parse_settings(SettingsSource(value=value, folder=ROOT, locate=lambda _: "f.yml:1:1"))
    assemble([fragment], region=REGION, account=ACCOUNT)


def use_policy(document: Any) -> None:
    """Read a policy of either kind, and ask it."""
    caller = Caller(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1", tags={"team": "blue"})
    facts = Facts(
        caller=caller, service_arn=f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:service/svc-1", path="/a"
    )
    for kind in ("auth", "identity"):
        try:
            evaluate(parse_policy(document, kind=kind), facts).describe()
        except ConfigurationError as error:
            must_be_printable(error)


def use_record(record: Any) -> None:
    """Explain a record of the access log."""
    if isinstance(record, dict):
        repr(explain_record(record))


def packages() -> list[str]:
    """Deployment packages of every compression, as text."""
    found = []
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", compression) as package:
            package.writestr("app.py", "x = 1\n" * 20)
            package.writestr("lib/é/b.py", b"y")
            package.mkdir("empty")
            package.comment = b"comment"
        found.append(written.getvalue().decode(errors="surrogateescape"))
    return found


def read_package(text: str) -> Iterator[Any]:
    """The bytes of a package, as text."""
    yield {"package": text}


def as_bytes(value: Any) -> bytes:
    """The bytes that `read_package` took, or any others."""
    text = str(value.get("package"))
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace")


def use_package(value: Any) -> None:
    """Unpack a package; a refused one leaves no folder behind."""
    with tempfile.TemporaryDirectory() as folder:
        package, unpacked = Path(folder, "code.zip"), Path(folder, "unpacked")
        unpacked.mkdir()
        package.write_bytes(as_bytes(value))
        tempfile.tempdir = str(unpacked)
        try:
            shutil.rmtree(unpack(str(package)))
        finally:
            tempfile.tempdir = None
            assert not list(unpacked.iterdir())


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


Target = tuple[Callable[[str], Iterator[Any]], Callable[[Any], object], Callable[[], list[str]]]
TARGETS: dict[str, Target] = {
    "package": (read_package, use_package, packages),
    "event": (read_value, use_event, lambda: list(map(json.dumps, EVENTS))),
    "response": (read_value, use_response, lambda: list(map(json.dumps, RESPONSES))),
    "template": (read_yaml, use_source, sources),
    "policy": (
        read_policy,
        use_policy,
        lambda: [json.dumps(each["policy"]) for each in cases("policy/verdicts.json")],
    ),
    "access-log": (
        read_document,
        use_record,
        lambda: list(map(json.dumps, cases("access_log/records.json"))),
    ),
}

if __name__ == "__main__":
    main()
