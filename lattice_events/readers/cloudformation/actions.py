"""Actions and matches as CloudFormation writes them, into the model's.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-vpclattice-rule.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.definitions.lattice_schema import FIXED_STATUSES, SHAPES
from lattice_events.network.model import (
    Action,
    FixedResponseAction,
    ForwardAction,
    HeaderMatch,
    Match,
    PathMatch,
    WeightedTargetGroup,
)
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import (
    WrongPropertyError,
    header_name,
    header_value,
    known_keys,
    refuse_odd_path,
    shaped_number,
    shaped_text,
)


class ActionReader:
    """Reads the actions and the match of one resource."""

    def __init__(self, *, find_group: Callable[[Any, Path], str], case_sensitive: bool) -> None:
        """Prepare.

        Args:
            find_group: Gives the ARN of the target group that an identifier at a path names; raises
                `WrongPropertyError`.
            case_sensitive: What a match is that does not say it.
        """
        self._find_group = find_group
        self._case_sensitive = case_sensitive

    def action(self, value: Any, path: Path) -> Action:
        """Read ``{Forward: …}`` or ``{FixedResponse: …}``."""
        keys = known_keys(value, ("Forward", "FixedResponse"), path)
        if len(keys) != 1:
            raise WrongPropertyError(f"{path[-1]} must have one of Forward and FixedResponse.", path)
        if keys[0] == "FixedResponse":
            return self._fixed_response(value["FixedResponse"], (*path, "FixedResponse"))
        return self._forward(value["Forward"], (*path, "Forward"))

    def _fixed_response(self, value: Any, path: Path) -> FixedResponseAction:
        known_keys(value, ("StatusCode",), path)
        status = shaped_number(value.get("StatusCode"), "HttpStatusCode", (*path, "StatusCode"))
        if status not in FIXED_STATUSES:
            raise WrongPropertyError(
                f"VPC Lattice allows only 404 and 500 for fixed responses, not {status}.",
                (*path, "StatusCode"),
            )
        return FixedResponseAction(status=status)

    def _forward(self, value: Any, path: Path) -> ForwardAction:
        known_keys(value, ("TargetGroups",), path)
        groups = value.get("TargetGroups")
        path = (*path, "TargetGroups")
        low, high, _ = SHAPES["WeightedTargetGroupList"]
        if not isinstance(groups, list) or not low <= len(groups) <= high:
            raise WrongPropertyError(f"An action must have {low} to {high} target groups.", path)
        return ForwardAction(
            target_groups=tuple(
                self._group(group, len(groups), (*path, index)) for index, group in enumerate(groups)
            )
        )

    def _group(self, value: Any, count: int, path: Path) -> WeightedTargetGroup:
        known_keys(value, ("TargetGroupIdentifier", "Weight"), path)
        identifier = value.get("TargetGroupIdentifier")
        arn = self._find_group(identifier, (*path, "TargetGroupIdentifier"))
        if count > 1 and "Weight" not in value:
            raise WrongPropertyError("Each of several target groups needs a Weight.", path)
        weight = shaped_number(value.get("Weight", 1), "TargetGroupWeight", (*path, "Weight"))
        return WeightedTargetGroup(target_group_arn=arn, weight=weight)

    def priority(self, value: Any) -> int:
        """Read a rule's priority."""
        return shaped_number(value, "RulePriority", ("Priority",))

    def match(self, value: Any) -> Match:
        """Read ``{HttpMatch: {Method, PathMatch, HeaderMatches}}``."""
        path: Path = ("Match", "HttpMatch")
        known_keys(value, ("HttpMatch",), path[:1])
        http = value.get("HttpMatch")
        if not known_keys(http, ("Method", "PathMatch", "HeaderMatches"), path):
            raise WrongPropertyError("A rule must match something: Method, PathMatch or HeaderMatches.", path)
        method, path_match = http.get("Method"), http.get("PathMatch")
        return Match(
            method=None if method is None else shaped_text(method, "HttpMethod", (*path, "Method")),
            path=None if path_match is None else self._path_match(path_match, (*path, "PathMatch")),
            headers=self._header_matches(http["HeaderMatches"], (*path, "HeaderMatches"))
            if "HeaderMatches" in http
            else (),
        )

    def _header_matches(self, value: Any, path: Path) -> tuple[HeaderMatch, ...]:
        most = SHAPES["HeaderMatchList"].high
        if not isinstance(value, list) or len(value) > most:
            raise WrongPropertyError(f"A rule has at most {most} HeaderMatches.", path)
        if not value:
            raise WrongPropertyError("VPC Lattice refuses empty HeaderMatches: remove the key.", path)
        return tuple(self._header_match(header, (*path, index)) for index, header in enumerate(value))

    def _path_match(self, value: Any, path: Path) -> PathMatch:
        known_keys(value, ("Match", "CaseSensitive"), path)
        kind, path_text = self._one_of(value.get("Match"), ("Exact", "Prefix"), "PathMatch", (*path, "Match"))
        return PathMatch(
            kind="exact" if kind == "Exact" else "prefix",
            value=path_text,
            case_sensitive=self._is_sensitive(value, path),
        )

    def _header_match(self, value: Any, path: Path) -> HeaderMatch:
        known_keys(value, ("Name", "Match", "CaseSensitive"), path)
        name = header_name(value.get("Name"), (*path, "Name"))
        kind, wanted = self._one_of(
            value.get("Match"), ("Exact", "Prefix", "Contains"), "HeaderMatch", (*path, "Match")
        )
        kinds = {"Exact": "exact", "Prefix": "prefix", "Contains": "contains"}
        return HeaderMatch(
            name=name,
            kind=kinds[kind],  # type: ignore[arg-type]  # the three literals
            value=wanted,
            case_sensitive=self._is_sensitive(value, path),
        )

    def _is_sensitive(self, value: Mapping[str, Any], path: Path) -> bool:
        given = value.get("CaseSensitive", self._case_sensitive)
        if isinstance(given, str) and given.lower() in ("true", "false"):
            given = given.lower() == "true"
        if not isinstance(given, bool):
            raise WrongPropertyError(
                f"CaseSensitive must be true or false, not {given!r}.", (*path, "CaseSensitive")
            )
        return given

    def _one_of(self, value: Any, kinds: tuple[str, ...], shape: str, path: Path) -> tuple[str, str]:
        """The one key of a match and its text."""
        keys = known_keys(value, kinds, path)
        if len(keys) != 1:
            raise WrongPropertyError(f"A match has one of {', '.join(kinds)}, with a text.", path)
        given = value[keys[0]]
        path = (*path, keys[0])
        if shape == "HeaderMatch":
            return keys[0], header_value(given, shape + keys[0], path)
        refuse_odd_path(given, keys[0], path)
        return keys[0], shaped_text(given, shape + keys[0], path)
