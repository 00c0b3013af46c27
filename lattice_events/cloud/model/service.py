"""The service model of VPC Lattice, as botocore brings it."""

from __future__ import annotations

import functools

import botocore.loaders
from botocore.model import OperationModel, ServiceModel

from lattice_events.cloud.errors import ApiError


@functools.cache
def service() -> ServiceModel:
    """The model; the newest version of the API that botocore knows."""
    description = botocore.loaders.Loader().load_service_model("vpc-lattice", "service-2")
    return ServiceModel(description, "vpc-lattice")


def operation_model(operation: str) -> OperationModel:
    """The model of an operation by its name.

    Raises:
        ApiError: The API has no such operation.
    """
    if operation not in service().operation_names:
        raise unknown_operation(operation)
    return service().operation_model(operation)


def is_read(operation: str) -> bool:
    """Whether an operation changes nothing."""
    return operation.startswith(("Get", "List"))


def unknown_operation(asked: str) -> ApiError:
    """What is answered to a request of no operation."""
    return ApiError("UnknownOperationException", f"The VPC Lattice API has no operation {asked}.")
