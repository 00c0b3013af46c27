"""What a network knows by the names that users type: its services and its callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lattice_events.cli.names import find_name, suggestion
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError
from lattice_events.network.graph import ANONYMOUS
from lattice_events.network.model import Network, Principal, Service
from lattice_events.network.policy import Caller
from lattice_events.readers.common.sources import SettingsSource
from lattice_events.readers.settings.settings import parse_settings

_SESSION = "explain"  # of a role that is in no template


def find_services(network: Network, name: str) -> Sequence[Service]:
    """The services of a name; each Region may have one.

    Raises:
        ConfigurationError: There is none.
    """
    found = [each for each in network.services if each.name == name]
    if found:
        return found
    names = [each.name for each in network.services]
    raise ConfigurationError(
        f"There is no service {name or repr(name)}.{did_you_mean(name, names)} The services are: {', '.join(names) or 'none'}."
    )


def find_principal(network: Network, name: str, *, option: str) -> Principal:
    """A caller by name, by what else a function may be called, or by its ARN.

    Args:
        network: That knows its callers.
        name: As it was typed.
        option: With which it was.

    Raises:
        ConfigurationError: There is none.
    """
    functions = {each.name: each.other_names for each in network.functions}
    names = {each: functions.get(each, ()) for each in (*network.principal_by_name, ANONYMOUS.name)}
    found = find_name(name, names)
    if found is not None:
        return network.principal_by_name.get(found, ANONYMOUS)
    if name.startswith("arn:"):
        return _principal_by_arn(network, name, option)
    raise ConfigurationError(
        f"There is no caller {name or repr(name)}.{suggestion(name, names)} "
        f"The callers are: {', '.join(names)}; an ARN is also possible."
    )


def _principal_by_arn(network: Network, arn: str, option: str) -> Principal:
    """A caller of the network, another session of one's role, or somebody whose policies are not known.

    A role calls by a session of it, which has the role's policies.
    """
    known = next((each for each in network.principals if each.caller.arn == arn), None)
    if known is not None:
        return known
    settings, problems = parse_settings(
        SettingsSource(value={"callers": {_SESSION: {"arn": arn}}}, folder=Path(), locate=lambda _: "")
    )
    if problems:
        raise ConfigurationError(
            f"{option} takes a name, or the ARN of a role, a role's session or a user, not {arn!r}. "
            f"The names are: {', '.join(network.principal_by_name) or 'none'}."
        )
    (read,) = settings.callers
    assert read.arn  # it was given
    if ":assumed-role/" not in read.arn:
        return Principal(name=arn, caller=Caller(arn=read.arn))
    is_role = arn != read.arn
    role = read.arn.rpartition("/")[0]
    for each in network.principals:
        if each.caller.arn and each.caller.arn.rpartition("/")[0] == role:
            return each if is_role else replace(each, caller=replace(each.caller, arn=arn))
    return Principal(name=arn, caller=Caller(arn=read.arn, role_arn=arn if is_role else None))
