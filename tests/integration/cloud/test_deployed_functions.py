"""Functions that were deployed: versions, aliases, permissions and roles, as requests meet them."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.cloud.running import Cloud, create_function, create_service, zipped

TELL = """
def handler(event, context):
    arn = context.invoked_function_arn.rpartition(":function:")[2]
    return {{"statusCode": 200, "body": "{text} " + context.function_version + " " + arn}}
"""
CALL = """
import urllib.error, urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

def handler(event, context):
    request = AWSRequest("GET", event["url"], headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    session = Session()
    SigV4Auth(session.get_credentials(), "vpc-lattice-svcs", session.get_config_variable("region")).add_auth(request)
    try:
        return urllib.request.urlopen(urllib.request.Request(event["url"], headers=dict(request.headers))).status
    except urllib.error.HTTPError as error:
        return error.status
"""
ALLOW = {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}


def notes_until(cloud: Cloud, wanted: str) -> str:
    """The first note with these words."""
    while True:
        found = [note for note in cloud.next_event("deployed")["notes"] if wanted in note]
        if found:
            return str(found[0])


def test_an_alias_keeps_answering_with_the_code_of_its_version(cloud: Cloud) -> None:
    arn = create_function(cloud, "aliased", TELL.format(text="old"))
    client = cloud.client("lambda")
    client.publish_version(FunctionName="aliased")
    live = client.create_alias(FunctionName="aliased", Name="live", FunctionVersion="1")["AliasArn"]
    create_service(cloud, "by-alias", live)
    create_service(cloud, "by-name", arn)
    client.update_function_code(FunctionName="aliased", ZipFile=zipped(TELL.format(text="new")))

    assert cloud.get(cloud.url_of("by-alias")) == (200, "old 1 aliased:live")
    assert cloud.get(cloud.url_of("by-name")) == (200, "new $LATEST aliased")
    client.publish_version(FunctionName="aliased")
    client.update_alias(FunctionName="aliased", Name="live", FunctionVersion="2")
    assert cloud.get(cloud.url_of("by-alias")) == (200, "new 2 aliased:live")


def test_a_function_calls_what_its_role_allows(cloud: Cloud) -> None:
    create_service(cloud, "guarded", create_function(cloud, "behind", TELL.format(text="in")))
    create_function(cloud, "caller", CALL)
    lattice_api, iam = cloud.client("vpc-lattice"), cloud.client("iam")
    service = next(each for each in lattice_api.list_services()["items"] if each["name"] == "guarded")
    lattice_api.update_service(serviceIdentifier=service["id"], authType="AWS_IAM")
    anybody = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, "Principal": "*"}]})
    lattice_api.put_auth_policy(resourceIdentifier=service["id"], policy=anybody)

    def call() -> Any:
        event = json.dumps({"url": f"https://{service['dnsEntry']['domainName']}/"})
        return json.load(cloud.client("lambda").invoke(FunctionName="caller", Payload=event)["Payload"])

    assert call() == 403
    document = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
    iam.put_role_policy(RoleName="caller-role", PolicyName="call", PolicyDocument=document)
    assert call() == 200
    assert cloud.get(cloud.url_of("guarded"))[0] == 200


def test_a_target_without_permission_and_one_that_is_not_there_are_told(cloud: Cloud) -> None:
    arn = create_function(cloud, "unpermitted", TELL.format(text=""))
    group = cloud.client("vpc-lattice").create_target_group(name="unpermitted-group", type="LAMBDA")
    targets: list[Any] = [{"id": arn}]
    cloud.client("vpc-lattice").register_targets(targetGroupIdentifier=group["id"], targets=targets)
    assert notes_until(cloud, "unpermitted-group") == (
        "Target group unpermitted-group: the function unpermitted has no permission for vpc-lattice.amazonaws.com "
        f"with the SourceArn {group['arn']}, so on AWS requests to it fail. Here they do not."
    )
    cloud.client("lambda").delete_function(FunctionName="unpermitted")
    assert "unpermitted is not deployed" in notes_until(cloud, "is not deployed")
