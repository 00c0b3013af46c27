"""What a network for tests is made of: sources as `lattice dev` reads them, or a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from lattice_events.assumptions import DEFAULTS
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.network.model import Network, make_id


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
    return Loaded(network=network, assumptions=DEFAULTS, vpc_arn=arn)
