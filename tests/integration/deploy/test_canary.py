"""A canary behind an alias, a custom domain and an auth policy, changed and redeployed under load."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from functools import partial
from math import sqrt
from pathlib import Path

import pytest

from tests.integration.cloud.running import Cloud, lattice_cloud
from tests.integration.deploy.checks import faults
from tests.integration.deploy.load import Load, variables_of
from tests.integration.deploy.project import Project, edited
from tests.integration.deploy.samples import REGION
from tests.integration.deploy.stack import Stack
from tests.integration.running import ROOT

CUSTOM = "https://shop.example.com/"


@pytest.fixture(scope="module")
def shop() -> Iterator[Cloud]:
    """A cloud with nothing in it."""
    with lattice_cloud("--region", REGION) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def project(shop: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The canary's project, deployed."""
    folder = tmp_path_factory.mktemp("canary") / "shop"
    shutil.copytree(Path(__file__).parent / "canary", folder)
    (folder / "plugin").symlink_to(ROOT / "plugin")
    project = Project(folder, shop.environment)
    done = project.osls("deploy")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def stack(project: Project, shop: Cloud) -> Stack:
    """As it is now."""
    del project
    return Stack("shop-dev", client=partial(shop.client, region=REGION))


def test_everything_is_there_as_the_template_says(stack: Stack, shop: Cloud) -> None:
    assert faults(stack, partial(shop.client, region=REGION)) == []
    assert len(stack.of_kind("AWS::Lambda::Alias")) == 1


def test_only_the_caller_gets_through_by_both_names(stack: Stack, shop: Cloud) -> None:
    generated = f"https://{stack.outputs['LatticeShopDomainName']}/"
    callers = {"shop-dev-caller": 200, "shop-dev-stable": 403}

    for url in (CUSTOM, generated):
        assert shop.get(url)[0] == 403
        for caller, status in callers.items():
            assert signed(shop, url, caller)[0] == status


def test_a_redeploy_under_load_fails_no_request(project: Project, shop: Cloud) -> None:
    with Load(CUSTOM, caller="shop-dev-caller", hosts={"shop.example.com": REGION}) as load:
        before = load.wait_for(600)
        edited(project.folder, (("weight: 90", "weight: 50"), ("weight: 10", "weight: 50")))
        code = project.folder / "app.py"
        code.write_text(code.read_text().replace("VERSION = 1", "VERSION = 2"))
        done = project.osls("deploy")
        assert done.returncode == 0, done.stdout + done.stderr
        load.wait_for(20)  # what was on its way
        after = load.wait_for(600)

    assert {status for status, _ in load.answers} == {200}, load.answers
    assert is_share(before, "canary 1", 0.1), before
    assert is_share(after, "canary 2", 0.5), after
    assert set(after) == {(200, "stable 2"), (200, "canary 2")}


def signed(cloud: Cloud, url: str, caller: str) -> tuple[int, str]:
    """Status and body for curl, signed with the credentials of a caller."""
    of = variables_of(caller)
    return cloud.get(
        url,
        *("--aws-sigv4", f"aws:amz:{REGION}:vpc-lattice-svcs"),
        *("--user", f"{of['AWS_ACCESS_KEY_ID']}:{of['AWS_SECRET_ACCESS_KEY']}"),
        *("--header", f"x-amz-security-token: {of['AWS_SESSION_TOKEN']}"),
        *("--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"),
    )


def is_share(answers: Counter[tuple[int, str]], body: str, probability: float) -> bool:
    """Whether a count is within 6 standard deviations: by chance it is not once in 500 million times."""
    total = answers.total()
    deviation = sqrt(total * probability * (1 - probability))
    return abs(answers[200, body] - total * probability) <= 6 * deviation
