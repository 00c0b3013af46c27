"""One answer of the script that a loopback service plays."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

from lattice_events.network.examples import parse_headers, to_bytes
from lattice_events.values import plain_integer

if TYPE_CHECKING:
    from lattice_events.network.examples import HeadersToSend

SERVICE_ARN = "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0"
PRINCIPAL = "arn:aws:sts::123456789012:assumed-role/tests/session"


@dataclass(frozen=True)
class Answer:
    """One answer of the script.

    Attributes:
        status: HTTP status.
        body: What is sent after the headers; text becomes UTF-8.
        headers: Further ones, a mapping or pairs, kept as pairs; ``content-length`` is written.
        wait_seconds: Before the first byte.
        drip_seconds: Before each further byte of status line, headers and body.
        reset: Break the connection ``before`` the first byte, or ``after`` half of the body.
    """

    status: int = 200
    body: bytes = b"OK"
    headers: tuple[tuple[str, str], ...] = ()
    wait_seconds: float = 0.0
    drip_seconds: float = 0.0
    reset: Literal["", "before", "after"] = ""

    if TYPE_CHECKING:

        def __init__(
            self,
            status: int = 200,
            body: str | bytes | bytearray | None = b"OK",
            headers: HeadersToSend = (),
            wait_seconds: float = 0.0,
            drip_seconds: float = 0.0,
            reset: Literal["", "before", "after"] = "",
        ) -> None: ...

    def __post_init__(self) -> None:
        """Refuse what could not be sent: the client would see a broken connection instead.

        Raises:
            ValueError: The status, a header, a time or `reset` is none.
            TypeError: A field has another type.
        """
        status = plain_integer(self.status)
        if type(status) is not int or not 200 <= status <= 599:
            raise ValueError(f"The status must be a number from 200 to 599, not {status!r}.")
        if self.reset not in ("", "before", "after"):
            raise ValueError(f"reset must be 'before' or 'after', not {self.reset!r}.")
        for name in ("wait_seconds", "drip_seconds"):
            _check_seconds(name, getattr(self, name))
        object.__setattr__(self, "status", status)
        object.__setattr__(self, "body", to_bytes(self.body, otherwise="For JSON, give json.dumps(…)."))
        object.__setattr__(self, "headers", parse_headers(self.headers).items())

    @classmethod
    def denied(
        cls,
        layer: Literal["identity", "network", "service"],
        *,
        explicit: bool = False,
        principal: str = PRINCIPAL,
        path: str = "/",
    ) -> Answer:
        """The 403 of VPC Lattice for a policy of this layer, in the words observed on the service."""
        reason = (
            f"with an explicit deny in a {layer}-based policy"
            if explicit
            else f"because no {layer}-based policy allows the vpc-lattice-svcs:Invoke action"
        )
        text = (
            f"AccessDeniedException: User: {principal} is not authorized to perform: "
            f"vpc-lattice-svcs:Invoke on resource: {SERVICE_ARN}{path} {reason}"
        )
        return cls(403, text.encode())

    @classmethod
    def expired_token(cls) -> Answer:
        """The 403 of VPC Lattice for a token that has expired; its text is assumed."""
        text = b"UnrecognizedClientException: The security token included in the request is invalid."
        return cls(403, text)


def _check_seconds(name: str, seconds: object) -> None:
    """Refuse what is no time."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < inf:
        raise ValueError(f"{name} must be seconds from 0 on, not {seconds!r}.")
