"""In which account and Region something is, as far as it is known rather than assumed."""

from __future__ import annotations

from typing import NamedTuple

from lattice_events.definitions.values import Resource


class Home(NamedTuple):
    """A Region and an account; empty where it is not known."""

    region: str = ""
    account: str = ""

    def __str__(self) -> str:
        return " of ".join(filter(None, (self.region, self.account and f"account {self.account}")))

    def differs(self, other: Home) -> bool:
        """Whether two are not the same for sure."""
        return any(ours and theirs and ours != theirs for ours, theirs in zip(self, other, strict=True))

    def or_else(self, other: Home) -> Home:
        """The same, with what is not known taken from another."""
        return Home(self.region or other.region, self.account or other.account)


def home_of(resource: Resource) -> Home:
    """Where a source or the command line states that a resource is."""
    return Home(resource.stated_region, resource.stated_account)
