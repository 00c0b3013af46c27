"""Every operation of botocore's model, called by botocore's client with the least and with full input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from lattice_events.cloud.model.answers import Answer, encode_answer
from lattice_events.cloud.model.constraints import problems
from lattice_events.cloud.model.service import is_read, service
from lattice_events.cloud.operations.table import OPERATIONS
from tests.cloud_shapes import OPERATIONS as ALL
from tests.cloud_shapes import inputs
from tests.cloud_wire import REQUEST_ID, client
from tests.unit.cloud.operations.client import BASE, FUNCTION, HERE, VPC, Client, forward

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"vpc-lattice-svcs:Invoke","Resource":"*"}]}'

# Kept, with no effect on the network that is served.
RECORDS_ONLY = {
    *(f"{verb}ResourceConfiguration" for verb in ("Create", "Get", "Update", "Delete")),
    *(f"{verb}ResourceGateway" for verb in ("Create", "Get", "Update", "Delete")),
    *(f"{verb}ServiceNetworkResourceAssociation" for verb in ("Create", "Get", "Delete")),
    *(f"{verb}AccessLogSubscription" for verb in ("Create", "Get", "Update", "Delete")),
    *(f"{verb}DomainVerification" for verb in ("Start", "Get", "Delete")),
    *(f"{verb}ResourcePolicy" for verb in ("Put", "Get", "Delete")),
    *("ListResourceConfigurations", "ListResourceGateways", "ListServiceNetworkResourceAssociations"),
    *("ListAccessLogSubscriptions", "ListDomainVerifications"),
    # There are no VPC endpoints: these have nothing to list or delete.
    *("ListResourceEndpointAssociations", "DeleteResourceEndpointAssociation"),
    "ListServiceNetworkVpcEndpointAssociations",
}
REFUSED_BY_NAME: set[str] = set()
# Members that a resource configuration of a type does not have.
REFUSED_MEMBERS = {
    "GROUP": ("resourceConfigurationGroupIdentifier", "customDomainName"),
    "CHILD": (
        "protocol",
        "resourceGatewayIdentifier",
        "allowAssociationToShareableServiceNetwork",
        "groupDomain",
    ),
    "SINGLE": ("resourceConfigurationGroupIdentifier", "groupDomain"),
    "ARN": ("portRanges", "protocol", "resourceConfigurationGroupIdentifier", "groupDomain"),
    "CIDR": (
        "resourceConfigurationGroupIdentifier",
        "groupDomain",
        "allowAssociationToShareableServiceNetwork",
    ),
}
ALWAYS_NOT_FOUND = {"DeleteResourceEndpointAssociation"}


class Stage:
    """An account that has one of everything, and a spare one for what an association or a deletion needs."""

    def __init__(self) -> None:
        """Set it up."""
        self.client = Client()
        make = self.client
        self.service, self.network, self.group = make.service(), make.network(), make.group()
        self.listener = make.listener(self.service, defaultAction=forward(self.group))
        self.rule = self._made("CreateRule", **self._rule("api", 7))
        self.association = make.associate(self.service, self.network)
        self.vpc_association = self._made(
            "CreateServiceNetworkVpcAssociation",
            serviceNetworkIdentifier=self.network,
            vpcIdentifier=VPC,
            securityGroupIds=["sg-01234567"],
        )
        self.subscription = self._made(
            "CreateAccessLogSubscription",
            resourceIdentifier=self.service,
            destinationArn="arn:aws:s3:::access-logs",
        )
        self.domain = self._made("StartDomainVerification", domainName="a.example")
        self.gateway = self._made("CreateResourceGateway", name="gateway", vpcIdentifier=VPC)
        self.configuration = self._made("CreateResourceConfiguration", name="group", type="GROUP")
        self.resource_association = self._made(
            "CreateServiceNetworkResourceAssociation",
            serviceNetworkIdentifier=self.network,
            resourceConfigurationIdentifier=self.configuration,
        )
        make.call("PutAuthPolicy", resourceIdentifier=self.service, policy=POLICY)
        make.call("PutResourcePolicy", resourceArn=f"{BASE}:service/{self.service}", policy=POLICY)
        make.call("RegisterTargets", targetGroupIdentifier=self.group, targets=[{"id": FUNCTION}])
        self.ip_group = make.group("addresses", "IP", config={"vpcIdentifier": VPC})
        self.spare = {
            "service": make.service("spare"),
            "network": make.network("spare"),
            "group": make.group("spare"),
        }
        self.spare_configuration = self._made("CreateResourceConfiguration", name="spare", type="SINGLE")

    def _made(self, operation: str, **params: Any) -> str:
        return str(self.client.call(operation, **params)["id"])

    def _rule(self, name: str, priority: int) -> dict[str, Any]:
        return {
            "serviceIdentifier": self.service,
            "listenerIdentifier": self.listener,
            "name": name,
            "priority": priority,
            "match": {"httpMatch": {"method": "GET"}},
            "action": forward(self.group),
        }

    def given(self) -> dict[str, Any]:
        """What identifiers and texts stand for, by the name of their shape."""
        arn = f"{BASE}:service/{self.service}"
        return {
            "ServiceIdentifier": self.service,
            "ListenerIdentifier": self.listener,
            "RuleIdentifier": f"{arn}/listener/{self.listener}/rule/{self.rule}",
            "TargetGroupIdentifier": self.group,
            "ServiceNetworkIdentifier": self.network,
            "ServiceNetworkIdentifierWithoutRegex": f"{BASE}:servicenetwork/{self.network}",
            "ServiceNetworkServiceAssociationIdentifier": self.association,
            "ServiceNetworkVpcAssociationIdentifier": self.vpc_association,
            "ServiceNetworkResourceAssociationIdentifier": self.resource_association,
            "AccessLogSubscriptionIdentifier": self.subscription,
            "ResourceIdentifier": arn,
            "ResourceArn": arn,
            "Arn": arn,
            "ResourceGatewayIdentifier": self.gateway,
            "ResourceConfigurationIdentifier": self.configuration,
            "DomainVerificationIdentifier": self.domain,
            "AccessLogDestinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lattice:*",
            "AuthPolicyString": POLICY,
            "PolicyString": POLICY,
            "HttpStatusCode": 404,
            "ServiceCustomDomainName": "api.example.com",
            "Target": {"id": FUNCTION},
        }

    def changes(self) -> dict[str, dict[str, Any]]:
        """Members of the input of an operation that must be others than the shapes say; None leaves one out."""
        config = {"lambdaEventStructureVersion": "V2"}
        unused: dict[str, Any] = {
            "serviceIdentifier": self.spare["service"],
            "serviceNetworkIdentifier": self.spare["network"],
        }
        return {
            "CreateListener": {"port": 8080, "protocol": "HTTP"},
            "CreateRule": {"priority": 8},
            "CreateServiceNetworkServiceAssociation": unused,
            "CreateServiceNetworkVpcAssociation": {"serviceNetworkIdentifier": self.spare["network"]},
            "CreateServiceNetworkResourceAssociation": {
                "resourceConfigurationIdentifier": self.spare_configuration
            },
            "ListServiceNetworkServiceAssociations": {"serviceNetworkIdentifier": self.network},
            "ListServiceNetworkVpcAssociations": {"serviceNetworkIdentifier": self.network},
            "UpdateTargetGroup": {"targetGroupIdentifier": self.ip_group},
            "CreateTargetGroup": {"type": "LAMBDA", "config": config},
            "DeleteResourceConfiguration": {"resourceConfigurationIdentifier": self.spare_configuration},
            "DeleteService": {"serviceIdentifier": self.spare["service"]},
            "DeleteServiceNetwork": {"serviceNetworkIdentifier": self.spare["network"]},
            "DeleteTargetGroup": {"targetGroupIdentifier": self.spare["group"]},
        }


def respond_with(stage: Stage) -> Any:
    """A client whose answers are those of the control plane, each checked against the model."""

    def respond(operation: str, params: dict[str, Any]) -> Answer:
        answer = encode_answer(
            operation, stage.client.control_plane.call(operation, params, where=HERE), request_id=REQUEST_ID
        )
        shape = service().operation_model(operation).output_shape
        sent = json.loads(answer.body or b"{}")
        assert list(problems(shape, sent)) == []
        return answer

    return client(respond)


def fitting(operation: str, params: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
    """An input that fits not only the shapes but also what is on the stage, and each member the others."""
    refused = REFUSED_MEMBERS[params["type"]] if operation == "CreateResourceConfiguration" else ()
    wanted = {**params, **stage.changes().get(operation, {})}
    if wanted.get("type") == "CIDR":
        stage.client.call(
            "UpdateResourceGateway",
            resourceGatewayIdentifier=stage.gateway,
            resourceConfigDnsResolution="IN_VPC",
        )
    return {name: value for name, value in wanted.items() if name not in refused}


def with_next_token(method: Any, params: dict[str, Any]) -> dict[str, Any]:
    """An input whose token, if it has one, is that of the list's second page, if there is one."""
    if "nextToken" not in params:
        return params
    others = {name: value for name, value in params.items() if name != "nextToken"}
    token = method(**{**others, "maxResults": 1}).get("nextToken")
    return {**others, "nextToken": token} if token else others


@pytest.mark.parametrize(
    ("operation", "index"),
    [(operation, index) for operation in ALL for index, _ in enumerate(inputs(operation))],
)
def test_every_operation_answers_botocore_as_the_model_says(operation: str, index: int) -> None:
    stage = Stage()
    given = list(inputs(operation, given=stage.given()))
    method = getattr(respond_with(stage), xform_name(operation))
    params = with_next_token(method, fitting(operation, given[min(index, len(given) - 1)], stage))
    before = stage.client.records

    if operation in ALWAYS_NOT_FOUND:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            method(**params)
        return
    answer = method(**params)
    assert (
        answer["ResponseMetadata"]["HTTPStatusCode"]
        == service().operation_model(operation).http["responseCode"]
    )
    assert (stage.client.records is before) == is_read(operation)


def test_operations_are_implemented_or_kept_as_records_or_refused_by_name() -> None:
    implemented = set(OPERATIONS) - RECORDS_ONLY

    assert implemented | RECORDS_ONLY | REFUSED_BY_NAME == set(ALL)
    assert not REFUSED_BY_NAME & set(OPERATIONS)
    assert (len(ALL), len(implemented), len(RECORDS_ONLY), len(REFUSED_BY_NAME)) == (73, 44, 29, 0)


def test_operation_that_a_newer_model_brings_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast(dict[str, Any], OPERATIONS), "ListServices")

    error = Client().refusal("ListServices")

    assert (error.code, "ListServices" in error.message) == ("AccessDeniedException", True)
