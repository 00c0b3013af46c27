"""``custom.lattice``."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lattice_events.assumptions import Assumptions
from lattice_events.errors import ConfigurationError
from lattice_events.network.faults import Fault
from lattice_events.readers.common.sources import RunSettings, SettingsSource
from lattice_events.readers.settings.settings import Settings, parse_settings

PAGES = Path(__file__).parents[3] / "docs"


def parse(value: Any, folder: Path) -> Settings:
    settings, problems = parse_settings(
        SettingsSource(
            value=value,
            folder=folder,
            locate=lambda path: "serverless.yml:" + ".".join(map(str, path)),
            root=("custom", "lattice"),
        )
    )
    if problems:
        raise ConfigurationError(problems)
    return settings


def test_nothing_is_the_defaults(tmp_path: Path) -> None:
    assert parse(None, tmp_path) == Settings()


def test_every_setting_is_read(tmp_path: Path) -> None:
    (tmp_path / "k8s").mkdir()
    settings = parse(
        {
            "manifests": "k8s",
            "targets": {
                "app": {"command": ["python3", "app.py", 7], "cwd": "k8s"},
                "other": [{"url": "http://a"}],
            },
            "python": ".venv/bin/python",
            "maxProcesses": 2,
            "serviceNetwork": "sample",
            "assumptions": {"prefix_mode": "element", "match_query_string": True},
        },
        tmp_path,
    )

    assert settings.manifests == (tmp_path / "k8s",)
    assert settings.targets["app"][0].command == ("python3", "app.py", "7")
    assert settings.targets["app"][0].cwd == str(tmp_path / "k8s")
    assert settings.targets["other"][0].url == "http://a"
    assert settings.run_settings == RunSettings(python=str(tmp_path / ".venv/bin/python"), max_processes=2)
    assert settings.service_network == "sample"
    assert settings.assumptions == Assumptions(prefix_mode="element", match_query_string=True)


def test_the_faults_of_the_page_are_read(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", (PAGES / "faults.md").read_text(), re.MULTILINE | re.DOTALL)

    rolling, slow = parse(yaml.safe_load(block), tmp_path).faults

    assert rolling == Fault(
        id="rolling-update", kind="unavailable", service="app-default", probability=0.02, burst_seconds=5
    )
    assert rolling.origin == "serverless.yml:custom.lattice.faults.rolling-update"
    assert (slow.id, slow.seconds, slow.path) == ("slow-search", 2, "/search*")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "serverless.yml:custom.lattice: custom.lattice must be a mapping."),
        ({"manifest": []}, "serverless.yml:custom.lattice.manifest: custom.lattice has no setting manifest. Did you mean manifests?"),
        ({"manifests": ["gone"]}, "serverless.yml:custom.lattice.manifests.0: There is no file or folder gone."),
        ({"manifests": {}}, "manifests must be a list of files or folders."),
        ({"maxProcesses": 0}, "maxProcesses must be a whole number from 1 to 1000, not 0."),
        ({"targets": []}, "targets must be a mapping"),
        ({"targets": {"app": {}}}, "The target app must have one of url and command."),
        ({"targets": {"app": {"url": "x", "command": ["a"]}}}, "The target app must have one of url and command."),
        ({"targets": {"app": {"url": "127.0.0.1"}}}, "must start with http:// or https://."),
        ({"targets": {"app": {"command": "python3 app.py"}}}, "must be a list, like [python3, app.py], not 'python3 app.py'."),
        ({"targets": {"app": []}}, "The target app must have one of url and command."),
        ({"targets": {"app": {"url": "http://"}}}, "The url of the target app must have a host and a port, not 'http://'."),
        ({"targets": {"app": {"url": "http://a:99999"}}}, "must have a host and a port, not 'http://a:99999'."),
        ({"targets": {"app": {"url": "http://a:1/app"}}}, "must end after the port, not 'http://a:1/app': a request keeps its own path."),
        ({"targets": {"app": {"url": "http://a", "prot": 1}}}, "A target has no setting prot."),
        ({"faults": []}, "faults must be a mapping from a name to {kind: …}."),
        ({"faults": {"a b": {"kind": "reset"}}}, "serverless.yml:custom.lattice.faults.a b: The id of a fault must be 1 to 64 letters, digits and ._-, the first none of these three, not 'a b'."),
        ({"faults": {"slow": None}}, "The fault slow must have a kind: one of latency,"),
        ({"faults": {"slow": {}}}, "The fault slow must have a kind: one of latency,"),
        ({"faults": {"slow": {"kind": "slow"}}}, "serverless.yml:custom.lattice.faults.slow.kind: The kind of the fault slow must be one of latency, unavailable, reset, throttle, expired-token, clock-skew, slow-body, not 'slow'."),
        ({"faults": {"slow": {"kind": "latency"}}}, "The fault slow must have seconds, as every latency has."),
        ({"faults": {"slow": {"kind": "latency", "seconds": 601}}}, "The seconds of the fault slow must be a number from 0 to 600, not 601."),
        ({"faults": {"slow": {"kind": "reset", "seconds": 1}}}, "The seconds of the fault slow must be left out, since no reset has any, not 1."),
        ({"faults": {"slow": {"kind": "reset", "probability": math.nan}}}, "The probability of the fault slow must be a number from 0 to 1, not nan."),
        ({"faults": {"slow": {"kind": "reset", "servce": "a"}}}, "A fault has no setting servce. Did you mean service?"),
        ({"assumptions": []}, "assumptions must be a mapping"),
        ({"assumptions": {"prefix_mod": "x"}}, "There is no assumption prefix_mod. Did you mean prefix_mode?"),
        ({"assumptions": {"prefix_mode": "word"}}, "prefix_mode must be 'string' or 'element', not 'word'."),
        ({"assumptions": {"match_query_string": "yes"}}, "match_query_string must be true or false, not 'yes'."),
        ({"assumptions": {"function_error_status": "502"}}, "function_error_status must be a whole number from 400 to 599, not '502'."),
        ({"assumptions": {"function_error_status": True}}, "function_error_status must be a whole number from 400 to 599, not True."),
        ({"assumptions": {"function_error_status": 100}}, "serverless.yml:custom.lattice.assumptions.function_error_status: function_error_status must be a whole number from 400 to 599, not 100."),
        ({"assumptions": {"clock_skew_seconds": -1}}, "clock_skew_seconds must be a whole number from 0 to 86400, not -1."),
        ({"assumptions": {"clock_skew_seconds": 999999999999999}}, "clock_skew_seconds must be a whole number from 0 to 86400, not 999999999999999."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(value: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(value, tmp_path)

    assert said in str(caught.value)


NUMBERS = [each for each in dataclasses.fields(Assumptions) if isinstance(each.default, int) and not isinstance(each.default, bool)]  # fmt: skip


@pytest.mark.parametrize("switch", NUMBERS, ids=lambda each: each.name)
def test_a_number_of_an_assumption_has_limits(switch: dataclasses.Field[Any], tmp_path: Path) -> None:
    """An answer's status is one of 400 to 599: an informational or unknown one is no answer."""
    low, high = switch.metadata["limits"]

    for given in (low, high):
        parsed = parse({"assumptions": {switch.name: given}}, tmp_path)
        assert getattr(parsed.assumptions, switch.name) == given
    for given in (low - 1, high + 1):
        with pytest.raises(
            ConfigurationError, match=f"must be a whole number from {low} to {high}, not {given}"
        ):
            parse({"assumptions": {switch.name: given}}, tmp_path)
    assert (low, high) == ((400, 599) if switch.name.endswith("_status") else (0, 86400))
