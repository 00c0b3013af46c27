"""How messages say where a user can say what no definition says."""

from __future__ import annotations


def target_advice(name: str) -> str:
    """How to say which local server stands for a target."""
    setting = setting_advice(f"targets: {{{name}: {{command: [python3, app.py]}}}}")
    return f"Name a local server for them: --target {name}=http://127.0.0.1:PORT, or {setting}."


def setting_advice(setting: str) -> str:
    """Where to write a setting."""
    return f"{setting} in lattice.yaml"
