"""The credentials of a run: made up for each principal, known to the gateway, good for nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from lattice_events.network.authentication import Keyring, KnownKey
from lattice_events.network.model import Principal, make_id
from lattice_events.sigv4 import Credentials


class Keys:
    """Who has which credentials; new ones every run."""

    def __init__(self, principals: Iterable[Principal]) -> None:
        """Make up credentials for every principal."""
        self._made: dict[str, Credentials] = {}
        self._keyring: dict[str, KnownKey] = {}
        for principal in principals:
            made = _make_up(principal.name)
            self._made[principal.name] = made
            self._keyring[made.access_key_id] = KnownKey(credentials=made, principal=principal)

    @property
    def keyring(self) -> Keyring:
        """What the gateway verifies signatures with; it grows with `share`."""
        return self._keyring

    def of(self, name: str) -> Credentials | None:
        """The made-up credentials of a principal; ``None`` for somebody unknown."""
        return self._made.get(name)

    def share(self, credentials: Credentials) -> None:
        """Take real credentials that were given to functions, which their proxy tokens tell apart."""
        known = KnownKey(credentials=credentials, principal=None)
        self._keyring[credentials.access_key_id] = known


def _make_up(name: str) -> Credentials:
    """Credentials that no AWS service takes."""
    return Credentials(
        access_key_id="LATTICELOCAL" + make_id("key", name)[4:12].upper(),
        secret_access_key=secrets.token_urlsafe(30),
        session_token=f"lattice-local-{secrets.token_urlsafe(30)}",
    )
