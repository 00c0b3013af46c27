"""The base of the values that a Lambda function loads: frozen, comparable, printable.

It stands in for `dataclasses`, whose import takes 9 ms of a cold start, longer than everything
that this package does then. Values that only the local network needs are dataclasses.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from typing import Any, Self

assign = object.__setattr__  # how a frozen value sets its own fields, in ``__init__`` only


class Value:
    """A frozen value whose fields are its ``__slots__``.

    A subclass lists its fields in ``__slots__``, takes them all as keyword arguments and sets them
    with `assign`. A name that starts with an underscore is a cache, no field. What `_left_out` names
    neither compares nor prints.

    A value that is made for each request is filled as its class's `_draft`, which takes plain
    assignments, and then gets its own class: a tenth of the time that `assign` takes.
    """

    __slots__ = ()
    _left_out: tuple[str, ...] = ()

    _fields: tuple[str, ...] = ()
    _draft: type[Any]  # nothing but a constructor or a decoder of the package fills one

    def __init_subclass__(cls) -> None:
        """Find the fields once, not at every copy."""
        if cls.__setattr__ is object.__setattr__:
            return  # a draft
        names: tuple[str, ...] = cls.__slots__
        cls._fields = tuple(name for name in names if not name.startswith("_"))
        cls._draft = _draft_of(cls)

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return cls._fields

    @classmethod
    def _compared(cls) -> tuple[str, ...]:
        """The fields by which values compare and print."""
        return tuple(name for name in cls._fields if name not in cls._left_out)

    def replace(self, **changes: object) -> Self:
        """A copy with some fields changed; a name that is no field is a `TypeError`."""
        current = {name: getattr(self, name) for name in self._fields}
        current.update(changes)
        return type(self)(**current)

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle by the fields; the way of other objects would set attributes."""
        return _restore, (type(self), {name: getattr(self, name) for name in self._fields})

    def __eq__(self, other: object) -> bool:
        """Values of one class are equal when their fields are."""
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._compared())

    def __hash__(self) -> int:
        """Equal values hash alike; raises `TypeError` when a field is not hashable."""
        return hash(tuple(getattr(self, name) for name in self._compared()))

    def __repr__(self) -> str:
        """The class and its fields."""
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._compared())
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: the value is frozen."""
        raise AttributeError(f"{type(self).__name__} is frozen; use replace({name}=…) for a changed copy")

    def __delattr__(self, name: str) -> None:
        """Refuse: the value is frozen."""
        raise AttributeError(f"{type(self).__name__} is frozen")


def _draft_of(cls: Any) -> type[Any]:
    """The class of a value that is being filled; nobody sees one."""
    takes_all = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    metaclass: Any = type(cls)
    draft: type[Any] = metaclass(cls.__name__, (cls,), {"__slots__": (), **takes_all})
    return draft


def plain_integer(number: object) -> object:
    """`http.HTTPStatus`, an enum's member or NumPy's number as the int that it is; all else as it came."""
    if type(number) is int or isinstance(number, bool) or not hasattr(number, "__index__"):
        return number
    return number.__index__()


def _restore(cls: type[Value], fields: dict[str, object]) -> Value:
    """A value with these fields."""
    return cls(**fields)


def is_deeper(value: object, limit: int) -> bool:
    """Whether a JSON value has more than some levels of objects and lists below it; none is too deep to ask."""
    level = [value]
    for _ in range(limit + 1):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
