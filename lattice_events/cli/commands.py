"""The group of commands."""

from __future__ import annotations

import click

from lattice_events import __version__
from lattice_events.cli.call import call
from lattice_events.cli.check import check
from lattice_events.cli.cloud import cloud
from lattice_events.cli.credentials import credentials
from lattice_events.cli.dev import dev
from lattice_events.cli.event import event
from lattice_events.cli.explain import explain
from lattice_events.cli.graph import graph
from lattice_events.cli.invoke import invoke
from lattice_events.cli.logs import logs
from lattice_events.cli.replay import replay
from lattice_events.cli.requests import requests
from lattice_events.cli.schema import schema
from lattice_events.cli.sign import sign


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lattice")
def lattice() -> None:
    """AWS Lambda on Amazon VPC Lattice: run the service network on this machine, call its services."""


for command in (
    dev, cloud, check, call, sign, credentials, requests, replay, explain, graph, logs, event, invoke, schema,
):  # fmt: skip
    lattice.add_command(command)
