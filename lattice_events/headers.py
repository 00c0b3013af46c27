"""Ordered maps whose keys repeat: HTTP headers and query parameters."""

from __future__ import annotations

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

    from typing_extensions import TypeIs


class MultiMap:
    """An immutable, ordered map from a name to one or more text values.

    ``map[name]`` and ``get`` give the first value, `get_all` every one, `items` each pair as it
    came. Two maps are equal when each name has the same values in the same order.
    """

    __slots__ = ("_index", "_pairs")

    _pairs: tuple[tuple[str, str], ...]
    _index: dict[str, list[str]] | None

    def __init__(self, items: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        """Take a mapping, or pairs, which may repeat a name."""
        pairs = items.items() if hasattr(items, "items") else items
        self._pairs = tuple(pairs)
        self._index = None

    @staticmethod
    def _key(name: str, /) -> str:
        """What names are compared by."""
        return name

    def _values(self) -> dict[str, list[str]]:
        """The values by key, made on the first look-up."""
        if self._index is None:
            index: dict[str, list[str]] = {}
            key = self._key
            for name, value in self._pairs:
                known = key(name)
                if known in index:
                    index[known].append(value)
                else:
                    index[known] = [value]
            self._index = index
        return self._index

    def __getitem__(self, name: str) -> str:
        """The first value; a name that is not there is a `KeyError`."""
        return self._values()[self._key(name)][0]

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value, or the default."""
        values = self._values().get(self._key(name))
        return values[0] if values else default

    def get_all(self, name: str) -> list[str]:
        """Every value of a name, in order; empty when there is none."""
        return list(self._values().get(self._key(name), ()))

    def items(self) -> tuple[tuple[str, str], ...]:
        """Every pair, in order, names spelt as they came."""
        return self._pairs

    def keys(self) -> tuple[str, ...]:
        """Each name once, as it is compared, in order of first appearance."""
        return tuple(self._values())

    def to_lists(self) -> dict[str, list[str]]:
        """Each name, as it is compared, with all of its values."""
        return {name: list(values) for name, values in self._values().items()}

    def with_items(self, items: Iterable[tuple[str, str]]) -> Self:
        """A copy in which the given pairs replace whatever their names had."""
        new = tuple(items)
        added: dict[str, list[str]] = {}
        key = self._key
        for name, value in new:
            added.setdefault(key(name), []).append(value)
        values = self._values()
        if values.keys().isdisjoint(added):
            return self._made((*self._pairs, *new), {**values, **added})
        kept = self.without(*added)
        return self._made((*kept.items(), *new), {**kept._values(), **added})  # noqa: SLF001 - of its own kind

    def without(self, *names: str) -> Self:
        """A copy that lacks these names."""
        values = self._values()
        gone = {self._key(name) for name in names}
        if gone.isdisjoint(values):
            return self
        key = self._key
        pairs = tuple([pair for pair in self._pairs if key(pair[0]) not in gone])
        return self._made(pairs, {name: values[name] for name in values if name not in gone})

    @classmethod
    def _made(cls, pairs: tuple[tuple[str, str], ...], index: dict[str, list[str]]) -> Self:
        """A map whose look-up is known."""
        made = cls.__new__(cls)
        made._pairs, made._index = pairs, index  # noqa: SLF001 - of its own kind
        return made

    def __contains__(self, name: object) -> bool:
        """Whether the name has a value."""
        return isinstance(name, str) and self._key(name) in self._values()

    def __iter__(self) -> Iterator[str]:
        """The names, each once."""
        return iter(self._values())

    def __len__(self) -> int:
        """How many different names there are."""
        return len(self._values())

    def __eq__(self, other: object) -> bool:
        """Same names, each with the same values in the same order."""
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        """Equal maps hash alike."""
        return hash(frozenset((name, tuple(values)) for name, values in self._values().items()))

    def __repr__(self) -> str:
        """The class and its pairs."""
        return f"{type(self).__name__}({list(self._pairs)!r})"


# Values that a log must not show (design.md, "Safe by construction").
_SECRET = frozenset(("authorization", "cookie", "proxy-authorization", "set-cookie", "x-amz-security-token"))


class Headers(MultiMap):
    """HTTP headers: names never mind case, and a header may repeat.

    Its ``repr`` hides the values of headers that carry secrets.
    """

    __slots__ = ()

    _key = staticmethod(str.lower)  # header names are compared in lower case

    def __repr__(self) -> str:
        """The class and its pairs, secrets hidden."""
        shown = [(name, "…" if name.lower() in _SECRET else value) for name, value in self._pairs]
        return f"Headers({shown!r})"


class QueryParams(MultiMap):
    """Query parameters, percent-decoded: names mind case, and a parameter may repeat."""

    __slots__ = ()

    @classmethod
    def parse(cls, query_string: str) -> QueryParams:
        """Read a query string; a name without ``=`` has an empty value, ``+`` is a space."""
        if "%" not in query_string and "+" not in query_string:  # most are, and this is quick
            parts = [part.partition("=") for part in query_string.split("&") if part]
            return cls([(name, value) for name, _, value in parts])
        from urllib.parse import parse_qsl  # 3 ms that a function which reads no query saves

        return cls(parse_qsl(query_string, keep_blank_values=True))


_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def is_token(name: object) -> TypeIs[str]:
    """Whether a value can be the name of a header (RFC 9110 §5.6.2)."""
    if not isinstance(name, str):
        return False
    is_plain = name.isascii() and name.replace("-", "").isalnum()  # most are, and this is quick
    return is_plain or (name != "" and _TOKEN.issuperset(name))


def find_uncarried(value: str) -> str | None:
    """The first character of a header's value that no HTTP/1.1 message carries, as ``U+000A``.

    Those are the control characters but for the tab (RFC 9110 §5.5), and lone surrogates, which
    UTF-8 cannot write. Other characters travel as UTF-8; spaces around a value are no part of it, and
    whoever parses the message drops them.
    """
    if value.isprintable() and value.isascii():
        return None
    for char in value:
        if (char < " " and char != "\t") or char == "\x7f" or "\ud800" <= char <= "\udfff":
            return f"U+{ord(char):04X}"
    return None


# Python's names for what is no charset of a text, though `bytes.decode` takes them.
_NO_CHARSETS = frozenset(
    ("idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
)


def charset_of(content_type: str) -> str:
    """The charset parameter of a content type, or UTF-8."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or "utf-8"
    return "utf-8"


def decode_text(body: bytes, charset: str) -> str:
    """The body as text.

    Raises:
        ValueError: The bytes are not text in that charset, or it is none that a text may have.
    """
    try:
        _refuse_no_charset(charset)
        return body.decode(charset)
    except (LookupError, ValueError) as error:  # UnicodeError, and a charset with a NUL
        raise ValueError(f"The body is not {charset} text.") from error


def encode_text(text: str, charset: str) -> bytes:
    """The bytes of a text.

    Raises:
        ValueError: The charset cannot write it, or it is none that a text may have; says why.
    """
    try:
        _refuse_no_charset(charset)
        return text.encode(charset)
    except UnicodeEncodeError as error:
        character = text[error.start]
        if "\ud800" <= character <= "\udfff":
            raise ValueError(f"has a lone surrogate at {error.start}, which no charset can write") from None
        raise ValueError(f"has U+{ord(character):04X} at {error.start}, which {charset} lacks") from None
    except (LookupError, ValueError):  # a charset with a NUL
        raise ValueError(f"is to be written in {charset!r}, which is no charset of a text") from None


def _refuse_no_charset(charset: str) -> None:
    """Raise a `LookupError` for what Python can decode and no text is written in."""
    if charset == "utf-8":
        return
    import codecs

    codec = codecs.lookup(charset)
    is_text = getattr(codec, "_is_text_encoding", True)  # rot13, hex and so on; asked of an empty body too
    if not is_text or codec.name.replace("_", "-") in _NO_CHARSETS:
        raise LookupError(charset)


# RFC 9110 §7.6.1 and the older names; they belong to one connection and never travel on.
HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
# Meant for whoever reads the message, so that no Connection may name them (RFC 9110 §7.6.1): what says
# where a request goes, who sends it, what its content is, and what VPC Lattice itself writes or reads.
_MEANT_FOR_ALL = frozenset(
    ("authorization", "cache-control", "cookie", "date", "host", "location", "origin", "set-cookie")
)
_NAMES_NOTHING = frozenset(("keep-alive", "Keep-Alive", "close"))
_MEANT_FOR_ALL_PREFIXES = ("content-", "x-amz", "x-forwarded-")


def end_to_end(headers: Headers, *, also: frozenset[str] = frozenset()) -> Headers:
    """The headers less those of one connection: RFC 9110's, and those that ``Connection`` names.

    Args:
        headers: Of a message.
        also: Names of others to leave out, in lower case.

    Source:
        https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
    """
    if HOP_BY_HOP.isdisjoint(headers) and also.isdisjoint(headers):
        return headers
    gone = {name for name in headers if name in HOP_BY_HOP or name in also}
    for value in headers.get_all("connection"):
        if value in _NAMES_NOTHING:  # most do, and this is quick
            continue
        named = {name.strip() for name in value.lower().split(",")} - _MEANT_FOR_ALL
        gone |= {name for name in named if not name.startswith(_MEANT_FOR_ALL_PREFIXES)}
    return headers.without(*gone)
