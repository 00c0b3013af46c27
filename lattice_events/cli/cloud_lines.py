"""What a person is told of `lattice cloud`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from lattice_events.cli.cloud_report import CloudReady, Deployed
from lattice_events.cli.lines import line, service_lines


def cloud_banner(cloud: CloudReady) -> Iterator[Text]:
    """What to copy into the shell that deploys."""
    yield Text()
    yield line(("endpoint  ", "bold"), cloud.endpoint_url, ("   for AWS clients:", "dim"))
    for name, value in cloud.environment.items():
        yield line(f"    export {name}={value}")
    if cloud.state:
        yield line(("state     ", "bold"), cloud.state)


def deployed_lines(deployed: Deployed) -> Iterator[Text]:
    """What is new; nothing for what looks the same from outside."""
    for name, status in deployed.stacks.items():
        failed = "ROLLBACK" in status or "FAILED" in status
        yield line(("STACK  ", "bold"), f"{name} ", (status, "red" if failed else "green"))
    for service in deployed.services:
        yield from service_lines(service, deployed.ready)
    for name in deployed.gone:
        yield line((f"{name}  ", "bold"), ("is gone", "dim"))
    for note in deployed.notes:
        yield line(("note  ", "yellow"), note)
