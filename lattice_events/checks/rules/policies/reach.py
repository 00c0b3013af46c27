"""Whether a policy may let a caller reach a service: only where it surely does not, the answer is no.

Ids, accounts and Regions that are made up here, and conditions on what only a request tells, may be met.
"""

from __future__ import annotations

import re

from lattice_events.checks.rules.policies.documents import Document
from lattice_events.checks.rules.policies.shapes import can_match, service_resource
from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import SERVICE
from lattice_events.definitions.values import Resource
from lattice_events.network.policy import Caller, Condition, Facts, Statement

INVOCATION = Facts(service_arn="")
_SERVICE_ID = re.compile(r"\bsvc-[0-9a-z]{17}\b")
_ROLE = re.compile(r"arn:([^:]*):iam::([^:]*):role/(?:.*/)?([^/]+)")
_SESSION = re.compile(r"(arn:[^:]*:sts::[^:]*:assumed-role/[^/]+/).+")
_ABOUT_CALLER = ("aws:principalarn", "aws:principalaccount")


def may_allow(document: Document, *, caller: str, service: Resource | None, definitions: Definitions) -> bool:
    """Whether a policy may let a caller call a service.

    Args:
        document: The policy.
        caller: A principal as policies name it; empty for anybody, and for whoever owns an identity policy.
        service: That is called; ``None`` for any.
        definitions: That know which ids are made up.
    """
    if document.policy is None:
        return True
    return not surely_denies(document, caller=caller, service=service) and any(
        each.effect == "Allow" and _may_be_about(each, caller, service, definitions)
        for each in document.policy.statements
    )


def surely_denies(document: Document, *, caller: str, service: Resource | None) -> bool:
    """Whether a policy refuses every call of a caller to a service, whatever else allows it."""
    return any(
        deny.names_action(INVOCATION)
        and not deny.conditions
        and _surely_names(deny, caller)
        and _is_for_all_of(deny, service)
        for deny in document.denials
    )


def _may_be_about(
    statement: Statement, caller: str, service: Resource | None, definitions: Definitions
) -> bool:
    return (
        statement.names_action(INVOCATION)
        and _may_name(statement, caller)
        and _may_be_for(statement, service, definitions)
        and all(_may_hold(each, caller) for each in statement.conditions)
    )


# ── callers ───────────────────────────────────────────────────────────────────────────────────────


def _account(principal: str) -> str:
    """The account of a principal, or that it is."""
    return principal.split(":")[4] if principal.count(":") > 4 else principal


def _is_account(principal: str) -> bool:
    return principal == _account(principal) or principal.endswith(":root")


def _may_name(statement: Statement, caller: str) -> bool:
    principal = statement.principal
    if principal is None or principal.is_negated or not caller or "*" in principal.values:
        return True
    return any(_may_mean(value, caller) for value in principal.values)


def _may_mean(named: str, caller: str) -> bool:
    """Whether a principal of a policy and a caller may be the same, or one a part of the other."""
    if _is_made_up(named) != _is_made_up(caller):
        return True
    if _is_account(named) or _is_account(caller):
        return _account(named) == _account(caller)
    return named == caller or _sessions(named) == _sessions(caller)


def _is_made_up(principal: str) -> bool:
    return _account(principal) == MADE_UP_ACCOUNT


def _sessions(principal: str) -> str:
    """What the sessions of a role begin with, for the role or one of them; for others, themselves."""
    if role := _ROLE.fullmatch(principal):
        return f"arn:{role[1]}:sts::{role[2]}:assumed-role/{role[3]}/"
    session = _SESSION.fullmatch(principal)
    return session[1] if session else principal


def _surely_names(statement: Statement, caller: str) -> bool:
    principal = statement.principal
    if principal is None:
        return True
    if principal.is_negated:
        return False
    return "*" in principal.values or caller in principal.values


def _may_hold(condition: Condition, caller: str) -> bool:
    """Whether a condition may hold; one on who calls is asked where that is known."""
    key = condition.key.lower()
    if key not in _ABOUT_CALLER or not caller or _is_made_up(caller):
        return True
    if any(MADE_UP_ACCOUNT in value for value in condition.values):
        return True
    if _is_account(caller):
        if key != "aws:principalaccount":
            return True
        caller = f"arn:aws:iam::{_account(caller)}:root"
    role = caller if _ROLE.fullmatch(caller) else None
    arn = f"{_sessions(caller)}session" if role else caller
    return condition.holds(Facts(service_arn="", caller=Caller(arn=arn, role_arn=role)))


# ── services ──────────────────────────────────────────────────────────────────────────────────────


def _may_be_for(statement: Statement, service: Resource | None, definitions: Definitions) -> bool:
    resource = statement.resource
    if resource is None or resource.is_negated:
        return True
    return any(_may_match(value, service, definitions) for value in resource.values)


def _may_match(pattern: str, service: Resource | None, definitions: Definitions) -> bool:
    """Whether a pattern may match a request to a service; an id that is none of those here may be its own."""
    ids = _SERVICE_ID.findall(pattern)
    is_foreign = any(definitions.find(each, SERVICE) is None for each in ids)
    if service is None or is_foreign:
        return can_match(pattern, service_resource())
    return can_match(pattern, service_resource(_id_of(service)))


def _is_for_all_of(statement: Statement, service: Resource | None) -> bool:
    resource = statement.resource
    if resource is None:
        return True
    if resource.is_negated:
        return False
    whole = {"*", "*/*"} | ({f"{service.arn}/*"} if service is not None else set())
    return not whole.isdisjoint(resource.values)


def _id_of(service: Resource) -> str:
    return service.arn.rpartition("/")[2]
