"""AWS credentials as a value that never shows its secrets."""

from __future__ import annotations

import re

from lattice_events.errors import SigningError
from lattice_events.values import Value, assign

_WORD = re.compile("[!-~]+")  # else a header could not hold it, and its error would show it


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
        """Keep one set, read at one moment.

        Raises:
            SigningError: A part is empty or holds what no credentials do; it is named and not shown.
        """
        assign(self, "access_key_id", _checked("access key id", access_key_id))
        assign(self, "secret_access_key", _checked("secret access key", secret_access_key))
        assign(self, "session_token", _checked("session token", session_token) if session_token else None)

    def __repr__(self) -> str:
        """The access key id only."""
        return f"Credentials(access_key_id={self.access_key_id!r})"


def _checked(part: str, value: object) -> str:
    """A part of credentials, unless it cannot be one."""
    if isinstance(value, str) and _WORD.fullmatch(value):
        return value
    raise SigningError(
        f"The {part} is empty, is not text, or has a space, a line break or a character that is not ASCII (it is "
        "not shown). Set it again; a file or a Kubernetes Secret often ends with a line break."
    )
