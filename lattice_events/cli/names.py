"""Names as users type them: in full, or as serverless.yml has them; URLs, and the Region to sign for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import click

from lattice_events.client.scope import split_url
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.registry import Running, RunningCaller
from lattice_events.network.model import function_name
from lattice_events.sigv4 import region_of_host

_SUFFIX = "LambdaFunction"  # of the logical ids that the Serverless CLI makes


def find_name(typed: str, names: Mapping[str, Sequence[str]]) -> str | None:
    """The name that was meant, if any: a name, another name of something, or a key in serverless.yml.

    Args:
        typed: A function may also be typed as Lambda takes it: an ARN, a partial ARN, with a qualifier.
        names: Each with what else it may be called.

    Raises:
        ConfigurationError: Several may be meant.
    """
    logical_id = _logical_id(typed)
    ways: tuple[Callable[[str], bool], ...] = (
        lambda name: name == typed,
        lambda name: typed in names[name],
        lambda name: ":" in typed and name == function_name(typed),
        lambda name: logical_id in names[name],
        lambda name: name.endswith(f"-{typed}"),
    )
    for is_meant in ways:
        found = list(filter(is_meant, names))
        if len(found) > 1:
            raise ConfigurationError(f"{typed} may be {' or '.join(found)}: use one of these names.")
        if found:
            return found[0]
    return None


def suggestion(typed: str, names: Mapping[str, Sequence[str]]) -> str:
    """`` Did you mean X?`` with a name, a logical id or a key; nothing where none is close."""
    ids = [other for others in names.values() for other in others if not other.startswith("arn:")]
    keys = [each.removesuffix(_SUFFIX) for each in ids if each.endswith(_SUFFIX)]
    return did_you_mean(typed, [*names, *ids, *(key[:1].lower() + key[1:] for key in keys)])


def find_caller(name: str, runs: Sequence[Running]) -> RunningCaller:
    """A principal of a run by its name, or by what else a function may be called.

    Raises:
        ConfigurationError: No run has it.
    """
    callers = [caller for run in runs for caller in run.callers]
    names = {each.name: each.other_names for each in callers}
    found = find_name(name, names)
    if found is not None:
        return next(each for each in callers if each.name == found)
    if not runs:
        raise ConfigurationError(
            f"There is no caller {name or repr(name)} here: no lattice dev is running. Start one, then try again."
        )
    raise ConfigurationError(
        f"There is no caller {name or repr(name)}.{suggestion(name, names)} The callers of the running lattice dev are: {', '.join(names) or 'none'}."
    )


def _logical_id(key: str) -> str:
    """What the Serverless CLI makes of a function's key."""
    name = key.replace("-", "Dash").replace("_", "Underscore")
    return name[:1].upper() + name[1:] + _SUFFIX


def host_of(url: str) -> str:
    """The host of a URL.

    Raises:
        click.UsageError: It is no URL.
    """
    parts = split_url(url)
    if parts is None:
        raise click.UsageError(f"{url} is not a URL: write it like https://NAME/PATH.")
    return parts.hostname or ""


def find_region(host: str, given: str | None, known: str | None = None) -> str | None:
    """The Region to sign for: of the name, else given, else known of the service.

    Raises:
        click.UsageError: The name tells another one than was given.
    """
    told = region_of_host(host)
    if told and given and told != given:
        raise click.UsageError(
            f"--region {given} is not the Region of {host}, which is {told}: omit --region."
        )
    return told or given or known
