"""A template is found in S3 by every form of its URL."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.unit.cloud.stacks.cloud import Cloud, template


@pytest.fixture
def stored(cloud: Cloud) -> Cloud:
    """A cloud with a template in a bucket."""
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="my.templates")
    s3.put_object(
        Bucket="my.templates", Key="a b/web.json", Body=template({"Web": ("Service", {"Name": "web"})})
    )
    return cloud


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/my.templates/a%20b/web.json",
        "https://s3.eu-west-1.amazonaws.com/my.templates/a b/web.json?X-Amz-Signature=0",
        "https://my.templates.s3.eu-west-1.amazonaws.com/a%20b/web.json",
        "http://127.0.0.1:9000/my.templates/a%20b/web.json",
        "http://localhost:9000/my.templates/a%20b/web.json",
        "http://[::1]:9000/my.templates/a%20b/web.json",
    ],
)
def test_a_template_is_found(stored: Cloud, url: str) -> None:
    stored.client.create_stack(StackName="app", TemplateURL=url)
    assert stored.names("services") == ["web"]


@pytest.mark.parametrize(
    "url", ["https://s3.amazonaws.com/my.templates/none.json", "https://s3.amazonaws.com/none/web.json"]
)
def test_a_template_that_is_not_there_is_refused(stored: Cloud, url: str) -> None:
    with pytest.raises(ClientError, match="S3 error: there is no object"):
        stored.client.create_stack(StackName="app", TemplateURL=url)
