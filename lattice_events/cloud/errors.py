"""Errors as the VPC Lattice API answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lattice_events.errors import LatticeError


class ApiError(LatticeError):
    """An operation that was refused.

    Attributes:
        code: The name of its shape in the API's model: ``ConflictException``, say.
        message: What the client is told.
        members: Further members of the shape: ``resourceId`` and ``resourceType``, say.
    """

    def __init__(self, code: str, message: str, **members: Any) -> None:
        """Refuse."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.members: Mapping[str, Any] = members


def label_of(kind: str) -> str:
    """A kind of the API as its messages write it: ``ServiceNetwork`` for ``SERVICE_NETWORK``."""
    return kind.title().replace("_", "")


def not_found(kind: str, identifier: str) -> ApiError:
    """``ResourceNotFoundException``; the kind is one of the API: ``SERVICE``, say."""
    message = f"{label_of(kind)} {identifier} not found"
    return ApiError("ResourceNotFoundException", message, resourceId=identifier, resourceType=kind)


def conflict(kind: str, identifier: str, message: str) -> ApiError:
    """``ConflictException``."""
    return ApiError("ConflictException", message, resourceId=identifier, resourceType=kind)


def invalid(message: str, *fields: tuple[str, str]) -> ApiError:
    """``ValidationException``; a field is its path and what is wrong with it."""
    listed = [{"name": name, "message": problem} for name, problem in fields]
    members = {"fieldList": listed} if listed else {}
    return ApiError("ValidationException", message, reason="fieldValidationFailed", **members)


def over_quota(kind: str, message: str, *, code: str) -> ApiError:
    """``ServiceQuotaExceededException``; the code is that of Service Quotas: ``L-D64E952E``."""
    return ApiError(
        "ServiceQuotaExceededException",
        message,
        resourceType=kind,
        serviceCode="vpc-lattice",
        quotaCode=code,
    )
