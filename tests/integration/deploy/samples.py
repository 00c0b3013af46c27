"""The two samples, and what their tests need to know of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lattice_events.testing import make_event
from tests.integration.cloud.running import Cloud
from tests.integration.deploy.project import Project
from tests.integration.deploy.stack import Client, Stack

REGION = "ap-northeast-1"
EVENTS: Mapping[str, tuple[Any, str]] = {
    "hello": (make_event("GET /"), "Hello Foo Lambda!!"),
    "helloNext": (make_event("GET /", headers={"x-name": "you"}), "Hello Foo Lambda, next version, you!!"),
    "orders": (make_event("GET /orders/7"), '{"item":"tea","quantity":1,"id":7}'),
    "catalog": (make_event("GET /catalog/tea"), '{"tea":3}'),
    "eksClient": ({}, "from EKS: Hello Bar EKS Pod!!"),
}
"""An event for each function of the sample, and the body of its answer."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One of the two samples.

    Attributes:
        service: Its name in serverless.yml.
        folder: Of its serverless.yml, in the checkout.
        script: Of package.json, that deploys it.
        changes: Texts of serverless.yml with what an update puts there: a path, a weight, and V1 for a group of orders.
        replaced: Logical id of the target group that the update replaces.
    """

    service: str
    folder: str
    script: str
    changes: tuple[tuple[str, str], ...]
    replaced: str


EXPLICIT = Sample(
    service="sample",
    folder=".",
    script="deploy",
    changes=(
        ("Prefix: /catalog", "Prefix: /catalogue"),
        ("Weight: 10", "Weight: 30"),
        (
            "LambdaEventStructureVersion: V2\n        Targets:\n          - Id: !GetAtt OrdersLambdaFunction.Arn\n\n    OrdersInvoke",
            "LambdaEventStructureVersion: V1\n        Targets:\n          - Id: !GetAtt OrdersLambdaFunction.Arn\n\n    OrdersInvoke",
        ),
    ),
    replaced="OrdersTargetGroup",
)
PLUGIN = Sample(
    service="sample-plugin",
    folder="examples/plugin",
    script="deploy:plugin",
    changes=(
        ("pathPrefix: /catalog,", "pathPrefix: /catalogue,"),
        ("weight: 10}", "weight: 30}"),
        ("pathPrefix: /orders, priority: 10}", "pathPrefix: /orders, priority: 10, eventVersion: V1}"),
    ),
    replaced="LatticeFooServiceToOrdersTargetGroup",
)


class Deploying:
    """A sample, deployed to a cloud of its own."""

    def __init__(self, sample: Sample, *, checkout: Path, cloud: Cloud) -> None:
        self.sample = sample
        self._checkout = checkout
        self.project = Project(checkout / sample.folder, cloud.environment)
        self.cloud = cloud
        self.client: Client = partial(cloud.client, region=REGION)
        self._params = [f"--param={name}={value}" for name, value in parameters(self.client).items()]

    def deploy(self) -> str:
        """Deploy as a user does; what the command printed."""
        script = ("npm", "run", "--silent", self.sample.script, "--")
        done = self.project.run(*script, *self._params, cwd=self._checkout)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def remove(self) -> str:
        """Remove as a user does."""
        done = self.project.osls("remove", *self._params)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def stack(self) -> Stack:
        """As the server has it now."""
        return Stack(f"{self.sample.service}-dev", client=self.client)

    def function(self, name: str) -> str:
        """The deployed name of a function."""
        return f"{self.sample.service}-dev-{name}"

    def url(self, service: str) -> str:
        """Of a service, by the domain name that the API tells."""
        services = self.client("vpc-lattice").list_services()["items"]
        domain = next(each["dnsEntry"]["domainName"] for each in services if each["name"] == service)
        return f"https://{domain}"


def parameters(client: Client) -> dict[str, str]:
    """Those of the samples, looked up as docs/deploy.md says."""
    lattice, ec2 = client("vpc-lattice"), client("ec2")
    network = next(each for each in lattice.list_service_networks()["items"] if each["name"] == "sample")
    app = next(each for each in lattice.list_services()["items"] if each["name"] == "eks-app-default")
    vpc = ec2.describe_vpcs()["Vpcs"][0]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    name = f"com.amazonaws.{ec2.meta.region_name}.vpc-lattice"
    return {
        "serviceNetworkArn": network["arn"],
        "eksAppUrl": f"https://{app['dnsEntry']['domainName']}",
        "vpcId": vpc["VpcId"],
        "vpcCidr": vpc["CidrBlock"],
        "subnetIdA": subnets[0]["SubnetId"],
        "subnetIdB": subnets[1]["SubnetId"],
        "latticePrefixListId": next(each["PrefixListId"] for each in lists if each["PrefixListName"] == name),
    }
