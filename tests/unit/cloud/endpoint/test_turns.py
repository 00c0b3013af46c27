"""Requests take turns, and what they draw follows from the turn."""

from __future__ import annotations

import threading
from dataclasses import replace

from lattice_events.cloud.endpoint.turns import Given, Turns

GIVEN = Given(seed=7, time="2026-01-01T00:00:00.000Z")


def test_the_same_turn_gives_the_same_ids_and_time() -> None:
    seeds: list[int] = []
    turns, others = Turns(seeds.append), Turns(seeds.append)
    with turns.turn(GIVEN):
        first = turns.new_id("svc"), turns.new_id("tg"), turns.now()
    with others.turn(), turns.turn(GIVEN):
        assert (turns.new_id("svc"), turns.new_id("tg"), turns.now()) == first

    assert seeds[0] == seeds[-1] == GIVEN.seed
    assert first[0].startswith("svc-")
    assert len(first[0]) == len("svc-") + 17


def test_fresh_turns_differ() -> None:
    turns = Turns(lambda _: None)
    ids = set()
    for _ in range(10):
        with turns.turn():
            ids.add(turns.new_id("svc"))

    assert len(ids) == 10


def test_who_pauses_lets_another_work_and_draws_anew() -> None:
    seeds: list[int] = []
    turns = Turns(seeds.append)
    done = threading.Event()

    def other() -> None:
        with turns.turn(replace(GIVEN, seed=100)):
            done.set()

    with turns.turn(GIVEN):
        with turns.paused():
            threading.Thread(target=other).start()
            assert done.wait(60)
        assert turns.now() == GIVEN.time

    assert seeds == [GIVEN.seed, 100, GIVEN.seed + 1]


def test_who_is_not_at_work_has_nothing_to_pause() -> None:
    turns = Turns(lambda _: None)
    with turns.paused(), turns.turn(GIVEN):
        assert turns.now() == GIVEN.time
