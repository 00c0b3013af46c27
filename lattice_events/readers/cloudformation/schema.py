"""What stands in a resource and counts for nothing: what is misspelt could decide, so it is a problem.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-product-attribute-reference.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

import difflib

from lattice_events.definitions import types
from lattice_events.definitions.lattice_schema import NOT_PLAYED, PROPERTIES
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.fragment import RunNote


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POLICY = _words("PolicyDocument PolicyName Groups Roles Users")
_IAM = {
    types.ROLE: _words(
        "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path PermissionsBoundary Policies "
        "RoleName Tags"
    ),
    types.POLICY: _POLICY,
    types.MANAGED_POLICY: _POLICY
    | _words("Description ManagedPolicyName Path"),  # a wrong name decides nothing
    types.ROLE_POLICY: _words("PolicyDocument PolicyName RoleName"),
}
_KNOWN = {**PROPERTIES, **_IAM}
_ATTRIBUTES = _words(
    "Type Properties DependsOn Condition Metadata CreationPolicy DeletionPolicy UpdatePolicy UpdateReplacePolicy"
)
_SLIPS = 2  # letters by which a misspelt type is longer or shorter; a newer type is another word


def check_schema(reading: Reading, name: str) -> None:
    """Record types, properties and attributes that CloudFormation does not know; of other services, none."""
    kind = str(reading.template.kind(name))
    known = _KNOWN.get(kind)
    if known is None:
        if kind.lower().startswith(types.LATTICE.lower()):
            _check_type(reading, name, kind)
        return
    path = ("Resources", name)
    _check_keys(reading, path, kind, known)
    for key in reading.template.resources[name]:
        if key not in _ATTRIBUTES and (key in known or key.lower() == "properties"):
            reading.problem(
                (*path, key),
                f"{key} must not stand beside Type: write what belongs to {kind} below Properties.",
            )


def _check_keys(reading: Reading, path: tuple[str, ...], kind: str, known: frozenset[str]) -> None:
    properties = reading.template.written((*path, "Properties"))
    for key in properties if isinstance(properties, dict) else ():
        if key not in known:
            reading.unknown_key((*path, "Properties", key), kind, known)


def _check_type(reading: Reading, name: str, kind: str) -> None:
    """A type of VPC Lattice that is not read."""
    path = ("Resources", name, "Type")
    if kind in NOT_PLAYED:
        reading.note(path, RunNote(f"{kind} is not emulated by lattice dev and is left out."))
        return
    by_lower = {each.rpartition(":")[2].lower(): each for each in (*PROPERTIES, *NOT_PLAYED)}
    word = kind.rpartition(":")[2].lower()
    near = [each for each in by_lower if abs(len(each) - len(word)) <= _SLIPS]
    meant = difflib.get_close_matches(word, near, n=1)
    if meant:
        reading.problem(path, f"{kind} is not a resource type. Did you mean {by_lower[meant[0]]}?")
    else:
        reading.note(path, f"{kind} is not a known resource type and is left out.")
