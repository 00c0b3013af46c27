"""Both samples, deployed by the real Serverless CLI, looked at, called, updated and removed."""

from __future__ import annotations

import json
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.integration.cloud.running import Cloud
from tests.integration.deploy.checks import faults
from tests.integration.deploy.page import commands, is_as_shown, outputs
from tests.integration.deploy.project import edited
from tests.integration.deploy.samples import EVENTS, EXPLICIT, PLUGIN, Deploying, Sample
from tests.integration.deploy.stack import Client, Stack
from tests.integration.running import ROOT, lattice_dev

SAMPLES = [pytest.param(EXPLICIT, id="explicit"), pytest.param(PLUGIN, id="plugin")]


@pytest.fixture(scope="module", params=SAMPLES)
def deploying(
    request: pytest.FixtureRequest, checkout: Path, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Deploying:
    """A sample that is deployed, once for all tests of it."""
    sample: Sample = request.param
    copy = tmp_path_factory.mktemp("sample") / "checkout"
    shutil.copytree(checkout, copy, symlinks=True)
    return Deploying(sample, checkout=copy, cloud=cloud)


@pytest.fixture(scope="module")
def printed(deploying: Deploying) -> str:
    """What the first deploy printed."""
    return deploying.deploy()


@pytest.mark.usefixtures("printed")
class TestDeployed:
    """After the first deploy."""

    def test_everything_is_there_as_the_template_says(self, deploying: Deploying) -> None:
        stack = deploying.stack()

        assert faults(stack, deploying.client) == []
        assert stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        assert len(stack.of_kind("AWS::VpcLattice::Service")) == 2

    @pytest.mark.parametrize("function", EVENTS)
    def test_each_function_answers_from_its_zip(self, deploying: Deploying, function: str) -> None:
        event, body = EVENTS[function]

        answer = deploying.client("lambda").invoke(
            FunctionName=deploying.function(function), Payload=json.dumps(event)
        )

        assert "FunctionError" not in answer, answer["Payload"].read()
        assert json.load(answer["Payload"])["body"] == body

    def test_eks_to_lambda_by_curl(self, deploying: Deploying) -> None:
        cloud = deploying.cloud

        assert cloud.get(deploying.url("foo-service")) == (200, "Hello Foo Lambda!!")
        assert cloud.get(deploying.url("foo-service") + "/catalog/tea") == (200, '{"tea":3}')
        assert cloud.get(deploying.url("orders-service") + "/orders/7")[0] == 403

    def test_lambda_to_eks_by_the_aws_cli(self, deploying: Deploying) -> None:
        answer = deploying.cloud.invoke(deploying.function("eksClient"))

        assert (answer["statusCode"], answer["body"]) == (200, "from EKS: Hello Bar EKS Pod!!")

    def test_the_commands_of_the_page_print_what_it_shows(
        self, deploying: Deploying, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if deploying.sample is not EXPLICIT:
            pytest.skip("The page is about the explicit sample.")
        for name, value in deploying.cloud.environment.items():
            monkeypatch.setenv(name, value)

        for (command, shown), printed in zip(commands(), outputs(), strict=True):
            for line in shown:
                assert any(is_as_shown(each, line) for each in printed.splitlines()), (command, printed)

    def test_the_stack_that_was_read_back_runs_as_a_network(
        self, deploying: Deploying, settings: Path, tmp_path: Path
    ) -> None:
        paths = read_back(deploying, tmp_path)

        with lattice_dev(*paths, ROOT / "k8s", "--settings", settings) as running:
            domain = running.service("foo-service")["domain_name"]
            first = running.get(f"https://{domain}")
            second = running.invoke(deploying.function("eksClient"))

        assert first == (200, "Hello Foo Lambda!!")
        assert second["body"] == "from EKS: Hello Bar EKS Pod!!"

    def test_a_deploy_without_changes_changes_nothing(self, deploying: Deploying) -> None:
        before = deploying.stack()

        printed = deploying.deploy()

        assert "No changes to deploy" in printed
        assert deploying.stack().physical_ids == before.physical_ids
        assert faults(deploying.stack(), deploying.client) == []


def read_back(deploying: Deploying, folder: Path) -> list[str | Path]:
    """The deployed stack for a reader: the template that the server has, and the code of its functions."""
    stack = deploying.stack()
    template = folder / "template.json"
    template.write_text(json.dumps(stack.template))
    arguments: list[str | Path] = [template]
    for logical_id, function in stack.of_kind("AWS::Lambda::Function").items():
        code = stack.resolve(function["Properties"]["Code"])
        stored = deploying.client("s3").get_object(Bucket=code["S3Bucket"], Key=code["S3Key"])
        with zipfile.ZipFile(BytesIO(stored["Body"].read())) as archive:
            archive.extractall(folder / "code")
        arguments.append(f"--code={logical_id}={folder / 'code'}")
    return arguments


@pytest.fixture(scope="module")
def before(deploying: Deploying, printed: str) -> Stack:
    """The stack as it was before an update of a path, a weight and an event structure version, which this makes."""
    del printed
    stack = deploying.stack()
    edited(deploying.project.folder, deploying.sample.changes)
    deploying.deploy()
    return stack


class TestUpdated:
    """After that update."""

    def test_everything_is_as_the_new_template_says(self, deploying: Deploying, before: Stack) -> None:
        assert faults(deploying.stack(), deploying.client) == []
        assert deploying.stack().template != before.template

    def test_only_the_group_of_another_version_is_another_and_the_old_one_is_gone(
        self, deploying: Deploying, before: Stack
    ) -> None:
        old, new = before.lattice_ids, deploying.stack().lattice_ids
        groups = deploying.client("vpc-lattice").list_target_groups()["items"]

        assert [name for name in old if old[name] != new.get(name)] == [deploying.sample.replaced]
        assert old[deploying.sample.replaced] not in [each["arn"] for each in groups]

    def test_requests_follow_the_new_rules(self, deploying: Deploying, before: Stack) -> None:
        del before
        url = deploying.url("foo-service")

        assert deploying.cloud.get(url + "/catalog/tea") == (200, "Hello Foo Lambda!!")
        assert deploying.cloud.get(url + "/orders/7")[0] == 200

    def test_the_undone_update_is_as_before_but_for_the_group(
        self, deploying: Deploying, before: Stack
    ) -> None:
        edited(deploying.project.folder, tuple((new, old) for old, new in deploying.sample.changes))

        deploying.deploy()

        stack = deploying.stack()
        assert faults(stack, deploying.client) == []
        assert before.lattice_ids.items() - stack.lattice_ids.items() == {
            (deploying.sample.replaced, before.lattice_ids[deploying.sample.replaced])
        }


def test_after_remove_nothing_is_left(deploying: Deploying, printed: str) -> None:
    del printed
    client = deploying.client

    deploying.remove()

    assert (
        client("cloudformation").list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])[
            "StackSummaries"
        ]
        == []
    )
    assert left_behind(deploying.client) == []


def left_behind(client: Client) -> list[str]:
    """What is in the account beside what was there before any deploy."""
    lattice = client("vpc-lattice")
    left = [each["name"] for each in lattice.list_services()["items"] if each["name"] != "eks-app-default"]
    left += [each["arn"] for each in lattice.list_target_groups()["items"] if each["type"] == "LAMBDA"]
    network = lattice.list_service_networks()["items"][0]["id"]
    associations = lattice.list_service_network_service_associations(serviceNetworkIdentifier=network)[
        "items"
    ]
    left += [each["arn"] for each in associations if each["serviceName"] != "eks-app-default"]
    left += [each["FunctionName"] for each in client("lambda").list_functions()["Functions"]]
    left += [each["RoleName"] for each in client("iam").list_roles()["Roles"]]
    left += [each["logGroupName"] for each in client("logs").describe_log_groups()["logGroups"]]
    left += [each["Name"] for each in client("s3").list_buckets()["Buckets"]]
    groups = client("ec2").describe_security_groups()["SecurityGroups"]
    return left + [each["GroupName"] for each in groups if each["GroupName"] != "default"]
