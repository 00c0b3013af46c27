"""Find AWS credentials where the code runs."""

from __future__ import annotations

import os

from lattice_events.errors import MissingCredentialsError
from lattice_events.sigv4 import Credentials


def credentials_from_environment() -> Credentials:
    """Read the credentials that Lambda puts into the environment, anew for each call.

    Raises:
        MissingCredentialsError: ``AWS_ACCESS_KEY_ID`` or ``AWS_SECRET_ACCESS_KEY`` is not set.

    Source:
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    access_key_id = os.environ.get("AWS_ACCESS_KEY_ID")
    secret_access_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not access_key_id or not secret_access_key:
        missing = "AWS_SECRET_ACCESS_KEY" if access_key_id else "AWS_ACCESS_KEY_ID"
        raise MissingCredentialsError(
            f"{missing} is not set. Lambda sets it; elsewhere export AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and, for temporary credentials, AWS_SESSION_TOKEN."
        )
    return Credentials(
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
        session_token=os.environ.get("AWS_SESSION_TOKEN") or None,
    )
