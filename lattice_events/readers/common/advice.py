"""How messages say with which option or setting a user can say what no definition says."""

from __future__ import annotations

import shlex

_LONGEST = 500  # of a name that an option is shown for


def target_advice(name: str) -> str:
    """How to say which local server stands for a target."""
    setting = setting_advice(f"targets: {{{name}: {{command: [python3, app.py]}}}}")
    return f"Name a local server for them: --target {name}=http://127.0.0.1:PORT, or {setting}."


def setting_advice(setting: str) -> str:
    """Where to write a setting."""
    return f"{setting} in lattice.yaml"


def variable_option(key: str) -> str:
    """The ``--variable`` that gives a value."""
    return f"--variable {shlex.quote(f'{key}=VALUE')}" if len(key) <= _LONGEST else ""


def param_option(name: str) -> str:
    """The ``--param`` that gives a value."""
    return f"--param {shlex.quote(f'{name}=VALUE')}" if len(name) <= _LONGEST else ""
