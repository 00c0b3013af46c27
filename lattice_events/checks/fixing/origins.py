"""Who wrote something: what a tool makes is not edited, since it is made anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import yaml

from lattice_events.checks.fixing.document import Key, text_of

_WRITTEN = (".json", ".template", ".yaml", ".yml")
_OUTPUT = (".aws-sam", ".serverless", ".terraform", "cdk.out", "node_modules")
_SAYS_SO = re.compile(
    r"(?im)do not edit|@generated|(?:auto(?:matically)?[- ]?)generated|^# Source: .+/templates/"
)
_OF_THE_CDK = ('"aws:cdk:path"', '"CDKMetadata"')
_OF_SAM = "AWS::Serverless::"


def file_refusal(file: str, text: str) -> str:
    """Why a file is not edited; empty if it may be."""
    path = PurePath(file)
    if path.suffix not in _WRITTEN:
        return "only YAML and JSON are edited"
    folder = next((part for part in path.parts[:-1] if part in _OUTPUT), "")
    if folder:
        return f"a tool has written what is in {folder}, so change what the tool reads"
    if any(sign in text for sign in _OF_THE_CDK) or _SAYS_SO.search(_first_comments(text)):
        return "a tool has written the file, so change what the tool reads"
    return ""


def key_refusal(key: Key) -> str:
    """Why what a key stands for is not only what stands there; empty if it is."""
    kind = _resource_type(key.mapping)
    if kind.startswith(_OF_SAM):
        return f"SAM makes it of an {kind}, which is what to change"
    names = list(_names(key))
    if names[:1] == ["Globals"]:
        return "it is among Globals, which count for every function"
    if any(name.startswith("Fn::ForEach") for name in names):
        return "a loop makes several resources of it"
    if names[:1] == ["custom"] and names[1:2] != ["lattice"]:
        return "it is among custom, which variables may use in several places"
    return ""


def _first_comments(text: str) -> str:
    """The comments with which a file begins."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(_while_comment(lines))


def _while_comment(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line and not line.startswith(("#", "---")):
            return
        yield line


def _resource_type(mapping: yaml.MappingNode) -> str:
    return next((text_of(value) for key, value in mapping.value if text_of(key) == "Type"), "")


def _names(key: Key) -> Iterator[str]:
    """The keys that lead to a key, from the outside to the inside, and itself."""
    for container, index in (*key.within, (key.mapping, key.index)):
        if isinstance(container, yaml.MappingNode):
            yield text_of(container.value[index][0])
