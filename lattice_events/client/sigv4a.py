"""SigV4A, whose signatures hold in every Region; the AWS Common Runtime makes them.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from lattice_events.errors import MissingExtraError, SigningError
from lattice_events.sigv4 import Credentials, SignedRequest
from lattice_events.sigv4.canonical import header_pairs
from lattice_events.sigv4.lattice import SERVICE, without_content_hash
from lattice_events.sigv4.signer import check_unsigned, host_header

try:
    from awscrt import auth
    from awscrt.exceptions import AwsCrtError
    from awscrt.http import HttpHeaders, HttpRequest
except ImportError as error:
    raise MissingExtraError("sigv4a", needed_for="SigV4A") from error


def sign_sigv4a(
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]],
    credentials: Credentials,
    now: datetime,
    path_encoding: Literal["double", "single"] = "double",
    mode: Literal["header", "query"] = "header",
    region_set: str = "*",
) -> SignedRequest:
    """Sign a request so that it is good in a set of Regions.

    Args:
        method: As it will be sent.
        url: Of `encode_url`.
        headers: (name, value) pairs that the caller wants to send.
        credentials: One set, frozen.
        now: An aware time.
        path_encoding: See `sign_lattice`.
        mode: See `sign_lattice`.
        region_set: Regions, comma-separated; ``*`` is all.

    Returns:
        The request to send; the Common Runtime does not tell the stages, so they are empty.

    Raises:
        SigningError: See `sign_lattice`; also when the Common Runtime refuses the request.
    """
    parts = urlsplit(url)
    given = without_content_hash(header_pairs(headers))
    names = {name.lower() for name, _ in given}
    check_unsigned(names, parts.query, now, mode)
    if "host" not in names:
        given.insert(0, ("host", host_header(url)))
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    # Only what must be signed is shown to the Common Runtime, which signs all that it sees.
    shown = [pair for pair in given if pair[0].lower() == "host" or pair[0].lower().startswith("x-amz-")]
    request = HttpRequest(method, target, HttpHeaders(shown))
    try:
        auth.aws_sign_request(request, _config(credentials, now, path_encoding, mode, region_set)).result()
    except AwsCrtError as error:
        raise SigningError(f"The request cannot be signed with SigV4A: {error}") from error
    unseen = [pair for pair in given if pair not in shown]
    signed_target: Any = request.path
    return SignedRequest(
        url=urlunsplit((parts.scheme, parts.netloc, *signed_target.partition("?")[::2], "")),
        headers=(*((name.lower(), value) for name, value in request.headers), *unseen),
        canonical_request="",
        string_to_sign="",
        signature="",
    )


def _config(credentials: Credentials, now: datetime, path_encoding: str, mode: str, region_set: str) -> Any:
    """What VPC Lattice takes, in the Common Runtime's words."""
    types = auth.AwsSignatureType
    return auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=types.HTTP_REQUEST_HEADERS if mode == "header" else types.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        ),
        region=region_set,
        service=SERVICE,
        date=now,
        use_double_uri_encode=path_encoding == "double",
        should_normalize_uri_path=True,
        signed_body_value=auth.AwsSignedBodyValue.UNSIGNED_PAYLOAD,
        signed_body_header_type=auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
        expiration_in_seconds=None if mode == "header" else 300,
    )
