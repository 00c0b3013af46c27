"""Whether every request that one match wants is wanted by another, as `network.routing` compares them."""

from __future__ import annotations

from lattice_events.network.model import HeaderMatch, Match, PathMatch


def covers(wide: Match, narrow: Match, *, by_element: bool) -> bool:
    """Whether a match takes each request that another one takes.

    Args:
        wide: That may take them all.
        narrow: Whose requests they are.
        by_element: Whether a prefix ends where an element of the path does.
    """
    if wide.method is not None and wide.method != narrow.method:
        return False
    if wide.path is not None and not _covers_path(wide.path, narrow.path, by_element=by_element):
        return False
    return all(any(_covers_header(header, each) for each in narrow.headers) for header in wide.headers)


def _covers_path(wide: PathMatch, narrow: PathMatch | None, *, by_element: bool) -> bool:
    if narrow is None:  # every path begins with /
        return wide.kind == "prefix" and wide.value == "/"
    if not _minds_no_more(wide, narrow):
        return False
    ours, theirs = _compared(wide, narrow)
    if wide.kind == "exact":
        return narrow.kind == "exact" and ours == theirs
    if not theirs.startswith(ours):
        return False
    return not by_element or ours.endswith("/") or theirs[len(ours) :][:1] in ("", "/", "?")


def _covers_header(wide: HeaderMatch, narrow: HeaderMatch) -> bool:
    """Whether a value that meets one header match meets another."""
    if wide.name.lower() != narrow.name.lower() or not _minds_no_more(wide, narrow):
        return False
    ours, theirs = _compared(wide, narrow)
    if wide.kind == "contains":
        return ours in theirs
    if wide.kind == "prefix":
        return narrow.kind != "contains" and theirs.startswith(ours)
    return narrow.kind == "exact" and ours == theirs


def _minds_no_more(wide: PathMatch | HeaderMatch, narrow: PathMatch | HeaderMatch) -> bool:
    """Whether each spelling that one match allows is the same to another."""
    if narrow.case_sensitive or not wide.case_sensitive:
        return True
    return wide.value.isascii() and wide.value.lower() == wide.value.upper()


def _compared(wide: PathMatch | HeaderMatch, narrow: PathMatch | HeaderMatch) -> tuple[str, str]:
    """Both values, in lower case where the case does not count for the one that shall cover."""
    return (wide.value, narrow.value) if wide.case_sensitive else (wide.value.lower(), narrow.value.lower())
