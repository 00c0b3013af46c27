"""VPC Lattice services through `requests`: a session that cannot be misused, and its signature alone.

What one call does is in `attempts`; what is signed, in `signing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from lattice_events.client.denials import read_denial
from lattice_events.client.discovery import ServiceURL, service_url
from lattice_events.client.signing import RequestSigner
from lattice_events.client.time_left import SecondsLeft, deadline, start_clock
from lattice_events.errors import MissingExtraError
from lattice_events.sigv4 import Credentials, SignedRequest, encode_url

try:
    import requests
    import requests.auth
except ImportError as error:
    raise MissingExtraError("requests", needed_for="LatticeSession") from error

from lattice_events.client.attempts import Call
from lattice_events.client.prepared import (
    add_invocation,
    sign_prepared,
    take_off,
    take_off_copy,
    unsigned_url,
)
from lattice_events.client.transport import LatticeAdapter


class LatticeSession(requests.Session):
    """A `requests.Session` for VPC Lattice services: signed, in time, with errors that say what to fix.

    Signed are ``https://*.vpc-lattice-svcs.REGION.on.aws``, whose Region is in the name, and the
    hosts given as `hosts`. Any other host gets the request as it is: credentials go nowhere else.
    ``get`` and ``options`` follow redirects as those of requests do, the others only when asked to; each
    hop is judged and signed by itself.

    A call ends within the time that the invocation being served has left (see `deadline`). It is
    tried again as `decide_delay` says. What VPC Lattice itself refuses is raised, with the policy
    to change; every answer of the service, whatever its status, is returned.

    Make it once, outside the handler; credentials are read anew for every call.
    """

    def __init__(
        self,
        *,
        service: str | ServiceURL | None = None,
        hosts: Mapping[str, str] | None = None,
        credentials: Callable[[], Credentials] | None = None,
        mode: Literal["header", "query"] = "header",
        path_encoding: Literal["double", "single"] = "double",
        algorithm: Literal["sigv4", "sigv4a"] = "sigv4",
        anonymous: bool = False,
        deadline_seconds: float | None = None,
        max_retries: int = 2,
    ) -> None:
        """Start a session.

        Args:
            service: A service, whose URLs may then be paths such as ``/app``: its name, whose URL is
                read from ``LATTICE_SERVICE_<NAME>_URL`` (see `service_url`), or what
                `look_up_service` found.
            hosts: Region by host name, for services with a custom domain name:
                ``{"orders.example.com": "ap-northeast-1"}``.
            credentials: Called for every request; gives one frozen set. `DefaultCredentials` when
                left out.
            mode: ``query`` signs the URL and leaves ``Authorization`` to you.
            path_encoding: See `lattice_events.sigv4.sign_lattice`.
            algorithm: ``sigv4a`` makes signatures that hold in every Region; it needs awscrt.
            anonymous: Sign nothing.
            deadline_seconds: How long a call may take in all, retries included.
            max_retries: How many attempts may follow the first.

        Raises:
            ConfigurationError: The URL of `service` is not known.
        """
        super().__init__()
        self._base = service_url(service) if isinstance(service, str) else service
        self._signer = RequestSigner(
            hosts=self._base.hosts | dict(hosts or {}) if self._base else hosts,
            credentials=credentials,
            mode=mode,
            path_encoding=path_encoding,
            algorithm=algorithm,
        )
        self._anonymous = anonymous
        self._deadline_seconds = deadline_seconds
        self._max_retries = max_retries
        self.mount("https://", LatticeAdapter())
        self.mount("http://", LatticeAdapter())

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request as `requests.Session` does, but follow redirects only when asked to.

        Raises:
            CallError: No answer of the service came; see `send`.
            SigningError: The request cannot be signed.
        """
        kwargs.setdefault("allow_redirects", False)
        if self._base is not None:
            text = url.decode() if isinstance(url, bytes) else url
            if not text.startswith(("https://", "http://")):  # no path may choose another host
                url = f"{self._base.url.rstrip('/')}/{text.lstrip('/')}"
        return super().request(method, url, *args, **kwargs)

    def send(
        self, request: requests.PreparedRequest, *, allow_redirects: bool = False, **kwargs: Any
    ) -> requests.Response:
        """Sign the prepared request if its host is ours to sign for, and send it.

        Raises:
            SigningError: The request cannot be signed, or there are no credentials.
            AccessDeniedError: VPC Lattice refused it; the error names the policy.
            SignatureRejectedError: VPC Lattice did not accept the signature.
            UnreachableError: No connection.
            DeadlineExceededError: It did not end in time.
            CallError: The connection broke.
        """
        for name in ("stream", "verify", "cert"):  # else hops of a redirect go without the session's own
            kwargs.setdefault(name, getattr(self, name))
        if "proxies" not in kwargs:
            kwargs["proxies"] = requests.utils.resolve_proxies(request, dict(self.proxies), self.trust_env)
        seconds_left = start_clock(self._deadline_seconds)
        with deadline(seconds_left()):  # it bounds the fetching of credentials and the hops of redirects too
            response = self._call(request, seconds_left, kwargs)
            if not allow_redirects:
                return response
            hops = [response, *self.resolve_redirects(response, request, **kwargs)]
        last: requests.Response = hops[-1]
        last.history = hops[:-1]
        return last

    def _call(
        self, request: requests.PreparedRequest, seconds_left: SecondsLeft, options: dict[str, Any]
    ) -> requests.Response:
        """One call with its attempts."""

        def send_once(timeouts: tuple[float, float]) -> requests.Response:
            sent = {**options, "timeout": timeouts, "allow_redirects": False}
            return super(LatticeSession, self).send(request, **sent)

        return Call(
            request,
            send_once,
            signer=self._signer,
            region=self._signer.region_of(request.url or ""),
            is_anonymous=self._anonymous,
            max_retries=self._max_retries,
            seconds_left=seconds_left,
            timeout=options.get("timeout"),
        ).run()

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the signature off a redirected request; `send` signs it anew if its host is ours."""
        take_off_copy(prepared_request, response.request)
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]  # untyped in types-requests


class LatticeAuth(requests.auth.AuthBase):
    """The signature alone, for a session of your own: ``session.auth = LatticeAuth()``.

    It signs what `LatticeSession` would, and raises what VPC Lattice refuses; deadline, retries and
    redirects stay the session's. A redirected request goes on without the signature. In query mode
    errors of the network, which are the session's too, show the signed URL.
    """

    def __init__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        credentials: Callable[[], Credentials] | None = None,
        mode: Literal["header", "query"] = "header",
        path_encoding: Literal["double", "single"] = "double",
        algorithm: Literal["sigv4", "sigv4a"] = "sigv4",
    ) -> None:
        """Take what `LatticeSession` takes."""
        self._signer = RequestSigner(
            hosts=hosts, credentials=credentials, mode=mode, path_encoding=path_encoding, algorithm=algorithm
        )

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request whose host is ours to sign for.

        Raises:
            SigningError: The request cannot be signed, or there are no credentials.
        """
        region = self._signer.region_of(request.url or "")
        if region is not None:
            request.url = encode_url(request.url or "")
            add_invocation(request)
            signed = sign_prepared(self._signer, request, region, self._signer.find_credentials())
            request.register_hook("response", _Receiver(signed))  # type: ignore[no-untyped-call]  # untyped in types-requests
        return request


class _Receiver:
    """Looks at the answer to a request that `LatticeAuth` signed."""

    def __init__(self, signed: SignedRequest) -> None:
        self._signed = signed

    def __call__(self, response: requests.Response, **_: Any) -> None:
        response.url = unsigned_url(response.request)  # which stands in messages of requests
        if response.is_redirect:
            take_off(response.request)  # of which requests makes the next hop's
        if response.status_code == 403:
            denial = read_denial(
                response.content,
                canonical_request=self._signed.canonical_request,
                request_id=response.headers.get("x-amzn-requestid"),
            )
            if denial is not None:
                raise denial
