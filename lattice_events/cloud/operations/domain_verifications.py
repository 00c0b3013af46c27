"""Verifications of domains: kept as records; nobody asks a DNS, so they stay pending.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/create-and-verify.html
"""

from __future__ import annotations

from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import Kind, create, find, mine, remove
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document

DOMAIN_VERIFICATION = Kind(
    type="DOMAIN_VERIFICATION", prefix="dv", path="domainverification", kept="domain_verifications"
)


def start_domain_verification(call: Call) -> Document:
    """``StartDomainVerification``."""
    started = create(
        call, DOMAIN_VERIFICATION, {"domainName": call.params["domainName"], "status": "PENDING"}
    )
    return _shown(call, started)


def get_domain_verification(call: Call) -> Document:
    """``GetDomainVerification``."""
    return _shown(call, _named(call))


def list_domain_verifications(call: Call) -> Document:
    """``ListDomainVerifications``."""
    return page(call, [_shown(call, each) for each in mine(call, DOMAIN_VERIFICATION)])


def delete_domain_verification(call: Call) -> Document:
    """``DeleteDomainVerification``."""
    remove(call, DOMAIN_VERIFICATION, _named(call))
    return {}


def _named(call: Call) -> Document:
    """The verification that the client names."""
    return find(call, DOMAIN_VERIFICATION, call.params["domainVerificationIdentifier"])


def _shown(call: Call, domain: Document) -> Document:
    """A verification with the record that its owner would put into the DNS, and its tags."""
    token = domain["id"].removeprefix("dv-")
    record = {"name": f"_{token}.{domain['domainName']}", "value": f"vpc-lattice:{token}"}
    return {**domain, "txtMethodConfig": record, "tags": call.records.tags.get(domain["arn"], {})}


TABLE = {
    "StartDomainVerification": start_domain_verification,
    "GetDomainVerification": get_domain_verification,
    "ListDomainVerifications": list_domain_verifications,
    "DeleteDomainVerification": delete_domain_verification,
}
