"""Which secrets the requests of a test may be signed with."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import Any

from lattice_events.errors import SigningError
from lattice_events.sigv4 import Credentials


class KnownCredentials:
    """Those that the user named, those that signers were seen with, and those of the environment."""

    def __init__(self) -> None:
        """Know none but the environment's."""
        self._known: dict[Credentials, None] = {}  # in order, each once
        self._lock = threading.Lock()

    def add(self, credentials: Iterable[Credentials]) -> None:
        """Know these as well."""
        with self._lock:
            self._known.update(dict.fromkeys(credentials))

    def see(self, found: Any) -> None:
        """Know what a signer has: a set of ours, or one of botocore."""
        read = found if isinstance(found, Credentials) else _read_botocore(found)
        if read is not None:
            self.add((read,))

    def of(self, access_key_id: str) -> list[Credentials]:
        """Every set that a key id may stand for, now."""
        with self._lock:
            known = list(self._known)
        environment = _make(
            os.environ.get("AWS_ACCESS_KEY_ID"),
            os.environ.get("AWS_SECRET_ACCESS_KEY"),
            os.environ.get("AWS_SECURITY_TOKEN") or os.environ.get("AWS_SESSION_TOKEN"),
        )
        return [each for each in (*known, environment) if each and each.access_key_id == access_key_id]


def _read_botocore(found: Any) -> Credentials | None:
    """One set, read at one moment."""
    freeze = getattr(found, "get_frozen_credentials", None)
    frozen = freeze() if freeze else found
    return _make(*(getattr(frozen, name, None) for name in ("access_key", "secret_key", "token")))


def _make(key: Any, secret: Any, token: Any) -> Credentials | None:
    """A set; ``None`` for what cannot be one."""
    parts = [each.strip() if isinstance(each, str) else "" for each in (key, secret, token)]
    try:
        return Credentials(access_key_id=parts[0], secret_access_key=parts[1], session_token=parts[2])
    except SigningError:
        return None
