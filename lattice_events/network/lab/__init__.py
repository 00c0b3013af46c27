"""The policy lab: recorded requests under another policy or as another caller, and the least policy that allows them. Pure."""

from lattice_events.network.lab.change import Change, with_changes
from lattice_events.network.lab.least import Asked, Least, asked_of, least_policy
from lattice_events.network.lab.trial import Lab, Trial, Verdict

__all__ = [
    "Asked",
    "Change",
    "Lab",
    "Least",
    "Trial",
    "Verdict",
    "asked_of",
    "least_policy",
    "with_changes",
]
