"""``lattice credentials``: be a caller of a running ``lattice dev``."""

from __future__ import annotations

import json
import shlex

import click

from lattice_events.cli.completions import complete_caller
from lattice_events.cli.names import find_caller
from lattice_events.local.children.environment import ca_variables, credential_variables, proxy_variables
from lattice_events.local.run.registry import find_running


@click.command()
@click.argument("name", shell_complete=complete_caller)
@click.option("--proxy", is_flag=True, help="Also print the proxy and the certificates of the run.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the variables.")
def credentials(name: str, proxy: bool, as_json: bool) -> None:
    """Print export lines of the made-up credentials of NAME: a function or a caller of a running lattice dev.

    No AWS service accepts them, and they are valid only during the run. `eval "$(lattice credentials NAME --proxy)"`
    lets curl --aws-sigv4, AWS SDKs and LatticeSession in this shell call the run's services as NAME.
    """
    runs = find_running()
    caller = find_caller(name, runs)
    run = next(each for each in runs if caller in each.callers)
    variables = credential_variables(caller.credentials, run.region)
    if proxy:
        variables |= {**proxy_variables(caller.proxy_url), **ca_variables(run.ca_file)}
    if as_json:
        click.echo(json.dumps(variables))
        return
    for variable, value in variables.items():
        click.echo(f"export {variable}={shlex.quote(value)}")
