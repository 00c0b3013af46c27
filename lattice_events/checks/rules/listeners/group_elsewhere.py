"""A target group of another account or Region than what forwards to it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.arn import Arn
from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.homes import Home, home_of
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.checks.rules.listeners.forwards import Forward, forwards


def _check(material: Material) -> Iterator[Found]:
    homes: dict[str, Home] = {}
    for each in forwards(material.definitions):
        stack, there = each.resource.stack, _home_of_group(each)
        # What states no Region is where its first target group is: all of a stack is in one.
        here = homes.get(stack, home_of(each.resource))
        homes[stack] = here.or_else(there)
        if there.differs(here):
            message = f"{each.resource.name} is in {here}, but its target group in {there}: both must be in one account and Region."
            yield found_in(each.resource, *each.path, "TargetGroupIdentifier", message=message)


def _home_of_group(forward: Forward) -> Home:
    if forward.group is not None:
        return home_of(forward.group)
    arn = Arn.parse(forward.identifier) if isinstance(forward.identifier, str) else None
    return Home(arn.region, arn.account) if arn else Home()


_OTHER = FORWARD.replace("123456789012", "444455556666").splitlines(keepends=True)[-1]

RULE = Rule(
    code="LTC116",
    name="group-elsewhere",
    severity="error",
    reason="A listener or a rule forwards to a target group of another account or Region.",
    why="A target group must be in the account of the service that forwards to it; only services, service networks and resource configurations are shared, and all of them are of one Region.",
    fix="Make the target group where the service is. What another account has is reached through a service of its own, on a shared service network.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-groups.html",),
    wrong=listener(FORWARD + "      Weight: 1\n" + _OTHER + "      Weight: 1\n"),
    right=listener(FORWARD),
    check=_check,
)
