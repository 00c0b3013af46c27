"""Targets of target groups."""

from __future__ import annotations

import ipaddress
import re

from lattice_events.arn import Arn
from lattice_events.cloud.errors import invalid
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.actions import services_using
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.pages import page
from lattice_events.cloud.operations.target_groups import named_group
from lattice_events.control_plane.records import Document

_INSTANCE = re.compile(r"i-[0-9a-f]{8}([0-9a-f]{9})?")
_FUNCTION = re.compile(r"function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?")
_ALB = re.compile(r"loadbalancer/app/.+")
_QUOTAS = {"LAMBDA": quotas.LAMBDA_TARGETS, "ALB": quotas.ALB_TARGETS}


def register_targets(call: Call) -> Document:
    """``RegisterTargets``: one that is there already stays as it is."""
    group = named_group(call)
    wanted = [_with_port(each, group) for each in call.params["targets"]]
    problems = [_problem(call, each, group) for each in wanted]
    good = [each for each, problem in zip(wanted, problems, strict=True) if not problem]
    new = {_key(each): each for each in (*_registered(call, group), *good)}
    _QUOTAS.get(group["type"], quotas.TARGETS).check(len(new))
    call.records.targets[group["arn"]] = list(new.values())
    return {
        "successful": good,
        "unsuccessful": [
            {**each, "failureCode": "UnsupportedTarget", "failureMessage": problem}
            for each, problem in zip(wanted, problems, strict=True)
            if problem
        ],
    }


def deregister_targets(call: Call) -> Document:
    """``DeregisterTargets``: at once, where AWS drains for a while."""
    group = named_group(call)
    registered = _registered(call, group)
    there = set(map(_key, registered))
    wanted = [_with_port(each, group) for each in call.params["targets"]]
    gone = {_key(each) for each in wanted}
    call.records.targets[group["arn"]] = [each for each in registered if _key(each) not in gone]
    return {
        "successful": [each for each in wanted if _key(each) in there],
        "unsuccessful": [
            {**each, "failureCode": "TargetNotFound", "failureMessage": "The target is not registered"}
            for each in wanted
            if _key(each) not in there
        ],
    }


def list_targets(call: Call) -> Document:
    """``ListTargets``."""
    group = named_group(call)
    status = _status(call, group)
    wanted = [_key(_with_port(each, group)) for each in call.params.get("targets", ())]
    return page(
        call,
        [
            {**each, "status": status}
            for each in _registered(call, group)
            if not wanted or _key(each) in wanted
        ],
    )


def _registered(call: Call, group: Document) -> list[Document]:
    """The targets of a group."""
    return call.records.targets.get(group["arn"], [])


def _key(target: Document) -> tuple[str, int | None]:
    """What makes a target the same as another."""
    return target["id"], target.get("port")


def _status(call: Call, group: Document) -> str:
    """Of every target of a group: a check passes at once, and nobody looks at a group without checks."""
    if not services_using(call, group):
        return "UNUSED"
    return "HEALTHY" if group.get("config", {}).get("healthCheck", {}).get("enabled") else "UNAVAILABLE"


def _with_port(target: Document, group: Document) -> Document:
    """A target with the port of its group, if it has none of its own."""
    if group["type"] == "LAMBDA":
        if "port" in target:
            raise invalid("A target of type LAMBDA has no port", ("targets.port", "is not for LAMBDA"))
        return {"id": target["id"]}
    return {"id": target["id"], "port": target.get("port", group["config"]["port"])}


def _problem(call: Call, target: Document, group: Document) -> str:
    """Why a target does not fit its group; empty if it does."""
    name = target["id"]
    if group["type"] == "INSTANCE":
        return "" if _INSTANCE.fullmatch(name) else f"{name} is not the ID of an instance"
    if group["type"] == "IP":
        return _problem_of_address(name, group["config"].get("ipAddressType", "IPV4"))
    return _problem_of_arn(call, name, group["type"])


def _problem_of_address(name: str, kind: str) -> str:
    """Why text is not an address of a family."""
    try:
        version = ipaddress.ip_address(name).version
    except ValueError:
        return f"{name} is not an IP address"
    return "" if kind == f"IPV{version}" else f"{name} is not an {kind} address"


def _problem_of_arn(call: Call, name: str, kind: str) -> str:
    """Why text is not the ARN of a function or load balancer of the client's."""
    service, resource, what = {
        "LAMBDA": ("lambda", _FUNCTION, "Lambda function"),
        "ALB": ("elasticloadbalancing", _ALB, "Application Load Balancer"),
    }[kind]
    arn = Arn.parse(name)
    if arn is None or arn.service != service or not resource.fullmatch(arn.resource):
        return f"{name} is not the ARN of a {what}"
    if (arn.region, arn.account) != (call.where.region, call.where.account):
        return f"A {what} must be in the same account and Region as its target group"
    return ""


TABLE = {
    "RegisterTargets": register_targets,
    "DeregisterTargets": deregister_targets,
    "ListTargets": list_targets,
}
