"""SigV4A's key: the private P-256 key that stands for a secret access key.

The curve's arithmetic is a library's; the standard library has none.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    NIST SP 800-108 (counter mode), with HMAC-SHA256.
"""

from __future__ import annotations

import hmac

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from lattice_events.sigv4.credentials import Credentials

ASYMMETRIC_ALGORITHM = "AWS4-ECDSA-P256-SHA256"
REGION_SET_HEADER = "x-amz-region-set"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the group of P-256


def derive_private_key(credentials: Credentials) -> int:
    """The private key, a number from 1 to the order of P-256's group less 1."""
    label = ASYMMETRIC_ALGORITHM.encode() + b"\0" + credentials.access_key_id.encode()
    secret = b"AWS4A" + credentials.secret_access_key.encode()
    texts = (b"\0\0\0\1" + label + bytes((counter,)) + b"\0\0\1\0" for counter in range(1, 255))
    numbers = (int.from_bytes(hmac.digest(secret, text, "sha256"), "big") for text in texts)
    # All but one in four thousand million first numbers will do.
    return next(number for number in numbers if number <= _ORDER - 2) + 1
