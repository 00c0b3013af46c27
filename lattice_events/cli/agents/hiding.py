"""Take secrets out of a source: what stands there under the name of one, whatever the file's form. Pure.

Better too much than too little: whoever needs a value that is hidden here has the file itself.
"""

from __future__ import annotations

import re

from lattice_events.redaction import HIDDEN, SECRET_HEADERS, hide_in_text

_WORDS = "password|passwd|passphrase|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|authorization"
_WHAT = "string|binary|value|hash|key|data"  # of it: SecretString
_NAMES = "|".join(map(re.escape, sorted(SECRET_HEADERS)))
_NAME = rf"(?<![\w.-])(?:[\w.-]*(?:{_WORDS})s?(?:[_-]?(?:{_WHAT}))?|{_NAMES})"
# A key of YAML, JSON, HCL or a file of variables, and a value that stands behind it.
_PAIR = re.compile(rf"(?P<key>[\"']?{_NAME}[\"']?[ \t]*[:=][ \t]*)(?P<value>[^\s#][^\n]*)", re.IGNORECASE)
# A text of several lines in YAML, each set in.
_BLOCK = re.compile(
    rf"^(?P<indent>[ \t]*)(?P<key>[\"']?{_NAME}[\"']?:)[ \t]*[|>][^\n]*\n(?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+",
    re.IGNORECASE | re.MULTILINE,
)
# A variable of a container: a name, and beside it a value.
_NAMED = re.compile(
    rf"(?P<key>\bname[\"']?\s*:\s*[\"']?{_NAME}[\"']?\s*,?\s*[\"']?value[\"']?\s*:[ \t]*)(?P<value>[^\s#][^\n]*)",
    re.IGNORECASE,
)
_PASSWORD_IN_URL = re.compile(r"(://[^\s:/@]+:)[^\s/@]+(?=@)")
# What says where a value is, or what it is like, is none.
_REFERENCE = re.compile(r"[\"']?(?:\$|!\w|\{\{|[\[{&*|>]|arn:|true\b|false\b|null\b|\d+\s*,?$)")
_PEM = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END|\Z)", re.DOTALL)
_DOCUMENT = re.compile(r"^---.*$", re.MULTILINE)
_IS_SECRET = re.compile(r"^kind:\s*[\"']?Secret\b", re.MULTILINE)
_DATA = re.compile(r"^(?:data|stringData):[^\n]*\n(?:(?:[ \t][^\n]*)?(?:\n|\Z))+", re.MULTILINE)


def hide_in_source(text: str) -> str:
    """The text of a template, a manifest or a file of settings, without the values of secrets."""
    ends = [match.start() for match in _DOCUMENT.finditer(text)] + [len(text)]
    documents = (text[start:end] for start, end in zip([0, *ends], ends, strict=False))
    text = "".join(map(_hide_data, documents))
    text = _PEM.sub(rf"\1{HIDDEN}\2", text)
    text = _BLOCK.sub(rf"\g<indent>\g<key> {HIDDEN}\n", text)
    text = _NAMED.sub(_hide_value, _PAIR.sub(_hide_value, text))
    return hide_in_text(_PASSWORD_IN_URL.sub(rf"\1{HIDDEN}", text))


def _hide_value(found: re.Match[str]) -> str:
    value = found["value"]
    if _REFERENCE.match(value):
        return found[0]
    quotation = value[0] if value[0] in "\"'" else ""
    rest = value[1:].partition(quotation)[2] if quotation else ""
    return f"{found['key']}{quotation}{HIDDEN}{quotation}{rest}"


def _hide_data(document: str) -> str:
    """A manifest without what a Secret of Kubernetes holds."""
    if not _IS_SECRET.search(document):
        return document
    return _DATA.sub(lambda found: f"{found[0].partition(':')[0]}: {HIDDEN}\n", document)
