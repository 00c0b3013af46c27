from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from lattice_events.cloud.errors import ApiError, conflict, invalid, not_found
from lattice_events.cloud.model.answers import Answer, encode_answer, encode_error
from lattice_events.cloud.model.service import service
from tests.cloud_shapes import FULL, OPERATIONS, inputs, made
from tests.cloud_wire import REQUEST_ID, client


def output_of(operation: str) -> Any:
    return made(service().operation_model(operation).output_shape, FULL)


@pytest.fixture(scope="module")
def full() -> Any:
    return client(lambda operation, _: encode_answer(operation, output_of(operation), request_id=REQUEST_ID))


def as_wire(value: Any) -> Any:
    """What botocore read, with its times as text again."""
    return json.loads(json.dumps(value, default=datetime.isoformat))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_botocore_reads_every_member_of_every_answer(operation: str, full: Any) -> None:
    read = getattr(full, xform_name(operation))(**next(inputs(operation)))

    metadata = read.pop("ResponseMetadata")
    model = service().operation_model(operation)
    assert (metadata["HTTPStatusCode"], metadata["RequestId"]) == (model.http["responseCode"], REQUEST_ID)
    assert as_wire(read) == output_of(operation)


def test_answer_has_no_member_that_its_shape_does_not_have() -> None:
    output = {"id": "svc-1", "secret": 1, "dnsEntry": {"domainName": "a", "x": 1}, "status": None}

    answer = encode_answer("CreateService", output, request_id=REQUEST_ID)

    assert json.loads(answer.body) == {"id": "svc-1", "dnsEntry": {"domainName": "a"}}


def test_answer_without_content_has_no_body() -> None:
    answer = encode_answer("DeleteRule", {}, request_id=REQUEST_ID)

    assert answer == Answer(status=204, headers={"x-amzn-requestid": REQUEST_ID}, body=b"")


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (not_found("SERVICE", "svc-1"), 404, {"resourceId": "svc-1", "resourceType": "SERVICE"}),
        (conflict("SERVICE", "svc-1", "taken"), 409, {"resourceId": "svc-1", "resourceType": "SERVICE"}),
        (invalid("no", ("name", "bad")), 400, {"reason": "fieldValidationFailed", "fieldList": [{"name": "name", "message": "bad"}]}),
        (ApiError("ServiceQuotaExceededException", "full", quotaCode="L-1"), 402, {"quotaCode": "L-1"}),
        (ApiError("SerializationException", "no"), 400, {}),
        (ApiError("UnknownOperationException", "no"), 404, {}),
        (ApiError("UnsupportedMediaTypeException", "no"), 415, {}),
        (ApiError("AccessDeniedException", "no"), 403, {}),
        (ApiError("SomethingElse", "no"), 400, {}),
    ],
)  # fmt: skip
def test_botocore_reads_the_code_and_members_of_an_error(
    error: ApiError, status: int, members: dict[str, Any]
) -> None:
    failing = client(lambda *_: encode_error(error, request_id=REQUEST_ID))

    with pytest.raises(ClientError) as caught:
        failing.list_services()

    read = caught.value.response
    assert read["Error"] == {"Code": error.code, "Message": error.message}
    assert read["ResponseMetadata"]["HTTPStatusCode"] == status
    assert {name: read[name] for name in members} == members


def test_seconds_to_wait_stand_in_a_header() -> None:
    error = ApiError("ThrottlingException", "slower", retryAfterSeconds=3)

    answer = encode_error(error, request_id=REQUEST_ID)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "3")
    assert json.loads(answer.body) == {"message": "slower"}
