"""The options of `lattice cloud`."""

from __future__ import annotations

from lattice_events.cli.cloud import cloud
from lattice_events.cli.dev import dev


def test_functions_of_a_cloud_never_get_real_credentials() -> None:
    options_of_cloud, options_of_dev = (
        {option for each in command.params for option in each.opts} for command in (cloud, dev)
    )

    assert options_of_dev - options_of_cloud == {"--aws-profile", "--no-reload"}
