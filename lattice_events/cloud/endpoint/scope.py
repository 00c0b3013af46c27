"""The credential scope of a request: which service of which Region it is for.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_CREDENTIAL = re.compile(
    r"(?P<key>[\w/+=-]{1,128})/[0-9]{8}/(?P<region>[a-z0-9-]{1,32})/(?P<service>[a-zA-Z0-9_-]{1,64})/aws4_request",
    re.ASCII,
)
_HEADER = re.compile(r"AWS4-HMAC-SHA256\s+(?:.*[\s,])?Credential=([^,\s]+)(?:,|\s|$)", re.ASCII)

# What boto3 presigns for S3 where nobody asks for version 4; it names no Region.
_VERSION_2 = frozenset(("AWSAccessKeyId", "Signature", "Expires"))


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a client says that its signature is for; nobody checks the signature."""

    access_key_id: str
    region: str
    service: str

    @property
    def header(self) -> str:
        """An ``Authorization`` with this scope and no signature."""
        credential = f"{self.access_key_id}/20000101/{self.region}/{self.service}/aws4_request"
        return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=none"


def read_scope(authorization: str, query: str) -> Scope | None:
    """The scope of a header ``Authorization``, or of the query of a presigned URL; ``None`` without one."""
    found = _HEADER.match(authorization)
    if found is None and authorization:
        return None
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    if found is None and asked.keys() >= _VERSION_2:
        return Scope(access_key_id=asked["AWSAccessKeyId"], region="us-east-1", service="s3")
    parts = _CREDENTIAL.fullmatch(found[1] if found else asked.get("X-Amz-Credential", ""))
    if parts is None:
        return None
    return Scope(access_key_id=parts["key"], region=parts["region"], service=parts["service"].lower())
