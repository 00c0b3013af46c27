"""Values of properties: what AWS takes, or why it does not and where that stands.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

from typing import Any

from lattice_events.definitions.lattice_schema import SHAPES, text_problem
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.headers import find_uncarried, is_token
from lattice_events.readers.common.documents import Path


class WrongPropertyError(Exception):
    """A property is not what it must be; the reader turns it into a problem with a place."""

    def __init__(self, problem: str, path: Path) -> None:
        """Name the path inside the resource's properties."""
        super().__init__(problem)
        self.problem = problem
        self.path = path


def known_keys(value: Any, known: tuple[str, ...], path: Path) -> list[str]:
    """The keys of an object, all of them known.

    Raises:
        WrongPropertyError: It is no object, or has another key.
    """
    if not isinstance(value, dict):
        missing = "is missing" if value is None else f"must be an object, not {value!r}"
        raise WrongPropertyError(f"{path[-1]} {missing}.", path)
    for key in value:
        if key not in known:
            message = f"{path[-1]} has no property {key}.{did_you_mean(str(key), known)}"
            raise WrongPropertyError(message, (*path, key))
    return list(value)


def whole_number(value: Any, low: int, high: int, path: Path) -> int:
    """A whole number within limits, written as a number or as digits.

    Raises:
        WrongPropertyError: It is something else.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        message = f"{path[-1]} must be a whole number from {low} to {high}, not {value!r}."
        raise WrongPropertyError(message, path)
    return value


def shaped_number(value: Any, shape: str, path: Path) -> int:
    """A whole number that AWS takes.

    Raises:
        WrongPropertyError: It is something else.
    """
    return whole_number(value, SHAPES[shape].low, SHAPES[shape].high, path)


def shaped_text(value: Any, shape: str, path: Path) -> str:
    """A text that AWS takes; a number counts as text, as in CloudFormation.

    Raises:
        WrongPropertyError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise WrongPropertyError(f"{path[-1]} must be text, not {value!r}.", path)
    problem = text_problem(shape, str(value))
    if problem:
        raise WrongPropertyError(f"{path[-1]} {problem}.", path)
    return str(value)


def header_name(value: Any, path: Path) -> str:
    """The name of a header.

    Raises:
        WrongPropertyError: It is something else.
    """
    name = shaped_text(value, "HeaderMatchName", path)
    if not is_token(name):
        raise WrongPropertyError(f"{path[-1]} must be the name of a header, not {name!r}.", path)
    return name


def header_value(value: Any, shape: str, path: Path) -> str:
    """A value that a header can have.

    Raises:
        WrongPropertyError: It is something else.
    """
    text = shaped_text(value, shape, path)
    uncarried = find_uncarried(text)
    if uncarried:
        raise WrongPropertyError(f"{path[-1]} has the character {uncarried}, which no header can have.", path)
    return text


def refuse_odd_path(value: Any, kind: str, path: Path) -> None:
    """Say it in plainer words than a pattern where a path has what others' routers take.

    Raises:
        WrongPropertyError: VPC Lattice does not take it.
    """
    if not isinstance(value, str):
        return
    if not value.startswith("/"):
        raise WrongPropertyError(f"A path must start with /, but {value!r} does not.", path)
    if "*" in value:
        advice = "a prefix matches whatever follows it" if "refix" in kind else "use a Prefix instead"
        raise WrongPropertyError(f"VPC Lattice allows no * in a path such as {value!r}: {advice}.", path)
