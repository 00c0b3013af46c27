"""What a network for tests is made of: sources as `lattice dev` reads them, or a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from lattice_events.assumptions import DEFAULTS
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.network.model import Function, Network, Principal, make_id
from lattice_events.network.policy import Caller


def load(
    sources: Sequence[str | PathLike[str] | Network],
    folder: Path,
    *,
    targets: Mapping[str, str | Sequence[str]],
    settings: str | PathLike[str] | None,
    **options: Any,
) -> Loaded:
    """Read the sources, or take the model.

    Raises:
        ConfigurationError: They cannot be read, or there is a model and something beside it.
    """
    models = [each for each in sources if isinstance(each, Network)]
    if not models:
        # A model needs none of the readers, which take longer to import than the network to start.
        from lattice_events.cli.options import RunOptions
        from lattice_events.cli.reading import loaded_of, read_sources
        from lattice_events.readers.common.sources import ReadOptions

        read = ReadOptions(
            targets={name: [url] if isinstance(url, str) else url for name, url in targets.items()},
            settings=None if settings is None else folder / settings,
            **options,
        )
        paths = [folder / each for each in sources if not isinstance(each, Network)] or [folder]
        return loaded_of(*read_sources(RunOptions(paths=paths, read=read, run=RunSettings())))
    if len(sources) > 1 or targets or settings or options["callers"] or options["params"]:
        raise ConfigurationError(
            "A Network is all of the network: give it alone, with callers and targets in it, or give files instead."
        )
    return _loaded_model(models[0])


def _loaded_model(network: Network) -> Loaded:
    """A model as it is run."""
    from lattice_events.readers.settings.callers import vpc_arn

    vpcs = [vpc for each in network.service_networks for vpc in each.vpc_ids]
    vpc = vpcs[0] if vpcs else make_id("vpc", "local")
    arn = vpc_arn(vpc, region=network.region, account=network.account)
    return Loaded(network=_with_callers(network), assumptions=DEFAULTS, vpc_arn=arn)


def _with_callers(network: Network) -> Network:
    """A network each of whose functions is a caller, as a session of its role; one without a role gets one of its name."""
    missing = [each for each in network.functions if each.name not in network.principal_by_name]
    callers = tuple(Principal(name=each.name, caller=_session_of(each)) for each in missing)
    return replace(network, principals=(*network.principals, *callers))


def _session_of(function: Function) -> Caller:
    """Who a function is to policies."""
    name, account = function.unqualified_name, function.arn.split(":")[4]
    role = function.role_arn or f"arn:aws:iam::{account}:role/{name}"
    arn = f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}"
    return Caller(arn=arn, role_arn=role)
