"""What a failed test is told of the requests that it made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lattice_events.cli.explain_tree import tree_text
from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.views import detail

_MOST_REQUESTS = 20  # a failure that needs more is not read


def tell(entries: Sequence[Entry], history: History) -> str:
    """The latest of some requests, each with its decision tree, its failure and the lines of its function."""
    left_out = len(entries) - _MOST_REQUESTS
    texts = [f"… and {left_out} before these"] if left_out > 0 else []
    texts += [_tell_one(detail(each, history)) for each in entries[-_MOST_REQUESTS:]]
    return "\n".join(texts)


def _tell_one(view: dict[str, Any]) -> str:
    """One request, or one invocation."""
    title = f"{view['number']}. {_title(view)}, {view['duration_ms']:.0f} ms"
    described = view.get("decision")
    text = tree_text(title, described).rstrip("\n") if described else title
    return "\n".join([text, *_further(view, described)])


def _title(view: dict[str, Any]) -> str:
    if view["kind"] == "invocation":
        return f"INVOKE {view['function']} → {view['error_type'] or 'ok'}"
    who = view["caller"] or "nobody"
    return f"{view['method']} {view['host']}{view['path']} as {who} → {view['status']}"


def _further(view: dict[str, Any], described: dict[str, Any] | None) -> Iterable[str]:
    """Why, unless the tree says it, and what the function wrote."""
    if view.get("reason") and not (described and described["reply"]):
        told = described["faults"] if described else ()
        yield from (f"    {line}" for line in view["reason"].splitlines() if line not in told)
    for line in (each for each in view["logs"] if each["stream"] != "platform"):
        yield f"    │ {line['text']}"
    if view["logs_left_out"]:
        yield f"    │ … and {view['logs_left_out']} lines more"
