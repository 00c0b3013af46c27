"""Auth policies and identity policies: what they say, and whether they let a request in. Pure."""

from lattice_events.network.policy.document import (
    find_unplayed_keys,
    is_about_lattice,
    parse_policy,
)
from lattice_events.network.policy.evaluation import Lack, Verdict, evaluate, find_lacks
from lattice_events.network.policy.facts import ANONYMOUS_CALLER, Caller, Facts
from lattice_events.network.policy.statements import Policy, Statement
from lattice_events.network.policy.writing import encode_policy

__all__ = [
    "ANONYMOUS_CALLER",
    "Caller",
    "Facts",
    "Lack",
    "Policy",
    "Statement",
    "Verdict",
    "encode_policy",
    "evaluate",
    "find_lacks",
    "find_unplayed_keys",
    "is_about_lattice",
    "parse_policy",
]
