"""Whatever is called, in whatever order, the records fit together; what was refused has changed nothing."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.answers import encode_answer
from lattice_events.cloud.model.constraints import problems
from lattice_events.cloud.model.service import operation_model
from lattice_events.control_plane.records import Document
from lattice_events.control_plane.to_network import to_network
from tests.conftest import examples
from tests.unit.cloud.operations.client import FUNCTION, NOT_FOUND, VPC, forward
from tests.unit.cloud.operations.world import NETWORK_CONFIG, PREFIX, World
from tests.unit.cloud.test_sequences import DELETIONS, check, delete_everything

NUMBER = st.integers(0, 6)
NAME = st.sampled_from(["web", "net", "hello", "first", "other"])
PRIORITY = st.integers(9, 12)
TOKEN = st.sampled_from([None, "a", "b"])
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'


class Account(RuleBasedStateMachine):
    """Calls operations on what is there, or is not."""

    def __init__(self) -> None:
        """Start with an account that has a bit of everything."""
        super().__init__()
        self.client = World()

    def attempt(self, operation: str, **params: Any) -> Document:
        """The answer, which is valid; nothing when the call was refused, which changes nothing."""
        held = self.client.records
        before = copy.deepcopy(held)
        try:
            answer = self.client.call(operation, **params)
        except ApiError as error:
            assert self.client.records is held
            assert error.code in declared(operation)
            return {}
        finally:
            assert held == before
        sent = json.loads(encode_answer(operation, answer, request_id="1").body or "{}")
        assert not list(problems(operation_model(operation).output_shape, sent))
        return answer

    def pick(self, kept: str, number: int, prefix: str) -> Document:
        """One of the resources that are kept; or one that is not."""
        found = list(getattr(self.client.records, kept).values())
        return found[number % len(found)] if found and number else {"id": f"{prefix}-{'0' * 17}"}

    def group(self, number: int) -> str:
        """The id of a target group."""
        return str(self.pick("target_groups", number, "tg")["id"])

    def at(self, number: int) -> dict[str, str]:
        """A listener, as parameters name it."""
        listener = self.pick("listeners", number, "listener")
        service = listener.get("serviceId", f"svc-{'0' * 17}")
        return {"serviceIdentifier": service, "listenerIdentifier": listener["id"]}

    @rule(name=NAME, token=TOKEN, is_service=st.booleans())
    def create_top(self, name: str, token: str | None, *, is_service: bool) -> None:
        """A service or a service network."""
        operation = "CreateService" if is_service else "CreateServiceNetwork"
        self.attempt(operation, name=name, clientToken=token, tags={"a": "b"})

    @rule(name=NAME, kind=st.sampled_from(["LAMBDA", "IP"]))
    def create_group(self, name: str, kind: str) -> None:
        """A target group."""
        config = NETWORK_CONFIG if kind == "IP" else None
        self.attempt("CreateTargetGroup", name=name, type=kind, config=config)

    @rule(service=NUMBER, name=NAME, port=st.integers(80, 82), groups=st.lists(NUMBER, max_size=2))
    def create_listener(self, service: int, name: str, port: int, groups: list[int]) -> None:
        """A listener."""
        params = {"name": name, "port": port, "protocol": "HTTP", "defaultAction": self.action(groups)}
        self.attempt(
            "CreateListener", serviceIdentifier=self.pick("services", service, "svc")["id"], **params
        )

    @rule(listener=NUMBER, name=NAME, priority=PRIORITY, groups=st.lists(NUMBER, max_size=2))
    def create_rule(self, listener: int, name: str, priority: int, groups: list[int]) -> None:
        """A rule."""
        params = {"name": name, "priority": priority, "match": PREFIX, "action": self.action(groups)}
        self.attempt("CreateRule", **self.at(listener), **params)

    @rule(listener=NUMBER, updates=st.lists(st.tuples(NUMBER, PRIORITY), min_size=1, max_size=3))
    def update_rules(self, listener: int, updates: list[tuple[int, int]]) -> None:
        """Rules of a listener, at once."""
        rules = [
            {"ruleIdentifier": self.pick("rules", number, "rule")["id"], "priority": priority}
            for number, priority in updates
        ]
        self.attempt("BatchUpdateRule", **self.at(listener), rules=rules)
        self.attempt("UpdateRule", **self.at(listener), **rules[0])

    @rule(listener=NUMBER, groups=st.lists(NUMBER, max_size=2))
    def update_listener(self, listener: int, groups: list[int]) -> None:
        """A default action."""
        self.attempt("UpdateListener", **self.at(listener), defaultAction=self.action(groups))

    @rule(service=NUMBER, network=NUMBER)
    def associate(self, service: int, network: int) -> None:
        """A service and a VPC with a service network."""
        network_id = self.pick("service_networks", network, "sn")["id"]
        ends = {"serviceNetworkIdentifier": network_id}
        service_id = self.pick("services", service, "svc")["id"]
        self.attempt("CreateServiceNetworkServiceAssociation", **ends, serviceIdentifier=service_id)
        self.attempt("CreateServiceNetworkVpcAssociation", **ends, vpcIdentifier=VPC)

    @rule(group=NUMBER, address=st.sampled_from([FUNCTION, "10.0.0.1", "10.0.0.2"]), stays=st.booleans())
    def register(self, group: int, address: str, *, stays: bool) -> None:
        """A target."""
        name = {"targetGroupIdentifier": self.group(group)}
        self.attempt("RegisterTargets", **name, targets=[{"id": address}])
        if not stays:
            self.attempt("DeregisterTargets", **name, targets=[{"id": address}])
        self.attempt("ListTargets", **name)

    @rule(service=NUMBER)
    def put_policy(self, service: int) -> None:
        """An auth policy and a log subscription of a service."""
        name = {"resourceIdentifier": self.pick("services", service, "svc")["id"]}
        self.attempt("PutAuthPolicy", **name, policy=POLICY)
        self.attempt("CreateAccessLogSubscription", **name, destinationArn="arn:aws:s3:::lattice-logs")

    @rule(deletion=st.sampled_from(DELETIONS), number=NUMBER)
    def delete(self, deletion: tuple[str, str, str], number: int) -> None:
        """Anything, in whatever order."""
        operation, parameter, kept = deletion
        found = list(getattr(self.client.records, kept).values())
        if found:
            self.attempt(operation, **{parameter: found[number % len(found)]["arn"]})

    @rule(listener=NUMBER, number=NUMBER, whole=st.booleans())
    def delete_rule(self, listener: int, number: int, *, whole: bool) -> None:
        """A rule, or the whole listener."""
        at = self.at(listener)
        self.attempt("DeleteRule", **at, ruleIdentifier=self.pick("rules", number, "rule")["id"])
        if whole:
            self.attempt("DeleteListener", **at)

    @rule(listener=NUMBER)
    def read(self, listener: int) -> None:
        """What is there."""
        for operation in ("ListServices", "ListServiceNetworks", "ListTargetGroups"):
            self.attempt(operation, maxResults=1)
        self.attempt("ListRules", **self.at(listener))
        self.attempt("ListListeners", serviceIdentifier=self.at(listener)["serviceIdentifier"])

    def action(self, groups: list[int]) -> Document:
        """An action that forwards to target groups, or a fixed response."""
        return forward(*map(self.group, groups), weight=1) if groups else NOT_FOUND

    @invariant()
    def nothing_dangles(self) -> None:
        """Each document names what is there."""
        check(self.client.records)

    @invariant()
    def a_target_group_belongs_to_one_service(self) -> None:
        """What one service forwards to, no other service does."""
        services = to_network(self.client.records).services
        owners = [(arn, service.arn) for service in services for arn in groups_of(service)]
        assert len({arn for arn, _ in owners}) == len(set(owners))

    @invariant()
    def names_ports_and_priorities_are_there_once(self) -> None:
        """Of each account, service and listener."""
        records = self.client.records
        for kept in (records.services, records.service_networks, records.target_groups):
            assert is_unique(each["name"] for each in kept.values())
        for member in ("name", "port"):
            assert is_unique((each["serviceArn"], each[member]) for each in records.listeners.values())
        for member in ("name", "priority"):
            assert is_unique(
                (arn.partition("/rule/")[0], each[member]) for arn, each in records.rules.items()
            )

    def teardown(self) -> None:
        """Everything can be deleted in the order of dependencies, and nothing is left."""
        delete_everything(self.client)
        assert not any(vars(self.client.records).values())


def declared(operation: str) -> set[str]:
    """The errors that the model says an operation may have."""
    return {shape.name for shape in operation_model(operation).error_shapes}


def groups_of(service: Any) -> set[str]:
    """The ARNs of the target groups that a service of the network forwards to."""
    actions = [each.default_action for each in service.listeners]
    actions += [each.action for listener in service.listeners for each in listener.rules]
    return {group.target_group_arn for each in actions for group in getattr(each, "target_groups", ())}


def is_unique(values: Iterable[Any]) -> bool:
    """Whether no value is there twice."""
    return max(Counter(values).values(), default=1) == 1


TestAccount = Account.TestCase
TestAccount.settings = examples(300)
