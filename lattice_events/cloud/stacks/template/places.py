"""Where templates are: objects of S3, by every form of their URLs."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote, urlsplit

from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

_VIRTUAL = re.compile(r"(?P<bucket>.+?)\.s3[.-]")  # BUCKET.s3.REGION.amazonaws.com


def template_at(template_url: str, account_id: str, partition: str) -> str:
    """The text of a template; the parameters are those of moto's function, whose place this takes.

    Raises:
        ValidationError: There is none.
    """
    bucket, key = _object(template_url)
    try:
        found = s3_backends[account_id][partition].get_object(bucket, key)
    except (ServiceException, S3ClientError):
        found = None
    if found is None:
        raise ValidationError(message=f"S3 error: there is no object {key!r} in a bucket {bucket!r}.")
    text: str = found.value.decode()
    return text


def _object(url: str) -> tuple[str, str]:
    """Bucket and key: the bucket is in the host's name or at the start of the path."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    virtual = _VIRTUAL.match(parts.hostname or "")
    if virtual and not _is_loopback(parts.hostname or ""):
        return virtual["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
