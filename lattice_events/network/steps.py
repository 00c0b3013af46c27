"""A described decision as the steps that a person reads: the words of `lattice explain` and of the inspector. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

Style = Literal["", "name", "good", "bad", "warning", "quiet", "strong"]
Described = Mapping[str, Any]

_EFFECTS: Mapping[str, tuple[str, Style]] = {
    "allow": ("allows", "good"),
    "deny": ("denies", "bad"),
    "none": ("does not allow", "bad"),
}


class Part(NamedTuple):
    """A text with the role that it has."""

    text: str
    style: Style = ""


class Step(NamedTuple):
    """One step of a decision.

    Attributes:
        parts: Its line.
        steps: What it is made of.
        text: Of several lines, below it: the event.
    """

    parts: Sequence[Part]
    steps: Sequence[Step] = ()
    text: str = ""


def steps_of(described: Described) -> list[Step]:
    """Every step of a decision, the outcome last.

    Args:
        described: By `explanation.describe`.
    """
    steps = [*_place(described), _authentication(described)]
    if described["authorization"]:
        steps.append(_authorization(described["authorization"]))
    if described["rules"]:
        steps.append(_step("rules, by priority", steps=map(_rule, described["rules"])))
    if described["action"]:
        steps.append(_action(described["action"]))
    steps += [_step((line, "warning")) for line in described["faults"]]
    if described["sent"]:
        steps.append(_sent(described))
    elif described["reply"]:
        steps.append(_reply(described["reply"]))
    return steps


def to_values(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """``[{parts: [[text, style]], steps: […]}]``, without the event, which the description has."""
    return [
        {"parts": [list(part) for part in step.parts], "steps": to_values(step.steps)}
        for step in steps
        if not step.text
    ]


def _step(*parts: str | tuple[str, Style], steps: Any = ()) -> Step:
    texts = [Part(part) if isinstance(part, str) else Part(*part) for part in parts]
    return Step([part for part in texts if part.text], tuple(steps))


def _place(described: Described) -> list[Step]:
    service = described["service"]
    if service is None:
        is_refused = described["reply"]["status"] == 400  # before anybody looks at the host
        return [
            _step("service: not reached")
            if is_refused
            else _step(("no service of this network has this host", "bad"))
        ]
    notes = [_step(("note  ", "warning"), note) for note in described["notes"]]
    steps = [_step("service ", (service["name"], "name"), f"  {service['arn']}", steps=notes)]
    if described["service_network"]:
        vpc = described["source_vpc"]
        came_from = f", from {vpc}" if vpc else ""
        steps.append(_step("service network ", (described["service_network"], "name"), came_from))
    listener = described["listener"]
    steps.append(
        _step("listener ", (listener, "name")) if listener else _step(("no listener on this port", "bad"))
    )
    return steps


def _authentication(described: Described) -> Step:
    authentication = described["authentication"]
    if authentication is None:
        is_routed = described["action"] is not None
        why = "not evaluated, because AuthType is NONE" if is_routed else "not reached"
        return _step(f"authentication: {why}")
    if authentication["problem"]:
        problem = _step(f"{authentication['differs']}: {authentication['problem']}")
        return _step("authentication: ", ("refused", "bad"), steps=(problem,))
    who = authentication["principal"] or "anonymous, because there is no signature"
    return _step("authentication: ", (who, "name"))


def _authorization(authorization: Described) -> Step:
    outcome: tuple[str, Style] = ("allowed", "good") if authorization["allowed"] else ("denied", "bad")
    return _step("authorization: ", outcome, steps=map(_layer, authorization["layers"]))


def _layer(layer: Described) -> Step:
    effect = layer["effect"]
    remark = f". {layer['remark']}" if layer["remark"] else ""
    return _step(
        f"{layer['kind']} policy of {layer['owner']}: ",
        _EFFECTS.get(effect, (effect, "quiet")),
        remark,
        steps=map(_statement, layer["statements"]),
    )


def _statement(statement: Described) -> Step:
    name = f"{statement['effect']} {statement['name']}: "
    if statement["lacks"]:
        return _step(name, ("does not match", "quiet"), steps=map(_step, statement["lacks"]))
    return _step(name, ("matches", "strong"))


def _rule(rule: Described) -> Step:
    why: tuple[str, Style] = ("matches", "good") if rule["mismatch"] is None else (rule["mismatch"], "quiet")
    return _step(f"{rule['priority']}  {rule['name']}: ", why)


def _action(action: Described) -> Step:
    if "fixed_response" in action:
        return _step(f"{action['by']}: fixed response {action['fixed_response']}")
    groups = action["target_groups"]
    is_split = len(groups) > 1
    return _step(
        f"{action['by']}: forward", steps=(_target_group(group, is_split=is_split) for group in groups)
    )


def _target_group(group: Described, *, is_split: bool) -> Step:
    share = f"  weight {group['weight']}, {group['share']:.0%}" if is_split else ""
    return _step(
        "target group ",
        (group["name"], "name" if group["chosen"] else ""),
        share,
        "  (this time)" if group["chosen"] and is_split else "",
    )


def _sent(described: Described) -> Step:
    sent = described["sent"]
    if "event" in sent:
        what = Step((Part("event:"),), text=json.dumps(sent["event"], indent=2, ensure_ascii=False))
    else:
        headers = (_step(f"{name}: {value}") for name, value in sent["headers"])
        what = _step(sent["request"], steps=headers)
    return _step("target ", (described["target"], "good"), steps=(what,))


def _reply(reply: Described) -> Step:
    lines = (_step((line, "warning")) for line in reply["reason"].splitlines())
    return _step("VPC Lattice answers ", (str(reply["status"]), "bad"), f": {reply['body']}", steps=lines)
