"""An account in which most operations have something to work on."""

from __future__ import annotations

from tests.unit.cloud.operations.client import NOT_FOUND, VPC, Client, forward

PREFIX = {"httpMatch": {"pathMatch": {"match": {"prefix": "/"}}}}
NETWORK_CONFIG = {"protocol": "HTTP", "port": 8080, "vpcIdentifier": VPC}


class World(Client):
    """Two services, one of them associated, listening, with a rule and target groups."""

    def __init__(self) -> None:
        """Make it."""
        super().__init__()
        self.net = self.network("net")
        self.web, self.api = self.service("web"), self.service("api")
        self.association = self.associate(self.web, self.net)
        self.vpc_association = self.associate_vpc(self.net)
        self.lambda_group, self.free_group = self.group("hello"), self.group("free")
        self.ip_group = self.group("pods", "IP", config=NETWORK_CONFIG)
        self.http = self.listener(self.web, defaultAction=forward(self.lambda_group))
        self.rule_id = self.rule("first", 10)

    def rule(self, name: str, priority: int, **params: object) -> str:
        """The id of a new rule of the listener."""
        given = {**self.at, "match": PREFIX, "action": NOT_FOUND, **params}
        return str(self.call("CreateRule", name=name, priority=priority, **given)["id"])

    def associate_vpc(self, network: str, vpc: str = VPC) -> str:
        """The id of a new association of a VPC with a service network."""
        params = {"serviceNetworkIdentifier": network, "vpcIdentifier": vpc}
        return str(self.call("CreateServiceNetworkVpcAssociation", **params)["id"])

    @property
    def at(self) -> dict[str, object]:
        """The listener, as parameters name it."""
        return {"serviceIdentifier": self.web, "listenerIdentifier": self.http}
