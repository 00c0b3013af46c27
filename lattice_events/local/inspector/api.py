"""The API behind the inspector, at ``/api/v1`` of the control port; pages, commands and agents use the same.

Web pages of others are kept away (`serving`); whatever acts needs the run's token in the header ``X-Lattice-Token``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError
from lattice_events.headers import Headers
from lattice_events.local.faults.injector import Injector
from lattice_events.local.inspector.faults import FaultsApi
from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.lab import LabApi
from lattice_events.local.inspector.lab_request import LabError
from lattice_events.local.inspector.replaying import CredentialsOf, ReplayError, make_replay, read_edits
from lattice_events.local.inspector.search import FIELDS, SearchError, predicate
from lattice_events.local.inspector.sending import Sender
from lattice_events.local.inspector.views import detail, summary
from lattice_events.local.output.records import FunctionState
from lattice_events.network.authentication import Keyring
from lattice_events.network.graph import make_graph, to_values
from lattice_events.network.model import Network

PREFIX = "/api/v1/"
TOKEN_HEADER = "X-Lattice-Token"  # noqa: S105 - its name
_MAX_LINES = 500  # of one answer
_OF_LIST = ("q", *FIELDS, "after", "before", "limit")  # the parameters


class ApiAnswer(NamedTuple):
    """What is answered: JSON."""

    status: int
    value: Any


class RefusedError(Exception):
    """A request to the API is not served; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the answer."""
        super().__init__(message)
        self.answer = ApiAnswer(status, {"error": message})


class Inspected(NamedTuple):
    """What the API has of the run.

    Attributes:
        history: Of its requests.
        faults: On purpose, that requests meet.
        callers: The names of all who may connect.
        is_token: Whether a text is the token of who may act.
        functions: How they do.
        credentials_of: The made-up credentials of a caller.
        keyring: What signatures are verified with now.
        sender: Sends to the run's gateway.
        gateway_url: Where that is.
    """

    history: History
    faults: Injector
    callers: Callable[[], Collection[str]]
    is_token: Callable[[str], bool]
    functions: Callable[[], Sequence[FunctionState]]
    credentials_of: CredentialsOf
    keyring: Callable[[], Keyring]
    sender: Sender
    gateway_url: str


class Call(NamedTuple):
    """A request to the API.

    Attributes:
        method: As sent.
        words: Of the path, behind the prefix.
        query: Its parameters; of one that is there twice, the first.
        headers: As sent.
    """

    method: str
    words: list[str]
    query: Mapping[str, str]
    headers: Headers

    @classmethod
    def read(cls, method: str, target: str, headers: Headers) -> Call:
        """Take a request target below the prefix apart."""
        path, _, query = target.partition("?")
        words = [unquote(word) for word in path.removeprefix(PREFIX).split("/")]
        return cls(method, words, dict(reversed(parse_qsl(query, keep_blank_values=True))), headers)


class Api:
    """Answers requests about one run."""

    def __init__(self, inspected: Inspected) -> None:
        """Keep what is asked about."""
        self._inspected = inspected
        self._history = inspected.history
        self._faults = FaultsApi(
            inspected.faults, network=lambda: self._history.network, callers=inspected.callers
        )
        self._lab = LabApi(inspected.history, inspected.keyring)
        self._one_work = asyncio.Lock()  # of the lab's: a page asks while somebody types

    @property
    def state(self) -> dict[str, int]:
        """What changes when there is something new to see."""
        return {
            "latest": self._history.latest,
            "revision": self._history.revision + self._inspected.faults.revision,
        }

    def answer(self, call: Call) -> ApiAnswer:
        """Answer what can be answered at once.

        Raises:
            RefusedError: It is not served.
        """
        try:
            return ApiAnswer(200, self._answer(call))
        except SearchError as error:
            raise RefusedError(400, str(error)) from error

    def _answer(self, call: Call) -> Any:
        match "GET" if call.method == "HEAD" else call.method, call.words:
            case "GET", ["requests"]:
                return self._list(call.query)
            case "GET", ["requests", id_]:
                return detail(self._find(id_), self._history)
            case "GET", ["network"]:
                return _network(self._history.network)
            case "GET", ["policies"]:
                return self._lab.policies()
            case "GET", ["run"]:
                return {"gateway_url": self._inspected.gateway_url}
            case "GET", ["functions"]:
                return {"functions": [asdict(each) for each in self._inspected.functions()]}
            case (("GET" | "DELETE"), ["faults", *_]):
                return self._faults_of(call)
            case "DELETE", ["requests"]:
                self.check_token(call)
                self._history.clear()
                return self.state
            case (("PUT" | "DELETE") as method, ["requests", id_, "pin"]):
                self.check_token(call)
                entry = self._find(id_)
                self._history.pin(entry, is_pinned=method == "PUT")
                return summary(entry)
            case _:
                raise _not_there(call)

    def _list(self, query: Mapping[str, str]) -> Any:
        """Lines that are wanted, the newest first: of entries ``after`` a number, or ``before`` one."""
        _check_parameters(query)
        after, before = _number(query, "after", 0), _number(query, "before", self._history.latest + 1)
        limit = min(_number(query, "limit", 100), _MAX_LINES)
        is_wanted = predicate(query)
        found: list[dict[str, Any]] = []
        has_more = False
        for entry in self._history.entries():
            if entry.number <= after:
                break
            if entry.number >= before:
                continue
            line = summary(entry)
            if is_wanted(line):
                if len(found) == limit:
                    has_more = True
                    break
                found.append(line)
        return {"requests": found, "has_more": has_more, **self.state}

    def _faults_of(self, call: Call) -> Any:
        """Faults on purpose: list them, and take away all of them or one."""
        if call.method != "DELETE":
            if len(call.words) > 1:
                raise _not_there(call)
            return self._faults.list()
        self.check_token(call)
        if len(call.words) == 1:
            return self._faults.clear()
        id_ = "/".join(call.words[1:])
        removed = self._faults.remove(id_)
        if removed is None:
            raise RefusedError(404, f"There is no fault {id_[:100]!r}.")
        return removed

    async def add_fault(self, body: bytes) -> ApiAnswer:
        """Add the fault of the body.

        Raises:
            RefusedError: It is not served.
        """
        try:
            return ApiAnswer(200, self._faults.add(_json(body)))
        except ConfigurationError as error:
            raise RefusedError(400, str(error)) from error

    async def replay(self, call: Call, body: bytes) -> ApiAnswer:
        """Send a recorded request again, with the edits of the body, and wait for its end.

        Raises:
            RefusedError: It is not served.
        """
        entry = self._find(call.words[1])
        try:
            replay = make_replay(
                entry,
                read_edits(_json(body)),
                network=self._history.network,
                credentials_of=self._inspected.credentials_of,
                now=datetime.now(UTC),
            )
        except ReplayError as error:
            return ApiAnswer(
                error.status, {"error": str(error), "missing": [error.missing] if error.missing else []}
            )
        new = await self._inspected.sender.send(replay)
        if new is None:
            raise RefusedError(
                409,
                "The request was sent, but there is no entry of it: the gateway could not read it, or so much came behind "
                "it that it is forgotten already.",
            )
        return ApiAnswer(200, {**summary(new), "missing": list(replay.missing)})

    async def lab(self, call: Call, body: bytes) -> ApiAnswer:
        """Work something out about policies, beside what the run does; nothing is changed.

        A test needs the token all the same: by a policy that asks for a header, one could guess what is hidden of it.

        Raises:
            RefusedError: It is not served.
        """
        work = {"test": self._lab.test, "least": self._lab.least}.get(call.words[1])
        if work is None:
            raise _not_there(call)
        if call.words[1] == "test":
            self.check_token(call)
        document = _json(body)
        try:
            async with self._one_work:
                return ApiAnswer(200, await asyncio.to_thread(work, document))
        except LabError as error:
            return ApiAnswer(400, error.described)

    def _find(self, id_: str) -> Entry:
        entry = self._history.find(id_)
        if entry is None:
            raise RefusedError(404, f"There is no request {id_[:100]!r}; the oldest are forgotten.")
        return entry

    def check_token(self, call: Call) -> None:
        """Keep out who may not act.

        Raises:
            RefusedError: The token is not there, or not the run's.
        """
        if not self._inspected.is_token(call.headers.get(TOKEN_HEADER) or ""):
            raise RefusedError(403, f"This needs the token of the run in the header {TOKEN_HEADER}.")


def _not_there(call: Call) -> RefusedError:
    path = f"{PREFIX}{'/'.join(call.words)[:200]}"
    return RefusedError(404, f"There is no {call.method} {path}. See docs/inspector.md.")


def _network(network: Network) -> dict[str, Any]:
    """The graph; by the node's id, where its parts are written, and what lines call a rule, whose node says what it matches."""
    listeners = [listener for service in network.services for listener in service.listeners]
    rules = [rule for listener in listeners for rule in listener.rules]
    origins = {
        **{each.arn: each.origin for each in network.services},
        **{each.arn: each.origin for each in network.service_networks},
        **{each.arn: each.origin for each in listeners},
        **{each.arn: each.origin for each in rules},
        **{each.arn: each.origin for each in network.target_groups},
        **{each.arn: each.origin for each in network.functions},
    }
    sources = {arn: origin for arn, origin in origins.items() if origin}
    names = {each.arn: each.name for each in rules}
    return {**to_values(make_graph(network)), "sources": sources, "rules": names}


def _json(body: bytes) -> Any:
    """The value of a body; an object without members where there is none."""
    try:
        return json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "The body is not JSON.") from error


def _check_parameters(query: Mapping[str, str]) -> None:
    """Refuse a parameter that the list does not have: whoever mistypes a filter would get everything."""
    for name in query:
        if name not in _OF_LIST:
            raise RefusedError(
                400,
                f"There is no parameter {name[:40]!r}.{did_you_mean(name, _OF_LIST)} The parameters are: {', '.join(_OF_LIST)}.",
            )


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise RefusedError(400, f"{name} is a whole number, not {text[:40]!r}.")
    return int(text)
