"""The HTTP request that VPC Lattice hands to a target, whichever event version carried it."""

from __future__ import annotations

from lattice_events.errors import BodyError
from lattice_events.headers import Headers, QueryParams, charset_of, decode_text
from lattice_events.identity import ANONYMOUS, Identity
from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any, Literal


class Request(Value):
    """One request; ``None`` means that the event did not say.

    Attributes:
        method: As sent, such as ``GET``; any token.
        path: As sent, percent-encoded, without the query string.
        query_string: What stood behind the first ``?``, as sent; ``""`` when there was none.
        bare_query: Whether a ``?`` was sent with nothing behind it, as in ``/a?``.
        headers: Ordered, case-insensitive, repeatable.
        body: The bytes, already decoded from base64; ``b""`` when there is no body.
        identity: Who called. Proof only behind VPC Lattice.
        service_arn: Of the service that was called. In V1 only if a header says it.
        service_network_arn: Of the network that the request came through. Likewise.
        target_group_arn: Of the group that the function is a target of. Likewise.
        region: Such as ``ap-northeast-1``. V2 only.
        time_epoch_us: When VPC Lattice took the request, microseconds since 1970. V2 only.
        request_id: ``x-amzn-requestid``; the client may have chosen it.
        event_version: The event structure version: ``V1`` or ``V2``.
        raw: The event as it came, for fields that this class does not know; left out
            of comparisons and of the repr.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
    """

    __slots__ = (
        "_query",
        "bare_query",
        "body",
        "event_version",
        "headers",
        "identity",
        "method",
        "path",
        "query_string",
        "raw",
        "region",
        "request_id",
        "service_arn",
        "service_network_arn",
        "target_group_arn",
        "time_epoch_us",
    )
    _left_out = ("raw",)

    method: str
    path: str
    query_string: str
    bare_query: bool
    headers: Headers
    body: bytes
    identity: Identity
    service_arn: str | None
    service_network_arn: str | None
    target_group_arn: str | None
    region: str | None
    time_epoch_us: int | None
    request_id: str | None
    event_version: Literal["V1", "V2"]
    raw: Mapping[str, Any]
    _query: QueryParams | None

    def __init__(
        self,
        *,
        method: str = "GET",
        path: str = "/",
        query_string: str = "",
        bare_query: bool = False,
        headers: Headers | None = None,
        body: bytes = b"",
        identity: Identity = ANONYMOUS,
        service_arn: str | None = None,
        service_network_arn: str | None = None,
        target_group_arn: str | None = None,
        region: str | None = None,
        time_epoch_us: int | None = None,
        request_id: str | None = None,
        event_version: Literal["V1", "V2"] = "V2",
        raw: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the parts; every one has a default, so that tests name only what they are about."""
        cls = self.__class__
        assign(self, "__class__", cls._draft)
        self.method = method
        self.path = path
        self.query_string = query_string
        self.bare_query = bare_query
        self.headers = Headers() if headers is None else headers
        self.body = body
        self.identity = identity
        self.service_arn = service_arn
        self.service_network_arn = service_network_arn
        self.target_group_arn = target_group_arn
        self.region = region
        self.time_epoch_us = time_epoch_us
        self.request_id = request_id
        self.event_version = event_version
        self.raw = {} if raw is None else raw
        self._query = None
        self.__class__ = cls

    @property
    def target(self) -> str:
        """Path and query string as they stand on the request line."""
        return f"{self.path}?{self.query_string}" if self.query_string or self.bare_query else self.path

    @property
    def query(self) -> QueryParams:
        """The query parameters, percent-decoded, every value of a repeated key."""
        if self._query is None:
            assign(self, "_query", QueryParams.parse(self.query_string))
        query: QueryParams = self._query  # type: ignore[assignment]  # set just above
        return query

    @property
    def text(self) -> str:
        """The body as text, by the charset of its content type, else UTF-8.

        Raises:
            BodyError: The bytes are not text in that charset, or the charset is unknown.
        """
        try:
            return decode_text(self.body, charset_of(self.headers.get("content-type") or ""))
        except ValueError as error:
            raise BodyError(str(error)) from error

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            BodyError: The body is empty or not JSON.
        """
        import json

        if not self.body:
            raise BodyError("The body is empty, but JSON was expected.")
        try:
            # Of bytes `json` first guesses the charset, which takes as long as reading a small body.
            is_surely_utf8 = self.body.isascii() and 0 not in self.body
            return json.loads(self.body.decode() if is_surely_utf8 else self.body)
        except (ValueError, RecursionError) as error:
            raise BodyError(f"The body is not JSON: {error}") from error

    @property
    def time(self) -> datetime | None:
        """When VPC Lattice took the request: in UTC, exact to the microsecond. V2 only."""
        if self.time_epoch_us is None:
            return None
        from datetime import UTC, datetime, timedelta

        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.time_epoch_us)

    @property
    def source_ip(self) -> str | None:
        """The caller's address: the right-most of ``x-forwarded-for``, which VPC Lattice wrote.

        Whatever stands to its left came from the client and may be anything.
        """
        values = self.headers.get_all("x-forwarded-for")
        return values[-1].rpartition(",")[2].strip() or None if values else None
