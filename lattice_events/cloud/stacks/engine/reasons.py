"""Why a resource failed, as the events of its stack say it."""

from __future__ import annotations

import json

from moto.core.exceptions import ServiceException

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.stacks.resource import ResourceError

_HANDLER_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ConflictException": "AlreadyExists",
    "ResourceNotFoundException": "NotFound",
    "ServiceQuotaExceededException": "ServiceLimitExceeded",
    "ValidationException": "InvalidRequest",
}


def reason_of(error: Exception) -> str:
    """The text for an error of a type, of the API, or of moto."""
    if isinstance(error, ResourceError):
        return str(error)
    if isinstance(error, ApiError):
        code = _HANDLER_CODES.get(error.code, "GeneralServiceException")
        return f'Resource handler returned message: "{error.message}" (HandlerErrorCode: {code})'
    if isinstance(error, ServiceException):
        return str(error.message)
    return f"moto could not do it: {type(error).__name__}: {_text(error)}"


def _text(error: Exception) -> str:
    """What an error says; some of moto's are a whole answer in JSON."""
    text = str(getattr(error, "description", "") or error)
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text
