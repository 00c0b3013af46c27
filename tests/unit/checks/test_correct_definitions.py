"""Definitions that are right, in every form that people have them: not one finding, of any severity.

The corpus's other folders are mistaken, most of them because they are cut short: without a service network or a permission.
The samples are here, too: in tests/integration/test_check_samples.py, since they need the Serverless CLI.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lattice_events.checks.engine import run_rules
from lattice_events.checks.table import RULES
from tests.checking import findings_in, material_of
from tests.unit.readers.test_corpus import CORPUS, options_of

CORRECT = (
    "cfn-custom-resources",
    "cfn-exports",
    "cfn-function-in-vpc",
    "cfn-listener-elsewhere",
    "cfn-yaml",
    "folder-of-both",
    "k8s-auth-policies",
    "k8s-grpc-and-tls",
    "k8s-headers-methods",
    "k8s-helm",
    "k8s-hostnames",
    "k8s-kubectl",
    "k8s-kustomize",
    "k8s-multiport-list",
    "k8s-other-class",
    "k8s-paths",
    "k8s-targetgrouppolicy",
    "k8s-two-clusters",
    "k8s-weights",
    "k8s-with-stack",
    "same/terraform",
    "terraform-partly-applied",
    "terraform-two-states",
    "terraform-vpc-policy",
)


@pytest.mark.parametrize("folder", CORRECT)
def test_nothing_is_found_in_a_correct_definition_of_the_corpus(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CORPUS / folder)
    case = json.loads(Path("case.json").read_text())

    material = material_of(*map(Path, case["paths"]), options=options_of(case))

    assert material.network is not None
    assert run_rules(material, RULES) == ()


def test_nothing_is_found_in_the_cluster_of_the_sample() -> None:
    assert findings_in(Path("k8s")) == ()
