"""AWS credentials as a value that never shows its secrets."""

from __future__ import annotations

from lattice_events.values import Value, assign


class Credentials(Value):
    """One set of AWS credentials; its ``repr`` shows the access key id only.

    Attributes:
        access_key_id: Public; it stands in every signed request.
        secret_access_key: The secret that signs.
        session_token: Of temporary credentials, such as a Lambda function's.
    """

    __slots__ = ("access_key_id", "secret_access_key", "session_token")

    access_key_id: str
    secret_access_key: str
    session_token: str | None

    def __init__(
        self, *, access_key_id: str, secret_access_key: str, session_token: str | None = None
    ) -> None:
        """Keep one set, read at one moment."""
        assign(self, "access_key_id", access_key_id)
        assign(self, "secret_access_key", secret_access_key)
        assign(self, "session_token", session_token)

    def __repr__(self) -> str:
        """The access key id only."""
        return f"Credentials(access_key_id={self.access_key_id!r})"
