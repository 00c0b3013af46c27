"""What defines the network: read anew whenever an agent asks, since agents edit it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from urllib.parse import quote, unquote

from lattice_events.cli.agents.hiding import hide_in_source
from lattice_events.cli.explaining import read_definitions
from lattice_events.cli.run_api import RunApi
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.registry import find_running
from lattice_events.network.graph import make_graph, to_values
from lattice_events.network.model import Network
from lattice_events.readers.common.files import read_text
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, survey

NETWORK = "lattice://network"
SOURCES = "lattice://sources"
_PLACE = re.compile(r":\d+(:\d+)?$")
_MAX_CHARACTERS = 256 * 1024  # of a source, as an agent gets it


class NoSuchResourceError(ConfigurationError):
    """No resource has this URI; the message names those that there are."""


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """Where the network is defined.

    Attributes:
        paths: As for `lattice explain`.
        options: Likewise.
        reading: Held meanwhile: agents ask several things at once, and the Serverless CLI works in one folder.
    """

    paths: tuple[Path, ...]
    options: ReadOptions
    reading: Lock = field(default_factory=Lock, repr=False, compare=False)

    def cancelled_by(self, is_cancelled: Callable[[], bool]) -> Definitions:
        """The same, with what ends the program that reads them."""
        return replace(self, options=replace(self.options, is_cancelled=is_cancelled))

    def read(self) -> Project:
        """What they say now.

        Raises:
            ConfigurationError: They are not usable.
        """
        with self.reading:
            return read_definitions(self.paths, self.options)

    def network(self) -> str:
        """The graph of the running network, else that of the definitions, as JSON."""
        if find_running():
            return json.dumps({"running": True, **RunApi.find().network()}, indent=2)
        return json.dumps({"running": False, **to_values(make_graph(self.read().network))}, indent=2)

    def sources(self) -> Sequence[str]:
        """The files that the network names as the origin of something, as it names them.

        Raises:
            ConfigurationError: The definitions are not usable.
        """
        return _files(self.read().network)

    def resource(self, uri: str) -> str:
        """The text of a resource.

        Raises:
            NoSuchResourceError: There is none of this URI.
            ConfigurationError: It cannot be read.
        """
        if uri == NETWORK:
            return self.network()
        files = self.sources()
        if uri == SOURCES:
            return json.dumps([{"file": each, "uri": source_uri(each)} for each in files], indent=2)
        file = unquote(uri.removeprefix(f"{SOURCES}/"))
        if not uri.startswith(f"{SOURCES}/") or file not in files:
            raise NoSuchResourceError(
                f"There is no resource {uri[:200]}. There are {NETWORK}, {SOURCES}, and a resource for each file that "
                f"defines something: {', '.join(map(source_uri, files)) or 'none'}."
            )
        return self._source(file)

    def _source(self, file: str) -> str:
        """A file's text without secrets: those of its own, and values that were given for some."""
        options = replace(self.options, runs_functions=False, runs_targets=False)
        with self.reading:
            hidden = survey(self.paths, options).hidden
        text = hide_in_source(hidden(read_text(Path(file), file)))
        return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}\n… (cut)\n"


def source_uri(file: str) -> str:
    """The URI of a source."""
    return f"{SOURCES}/{quote(file)}"


def _files(network: Network) -> Sequence[str]:
    """Files in the order of the alphabet; an origin may be none, such as an option of the command line."""
    named = {_PLACE.sub("", origin) for origin in _origins(network)}
    return sorted(each for each in named if each and Path(each).is_file())


def _origins(network: Network) -> Iterator[str]:
    listeners = [listener for service in network.services for listener in service.listeners]
    rules = [rule for listener in listeners for rule in listener.rules]
    for things in (
        network.services,
        network.service_networks,
        listeners,
        rules,
        network.target_groups,
        network.functions,
        network.principals,
    ):
        yield from (each.origin for each in things)
