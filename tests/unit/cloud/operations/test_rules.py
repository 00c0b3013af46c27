"""Rules and actions."""

from __future__ import annotations

import pytest

from tests.unit.cloud.operations.client import BASE, NOT_FOUND, forward
from tests.unit.cloud.operations.world import PREFIX, World


@pytest.fixture
def world() -> World:
    """An account with a listener and a rule."""
    return World()


def test_a_rule_has_the_arn_of_its_listener_and_its_own_id(world: World) -> None:
    rule = world.call("GetRule", **world.at, ruleIdentifier=world.rule_id)
    assert rule["arn"] == f"{BASE}:service/{world.web}/listener/{world.http}/rule/{world.rule_id}"
    assert (rule["priority"], rule["match"], rule["action"]) == (10, PREFIX, NOT_FOUND)
    assert rule["isDefault"] is False


def test_rules_are_listed_by_priority_and_the_default_rule_last(world: World) -> None:
    world.rule("earlier", 5)
    items = world.call("ListRules", **world.at)["items"]
    assert [each["name"] for each in items] == ["earlier", "first", "default"]
    assert [each["isDefault"] for each in items] == [False, False, True]
    assert "priority" not in items[-1]


def test_the_default_rule_has_the_default_action_of_its_listener(world: World) -> None:
    default = world.call("ListRules", **world.at)["items"][-1]
    world.call("UpdateListener", **world.at, defaultAction=NOT_FOUND)
    assert world.call("GetRule", **world.at, ruleIdentifier=default["arn"])["action"] == NOT_FOUND


def test_one_target_group_has_weight_100(world: World) -> None:
    listener = world.call("GetListener", **world.at)
    (group,) = listener["defaultAction"]["forward"]["targetGroups"]
    assert group == {"targetGroupIdentifier": world.lambda_group, "weight": 100}


def test_target_groups_are_answered_by_id_however_they_were_named(world: World) -> None:
    arn = f"{BASE}:targetgroup/{world.free_group}"
    action = forward(arn, world.ip_group, weight=50)
    updated = world.call("UpdateRule", **world.at, ruleIdentifier=world.rule_id, action=action)
    assert updated["action"] == forward(world.free_group, world.ip_group, weight=50)


def test_an_update_leaves_what_it_does_not_name(world: World) -> None:
    before = world.call("GetRule", **world.at, ruleIdentifier=world.rule_id)
    after = world.call("UpdateRule", **world.at, ruleIdentifier=world.rule_id, priority=20)
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed == {"priority", "lastUpdatedAt"}


def test_an_update_may_keep_the_priority(world: World) -> None:
    world.call("UpdateRule", **world.at, ruleIdentifier=world.rule_id, priority=10, action=NOT_FOUND)


def test_an_update_to_the_priority_of_another_rule_is_refused(world: World) -> None:
    world.rule("second", 20)
    error = world.refusal("UpdateRule", **world.at, ruleIdentifier=world.rule_id, priority=20)
    assert error.code == "ConflictException"


def test_a_batch_swaps_priorities(world: World) -> None:
    second = world.rule("second", 20)
    swap = [{"ruleIdentifier": world.rule_id, "priority": 20}, {"ruleIdentifier": second, "priority": 10}]
    answer = world.call("BatchUpdateRule", **world.at, rules=swap)
    assert [each["priority"] for each in answer["successful"]] == [20, 10]
    assert answer["unsuccessful"] == []
    names = [each["name"] for each in world.call("ListRules", **world.at)["items"]]
    assert names == ["second", "first", "default"]


def test_a_batch_does_what_it_can(world: World) -> None:
    second, unknown = world.rule("second", 20), f"rule-{'0' * 17}"
    world.rule("third", 30)
    rules = [
        {"ruleIdentifier": world.rule_id, "priority": 11},
        {"ruleIdentifier": second, "priority": 30},
        {"ruleIdentifier": unknown, "priority": 1},
    ]
    answer = world.call("BatchUpdateRule", **world.at, rules=rules)
    assert [each["id"] for each in answer["successful"]] == [world.rule_id]
    failures = {each["ruleIdentifier"]: each["failureCode"] for each in answer["unsuccessful"]}
    assert failures == {second: "ConflictException", unknown: "ResourceNotFoundException"}


def test_a_rule_that_is_in_a_batch_twice_is_updated_once(world: World) -> None:
    arn = f"{BASE}:service/{world.web}/listener/{world.http}/rule/{world.rule_id}"
    rules = [{"ruleIdentifier": world.rule_id, "priority": 1}, {"ruleIdentifier": arn, "priority": 2}]
    answer = world.call("BatchUpdateRule", **world.at, rules=rules)
    assert [each["priority"] for each in answer["successful"]] == [1]
    assert "in the batch twice" in answer["unsuccessful"][0]["failureMessage"]


def test_updates_that_depend_on_a_refused_one_are_refused_too(world: World) -> None:
    second, third = world.rule("second", 20), world.rule("third", 30)
    world.rule("fourth", 40)
    chain = [(world.rule_id, 20), (second, 30), (third, 40)]
    rules = [{"ruleIdentifier": rule, "priority": priority} for rule, priority in chain]
    answer = world.call("BatchUpdateRule", **world.at, rules=rules)
    assert answer["successful"] == []
    assert {each["ruleIdentifier"] for each in answer["unsuccessful"]} == {world.rule_id, second, third}


def test_a_listener_takes_its_rules_along(world: World) -> None:
    world.call("DeleteListener", **world.at)
    assert not world.records.rules
    assert world.call("GetTargetGroup", targetGroupIdentifier=world.lambda_group)["serviceArns"] == []


def test_a_rule_that_is_deleted_is_not_listed(world: World) -> None:
    world.call("DeleteRule", **world.at, ruleIdentifier=world.rule_id)
    assert [each["name"] for each in world.call("ListRules", **world.at)["items"]] == ["default"]
