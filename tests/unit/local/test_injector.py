"""The faults of a run: what settings and people say of them, their draws, counts and bursts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.errors import ConfigurationError
from lattice_events.local.faults.injector import Injector
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Source
from lattice_events.network.faults import Asked, Fault
from tests.networks import network, service

REQUEST = Request(path="/x", headers=Headers({"host": service().domain_name}))
ASKED = Asked(
    REQUEST,
    plan(
        network(), REQUEST, source=Source("127.0.0.1", 443), credentials={}, fresh_request_id="r", now_us=0, roll=0,
        turn={}, health={}, assumptions=DEFAULTS,
    ),
    None,
)  # fmt: skip


class Clock:
    """Seconds that a test lets pass."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def strikes(injector: Injector, times: int) -> list[bool]:
    return [bool(injector.meet(ASKED)) for _ in range(times)]


def ids(injector: Injector) -> Sequence[str]:
    return [each.fault.id for each in injector.all]


def test_draws_follow_the_seed() -> None:
    sequences = []
    for seed in (1, 1, 2):
        injector = Injector()
        injector.add({"kind": "reset", "probability": 0.5, "seed": seed})
        sequences.append(strikes(injector, 40))

    assert sequences[0] == sequences[1] != sequences[2]
    assert 5 < sum(sequences[0]) < 35


def test_a_fault_that_is_over_costs_nothing_and_is_still_told() -> None:
    injector = Injector()
    added = injector.add({"kind": "reset", "count": 2})

    assert strikes(injector, 3) == [True, True, False]
    assert (injector.active, added.left, ids(injector)) == ((), 0, ["reset-1"])


def test_a_burst_lasts_its_seconds() -> None:
    clock = Clock()
    injector = Injector(clock)
    injector.add({"kind": "unavailable", "probability": 0.2, "seed": 3, "burst_seconds": 5})

    while not injector.meet(ASKED):
        pass
    clock.now += 4.9
    assert strikes(injector, 20) == [True] * 20
    clock.now += 0.2
    assert not all(strikes(injector, 20))


def test_ids_count_up_and_are_used_again() -> None:
    injector = Injector()
    for _ in range(3):
        injector.add({"kind": "reset"})
    injector.remove("reset-2")

    assert injector.add({"kind": "reset"}).fault.id == "reset-2"
    with pytest.raises(ConfigurationError, match="There is a fault reset-2 already"):
        injector.add({"kind": "reset"}, id_="reset-2")
    assert injector.remove("reset-9") is None


def fault(id_: str, **fields: Any) -> Fault:
    return Fault(**{"id": id_, "kind": "reset", "count": 9, **fields})


def test_settings_change_what_they_say_anew_and_nothing_else() -> None:
    injector = Injector()
    injector.apply([fault("same"), fault("changed"), fault("gone"), fault("removed")])
    injector.meet(ASKED)
    injector.add({"kind": "latency", "seconds": 1}, id_="live")
    injector.remove("removed")
    revision = injector.revision

    injector.apply([fault("same", origin="moved"), fault("changed", count=2), fault("new"), fault("removed")])

    assert {each.fault.id: each.left for each in injector.all} == {
        "same": 8,
        "changed": 2,
        "new": 9,
        "live": None,
    }
    assert injector.revision == revision + 1
    injector.apply([fault("same"), fault("changed", count=2), fault("new"), fault("removed")])
    assert injector.revision == revision + 1, "nothing has changed"


def test_a_live_fault_stays_whatever_settings_say_of_its_name() -> None:
    injector = Injector()
    live = injector.add({"kind": "latency", "seconds": 1}, id_="mine")
    of_settings = [fault("mine"), fault("other")]

    assert injector.apply(of_settings) == [fault("mine")]
    assert injector.apply(of_settings) == [fault("mine")], "as long as it is left out"
    assert injector.all[0] is live
    assert injector.apply([]) == []
    assert injector.all == [live]
    injector.apply(of_settings)
    injector.remove("mine")
    assert injector.apply(of_settings) == []
    assert [each.fault for each in injector.all] == [fault("other"), fault("mine")]


def test_a_live_fault_in_the_place_of_a_removed_one_stays() -> None:
    injector = Injector()
    injector.apply([fault("mine")])
    injector.remove("mine")
    live = injector.add({"kind": "reset"}, id_="mine")

    assert injector.apply([fault("mine"), fault("new")]) == [], "nobody said anything new of it"
    assert injector.apply([fault("mine", count=2)]) == [fault("mine", count=2)]
    assert injector.all == [live]


def test_a_throttle_of_invocations_is_told_why() -> None:
    injector = Injector()
    added = injector.add({"kind": "throttle", "target": "hello", "count": 1})

    assert injector.throttle("other") == ()
    assert injector.throttle("hello") == (added.fault,)
    assert added.fault.line == "fault throttle-1: Lambda throttled the function, which did not run"
    assert injector.throttle("hello") == ()
