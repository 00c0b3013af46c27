"""Auth policies and identity policies: what they say, and whether they let a request in. Pure."""

from lattice_events.network.policy.document import (
    MAX_AUTH_POLICY_BYTES,
    find_unplayed_keys,
    is_about_lattice,
    parse_policy,
    principal_problem,
)
from lattice_events.network.policy.evaluation import Lack, Verdict, evaluate, find_lacks
from lattice_events.network.policy.extent import Extent, Requests, extent_of, statement_extent
from lattice_events.network.policy.facts import (
    ANONYMOUS_CALLER,
    INVOKE,
    Caller,
    Facts,
    is_ever_there,
    session_arn,
)
from lattice_events.network.policy.keys import is_played
from lattice_events.network.policy.operators import NULL, OPERATORS
from lattice_events.network.policy.patterns import matches_pattern, variables_of
from lattice_events.network.policy.reading import read_policy
from lattice_events.network.policy.statements import Condition, Element, Policy, Statement
from lattice_events.network.policy.writing import encode_policy

__all__ = [
    "ANONYMOUS_CALLER",
    "INVOKE",
    "MAX_AUTH_POLICY_BYTES",
    "NULL",
    "OPERATORS",
    "Caller",
    "Condition",
    "Element",
    "Extent",
    "Facts",
    "Lack",
    "Policy",
    "Requests",
    "Statement",
    "Verdict",
    "encode_policy",
    "evaluate",
    "extent_of",
    "find_lacks",
    "find_unplayed_keys",
    "is_about_lattice",
    "is_ever_there",
    "is_played",
    "matches_pattern",
    "parse_policy",
    "principal_problem",
    "read_policy",
    "session_arn",
    "statement_extent",
    "variables_of",
]
