"""Functions that invoke each other through an SDK: real boto3 in a real run."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.bare_functions import code_of, make_service
from tests.integration.running import lattice_dev

CALLER = """
    import json, os
    import boto3
    from botocore.exceptions import ClientError

    def handler(event, context):
        client = boto3.client("lambda")
        if event == "endpoint":
            return client.meta.endpoint_url
        try:
            answer = client.invoke(**{**event, "Payload": json.dumps(event).encode()})
        except ClientError as error:
            return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]
        return [answer["StatusCode"], answer["Payload"].read().decode()]
"""
SIBLING = "def handler(event, context):\n    print('sibling ran')\n    return context.function_name\n"
ARN = "arn:aws:lambda:us-east-1:123456789012:function"


def services(folder: Path) -> list[str | Path]:
    files = [make_service(folder, CALLER, "caller", Timeout=60), make_service(folder, SIBLING, "sibling")]
    return [*files, *code_of(folder, "caller", "sibling")]


def test_a_function_invokes_its_sibling_by_boto3(tmp_path: Path) -> None:
    with lattice_dev(*services(tmp_path)) as running:

        def invoke(**parameters: str) -> object:
            return running.invoke("caller", "--payload", json.dumps(parameters))

        assert invoke(FunctionName="sibling") == [200, '"sibling"']
        assert invoke(FunctionName=f"{ARN}:sibling:live") == [200, '"sibling"']
        assert invoke(FunctionName="sibling", InvocationType="DryRun") == [204, ""]
        assert invoke(FunctionName="stranger") == ["ResourceNotFoundException", 404]
        assert invoke(FunctionName="sibling", InvocationType="Event") == [202, ""]
        for _ in range(3):  # by its name, by its ARN, as an event
            assert running.next_event("invoke", function="sibling")["error_type"] is None


def test_an_empty_option_leaves_lambda_to_aws(tmp_path: Path) -> None:
    with lattice_dev(*services(tmp_path), "--env", "AWS_ENDPOINT_URL_LAMBDA=") as running:
        endpoint = running.invoke("caller", "--payload", '"endpoint"')

    assert endpoint == "https://lambda.us-east-1.amazonaws.com"
