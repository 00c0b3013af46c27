"""Serverless projects in the forms that people have, packaged by the real Serverless CLI, without AWS, Docker and pip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.sources import Found, ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.serverless.reader import SERVERLESS
from tests.integration.running import BIN, ROOT, alone, clean_environment

NETWORK = """
resources:
  Resources:
    Network: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: net}}
    Service: {Type: AWS::VpcLattice::Service, Properties: {Name: shop}}
    Association:
      Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
      Properties: {ServiceNetworkIdentifier: !Ref Network, ServiceIdentifier: !Ref Service}
    Listener:
      Type: AWS::VpcLattice::Listener
      Properties:
        ServiceIdentifier: !Ref Service
        Protocol: HTTP
        DefaultAction: {FixedResponse: {StatusCode: 404}}
"""
PROVIDER = "provider: {name: aws, runtime: python3.12, region: eu-west-1}\n"
HELLO = "functions: {hello: {handler: app.hello}}\n"
SHOP = "service: shop\n" + PROVIDER + HELLO
OBJECT = json.dumps(
    {
        "service": "shop",
        "provider": {"name": "aws", "runtime": "python3.12"},
        "functions": {"hello": {"handler": "app.hello"}},
    }
)
CODE = {"app.py": "def hello(event, context): return {}\n"}

Project_ = Callable[[Mapping[str, str]], Path]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without credentials; the CLI keeps its validator there, which takes it longer to make than all the rest."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Project_:
    """Write a project and stand beside it, at home where no credentials are."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


def source(path: str, **options: Any) -> TemplateSource:
    with alone():
        (loaded,) = SERVERLESS.load(Found(Path(path)), ReadOptions(**options))
    assert isinstance(loaded, TemplateSource)
    return loaded


def properties(loaded: TemplateSource, logical_id: str) -> Mapping[str, Any]:
    return mapping(loaded.template["Resources"][logical_id]["Properties"])


def variables(loaded: TemplateSource) -> Mapping[str, str]:
    return mapping(properties(loaded, "HelloLambdaFunction")["Environment"]["Variables"])


def load(*paths: str, **options: Any) -> Project:
    with alone():
        return load_project(
            [Path(path) for path in paths], ReadOptions(**options), allocate=lambda *_: "http://127.0.0.1:1"
        )


# ── forms ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("serverless.yaml", SHOP),
        ("serverless.json", OBJECT),
        ("serverless.js", f"module.exports = Promise.resolve({OBJECT});"),
        ("serverless.cjs", f"module.exports = {OBJECT};"),
        ("serverless.mjs", f"export default {OBJECT};"),
        ("serverless.ts", f"const service: object = {OBJECT}; export default service;"),
        ("serverless.prod.yml", SHOP),
    ],
)
def test_a_project_is_read_in_every_form(name: str, text: str, project: Project_) -> None:
    """https://www.serverless.com/framework/docs/providers/aws/guide/intro (serverless.ts and the like)"""
    project({f"shop/{name}": text, "shop/app.py": CODE["app.py"]})

    loaded = source(f"shop/{name}")

    assert loaded.origin == f"shop/{name}"
    assert properties(loaded, "HelloLambdaFunction")["FunctionName"] == "shop-dev-hello"


def test_a_mistake_in_code_is_told_in_the_cli_s_own_words(project: Project_) -> None:
    project({"shop/serverless.ts": "throw new Error('out of beans')"})

    with pytest.raises(ConfigurationError, match="out of beans"):
        source("shop")


# ── variables ───────────────────────────────────────────────────────────────────────────────────

OUTSIDE = """
  environment:
    GIVEN: ${ssm:/given}
    LIST: ${ssm:/list, 'a'}
    REGION: ${ssm(us-east-1):/there}
    SECRET: ${ssm:/aws/reference/secretsmanager/key}
    OUTPUT: ${cf:net-${sls:stage}.Arn}
    FALLBACK: ${ssm:/fallback, 'written'}
    UNKNOWN: ${ssm:/unknown}
    OBJECT: ${s3:bucket/key}
    PLUGIN: ${vault:secret/key}
    TEXT: before-${ssm:/unknown}-after
    ACCOUNT: ${aws:accountId}
    WHERE: ${aws:region}
"""
WITH_OUTSIDE = (
    "service: shop\nprovider:\n  name: aws\n  runtime: python3.12\n  region: eu-west-1" + OUTSIDE + HELLO
)


def test_what_only_aws_knows_is_given_or_a_placeholder(project: Project_) -> None:
    project({"shop/serverless.yml": WITH_OUTSIDE, "shop/app.py": ""})
    given = {
        "ssm:/given": "one",
        "ssm(us-east-1):/there": "two",
        "secretsmanager:key": "three",
        "cf:net-dev.Arn": "four",
    }

    loaded = source("shop", variables=given)

    assert variables(loaded) == {
        "GIVEN": "one",
        "LIST": "a",
        "REGION": "two",
        "SECRET": "three",
        "OUTPUT": "four",
        "FALLBACK": "written",
        "UNKNOWN": "{{resolve:ssm:/unknown}}",
        "OBJECT": "{{resolve:s3:bucket/key}}",
        "PLUGIN": "{{resolve:vault:secret/key}}",
        "TEXT": "before-{{resolve:ssm:/unknown}}-after",
        "ACCOUNT": "123456789012",
        "WHERE": "eu-west-1",
    }
    (note,) = loaded.notes
    assert "ssm:/list, ssm:/fallback cannot be known here" in note


def test_a_placeholder_where_a_number_belongs_stops_nothing(project: Project_) -> None:
    text = SHOP.replace("handler: app.hello", "handler: app.hello, memorySize: '${ssm:/memory}'")
    project({"shop/serverless.yml": text, "shop/app.py": ""})

    assert properties(source("shop"), "HelloLambdaFunction")["MemorySize"] == "{{resolve:ssm:/memory}}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (SHOP + NETWORK.replace("Name: shop", "Name: '${ssm:/name}'"), "shop/serverless.yml:8:60"),
        (SHOP + "custom: {lattice: {serviceNetwork: '${ssm:/name}'}}\n", "shop/serverless.yml:4:20"),
    ],
    ids=["template", "settings"],
)
def test_a_value_that_is_asked_for_says_why_the_cli_could_not_get_it(
    text: str, place: str, project: Project_, monkeypatch: pytest.MonkeyPatch
) -> None:
    project({"shop/serverless.yml": text, "shop/app.py": ""})
    monkeypatch.setenv("AWS_PROFILE", "unheard-of")

    with pytest.raises(ConfigurationError) as refused:
        load("shop")

    (problem,) = map(str, refused.value.problems)
    assert problem.startswith(f"{place}: This value is needed but cannot be known: ")
    assert 'the Serverless CLI says: AWS profile "unheard-of" doesn\'t seem to be configured' in problem
    assert problem.endswith("Give it with --variable ssm:/name=VALUE.")


def test_variables_that_are_unknown_as_a_whole_are_none(project: Project_) -> None:
    text = SHOP.replace("handler: app.hello", "handler: app.hello, environment: '${ssm:/all}'")
    project({"shop/serverless.yml": text, "shop/app.py": ""})

    unknown = source("shop")
    known = source("shop", variables={"ssm:/all": '{"A": "b"}'})

    assert variables(unknown) == {}
    assert "could not get ssm:/all (these variables of functions are left out)" in unknown.notes[0]
    assert variables(known) == {"A": "b"}


def test_a_list_is_given_as_json(project: Project_) -> None:
    text = SHOP.replace(
        "handler: app.hello", "handler: app.hello, vpc: {securityGroupIds: '${ssm:/groups}', subnetIds: [a]}"
    )
    project({"shop/serverless.yml": text, "shop/app.py": ""})

    loaded = source("shop", variables={"ssm:/groups": '["sg-1", "sg-2"]'})

    assert properties(loaded, "HelloLambdaFunction")["VpcConfig"]["SecurityGroupIds"] == ["sg-1", "sg-2"]


def test_every_unknown_variable_is_named_when_the_cli_fails(project: Project_) -> None:
    project({"shop/serverless.yml": WITH_OUTSIDE + "package: {patterns: ['!**']}\n"})

    with pytest.raises(ConfigurationError) as caught:
        source("shop")

    said = str(caught.value)
    assert "No file matches include / exclude patterns" in said
    for name in ("ssm:/unknown", "s3:bucket/key", "vault:secret/key"):
        assert f"--variable {name}=VALUE" in said


def test_settings_that_only_aws_knows_are_asked_for(project: Project_) -> None:
    text = SHOP.replace("region: eu-west-1", "stackName: 'a-${ssm:/name}'")
    text += "custom: {lattice: {targets: {app: {url: 'http://${ssm:/my host}'}}}}\n"
    project({"shop/serverless.yml": text, "shop/app.py": ""})

    with pytest.raises(ConfigurationError) as caught:
        source("shop")

    asked = "This value is needed but cannot be known"
    assert [str(each) for each in caught.value.problems] == [
        f"shop/serverless.yml:4:36: {asked}: ssm:/my host. Give it with --variable 'ssm:/my host=VALUE'.",
        f"shop/serverless.yml:2:44: {asked}: ssm:/name. Give it with --variable ssm:/name=VALUE.",
    ]


LOOKED_UP = """
  environment:
    URL: ${lattice:shop.url}
    DOMAIN: ${lattice:shop.domainName}
    ARN: ${lattice:shop.arn}
    ID: ${lattice:svc-0123456789abcdef0.id}
    NETWORK: ${lattice:serviceNetwork/net.arn}
    BY_ID: ${lattice:svc-0123456789abcdef0.url}
    GIVEN: ${lattice:given.url}
"""


def test_variables_of_the_plugin_are_what_the_local_network_calls_it(project: Project_) -> None:
    text = "plugins: [serverless-vpc-lattice]\n" + WITH_OUTSIDE.replace(OUTSIDE, LOOKED_UP) + NETWORK
    project({"shop/serverless.yml": text, "shop/app.py": ""})

    found = variables(source("shop", params={"lattice:given.url": "https://given"}))

    network = load("shop").network
    (own,), (shop,) = network.service_networks, network.services
    assert {**found} == {
        "URL": f"https://{shop.domain_name}",
        "DOMAIN": shop.domain_name,
        "ARN": shop.arn,
        "ID": "svc-0123456789abcdef0",
        "NETWORK": own.arn,
        "BY_ID": "{{resolve:lattice:svc-0123456789abcdef0.url}}",
        "GIVEN": "https://given",
    }


def test_a_variable_of_the_plugin_that_cannot_be_is_an_error(project: Project_) -> None:
    text = SHOP.replace("handler: app.hello", "handler: app.hello, environment: {A: '${lattice:shop.port}'}")
    project({"shop/serverless.yml": "plugins: [serverless-vpc-lattice]\n" + text, "shop/app.py": ""})

    with pytest.raises(
        ConfigurationError, match=r'A service has no "\.port": write one of \.url, \.domainName'
    ):
        source("shop")


# ── packages ────────────────────────────────────────────────────────────────────────────────────


def test_docker_and_pip_are_not_asked_for(project: Project_) -> None:
    text = (
        SHOP
        + "plugins: [serverless-python-requirements]\ncustom: {pythonRequirements: {dockerizePip: true, layer: true}}\n"
    )
    text = text.replace(
        "handler: app.hello", "handler: app.hello, layers: [!Ref PythonRequirementsLambdaLayer]"
    )
    project(
        {"shop/serverless.yml": text, "shop/app.py": "", "shop/requirements.txt": "no-such-package==0.0.0\n"}
    )

    loaded = source("shop")

    assert properties(loaded, "PythonRequirementsLambdaLayer")["LayerName"] == "shop-dev-python-requirements"
    assert properties(loaded, "HelloLambdaFunction").get("Layers", []) == []
    assert {each.name for each in Path("shop").iterdir()} == {"serverless.yml", "app.py", "requirements.txt"}


def test_an_image_is_neither_built_nor_pushed(project: Project_) -> None:
    """https://www.serverless.com/framework/docs/providers/aws/guide/functions#referencing-container-image-as-a-target"""
    text = SHOP.replace("name: aws,", "name: aws, ecr: {images: {app: {path: image}}},")
    text = text.replace(
        "handler: app.hello}", "image: {name: app}}, there: {image: 1.dkr.ecr.eu-west-1.amazonaws.com/a:b}"
    )
    project({"shop/serverless.yml": text, "shop/image/Dockerfile": "FROM scratch\n"})

    loaded = source("shop")

    assert properties(loaded, "HelloLambdaFunction")["Code"] == {"ImageUri": "app"}
    assert properties(loaded, "ThereLambdaFunction")["Code"]["ImageUri"].startswith("1.dkr.ecr.")


def test_layers_need_no_aws_and_are_their_folders(project: Project_) -> None:
    """https://www.serverless.com/framework/docs/providers/aws/guide/layers"""
    project(
        {
            "shop/serverless.yml": SHOP + "layers: {tools: {path: ../layers/tools}}\n",
            "shop/app.py": "",
            "layers/tools/a.py": "",
        }
    )

    assert source("shop").code("ToolsLambdaLayer") == str(Path("layers/tools").absolute())


def test_a_package_that_is_not_built_yet_stops_nothing(project: Project_) -> None:
    text = SHOP.replace("handler: app.hello", "handler: app.hello, package: {artifact: build/hello.zip}")
    project({"shop/serverless.yml": text})

    assert source("shop").code("HelloLambdaFunction") is None


def test_a_module_is_the_root_of_its_function(project: Project_) -> None:
    text = SHOP.replace("handler: app.hello", "handler: app.hello, module: inner")
    text += "plugins: [serverless-python-requirements]\npackage: {individually: true}\n"
    project({"shop/serverless.yml": text, "shop/inner/app.py": ""})

    assert source("shop").code("HelloLambdaFunction") == str(Path("shop/inner").absolute())


def test_files_from_outside_the_folder_are_in_the_code(project: Project_) -> None:
    project(
        {
            "shop/serverless.yml": SHOP + "package: {patterns: ['../shared/**']}\n",
            "shop/app.py": "",
            "shared/lib.py": "",
        }
    )

    code = source("shop").code("HelloLambdaFunction")

    assert code
    listed = subprocess.run(
        ["python3", "-m", "zipfile", "-l", code], capture_output=True, text=True, check=True
    )
    assert {"app.py", "shared/lib.py"} <= set(listed.stdout.split())


# ── several services ────────────────────────────────────────────────────────────────────────────


def test_services_keep_their_own_region_stage_and_settings(project: Project_) -> None:
    one = SHOP + "custom: {lattice: {maxProcesses: 2}}\n" + NETWORK
    other = SHOP.replace("shop", "store").replace("region: eu-west-1", "region: us-east-2, stage: test")
    other += "custom: {lattice: {maxProcesses: 3}}\n" + NETWORK.replace("shop", "store").replace(
        "net}", "other}"
    )
    project({"one/serverless.yml": one, "one/app.py": "", "other/serverless.yml": other, "other/app.py": ""})

    network = load("one", "other").network

    assert [(each.arn, each.max_processes) for each in network.functions] == [
        ("arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-hello", 2),
        ("arn:aws:lambda:us-east-2:123456789012:function:store-test-hello", 3),
    ]


def test_a_compose_file_is_all_of_its_services(project: Project_) -> None:
    compose = "services: {shop: {path: shop, params: {network: '${net.NetworkArn}'}}, net: {path: .}}\n"
    shop = SHOP.replace("app.hello", "app.hello, environment: {NETWORK: '${param:network}'}")
    net = "service: net\n" + PROVIDER + NETWORK + "  Outputs: {NetworkArn: {Value: !Ref Network}}\n"
    files = {"serverless-compose.yml": compose, "shop/serverless.yml": shop, "serverless.yml": net}
    project({**files, "shop/app.py": ""})

    with alone():
        first, second = SERVERLESS.load(Found(Path()), ReadOptions())

    assert isinstance(second, TemplateSource)
    assert (first.origin, second.origin) == ("serverless.yml", "shop/serverless.yml")
    assert variables(second)["NETWORK"] == "{{resolve:cf:net-dev.NetworkArn}}"


def test_everything_is_relative_to_where_the_user_stands(project: Project_) -> None:
    folder = project(
        {
            "work/shop/serverless.yml": "service: no\n",
            "work/shop/serverless.prod.yml": SHOP + NETWORK,
            "work/shop/app.py": "",
            "work/there/values": "ssm:/a=b\n",
        }
    )
    command = [
        str(BIN / "lattice"),
        "explain",
        "http://shop",
        "../shop",
        "--config",
        "../shop/serverless.prod.yml",
    ]
    command += ["--variable-file", "values", "--code", "HelloLambdaFunction=../shop"]
    command += ["--serverless-command", "../../node_modules/.bin/osls"]

    done = subprocess.run(
        command,
        cwd=folder / "work/there",
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "404" in done.stdout, done.stderr


def test_what_a_function_runs_with_is_relative_to_where_the_user_stands(project: Project_) -> None:
    says = "import os, extra\ndef hello(event, context): return [extra.FROM, os.environ['GREETING'], event]\n"
    hello = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "shop-dev-hello",
            "Handler": "app.hello",
            "Runtime": "python3.12",
            "Role": "arn:aws:iam::123456789012:role/shop",
            "Layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:extra:1"],
        },
    }
    folder = project(
        {
            "work/shop/serverless.yml": SHOP,
            "work/shop/app.py": says,
            "work/there/made/cloudformation-template-update-stack.json": json.dumps(
                {"Resources": {"Hello": hello}}
            ),
            "work/there/made/serverless-state.json": json.dumps({"service": {"service": "shop"}}),
            "work/there/layer/python/extra.py": "FROM = 'layer'\n",
            "work/there/of.env": "GREETING=hi\n",
            "work/there/given.yaml": f"python: {sys.executable}\n",
            "work/there/event.json": "[1]",
        }
    )
    options = "--package made --layer extra=layer --env-file of.env --settings given.yaml --event event.json"

    done = subprocess.run(
        [str(BIN / "lattice"), "invoke", "shop-dev-hello", "../shop", *options.split()],
        cwd=folder / "work/there",
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(done.stdout or "null") == ["layer", "hi", [1]], done.stderr
