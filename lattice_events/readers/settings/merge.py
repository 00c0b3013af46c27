"""Settings of several places: what all of them say, and where two of them disagree.

Merging is a union: its result is a function of the set of places, never of their order.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path as FilePath

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import Problem
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.sources import ReadOptions, SettingsSource
from lattice_events.readers.settings.callers import CallerSettings
from lattice_events.readers.settings.settings import Key, Said, Settings, TargetSettings

_OF_A_SOURCE = ("python", "maxProcesses", "prewarm")  # each may have its own
_LONGEST = 60  # of a value in a message


def union(places: Iterable[Settings]) -> Settings:
    """What all places say."""
    return reduce(_both, places, Settings())


def _both(one: Settings, other: Settings) -> Settings:
    keys = sorted({*one.said, *other.said})
    said = {key: _together(*one.said.get(key, ()), *other.said.get(key, ())) for key in keys}
    return Settings(manifests=tuple(sorted({*one.manifests, *other.manifests})), said=said)


def _together(*said: Said) -> tuple[Said, ...]:
    """Each place once, in an order of their own."""
    unique = {(each.origin, repr(each.written)): each for each in said}
    return tuple(unique[key] for key in sorted(unique))


def over(above: Settings, below: Settings) -> Settings:
    """What is said above, else what is said below; of a caller, what is not said above stays."""
    said = {**below.said}
    for key, values in above.said.items():
        said[key] = tuple(over_ for each in values for over_ in _over(each, below.said.get(key, ())))
    return Settings(manifests=(*above.manifests, *below.manifests), said=dict(sorted(said.items())))


def _over(above: Said, below: tuple[Said, ...]) -> tuple[Said, ...]:
    caller = above.value
    if not below or not isinstance(caller, CallerSettings):
        return (above,)
    return tuple(replace(each, value=caller.over(each.value)) for each in below)


def conflicts(settings: Settings) -> tuple[Problem, ...]:
    """Settings to which two places give different values."""
    return tuple(
        _conflict(key, said[0], other)
        for key, said in settings.said.items()
        for other in said[1:]
        if other.value != said[0].value
    )


def _conflict(key: Key, first: Said, other: Said) -> Problem:
    values = [json.dumps(each.written, default=str) for each in (other, first)]
    same = " (from another folder)" if values[0] == values[1] else ""
    here, there = (each if len(each) <= _LONGEST else f"{each[:_LONGEST]}…" for each in values)
    message = f"{'.'.join(key)} is {here} here, but {there} at {first.origin}{same}. Keep one of them."
    return Problem(message, other.origin)


def _name_clashes(said: Sequence[tuple[str, Said]]) -> Iterator[Problem]:
    """Under names of one target, values that differ from the first."""
    (name, first), *others = said
    for other, each in others:
        if other != name and each.value != first.value:
            message = (
                f"{other} and {name} are names of one target, and have different servers; the other is at "
                f"{first.origin}. Keep one of them."
            )
            yield Problem(message, each.origin)


@dataclass(frozen=True, kw_only=True)
class AllSettings:
    """The settings of a run, by who says them.

    Attributes:
        sources: Those written in sources, by origin.
        files: Those of files beside the sources, by the file.
        chosen: Those of ``--settings``.
        options: Those of other options.
    """

    sources: Mapping[str, Settings] = field(default_factory=dict)
    files: Mapping[FilePath, Settings] = field(default_factory=dict)
    chosen: Settings = field(default_factory=Settings)
    options: Settings = field(default_factory=Settings)

    def merged(self) -> Settings:
        """What they say of the whole network."""
        found = union((*self.sources.values(), *self.files.values()))
        return over(self.options, over(self.chosen, found)).without(_OF_A_SOURCE)

    def targets(self) -> dict[str, tuple[TargetSettings, ...]]:
        """What stands for targets, the last word first: a target may have several names."""
        merged = self.merged().targets
        return {
            name: merged[name] for each in (self.options, self.chosen, self.merged()) for name in each.targets
        }

    def target_clashes(self, names: Iterable[tuple[str, ...]]) -> Iterator[Problem]:
        """Where two names of one target have different servers, and neither has the last word."""
        for several in dict.fromkeys(names):
            for level in (self.options, self.chosen, self.merged()):
                said = [
                    (name, each)
                    for name in dict.fromkeys(several)
                    for each in level.said.get(("targets", name), ())
                ]
                if said:
                    yield from _name_clashes(said)
                    break

    def of_source(self, origin: str) -> Settings:
        """What is said of how the functions of a source run: what it says itself, else ``--settings``, else the nearest file."""
        own = self.sources.get(origin, Settings())
        return over(own, over(self.chosen, self._of_files(origin))).only(_OF_A_SOURCE)

    def _of_files(self, origin: str) -> Settings:
        """What files say: first those in the source's folder and above it, the nearest first."""
        around = FilePath(origin).absolute().parents
        others = union(each for file, each in self.files.items() if file.parent not in around)
        return reduce(over, (*map(self._in_folder, around), others))

    def _in_folder(self, folder: FilePath) -> Settings:
        return union(each for file, each in self.files.items() if file.parent == folder)

    def problems(self, origins: Iterable[str]) -> tuple[Problem, ...]:
        """Where two places disagree, on the network or on how the functions of one of the sources run."""
        of_sources = (conflicts(self.of_source(origin)) for origin in origins)
        found = [*conflicts(self.merged()), *(each for several in of_sources for each in several)]
        return tuple({str(each): each for each in found}.values())


def settings_of_options(options: ReadOptions) -> SettingsSource:
    """What ``--target`` and ``--caller`` say, in the form of a file."""
    named = {
        "targets": {name: [{"url": url} for url in urls] for name, urls in options.targets.items()},
        "callers": {name: {"arn": arn} for name, arn in options.callers.items()},
    }
    value = {kind: each for kind, each in named.items() if each}
    return SettingsSource(value=value, folder=FilePath.cwd(), locate=_option)


def _option(path: Path) -> str:
    """The option that says what stands at a path."""
    kind, *name = path or ("target",)
    return " ".join([f"--{str(kind).removesuffix('s')}", *map(str, name[:1])])


def unused_targets(settings: Settings, known: Collection[str]) -> Iterator[Problem]:
    """What to say of targets that stand for nothing; `known` are the names that a target may have."""
    for name in settings.targets:
        if name not in known:
            (said, *_) = settings.said["targets", name]
            message = f"The target {name} stands for no target group and no Kubernetes Service here."
            yield Problem(f"{message}{did_you_mean(name, known)}", said.origin)
