"""The plugin's own view of an account: variables that look a service up, and what `info` shows of a stack."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.cloud.running import Cloud, lattice_cloud
from tests.integration.running import PATIENCE_SECONDS, ROOT

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")

SERVICE = {
    "service": "shop",
    "plugins": ["serverless-vpc-lattice"],
    "provider": {"name": "aws", "runtime": "python3.12", "region": "eu-west-1"},
    "functions": {
        "hello": {
            "handler": "app.hello",
            "events": [{"lattice": "shop"}],
            "environment": {
                "URL": "${lattice:from-elsewhere.url}",
                "ARN": "${lattice:from-elsewhere.arn}",
                "NETWORK": "${lattice:serviceNetwork/elsewhere.arn}",
            },
        }
    },
    "custom": {"lattice": {"serviceNetwork": {"arn": "${lattice:serviceNetwork/elsewhere.arn}"}}},
}


def osls(cloud: Cloud, folder: Path, command: str) -> str:
    """What the Serverless CLI prints, aimed at the cloud."""
    done = subprocess.run(
        [ROOT / "node_modules/.bin/osls", command],
        cwd=folder,
        env=cloud.environment | {"SLS_AWS_MONITORING_FREQUENCY": "50"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_service_of_another_stack_is_found_by_name_and_what_is_deployed_is_shown(tmp_path: Path) -> None:
    (tmp_path / "serverless.json").write_text(json.dumps(SERVICE))
    (tmp_path / "app.py").write_text("def hello(event, context): return {}\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/serverless-vpc-lattice").symlink_to(ROOT / "plugin")
    with lattice_cloud(cwd=tmp_path) as cloud:
        api = cloud.client("vpc-lattice")
        network = api.create_service_network(name="elsewhere")
        service = api.create_service(name="from-elsewhere")
        answer = {"fixedResponse": {"statusCode": 404}}
        api.create_listener(
            serviceIdentifier=service["id"], name="web", protocol="HTTP", defaultAction=answer
        )

        deployed = osls(cloud, tmp_path, "deploy")

        function = cloud.client("lambda").get_function_configuration(FunctionName="shop-dev-hello")
        (shop,) = [each for each in api.list_services()["items"] if each["name"] == "shop"]
        assert function["Environment"]["Variables"] == {
            "URL": f"http://{service['dnsEntry']['domainName']}",
            "ARN": service["arn"],
            "NETWORK": network["arn"],
        }
        section = f"lattice:\n  shop: https://{shop['dnsEntry']['domainName']}\n  service network: {network['arn']}\n"
        assert section in deployed
        assert section in osls(cloud, tmp_path, "info")
