"""Where the user wrote what stands in a translated template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lattice_events.readers.common.documents import Locate, Path, mapping
from lattice_events.readers.sam.template import FUNCTION, PREFIX

_NAMES: Mapping[str, str] = {"Code": "CodeUri", "Content": "ContentUri"}
_ROLE_NAMES: Mapping[str, str] = {"ManagedPolicyArns": "Policies", "Path": "RolePath"}
_POLICY_INDEX = re.compile(r"RolePolicy(\d+)$")


@dataclass(frozen=True, kw_only=True)
class Places:
    """A template before and after its translation.

    Attributes:
        written: As the user wrote it.
        written_locate: Gives the place of a key path of it.
        translated: What it became.
    """

    written: Mapping[str, Any]
    written_locate: Locate
    translated: Mapping[str, Any]

    def locate(self, path: Path) -> str:
        """``file:line:column`` of a key path of the translated template."""
        return self.written_locate(min(self._candidates(path), key=self._unknown_keys))

    def _unknown_keys(self, path: Path) -> int:
        """How many keys at the end of a path the user did not write."""
        value: Any = self.written
        for index, key in enumerate(path):
            try:
                value = value[key]
            except (LookupError, TypeError):
                return len(path) - index
        return 0

    def _candidates(self, path: Path) -> Iterator[Path]:
        """Where something may have been written, the likeliest first."""
        yield path
        if len(path) < 2 or path[0] != "Resources":
            return
        owner = self._owner(str(path[1]))
        resource = mapping(mapping(self.written.get("Resources")).get(owner))
        kind = str(resource.get("Type"))
        if not kind.startswith(PREFIX):
            return
        own = self._own_path(owner, path)
        yield ("Resources", owner, *own)
        if own[:1] == ("Properties",):
            yield ("Globals", kind.removeprefix(PREFIX), *own[1:])
        if kind == FUNCTION and own[1:2] == ("CodeUri",):
            yield ("Resources", owner, "Properties", "InlineCode")

    def _owner(self, name: str) -> str:
        """The resource that a translated one comes from: its name is the start of the other's."""
        names = [str(each) for each in mapping(self.written.get("Resources")) if name.startswith(str(each))]
        return max(names, key=len, default=name)

    def _own_path(self, owner: str, path: Path) -> Path:
        """The path inside the owner's resource."""
        if path[2:3] != ("Properties",) or len(path) < 4:
            return path[2:]
        if path[1] == f"{owner}Role":
            return ("Properties", *self._policy_path(path))
        return ("Properties", _NAMES.get(str(path[3]), path[3]), *path[4:])

    def _policy_path(self, path: Path) -> Path:
        """What the user wrote of a role that was made for a function."""
        key = path[3]
        if key != "Policies" or len(path) < 5:
            return (_ROLE_NAMES.get(str(key), key),)
        role = mapping(mapping(mapping(self.translated.get("Resources")).get(path[1])).get("Properties"))
        policies = role.get("Policies")
        policy = policies[path[4]] if isinstance(policies, list) and isinstance(path[4], int) else {}
        index = _POLICY_INDEX.search(str(mapping(policy).get("PolicyName")))
        below = path[6:] if path[5:6] == ("PolicyDocument",) else path[5:]
        return ("Policies", *([int(index[1])] if index else []), *below)
