"""Lambda → Lattice → EKS: a function that calls the app in the cluster."""

import logging
from typing import Any

from lattice_events.client import LatticeSession, deadline
from lattice_events.errors import DeadlineExceededError, LatticeError

logger = logging.getLogger()
logger.setLevel("INFO")

# Outside the handler: its connections serve many invocations. serverless.yml tells where the app answers.
session = LatticeSession(service="eks-app-default")


def client(event: Any, context: Any) -> dict[str, Any]:
    request_id = context.aws_request_id
    try:
        with deadline(context):
            response = session.get("/app", headers={"x-amzn-requestid": request_id})
    except LatticeError as error:  # no credentials too
        # What it says of policies and ARNs is for the log, not for whoever called.
        logger.exception("eks-app-default gave no answer, request id %s", request_id)
        status = 504 if isinstance(error, DeadlineExceededError) else 502
        return {"statusCode": status, "body": f"eks-app-default gave no answer, request id {request_id}"}
    answered_id = response.headers.get("x-amzn-requestid", request_id)
    logger.info("eks-app-default answered %d, request id %s", response.status_code, answered_id)
    return {
        "statusCode": response.status_code,
        "headers": {"x-amzn-requestid": answered_id},
        "body": f"from EKS: {response.text}",
    }
