"""The real credentials of an AWS profile, for who wants functions to have them."""

from __future__ import annotations

from collections.abc import Callable

from lattice_events.errors import ConfigurationError, MissingExtraError
from lattice_events.sigv4 import Credentials


def profile_credentials(profile: str) -> Callable[[], Credentials]:
    """Find a profile; what is returned asks it for its credentials of the moment.

    Raises:
        MissingExtraError: botocore is not installed.
        ConfigurationError: There is no such profile, or it has no credentials.
    """
    try:
        import botocore.exceptions
        import botocore.session
    except ImportError as error:
        raise MissingExtraError("boto3", needed_for="--aws-profile") from error
    try:
        resolver = botocore.session.Session(profile=profile).get_credentials()
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"--aws-profile {profile}: {error}.") from error
    if resolver is None:
        raise ConfigurationError(f"--aws-profile {profile}: the profile has no credentials.")

    def credentials() -> Credentials:
        frozen = resolver.get_frozen_credentials()
        return Credentials(
            access_key_id=frozen.access_key, secret_access_key=frozen.secret_key, session_token=frozen.token
        )

    return credentials
