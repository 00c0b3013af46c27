"""Take secrets out of a source: what stands there under the name of one, whatever the file's form. Pure.

Better too much than too little: whoever needs a value that is hidden here has the file itself.
"""

from __future__ import annotations

import re

from lattice_events.redaction import HIDDEN, SECRET_HEADERS, hide_in_text

_WORDS = (
    "password|passwd|pwd|(?<![a-z])pass(?![a-z])|passphrase|secret|token|credential|api[_-]?key|access[_-]?key"
    "|private[_-]?key|authorization"
)
_WHAT = "string|binary|value|hash|key|data"  # of it: SecretString
_NAMES = "|".join(map(re.escape, sorted(SECRET_HEADERS)))
_NAME = rf"(?<![\w.-])(?:[\w.-]*(?:{_WORDS})s?(?:[_-]?(?:{_WHAT}))?|{_NAMES})"
# What says where a value is, or what it is like, is none.
_REFERENCE = (
    r"[\"']?(?:\$\{[^}\n]*|\$|!\w|\{\{[^}\n]*|[\[{&*|>]|arn:[^\s\"',]*|(?:true|false|null)\b"
    r"|\d+[ \t]*,?(?=[ \t]*(?:\n|\Z)))"
)
_VALUE = rf"(?:(?P<reference>{_REFERENCE})|(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s#][^\n]*))"
# A key of YAML, JSON (in a text of JSON, too), HCL or a file of variables, and a value that stands behind it.
_PAIR = re.compile(rf"(?P<key>[\"']?{_NAME}(?:\\*[\"'])?[ \t]*[:=][ \t]*){_VALUE}", re.IGNORECASE | re.DOTALL)
# A text of several lines in YAML, each set in.
_BLOCK = re.compile(
    rf"^(?P<indent>[ \t]*)(?P<key>[\"']?{_NAME}[\"']?:)[ \t]*[|>][^\n]*\n(?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+",
    re.IGNORECASE | re.MULTILINE,
)
# A variable of a container: a name, and beside it a value.
_NAMED = re.compile(
    rf"(?P<key>\bname[\"']?\s*:\s*[\"']?{_NAME}[\"']?\s*,?\s*[\"']?value[\"']?\s*:[ \t]*){_VALUE}",
    re.IGNORECASE | re.DOTALL,
)
_PASSWORD_IN_URL = re.compile(r"(://[^\s:/@]+:)[^\s/@]+(?=@)")
# Tokens of a well-known form, whatever their name.
_TOKEN = re.compile(
    r"\b(?:gh[a-z]_|github_pat_|glpat-|[rs]k_(?:live|test)_|xox[a-z]-|eyJ[\w-]+\.eyJ|Bearer\s+(?=[\w.-]*\d))[\w.~+/=-]+"
)
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
    text = _TOKEN.sub(HIDDEN, _PASSWORD_IN_URL.sub(rf"\1{HIDDEN}", text))
    return hide_in_text(text)


def _hide_value(found: re.Match[str]) -> str:
    if found["reference"]:
        return found[0]
    value = found["value"]
    quotation = value[0] if value[0] in "\"'" else ""
    return f"{found['key']}{quotation}{HIDDEN}{quotation}"


def _hide_data(document: str) -> str:
    """A manifest without what a Secret of Kubernetes holds."""
    if not _IS_SECRET.search(document):
        return document
    return _DATA.sub(lambda found: f"{found[0].partition(':')[0]}: {HIDDEN}\n", document)
