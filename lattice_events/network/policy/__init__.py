"""Auth policies and identity policies: what they say, and whether they let a request in. Pure."""

from lattice_events.network.policy.document import Policy, Statement, parse_policy
from lattice_events.network.policy.evaluation import Lack, Verdict, evaluate, find_lacks
from lattice_events.network.policy.facts import Caller, Facts

__all__ = [
    "Caller",
    "Facts",
    "Lack",
    "Policy",
    "Statement",
    "Verdict",
    "evaluate",
    "find_lacks",
    "parse_policy",
]
