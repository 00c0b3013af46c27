"""The banner of a run."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from lattice_events.cli.banner import banner
from tests.networks import network, service
from tests.unit.cli.test_printer import READY


def test_a_large_network_does_not_scroll_its_banner_away() -> None:
    services = [service(f"service-{number}") for number in range(500)]
    shown = banner(replace(READY, network=network(*services)), Console(file=io.StringIO(), width=100))

    assert "… and 440 rules more; lattice graph draws them" in shown
    assert "… and 470 services more, at http://NAME.localhost:1/" in shown
    assert len(shown.splitlines()) < 140


def test_no_line_of_it_ends_in_spaces() -> None:
    shown = banner(READY, Console(file=io.StringIO(), width=40))

    assert [each for each in shown.splitlines() if each != each.rstrip()] == []
