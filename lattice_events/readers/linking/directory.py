"""Find what a reference means among everything that is defined: by identity, never by order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import Problem, Question
from lattice_events.network.model import Listener, Service, ServiceNetwork, TargetGroup
from lattice_events.readers.common.fragment import Kind, Reference

WORDS: dict[Kind, str] = {
    "service": "service",
    "servicenetwork": "service network",
    "listener": "listener",
    "targetgroup": "target group",
}
_PREFIXES: dict[Kind, str] = {
    "service": "svc-",
    "servicenetwork": "sn-",
    "listener": "listener-",
    "targetgroup": "tg-",
}

_OF_POLICIES: Sequence[Kind] = ("service", "servicenetwork")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that is defined.

    Attributes:
        kind: What it is.
        thing: Itself.
        is_candidate: Whether an unknown reference may be taken to mean it.
    """

    kind: Kind
    thing: Service | ServiceNetwork | Listener | TargetGroup
    is_candidate: bool = True

    def __str__(self) -> str:
        place = f" ({self.thing.origin})" if self.thing.origin else ""
        return f"{WORDS[self.kind]} {self.thing.name}{place}"


@dataclass
class Directory:
    """Everything that references may mean; what cannot be tied to exactly one thing is a problem.

    Attributes:
        entries: What is defined.
        chosen: Name of the service network that unknown references mean, as settings say.
        named: ARNs of what references call by name, as the user was asked to: AWS knows no such.
        replaced: Names of the targets that the user names servers for: a target group of such a name is another one.
    """

    entries: list[Entry]
    chosen: str | None = None
    replaced: Collection[str] = ()
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)  # ARNs
    _assumed: dict[str, Reference] = field(default_factory=dict)  # by ARN of what an unknown one stands for

    def __post_init__(self) -> None:
        self._by_text: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._file(entry, _names(entry))

    def add(self, entry: Entry, reference: Reference) -> None:
        """Keep what stands for a reference that nothing defines."""
        self.entries.append(entry)
        self._made.add(entry.thing.arn)
        self._file(entry, {*_names(entry), *([] if reference.is_outside else [reference.text])})
        if reference.is_outside:
            self._by_text.setdefault(_outside(reference), []).append(entry)
        else:
            self._assumed[entry.thing.arn] = reference

    def _file(self, entry: Entry, texts: Iterable[str]) -> None:
        for text in texts:
            self._by_text.setdefault(text, []).append(entry)

    def find(self, reference: Reference) -> Entry | None:
        """What a reference means; ``None`` where nothing can be meant, or a problem was noted."""
        kinds = kinds_of(reference)
        text = _outside(reference) if reference.is_outside else reference.text
        exact = {each.thing.arn: each for each in self._by_text.get(text, ()) if each.kind in kinds}
        if len(exact) > 1:
            self._ambiguous(reference, list(exact.values()))
            return None
        for entry in exact.values():
            if reference.text == entry.thing.name:
                self.named[reference.text] = entry.thing.arn
            return entry
        return self._only(reference, kinds)

    def find_or_note(self, reference: Reference) -> Entry | None:
        """What a reference means; where nothing can be meant, a note says so."""
        before = len(self.problems)
        entry = self.find(reference)
        if entry is None and len(self.problems) == before:
            words = " or ".join(WORDS[kind] for kind in kinds_of(reference))
            self.notes.append(
                f"{reference.origin}: There is no {words} {short(reference.text)} here, so this counts for nothing."
            )
        return entry

    def _only(self, reference: Reference, kinds: Sequence[Kind]) -> Entry | None:
        """What an unknown reference must mean: the chosen network, or the only thing that it could be."""
        if "targetgroup" in kinds and short(reference.text) in self.replaced:
            return None
        candidates = [each for each in self.entries if each.kind in kinds and each.is_candidate]
        if list(kinds) == ["servicenetwork"]:  # what was made for another one is not meant
            candidates = [each for each in candidates if each.thing.arn not in self._made]
            candidates = [each for each in candidates if self.chosen in (None, each.thing.name)]
        if len(candidates) > 1:
            self._ambiguous(reference, candidates)
            return None
        return self._assume(reference, candidates[0]) if candidates else None

    def _assume(self, reference: Reference, entry: Entry) -> Entry | None:
        """Take an unknown reference to mean the only thing, unless that stands for another one already."""
        other = self._assumed.setdefault(entry.thing.arn, reference)
        if not reference.is_outside and not other.is_outside and short(other.text) != short(reference.text):
            self.problems.append(
                Question(
                    f"{short(reference.text)} and {short(other.text)} ({other.origin}) are two, but only the {entry} "
                    "is defined. Define the other, too.",
                    reference.origin,
                )
            )
            return None
        if other.is_outside:
            self._assumed[entry.thing.arn] = reference
        word = WORDS[entry.kind]
        self.notes.append(
            f"{word.capitalize()} {short(reference.text)} is assumed to be {entry.thing.name}, the only one that it can be."
        )
        return entry

    def assumed(self) -> dict[str, str]:
        """By ARN of what another ARN or id was taken to mean: that id."""
        ids = {arn: short(each.text) for arn, each in self._assumed.items() if not each.is_outside}
        return {arn: text for arn, text in ids.items() if text.startswith(tuple(_PREFIXES.values()))}

    def _ambiguous(self, reference: Reference, candidates: Sequence[Entry]) -> None:
        """Say what a reference may mean, and how to say which."""
        words = " or ".join(WORDS[kind] for kind in kinds_of(reference))
        shown = ", ".join(sorted(map(str, candidates)))
        if reference.is_outside:
            message = f"Which {words} is {reference.text}? These are defined: {shown}."
        else:
            hint = did_you_mean(short(reference.text), [each.thing.name for each in candidates])
            message = f"The {words} {reference.text} is not one of those defined: {shown}.{hint}"
        is_id = short(reference.text).startswith(tuple(_PREFIXES.values()))
        message += self._answer(reference)
        if reference.is_outside or is_id:
            doubtful = () if reference.kinds == _OF_POLICIES else None
            self.problems.append(
                Question(message, reference.origin, option=reference.answer, doubtful=doubtful)
            )
        else:
            self.problems.append(Problem(message, reference.origin))

    def _answer(self, reference: Reference) -> str:
        """How to say what a reference means."""
        if reference.answer:
            return f" Say which by name: {reference.answer}.{_other(reference)}"
        if "servicenetwork" in kinds_of(reference) and len(kinds_of(reference)) == 1:
            return " Choose one with serviceNetwork: NAME in the settings."
        return _other(reference)


def _other(reference: Reference) -> str:
    """How to say that a target group is none of those that are defined."""
    if reference.is_outside or "targetgroup" not in reference.kinds:
        return ""
    return f" If it is another one, name a server for it: --target {short(reference.text)}=URL."


def kinds_of(reference: Reference) -> tuple[Kind, ...]:
    """What a reference may mean, which an ARN or an id narrows."""
    if reference.is_outside:
        return reference.kinds
    last = short(reference.text)
    narrowed = tuple(kind for kind in reference.kinds if last.startswith(_PREFIXES[kind]))
    return narrowed or reference.kinds


def short(text: str) -> str:
    """An ARN's last part."""
    return text.rpartition("/")[2]


def _names(entry: Entry) -> set[str]:
    """What a thing is called."""
    return {entry.thing.arn, short(entry.thing.arn), entry.thing.name}


def _outside(reference: Reference) -> str:
    """What others know is filed apart from names: a parameter may be called as a service is."""
    return f"\0{reference.text}"
