"""AWS Signature Version 4, and the one form of it that VPC Lattice takes. Standard library only."""

from lattice_events.sigv4.credentials import Credentials
from lattice_events.sigv4.lattice import encode_url, region_of_host, sign_lattice
from lattice_events.sigv4.signer import SignedRequest, sign

__all__ = ["Credentials", "SignedRequest", "encode_url", "region_of_host", "sign", "sign_lattice"]
