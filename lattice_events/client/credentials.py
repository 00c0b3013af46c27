"""Find AWS credentials where the code runs: nothing is resolved at import, every set is frozen.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from lattice_events.client.time_left import start_clock
from lattice_events.errors import ExpiredCredentialsError, MissingCredentialsError, SigningError
from lattice_events.sigv4 import Credentials

REFRESH_SECONDS = 300
"""How long before they expire credentials are replaced."""
PAUSE_SECONDS = 30
"""How long a set that still holds serves after a fetch that brought no later one."""


def _read_environment() -> Credentials | None:
    """What Lambda puts into the environment, read anew for each call, as botocore reads it."""
    environment = os.environ
    # A value from a file or a Kubernetes Secret often ends with a line break.
    access_key_id = environment.get("AWS_ACCESS_KEY_ID", "").strip()
    secret_access_key = environment.get("AWS_SECRET_ACCESS_KEY", "").strip()
    if access_key_id and secret_access_key:
        return Credentials(
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            session_token=(
                environment.get("AWS_SECURITY_TOKEN", "").strip()
                or environment.get("AWS_SESSION_TOKEN", "").strip()
            ),
        )
    if access_key_id:
        raise MissingCredentialsError(
            "AWS_SECRET_ACCESS_KEY is not set, but the other half of the credentials is: export both."
        )
    return None


class Expiring(NamedTuple):
    """A set of credentials and when it ends, seconds since 1970."""

    credentials: Credentials
    expires_at: float


def _acquire(lock: threading.Lock) -> None:
    """Wait for the thread that fetches, but no longer than the call has time."""
    if not lock.acquire(timeout=max(0, min(start_clock()(), threading.TIMEOUT_MAX))):
        raise MissingCredentialsError(
            "No AWS credentials in time: another thread was still fetching them when the time for the call ended."
        )


@contextmanager
def _held(lock: threading.Lock) -> Iterator[None]:
    """Be the thread that fetches."""
    _acquire(lock)
    try:
        yield
    finally:
        lock.release()


class RefreshingCredentials:
    """Credentials that are fetched when they are needed and replaced before they expire.

    Threads share one set; one of them fetches while the others go on with the set that still holds.
    """

    def __init__(self, fetch: Callable[[], Expiring], *, now: Callable[[], float] = time.time) -> None:
        """Fetch nothing yet.

        Args:
            fetch: Gets a new set; raises `SigningError` when there is none to be had.
            now: Seconds since 1970.
        """
        self._fetch = fetch
        self._now = now
        self._current: Expiring | None = None
        self._next_fetch_at = 0.0
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle how to fetch, and never what was fetched."""
        return partial(type(self), self._fetch, now=self._now), ()

    def __call__(self) -> Credentials:
        """One frozen set.

        Raises:
            SigningError: No set holds and none could be fetched.
        """
        current = self._current
        left = current.expires_at - self._now() if current else 0.0
        if current and left > 0:
            may_wait = left > REFRESH_SECONDS or self._now() < self._next_fetch_at
            if may_wait or not self._lock.acquire(blocking=False):
                return current.credentials
        else:
            _acquire(self._lock)
        try:
            return self._replace(current).credentials
        finally:
            self._lock.release()

    def refresh(self, stale: Credentials) -> Credentials:
        """A set other than `stale`, which the service did not take; fetched unless another thread did.

        Raises:
            SigningError: None could be fetched.
        """
        with _held(self._lock):
            if self._current is None or self._current.credentials == stale:
                self._current = self._fetch()
            return self._current.credentials

    def _replace(self, seen: Expiring | None) -> Expiring:
        """Fetch a new set, unless another thread has since `seen`; keep the old one as long as it holds."""
        if self._current is not None and self._current is not seen:
            return self._current
        try:
            self._current = self._fetch()
        except SigningError as error:
            if seen is None:
                raise
            if seen.expires_at <= self._now():
                raise ExpiredCredentialsError(
                    f"The credentials have expired, and getting new ones failed: {error}"
                ) from error
            return seen
        finally:
            self._next_fetch_at = self._now() + PAUSE_SECONDS
        return self._current


class DefaultCredentials:
    """The credentials that boto3 would find where the code runs.

    1. The environment (a Lambda function), read anew for each call.
    2. The container endpoint (SnapStart, ECS, EKS Pod Identity), refreshed before expiry, where nothing
       else is set up that comes before it.
    3. Otherwise botocore's chain: IRSA, profiles, SSO, files. It refreshes by itself.
    """

    def __init__(self, *, profile: str | None = None) -> None:
        """Look for nothing yet.

        Args:
            profile: Use this profile of ``~/.aws`` and nothing else.
        """
        self._profile = profile
        self._container = RefreshingCredentials(_fetch_from_container)
        self._botocore: Any = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle where to look, and never what was found."""
        return partial(type(self), profile=self._profile), ()

    def __call__(self) -> Credentials:
        """One frozen set.

        Raises:
            MissingCredentialsError: No source has credentials; names those that were looked at.
            ExpiredCredentialsError: They have expired and cannot be refreshed.
        """
        if self._profile is None:
            credentials = _read_environment()
            if credentials is not None:
                return credentials
            if _only_container_endpoint():
                return self._container()
        return self._from_botocore()

    @property
    def are_at_hand(self) -> bool:
        """Whether the environment has them, so that nothing is asked or read."""
        return self._profile is None and bool(os.environ.get("AWS_ACCESS_KEY_ID"))

    def refresh(self, stale: Credentials) -> Credentials:
        """A set other than `stale`, if the source has one.

        Raises:
            SigningError: None could be fetched.
        """
        if self._profile is None and _read_environment() is None and _only_container_endpoint():
            return self._container.refresh(stale)
        found = self()
        if found == stale and self._botocore is not None:
            self._botocore = None  # it read the profile's file once
            found = self()
        return found

    def _from_botocore(self) -> Credentials:
        """What botocore's chain finds, frozen; it is kept once it has given a set."""
        with _held(self._lock):
            found = self._botocore
            if found is None:
                found = _load_botocore(self._profile)
                credentials = _freeze(found, MissingCredentialsError)
                self._botocore = found
                return credentials
        return _freeze(found, ExpiredCredentialsError)


def _has_container_endpoint() -> bool:
    """Whether the environment names an endpoint for credentials."""
    environment = os.environ
    return bool(
        environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        or environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    )


def _only_container_endpoint() -> bool:
    """Whether the container endpoint has the credentials for sure.

    Where anything is set up that comes before it in AWS's order, only botocore can tell.
    """
    return _has_container_endpoint() and not _named_before_container()


def _named_before_container() -> str:
    """A variable or file that has priority over the container endpoint, and may or may not have credentials.

    Source:
        https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
    """
    environment = os.environ
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        if name in environment:  # an empty one is a profile too: botocore looks for it in vain
            return name
    for name in ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CREDENTIAL_FILE"):
        if environment.get(name):
            return name
    files = (
        environment.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials",
        environment.get("AWS_CONFIG_FILE") or "~/.aws/config",
        environment.get("BOTO_CONFIG") or "~/.boto",
        "/etc/boto.cfg",
    )
    return next((file for file in files if os.path.exists(os.path.expanduser(file))), "")


def _fetch_from_container() -> Expiring:
    """Ask the container endpoint; its module is loaded only then, since Lambda mostly needs none."""
    from lattice_events.client.container import fetch_container_credentials

    return Expiring(*fetch_container_credentials())


def _load_botocore(profile: str | None) -> Any:
    """What botocore finds, in its own form."""
    try:
        import botocore.session
    except ImportError:
        botocore = None
    if botocore is None:
        raise MissingCredentialsError(
            f"No AWS credentials: {_why_botocore(profile)}botocore, which reads profiles, is not installed "
            "(pip install 'lattice-events[boto3]')."
        )
    with _telling(MissingCredentialsError):
        credentials = botocore.session.Session(profile=profile).get_credentials()
    if credentials is None:
        half = ", but the other half of the credentials is" if os.environ.get("AWS_SECRET_ACCESS_KEY") else ""
        raise MissingCredentialsError(
            f"No AWS credentials: AWS_ACCESS_KEY_ID is not set{half}, there is no container endpoint, and no "
            "profile has any. Export credentials, or log in: aws sso login."
        )
    return credentials


def _why_botocore(profile: str | None) -> str:
    """Why there is only botocore to ask."""
    if profile:
        return ""
    if _has_container_endpoint():
        return f"{_named_before_container()} has priority over the container endpoint, and "
    return "neither AWS_ACCESS_KEY_ID nor a container endpoint is set, and "


def _freeze(credentials: Any, kind: type[SigningError]) -> Credentials:
    """One set of botocore's credentials, which fetches or refreshes them if it must."""
    with _telling(kind):
        frozen = credentials.get_frozen_credentials()
    return Credentials(
        access_key_id=frozen.access_key, secret_access_key=frozen.secret_key, session_token=frozen.token
    )


@contextmanager
def _telling(kind: type[SigningError]) -> Iterator[None]:
    """Say as an error of ours what botocore's chain raises."""
    try:
        yield
    except Exception as error:  # it reads files, runs processes, calls AWS: each fails in its own way
        what = "have expired" if kind is ExpiredCredentialsError else "cannot be loaded"
        raise kind(
            f"The AWS credentials {what}: {type(error).__name__}: {str(error).rstrip('.')}. {_what_to_do()}"
        ) from error


def _what_to_do() -> str:
    """Where to look when botocore's chain fails."""
    token_file = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    if token_file is None:
        return "Check the profile in ~/.aws, or log in: aws sso login."
    return (
        f"On EKS check that {token_file} is there, and that the trust policy of the role "
        f"{os.environ.get('AWS_ROLE_ARN')} names the cluster's OIDC provider and the pod's service account."
    )
