"""Resource policies, which share a service or service network with other accounts: kept as records."""

from __future__ import annotations

from typing import Any

from lattice_events.cloud.errors import invalid, not_found
from lattice_events.cloud.model.json_text import read_json
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import SERVICE, SERVICE_NETWORK, find_any
from lattice_events.cloud.operations.resource_configurations import RESOURCE_CONFIGURATION
from lattice_events.control_plane.records import Document

_KINDS = (SERVICE, SERVICE_NETWORK, RESOURCE_CONFIGURATION)


def put_resource_policy(call: Call) -> Document:
    """``PutResourcePolicy``."""
    arn = _shared(call)
    _check(call.params["policy"])
    call.records.resource_policies[arn] = {"policy": call.params["policy"]}
    return {}


def get_resource_policy(call: Call) -> Document:
    """``GetResourcePolicy``."""
    return _kept(call)


def delete_resource_policy(call: Call) -> Document:
    """``DeleteResourcePolicy``."""
    _kept(call)
    del call.records.resource_policies[call.params["resourceArn"]]
    return {}


def _shared(call: Call) -> str:
    """The ARN of what the client names, which must be there."""
    arn: str = find_any(call, _KINDS, call.params["resourceArn"])["arn"]
    return arn


def _kept(call: Call) -> Document:
    """The policy of what the client names."""
    arn = _shared(call)
    if arn not in call.records.resource_policies:
        raise not_found("RESOURCE_POLICY", arn)
    return call.records.resource_policies[arn]


def _check(policy: str) -> None:
    """Refuse text that is not a policy."""
    try:
        document = read_json(policy)
    except ValueError as error:
        raise invalid(f"The policy is not JSON: {error}", ("policy", "is not JSON")) from error
    if not isinstance(document, dict) or not _statements(document):
        raise invalid(
            "The policy is not an object with statements", ("policy", "must have a list of Statement")
        )
    for index, statement in enumerate(_statements(document)):
        _check_statement(f"policy.Statement[{index}]", statement)


def _statements(document: dict[str, Any]) -> list[Any]:
    """The statements of a policy, which may be one alone."""
    statements = document.get("Statement")
    return statements if isinstance(statements, list) else [statements] if statements else []


def _check_statement(path: str, statement: Any) -> None:
    """Refuse what is not a statement of a resource policy."""
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        raise invalid(f"{path} has no Effect of Allow or Deny", (path, "has no Effect of Allow or Deny"))
    for names in (("Principal", "NotPrincipal"), ("Action", "NotAction")):
        if not any(statement.get(name) for name in names):
            raise invalid(f"{path} has no {names[0]}", (path, f"has no {names[0]}"))


TABLE = {
    "PutResourcePolicy": put_resource_policy,
    "GetResourcePolicy": get_resource_policy,
    "DeleteResourcePolicy": delete_resource_policy,
}
