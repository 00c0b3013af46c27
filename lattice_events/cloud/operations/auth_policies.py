"""Auth policies of services and service networks.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

from __future__ import annotations

import json

from lattice_events.cloud.errors import invalid, not_found
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import SERVICE, SERVICE_NETWORK, find_any
from lattice_events.control_plane.records import Document
from lattice_events.errors import ConfigurationError
from lattice_events.network.policy import parse_policy


def put_auth_policy(call: Call) -> Document:
    """``PutAuthPolicy``: the policy is kept on one line, without white space, as AWS answers it."""
    owner = _owner(call)
    text = call.params["policy"]
    _check(text)
    before = call.records.auth_policies.get(owner["arn"], {"createdAt": call.now})
    call.records.auth_policies[owner["arn"]] = {
        "policy": json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")),
        "createdAt": before["createdAt"],
        "lastUpdatedAt": call.now,
    }
    return get_auth_policy(call)


def get_auth_policy(call: Call) -> Document:
    """``GetAuthPolicy``: it is active while the auth type of its owner is AWS_IAM."""
    owner = _owner(call)
    state = "Active" if owner.get("authType") == "AWS_IAM" else "Inactive"
    return {**_policy(call, owner), "state": state}


def delete_auth_policy(call: Call) -> Document:
    """``DeleteAuthPolicy``."""
    owner = _owner(call)
    _policy(call, owner)
    del call.records.auth_policies[owner["arn"]]
    return {}


def _owner(call: Call) -> Document:
    """The service or service network that the client names."""
    return find_any(call, (SERVICE, SERVICE_NETWORK), call.params["resourceIdentifier"])


def _policy(call: Call, owner: Document) -> Document:
    """The auth policy of a resource."""
    found = call.records.auth_policies.get(owner["arn"])
    if found is None:
        raise not_found("AUTH_POLICY", owner["id"])
    return found


def _check(text: str) -> None:
    """Refuse a policy that cannot be evaluated, with the place of each problem."""
    try:
        parse_policy(text)
    except ConfigurationError as error:
        messages = [each.message for each in error.problems]
        message = f"The auth policy is not valid: {' '.join(messages)}"
        raise invalid(message, *(("policy", each) for each in messages)) from error


TABLE = {
    "PutAuthPolicy": put_auth_policy,
    "GetAuthPolicy": get_auth_policy,
    "DeleteAuthPolicy": delete_auth_policy,
}
