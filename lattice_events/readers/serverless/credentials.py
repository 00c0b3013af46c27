"""Whether this machine has AWS credentials; made-up ones would hide them.

Source:
    https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

MADE_UP = {
    "AWS_ACCESS_KEY_ID": "LATTICELOCAL",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_NAMES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_FILES = {"AWS_SHARED_CREDENTIALS_FILE": ".aws/credentials", "AWS_CONFIG_FILE": ".aws/config"}
_GIVES = (
    "aws_access_key_id",
    "role_arn",
    "sso_",
    "credential_process",
    "web_identity_token_file",
    "login_session",
)
_BOARD = FilePath("/sys/devices/virtual/dmi/id/board_asset_tag")  # of an EC2 instance, its id


def has_credentials(environment: Mapping[str, str], *, board: FilePath = _BOARD) -> bool:
    """Whether the environment, the user's files or the machine give credentials of any kind."""
    if any(environment.get(name) for name in _NAMES):
        return True
    home = FilePath(environment.get("HOME") or FilePath.home())
    files = [FilePath(environment.get(name) or home / file) for name, file in _FILES.items()]
    if any(each in _text(file) for file in files for each in _GIVES):
        return True
    return environment.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true" and _text(board).startswith(
        "i-"
    )


def _text(file: FilePath) -> str:
    """A file's text; nothing where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
