"""The credentials of a run: made up for each principal, known to the gateway, good for nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import lru_cache, partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from lattice_events.network.authentication import Keyring, KnownKey
from lattice_events.network.model import Principal, make_id
from lattice_events.sigv4 import Credentials
from lattice_events.sigv4.asymmetric import derive_private_key


class Keys:
    """Who has which credentials; new ones every run."""

    def __init__(self, principals: Iterable[Principal] = ()) -> None:
        """Know these principals; `apply` gives others."""
        self._made: dict[str, Credentials] = {}
        self._shared: dict[str, KnownKey] = {}
        self._keyring: dict[str, KnownKey] = {}
        self.apply(principals)

    def apply(self, principals: Iterable[Principal]) -> None:
        """Know these principals from now on, each by credentials that are made up when it is first known.

        A `keyring` that was taken before stays as it was, but for what is shared.
        """
        self._keyring = self._shared.copy()
        for principal in principals:
            made = self._made.setdefault(principal.name, _make_up(principal.name))
            self._keyring[made.access_key_id] = _known(made, principal)

    @property
    def keyring(self) -> Keyring:
        """What the gateway verifies signatures with; it grows with `share`."""
        return self._keyring

    def of(self, name: str) -> Credentials | None:
        """The made-up credentials of a principal; ``None`` for somebody unknown."""
        return self._made.get(name)

    def share(self, credentials: Credentials) -> None:
        """Take real credentials that were given to functions, which their proxy tokens tell apart."""
        known = _known(credentials, None)
        self._shared[credentials.access_key_id] = self._keyring[credentials.access_key_id] = known


def _known(credentials: Credentials, principal: Principal | None) -> KnownKey:
    """What the gateway is told of credentials."""
    return KnownKey(credentials=credentials, principal=principal, ecdsa=partial(_is_signed_by, credentials))


def _is_signed_by(credentials: Credentials, text: bytes, signature: bytes) -> bool:
    """Whether a SigV4A signature is the credentials' own."""
    try:
        _public_key(credentials).verify(signature, text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _public_key(credentials: Credentials) -> ec.EllipticCurvePublicKey:
    """The key that verifies SigV4A signatures."""
    return ec.derive_private_key(derive_private_key(credentials), ec.SECP256R1()).public_key()


def _make_up(name: str) -> Credentials:
    """Credentials that no AWS service takes."""
    return Credentials(
        access_key_id="LATTICELOCAL" + make_id("key", name)[4:12].upper(),
        secret_access_key=secrets.token_urlsafe(30),
        session_token=f"lattice-local-{secrets.token_urlsafe(30)}",
    )
