"""``lattice completion``: have a shell complete commands, options, and what the running network knows."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_HELP = """Print the script that completes lattice in SHELL.

It completes commands, options, files, rules of lattice check, and what a running lattice dev or lattice cloud knows:
services, functions, callers, requests.

\b
bash   echo 'eval "$(lattice completion bash)"' >> ~/.bashrc
zsh    echo 'eval "$(lattice completion zsh)"' >> ~/.zshrc   # below compinit
fish   lattice completion fish > ~/.config/fish/completions/lattice.fish

Then open another shell. bash must be 4.4 or newer; that of macOS is older.
"""


@click.command(help=_HELP)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print the script of a shell."""
    root = click.get_current_context().find_root()
    script = get_completion_class(shell)
    assert script is not None  # click knows these three
    click.echo(script(root.command, {}, "lattice", "_LATTICE_COMPLETE").source(), nl=False)
