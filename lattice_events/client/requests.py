"""A `requests.Session` whose calls to VPC Lattice services are signed.

A shell: it reads the clock and the credentials; what is signed, and how, is in `sigv4`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lattice_events.client.credentials import credentials_from_environment
from lattice_events.client.scope import signing_region
from lattice_events.context import current_invocation
from lattice_events.errors import MissingExtraError, SigningError
from lattice_events.sigv4 import Credentials, encode_url, sign_lattice
from lattice_events.sigv4.lattice import SERVICE

try:
    import requests
except ImportError as error:
    raise MissingExtraError("requests", needed_for="LatticeSession") from error

_WRITTEN_BY_SIGNER = ("authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token")


class LatticeSession(requests.Session):
    """A `requests.Session` that signs calls to VPC Lattice services, and no others.

    Signed are ``https://*.vpc-lattice-svcs.REGION.on.aws``, whose Region is in the name, and the
    hosts given as `hosts`. Any other host gets the request unsigned: credentials go nowhere else.
    Redirects are not followed unless asked for, and each hop is judged and signed by itself.

    Make it once, outside the handler; credentials are read anew for every call.
    """

    def __init__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        credentials: Callable[[], Credentials] = credentials_from_environment,
    ) -> None:
        """Start a session.

        Args:
            hosts: Region by host name, for services with a custom domain name:
                ``{"orders.example.com": "ap-northeast-1"}``.
            credentials: Called for every request; gives one frozen set.
        """
        super().__init__()
        self._hosts = {host.lower(): region for host, region in (hosts or {}).items()}
        self._credentials = credentials

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request as `requests.Session` does, but follow redirects only when asked to."""
        kwargs.setdefault("allow_redirects", False)
        return super().request(method, url, *args, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Sign the prepared request if its host is ours to sign for, and send it.

        Raises:
            SigningError: The caller set ``Authorization`` on a request that must be signed.
            MissingCredentialsError: From the credentials callable.
        """
        host = urlsplit(request.url or "").hostname or ""
        region = signing_region(host, self._hosts)
        if region is not None:
            self._sign(request, region)
        return super().send(request, **kwargs)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the signature off a redirected request; `send` signs it anew if its host is ours."""
        if _is_ours(response.request):
            _take_off(prepared_request)
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]  # untyped in types-requests

    def _sign(self, request: requests.PreparedRequest, region: str) -> None:
        """Replace URL and headers by the signed ones; what is signed is what is sent."""
        if _is_ours(request):  # a prepared request that is sent once more
            _take_off(request)
        if "authorization" in request.headers:
            raise SigningError(
                "The request has an Authorization header of its own, where the signature goes. Send your "
                "token in another header."
            )
        _pass_request_id(request)
        request.url = encode_url(request.url or "")
        signed = sign_lattice(
            request.method or "GET",
            request.url,
            headers=[(name, _text(value)) for name, value in request.headers.items()],
            credentials=self._credentials(),
            region=region,
            now=datetime.now(UTC),
        )
        request.headers.update((name, value) for name, value in signed.headers if name != "host")


def _is_ours(request: requests.PreparedRequest) -> bool:
    """Whether the request carries a signature of ours."""
    authorization = str(request.headers.get("authorization", ""))
    return authorization.startswith("AWS4-HMAC-SHA256 ") and f"/{SERVICE}/aws4_request" in authorization


def _take_off(request: requests.PreparedRequest) -> None:
    """Remove what the signer wrote."""
    for name in _WRITTEN_BY_SIGNER:
        request.headers.pop(name, None)


def _pass_request_id(request: requests.PreparedRequest) -> None:
    """Carry the id of the request being served, so that access logs tell one story."""
    invocation = current_invocation.get()
    if invocation is not None and invocation.request_id:
        request.headers.setdefault("x-amzn-requestid", invocation.request_id)


def _text(value: str | bytes) -> str:
    """A header's value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
