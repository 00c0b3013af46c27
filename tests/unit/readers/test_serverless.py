"""Serverless projects without their CLI: what is claimed, where code is, where a mistake stands."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.sources import Found, ReadOptions
from lattice_events.readers.serverless.compose import Member, members
from lattice_events.readers.serverless.credentials import has_credentials
from lattice_events.readers.serverless.files import find_file, is_service, written
from lattice_events.readers.serverless.package import Findings, Package
from lattice_events.readers.serverless.places import Places
from lattice_events.readers.serverless.reader import SERVERLESS

NO_BOARD = Path("no-such-file")
STATE = {
    "service": {
        "service": "shop",
        "provider": {"name": "aws"},
        "functions": {
            "hello": {"name": "shop-dev-hello"},
            "inner": {"name": "shop-dev-inner", "module": "inner"},
        },
        "initialServerlessConfig": {"layers": {"tools": {"path": "layers/tools"}}},
        "layers": {"$ref": '$["service"]["initialServerlessConfig"]["layers"]'},
    },
    "package": {"artifact": "shop.zip"},
}


def function(name: str, archive: str = "shop.zip") -> Mapping[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"FunctionName": f"shop-dev-{name}", "Code": {"S3Key": f"serverless/shop/{archive}"}},
    }


def packaged(folder: Path, resources: Mapping[str, Any], **findings: Any) -> Package:
    return Package(
        folder=folder, template={"Resources": resources}, state=STATE, findings=Findings(**findings)
    )


# ── which files ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", ["yml", "yaml", "json", "js", "mjs", "cjs", "ts"])
def test_every_form_that_the_cli_takes_is_a_project(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"serverless.{suffix}").touch()

    assert find_file(tmp_path) == tmp_path / f"serverless.{suffix}"


def test_of_several_forms_the_cli_takes_the_first(tmp_path: Path) -> None:
    for suffix in ("ts", "json", "yml"):
        (tmp_path / f"serverless.{suffix}").touch()

    assert find_file(tmp_path) == tmp_path / "serverless.yml"


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("serverless.prod.yml", "service: a\nprovider: {name: aws}\n", True),
        ("shop.json", '{"service": "a", "provider": {}}', True),
        ("serverless.prod.ts", "export default {}", True),
        ("template.yml", "Resources: {}\n", False),
        ("compose.yml", "services: {a: {path: a}}\n", False),
    ],
)
def test_a_service_under_another_name_is_known_by_its_keys(
    name: str, text: str, *, wanted: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)

    assert is_service(Found(tmp_path / name)) == wanted


# ── credentials ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("environment", "config"),
    [
        ({"AWS_PROFILE": "work"}, ""),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, ""),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, ""),
        ({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2"}, ""),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/"}, ""),
        ({}, "[default]\naws_access_key_id = AKIA\n"),
        ({}, "[default]\nsso_session = work\n[sso-session work]\nsso_region = eu-west-1\n"),
        ({}, "[default]\nrole_arn = arn:aws:iam::123456789012:role/a\n"),
        ({}, "[default]\ncredential_process = /bin/keys\n"),
    ],
)
def test_credentials_of_any_kind_are_found(environment: dict[str, str], config: str, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(config)

    assert has_credentials({"HOME": str(tmp_path), **environment}, board=NO_BOARD)


@pytest.mark.parametrize("config", ["", "[default]\nregion = eu-west-1\noutput = json\n"])
def test_a_region_is_no_credentials(config: str, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(config)

    assert not has_credentials({"HOME": str(tmp_path)}, board=NO_BOARD)


def test_an_instance_of_ec2_has_credentials_unless_they_are_turned_off(tmp_path: Path) -> None:
    (tmp_path / "board").write_text("i-0123456789abcdef0\n")
    home = {"HOME": str(tmp_path)}

    assert has_credentials(home, board=tmp_path / "board")
    assert not has_credentials({**home, "AWS_EC2_METADATA_DISABLED": "true"}, board=tmp_path / "board")


# ── code ────────────────────────────────────────────────────────────────────────────────────────


def code(package: Package, logical_id: str, *, is_packaged: bool = False) -> Path | None:
    return package.code(logical_id, Path("/shop"), is_packaged=is_packaged)


def test_a_function_runs_from_the_service_s_folder(tmp_path: Path) -> None:
    assert code(packaged(tmp_path, {"Hello": function("hello")}), "Hello") == Path("/shop")


def test_a_module_with_a_package_of_its_own_is_the_root_of_its_code(tmp_path: Path) -> None:
    """https://github.com/serverless/serverless-python-requirements#per-function-requirements"""
    resources = {"Own": function("inner", "inner.zip"), "Shared": function("inner")}
    package = packaged(tmp_path, resources)

    assert code(package, "Own") == Path("/shop/inner")
    assert code(package, "Shared") == Path("/shop")


def test_a_package_that_the_user_makes_is_the_code_once_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine.zip").touch()
    resources = {"Hello": function("hello"), "Inner": function("inner")}
    artifacts = {"hello": tmp_path / "mine.zip", "inner": tmp_path / "gone.zip"}
    package = packaged(tmp_path, resources, artifacts=artifacts)

    assert code(package, "Hello") == tmp_path / "mine.zip"
    assert code(package, "Inner") is None


def test_a_package_with_files_from_outside_runs_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shop.zip").touch()
    package = packaged(tmp_path, {"Hello": function("hello")}, outside=("shop.zip",))

    assert code(package, "Hello") == tmp_path / "shop.zip"


def test_a_layer_is_its_folder_once_it_is_there(tmp_path: Path) -> None:
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"LayerName": "tools"}}
    package = packaged(tmp_path, {"ToolsLambdaLayer": layer})

    assert package.code("ToolsLambdaLayer", tmp_path, is_packaged=False) is None
    (tmp_path / "layers/tools").mkdir(parents=True)
    for is_packaged in (False, True):
        found = package.code("ToolsLambdaLayer", tmp_path, is_packaged=is_packaged)
        assert found == tmp_path / "layers/tools"


def test_a_layer_that_has_no_folder_is_unknown(tmp_path: Path) -> None:
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"LayerName": "other"}}

    assert code(packaged(tmp_path, {"OtherLambdaLayer": layer}), "OtherLambdaLayer") is None


def test_a_state_that_names_itself_is_read_to_an_end(tmp_path: Path) -> None:
    state = {"service": {"custom": {"lattice": {"a": {"$ref": '$["service"]["custom"]'}}}}}

    assert Package(folder=tmp_path, template={}, state=state).custom == {
        "lattice": {"a": {"lattice": {"a": None}}}
    }


# ── places ──────────────────────────────────────────────────────────────────────────────────────

FILES = {
    "serverless.yml": """\
functions:
  - ${file(functions/all.yml)}
  - ${file(functions/more.yml):more, ''}
  - plain: {handler: app.plain}
provider:
  timeout: 7
  environment: ${file(env.yml):common}
custom:
  lattice: ${self:custom.other}
  other:
    targets: ${file(targets.yml)}
resources:
  - ${file(resources/network.yml)}
  - Resources:
      Listener: ${file(resources/parts.yml):Parts.Listener}
      Code: ${file(resources/code.js):make}
      Unknown: ${file(resources/${sls:stage}.yml)}
  - extensions:
      HelloLambdaFunction:
        Properties:
          TracingConfig: {Mode: Active}
""",
    "functions/all.yml": "hello:\n  handler: app.hello\n  memorySize: 1\n",
    "functions/more.yml": "more:\n  inner:\n    handler: app.inner\n",
    "env.yml": "common:\n  TABLE: x\n",
    "targets.yml": "app:\n  url: http://a\n",
    "resources/network.yml": "Resources:\n  Network:\n    Type: T\n    Properties:\n      Name: net\n",
    "resources/parts.yml": "Parts:\n  Listener:\n    Type: T\n    Properties:\n      Protocol: TLS\n",
    "resources/code.js": "module.exports.make = () => ({Type: 'T'})\n",
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A project in many files."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return Places(written(tmp_path / "serverless.yml", "serverless.yml"), tmp_path)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (("Resources", "Network", "Properties", "Name"), "resources/network.yml:5:7"),
        (("Resources", "Listener", "Properties", "Protocol"), "resources/parts.yml:5:7"),
        (("Resources", "Code", "Type"), "resources/code.js"),
        (("Resources", "Unknown", "Type"), "serverless.yml:17:7"),
        (("Resources", "Plugins", "Type"), "serverless.yml:12:1 (Plugins)"),
        (("Resources", "HelloLambdaFunction", "Properties", "Handler"), "functions/all.yml:2:3"),
        (("Resources", "HelloLambdaFunction", "Properties", "MemorySize"), "functions/all.yml:3:3"),
        (("Resources", "HelloLambdaFunction", "Properties", "Timeout"), "serverless.yml:6:3"),
        (("Resources", "HelloLambdaFunction", "Properties", "Environment", "Variables", "TABLE"), "env.yml:2:3"),
        (("Resources", "HelloLambdaFunction", "Properties", "TracingConfig", "Mode"), "serverless.yml:21:27"),
        (("Resources", "InnerLambdaFunction", "Properties", "Handler"), "functions/more.yml:3:5"),
    ],
)  # fmt: skip
def test_a_place_is_the_file_and_line_that_the_user_wrote(
    path: tuple[str, ...], wanted: str, places: Places, tmp_path: Path
) -> None:
    resources = {"HelloLambdaFunction": function("hello"), "InnerLambdaFunction": function("inner")}

    assert places.of_template(path, packaged(tmp_path, resources)) == wanted


@pytest.mark.parametrize(
    ("stages", "wanted"),
    [(["dev"], "of/dev.yml:5:7"), (["dev", "prod"], "serverless.yml:3:5 (Shop)"), ([], "serverless.yml:3:5 (Shop)")],
)  # fmt: skip
def test_a_file_with_a_variable_in_its_name_is_the_only_one_that_it_may_be(
    stages: list[str], wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://www.serverless.com/framework/docs/guides/variables (``${file(./config.${opt:stage}.json)}``)"""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "of").mkdir()
    for stage in stages:
        (tmp_path / f"of/{stage}.yml").write_text(FILES["resources/network.yml"].replace("Network", "Shop"))
    (tmp_path / "first.yml").write_text("Resources: {}\n")
    (tmp_path / "serverless.yml").write_text(
        "resources:\n  - ${file(first.yml)}\n  - ${file(./of/${opt:stage, self:provider.stage}.yml)}\n"
    )
    places = Places(written(tmp_path / "serverless.yml", "serverless.yml"), tmp_path)

    found = places.of_template(("Resources", "Shop", "Properties", "Name"), packaged(tmp_path, {}))

    assert found == wanted


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (0, "serverless.yml:5:7"),
        (1, "serverless.yml:6:27"),
        (2, "serverless.yml:8:11"),
        (9, "serverless.yml:5:7"),
    ],
)
def test_a_statement_of_the_role_of_the_framework_is_where_the_user_wrote_it(
    index: int, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own statements stand before those, and those of events behind them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "serverless.yml").write_text(
        """\
provider:
  name: aws
  iam:
    role:
      statements:
        - {Effect: Allow, Action: 's3:*', Resource: '*'}
        - Effect: Allow
          Action: vpc-lattice:Invoke
          Resource: '*'
"""
    )
    logs = {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"}
    statements = [
        {"Effect": "Allow", "Action": each, "Resource": "*"} for each in ("s3:*", "vpc-lattice:Invoke")
    ]
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": [logs, *statements]}}]
    package = Package(
        folder=tmp_path,
        template={"Resources": {"IamRoleLambdaExecution": {"Properties": {"Policies": policies}}}},
        state={"service": {"provider": {"iam": {"role": {"statements": statements}}}}},
    )
    path = (
        "Resources",
        "IamRoleLambdaExecution",
        "Properties",
        "Policies",
        0,
        "PolicyDocument",
        "Statement",
        index,
        "Action",
    )

    places = Places(written(tmp_path / "serverless.yml", "serverless.yml"), tmp_path)

    assert places.of_template(path, package) == wanted


def test_settings_in_another_file_have_their_place_there(places: Places) -> None:
    assert places.locate(("custom", "lattice", "targets", "app", "url")) == "targets.yml:2:3"


@pytest.mark.parametrize("text", ["custom: ${self:custom}\n", "custom: ${file(serverless.yml):custom}\n"])
def test_variables_that_name_themselves_have_a_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(text)

    places = Places(written(tmp_path / "serverless.yml", "serverless.yml"), tmp_path)

    assert places.locate(("custom", "lattice")).split("/")[-1] == "serverless.yml:1:1"


def test_what_a_run_of_the_cli_left_is_read(tmp_path: Path) -> None:
    found = {
        "unknown": ["ssm:/a"],
        "fallbacks": [],
        "failures": {},
        "artifacts": {"a": "/a.zip"},
        "outside": [],
    }
    (tmp_path / "found.json").write_text(json.dumps(found))

    assert Findings.read(tmp_path / "found.json") == Findings(
        unknown=("ssm:/a",), artifacts={"a": Path("/a.zip")}
    )
    assert Findings.read(tmp_path / "gone.json") == Findings()


# ── several services ────────────────────────────────────────────────────────────────────────────

COMPOSE = """\
services:
  shop:
    path: services/shop
    params:
      network: ${network.Arn}
      table: ${network.Table}-${sls:stage}
      is-new: true
  network:
    path: services/network
    config: serverless.net.yml
"""


def composed(folder: Path, text: str, *files: str) -> list[Member]:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "serverless-compose.yml").write_text(text)
    return members(folder / "serverless-compose.yml", "serverless-compose.yml")


def test_a_compose_file_names_services_and_what_they_need(tmp_path: Path) -> None:
    """https://www.serverless.com/framework/docs/guides/compose"""
    network, shop = composed(
        tmp_path, COMPOSE, "services/shop/serverless.ts", "services/network/serverless.net.yml"
    )

    assert network.file == tmp_path / "services/network/serverless.net.yml"
    assert shop.file == tmp_path / "services/shop/serverless.ts"
    assert shop.params_with({"network": "network-dev"}) == {
        "network": "{{resolve:cf:network-dev.Arn}}",
        "table": "{{resolve:cf:network-dev.Table}}-${sls:stage}",
        "is-new": "true",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            COMPOSE,
            [
                "serverless-compose.yml:2:3: The service shop has no serverless.yml at services/shop.",
                "serverless-compose.yml:8:3: The service network has no serverless.yml at services/network.",
            ],
        ),
        ("services: {}\n", ["serverless-compose.yml: This names no service under services."]),
        (
            "services:\n  a: {path: a, params: {x: '${b.X}'}}\n  b: {path: a, params: {x: '${a.X}'}}\n",
            ["serverless-compose.yml:1:1: These services need each other's outputs: a, b."],
        ),
    ],
)
def test_what_is_wrong_with_a_compose_file_is_said_at_once(
    text: str, said: list[str], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        composed(tmp_path, text, "a/serverless.yml")

    assert [str(each) for each in caught.value.problems] == said


def test_a_compose_file_that_is_code_says_what_to_name_instead(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="name the folders of its services instead"):
        members(tmp_path / "serverless-compose.ts", "serverless-compose.ts")


# ── the CLI ─────────────────────────────────────────────────────────────────────────────────────

FAKE = """\
#!/bin/sh
env | grep ^AWS_ > "$SEEN" || true
mkdir -p .serverless && echo new > .serverless/x
echo '{"Resources": {}}' > "$3/cloudformation-template-update-stack.json"
echo '{"service": {"service": "shop"}}' > "$3/serverless-state.json"
exit ${STATUS:-0}
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that writes a package and what AWS settings it has seen, and a home without credentials."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "serverless.yml").write_text("service: shop\nprovider: {name: aws}\n")
    (tmp_path / "fake").write_text(FAKE)
    (tmp_path / "fake").chmod(0o755)
    return tmp_path


def load(folder: Path, **options: Any) -> None:
    SERVERLESS.load(Found(folder), ReadOptions(serverless_command=str(folder / "fake"), **options))


def test_made_up_credentials_are_given_where_there_are_none(fake: Path) -> None:
    load(fake)

    assert "AWS_ACCESS_KEY_ID=LATTICELOCAL" in (fake / "seen").read_text()


def test_made_up_credentials_do_not_hide_a_default_profile(fake: Path) -> None:
    (fake / ".aws").mkdir()
    (fake / ".aws/credentials").write_text("[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\n")

    load(fake)

    assert "AWS_ACCESS_KEY_ID" not in (fake / "seen").read_text()


@pytest.mark.parametrize("status", ["0", "1"])
def test_the_user_s_own_package_is_there_after_a_run(
    status: str, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATUS", status)
    (fake / ".serverless").mkdir()
    (fake / ".serverless/mine").touch()

    with contextlib.suppress(ConfigurationError):
        load(fake)

    assert [each.name for each in (fake / ".serverless").iterdir()] == ["mine"]


def test_a_run_that_fails_leaves_nothing(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUS", "1")
    before = {each.name for each in fake.iterdir()}

    with pytest.raises(ConfigurationError):
        load(fake)

    assert {each.name for each in fake.iterdir()} == before | {"seen"}


def test_the_package_of_another_service_is_refused(fake: Path) -> None:
    (fake / "package").mkdir()
    (fake / "package/cloudformation-template-update-stack.json").write_text("{}")
    (fake / "package/serverless-state.json").write_text('{"service": {"service": "store"}}')

    with pytest.raises(ConfigurationError, match="is of the service store, and this is shop"):
        load(fake, package=fake / "package")
