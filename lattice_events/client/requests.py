"""VPC Lattice services through `requests`: a session that cannot be misused, and its signature alone.

What one call does is in `attempts`; what is signed, in `signing`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from lattice_events.client.denials import read_denial
from lattice_events.client.discovery import ServiceURL, service_url
from lattice_events.client.signing import RequestSigner
from lattice_events.client.time_left import SecondsLeft, deadline, start_clock
from lattice_events.errors import ConfigurationError, MissingExtraError, SigningError
from lattice_events.sigv4 import Credentials, encode_url

try:
    import requests
    import requests.auth
except ImportError as error:
    raise MissingExtraError("requests", needed_for="LatticeSession") from error

from lattice_events.client.attempts import Call
from lattice_events.client.prepared import Signature, add_invocation, keep_from_redirect, sign_prepared
from lattice_events.client.transport import LatticeAdapter

_FROM_HTTPS = "_lattice_from_https"
_METHOD = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


class LatticeSession(requests.Session):
    """A `requests.Session` for VPC Lattice services: signed, in time, with errors that say what to fix.

    Signed are requests to ``*.vpc-lattice-svcs.REGION.on.aws``, whose Region is in the name, and to the
    hosts given as `hosts`, over https and over http. Any other host gets the request as it is: credentials go nowhere else.
    ``get`` and ``options`` follow redirects as those of requests do, the others only when asked to; each
    hop is judged and signed by itself, but one from https to http goes on unsigned.

    A call ends within the time that the invocation being served has left (see `deadline`). It is
    tried again as `decide_delay` says. What VPC Lattice itself refuses is raised, with the policy
    to change; every answer of the service, whatever its status, is returned.

    Make it once, outside the handler; credentials are read anew for every call.
    """

    __attrs__ = [  # noqa: RUF012 - as requests has it: what copies and pickles keep
        *requests.Session.__attrs__,
        "_base",
        "_signer",
        "_anonymous",
        "_deadline_seconds",
        "_max_retries",
    ]

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
            ConfigurationError: The method or the timeout is none.
        """
        _check_method(method)
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
            ConfigurationError: The method or the timeout is none.
        """
        _check_method(request.method)
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

        def send_once(signed: requests.PreparedRequest, timeouts: tuple[float, float]) -> requests.Response:
            sent = {**options, "timeout": timeouts, "allow_redirects": False}
            return super(LatticeSession, self).send(signed, **sent)

        return Call(
            request,
            send_once,
            signer=self._signer,
            region=self._signer.region_of(request.url or ""),
            is_anonymous=self._anonymous or _leaves_https(request),
            max_retries=self._max_retries,
            seconds_left=seconds_left,
            timeout=options.get("timeout"),
        ).run()

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare a request as `requests.Session` does, but for the password that ``.netrc`` has for its host.

        The signature says who calls; a ``default`` of ``.netrc`` would take its place.
        """
        if request.auth or self.auth or not self._signs(request.url):
            return super().prepare_request(request)
        without = copy.copy(request)
        without.auth = _authorize_by_url
        return super().prepare_request(without)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Leave a redirected request what its host may see of ``Authorization``; `send` signs it anew."""
        if response.url.startswith("https:") or _comes_from_https(response.request):
            setattr(prepared_request, _FROM_HTTPS, True)
        if not self._signs(prepared_request.url):
            super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]  # untyped in types-requests
        elif self.should_strip_auth(response.url, prepared_request.url):  # type: ignore[no-untyped-call]  # likewise
            prepared_request.headers.pop("Authorization", None)

    def _signs(self, url: Any) -> bool:
        """Whether a URL's host is ours to sign for."""
        text = url.decode("utf-8", "replace") if isinstance(url, bytes) else str(url)
        try:
            return self._signer.region_of(text.lstrip()) is not None
        except SigningError:
            return False  # it is no URL; requests says so


def _check_method(method: str | bytes | None) -> None:
    """Refuse what is no method before it is sent."""
    text = method.decode("latin-1") if isinstance(method, bytes) else str(method or "")
    if not _METHOD.fullmatch(text):
        raise ConfigurationError(f"method is {method!r}; it is GET, POST or another word without spaces.")


def _comes_from_https(request: requests.PreparedRequest) -> bool:
    """Whether a redirect of https led to the request."""
    return getattr(request, _FROM_HTTPS, False)


def _leaves_https(request: requests.PreparedRequest) -> bool:
    """Whether a redirect leads to plain HTTP: no server may ask for the session token in clear."""
    return _comes_from_https(request) and (request.url or "").startswith("http:")


def _authorize_by_url(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """What requests does without a password of its own: name and password of the URL, if it has them."""
    name, password = requests.utils.get_auth_from_url(request.url or "")
    return requests.auth.HTTPBasicAuth(name, password)(request) if name or password else request


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
            signature = sign_prepared(self._signer, request, region, self._signer.find_credentials())
            request.register_hook("response", _Receiver(request, signature))  # type: ignore[no-untyped-call]  # untyped in types-requests
        return request


class _Receiver:
    """Looks at the answer to a request that `LatticeAuth` signed."""

    def __init__(self, request: requests.PreparedRequest, signature: Signature) -> None:
        self._request, self._signature = request, signature

    def __call__(self, response: requests.Response, **_: Any) -> None:
        if response.url == self._signature.signed.url:
            response.url = self._signature.url  # which stands in messages of requests
        if response.is_redirect:
            # requests makes the next hop's of the one that it was given; an adapter may name another.
            for request in (self._request, response.request):
                keep_from_redirect(request, self._signature)
        if response.status_code == 403:
            denial = read_denial(
                response.content,
                canonical_request=self._signature.signed.canonical_request,
                request_id=response.headers.get("x-amzn-requestid"),
            )
            if denial is not None:
                raise denial
