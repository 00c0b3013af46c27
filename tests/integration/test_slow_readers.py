"""A run whose output is read late, or never: the network goes on, and nothing is left out without a word."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.integration.running import clean_environment
from tests.integration.test_dev_options import PLAY, address_in, playing

_REQUESTS = 1_500  # as lines some 100 KB, which no pipe holds


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A run, and the address of its gateway; its output is read up to the banner."""
    process = subprocess.Popen(
        playing(*options),
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield process, address_in(iter(process.stdout.readline, ""))
    finally:
        process.kill()
        process.communicate()


def ask(address: str) -> list[str]:
    """The statuses of many requests to no service, over one connection."""
    host = PLAY.removeprefix("https://")
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", "-H", f"Host: x.{host}"]
    done = subprocess.run(
        [*command, f"{address}/[1-{_REQUESTS}]"], capture_output=True, text=True, timeout=300
    )
    return done.stdout.split()


def test_a_reader_that_waits_holds_nothing_up_and_gets_every_line_at_the_end() -> None:
    with started() as (process, address):
        statuses = ask(address)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=120)

    assert len(statuses) == _REQUESTS
    paths = re.findall(r"^GET .*?/(\d+) 404 ", printed, re.MULTILINE)
    assert paths == [str(number) for number in range(1, _REQUESTS + 1)]
    assert said == "Reading the configuration …\n"


def test_a_reader_that_never_reads_does_not_keep_the_run_from_ending() -> None:
    with started("--json") as (process, address):
        statuses = ask(address)
        process.send_signal(signal.SIGTERM)
        status = process.wait(120)
        assert process.stderr
        said = process.stderr.read()

    assert (len(statuses), status) == (_REQUESTS, 0)
    assert re.search(
        r"^lattice: [\d,]+ records were not written: the output is not read\.$", said, re.MULTILINE
    )


def test_a_quiet_run_prints_no_line_of_what_went_well() -> None:
    with started("--quiet") as (process, address):
        statuses = ask(address)
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=120)

    assert len(statuses) == _REQUESTS
    assert "GET" not in printed
