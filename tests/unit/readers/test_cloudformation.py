"""Templates into networks, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    HttpTarget,
    Match,
    Network,
    PathMatch,
    WeightedTargetGroup,
)
from lattice_events.readers.cloudformation.resources import read_template
from lattice_events.readers.cloudformation.template import TemplateOptions
from lattice_events.readers.common.documents import parse_yaml
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.linking.assemble import assemble

TEMPLATE = """\
Parameters:
  Stage: {Type: String, Default: dev}
  NetworkArn: {Type: String, Default: 'arn:aws:vpc-lattice:us-west-2:1:servicenetwork/sn-0'}
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
  IsLocal: !Not [{Condition: IsProduction}]
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub 'hello-${Stage}'
      Runtime: python3.12
      Handler: app.hello
      Environment:
        Variables:
          STAGE: !If [IsProduction, p, !Ref Stage]
          TABLE: !Ref Table
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Targets:
        - Id: !GetAtt Function.Arn
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: foo
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref Group
  Rule:
    Type: AWS::VpcLattice::Rule
    Properties:
      ListenerIdentifier: !GetAtt Listener.Arn
      Priority: 10
      Match:
        HttpMatch:
          PathMatch:
            Match: {Prefix: /old}
      Action:
        FixedResponse: {StatusCode: 404}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceIdentifier: !GetAtt Service.Id
      ServiceNetworkIdentifier: !Ref NetworkArn
  OnlyInProduction:
    Type: AWS::VpcLattice::Service
    Condition: IsProduction
    Properties: {Name: other}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {}
"""


def read(text: str, **options: Any) -> Fragment:
    document = parse_yaml(text, "template.yml")
    settings: dict[str, Any] = {
        "region": "us-west-2",
        "account": "123456789012",
        "code": lambda _: "/code",
        **options,
    }
    return read_template(document.value, locate=document.locate, options=TemplateOptions(**settings))


def link(*fragments: Fragment, **options: Any) -> tuple[Network, Sequence[str]]:
    return assemble(fragments, region="us-west-2", account="123456789012", **options)


def problems(text: str, **options: Any) -> list[str]:
    """Everything that is wrong with a template."""
    with pytest.raises(ConfigurationError) as caught:
        link(read(text, **options))
    return [str(problem) for problem in caught.value.problems]


def test_a_template_becomes_a_network() -> None:
    network, notes = link(read(TEMPLATE))

    (service,) = network.services
    (listener,) = service.listeners
    (rule,) = listener.rules
    assert (service.name, listener.protocol, listener.port) == ("foo", "HTTPS", 443)
    assert (rule.priority, rule.action) == (10, FixedResponseAction(status=404))
    assert rule.match == Match(path=PathMatch(kind="prefix", value="/old", case_sensitive=False))
    (function,) = network.functions
    assert (function.name, function.code, function.timeout_seconds) == ("hello-dev", "/code", 3)
    assert function.environment["STAGE"] == "dev"
    assert network.target_groups[0].event_version == "V1"
    assert network.service_networks[0].arn == service.service_network_arns[0]
    assert "TABLE of hello-dev is unknown" in notes[0]
    assert "--env TABLE=VALUE" in notes[0]
    assert function.environment["TABLE"] == "unresolved:Ref:Table"


def test_parameters_may_be_given() -> None:
    network, _ = link(read(TEMPLATE, parameters={"Stage": "prod"}))

    assert [service.name for service in network.services] == ["foo", "other"]
    assert network.functions[0].environment["STAGE"] == "p"


def test_a_reference_to_a_network_is_the_only_one_defined() -> None:
    defined = read(
        "Resources:\n  N:\n    Type: AWS::VpcLattice::ServiceNetwork\n    Properties: {Name: sample}\n"
    )

    network, notes = link(read(TEMPLATE), defined)

    assert network.services[0].service_network_arns == (network.service_networks[0].arn,)
    assert "Service network sn-0 is assumed to be sample, the only one that it can be." in notes


NETWORKS = """\
Resources:
  A: {Type: 'AWS::VpcLattice::ServiceNetwork', Properties: {Name: one}}
  B: {Type: 'AWS::VpcLattice::ServiceNetwork', Properties: {Name: two}}
"""


def test_with_several_networks_the_user_says_which() -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"not one of those defined: service network one \(.*\), service network two \(.*\)\. Choose",
    ):
        link(read(TEMPLATE), read(NETWORKS))
    network, _ = link(read(TEMPLATE), read(NETWORKS), chosen_network="two")
    assert network.services[0].service_network_arns == (network.service_networks[1].arn,)
    with pytest.raises(
        ConfigurationError, match="serviceNetwork is three, but the service networks are: one, two"
    ):
        link(read(TEMPLATE), read(NETWORKS), chosen_network="three")


def test_names_that_clash_name_both_places() -> None:
    with pytest.raises(ConfigurationError) as caught:
        link(read(TEMPLATE), read(TEMPLATE))

    said = str(caught.value)
    assert "template.yml:24:3: There are two services foo; the other is at template.yml:24:3." in said
    assert "There are two functions hello-dev" in said


def changed(old: str, new: str) -> str:
    assert old in TEMPLATE
    return TEMPLATE.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Name: foo", "Name: Foo", "template.yml:27:7: The name 'Foo' of a service may have a-z"),
        ("Name: foo", "Name: svc-1", "must not start with svc-"),
        ("Name: foo", "Name: fo", "must have 3 to 40 characters"),
        ("Name: foo", "Name: foo\n      AuthType: IAM", "template.yml:28:7: AuthType must be NONE or AWS_IAM, not 'IAM'"),
        ("Protocol: HTTPS", "Protocol: TCP", "Protocol must be HTTP or HTTPS, not 'TCP'"),
        ("Protocol: HTTPS", "Protocol: HTTPS\n      Port: 99999", "Port must be a whole number from 1 to 65535, not 99999"),
        ("StatusCode: 404", "StatusCode: 503", "template.yml:47:25: VPC Lattice allows only 404 and 500 for fixed responses, not 503"),
        ("Priority: 10", "Priority: 0", "template.yml:41:7: Priority must be a whole number from 1 to 2000, not 0"),
        ("Priority: 10", "Priority: soon", "not 'soon'"),
        ("{Prefix: /old}", "{Prefix: old}", "A path must start with /, but 'old' does not"),
        ("{Prefix: /old}", "{Prefix: /old, Exact: /old}", "A match has one of Exact, Prefix"),
        ("{Prefix: /old}", "{Prefx: /old}", r"Match has no property Prefx. Did you mean Prefix\?"),
        ("TargetGroupIdentifier: !Ref Group", "TargetGroupIdentifier: tg-1", "TargetGroupIdentifier is not a target group of this template: tg-1"),
        ("TargetGroupIdentifier: !Ref Group", "TargetGroupIdentifier: !ImportValue G", "cannot be known: Fn::ImportValue G"),
        ("- TargetGroupIdentifier: !Ref Group", "- TargetGroupIdentifier: !Ref Group\n            - TargetGroupIdentifier: !Ref Group", "Each of several target groups needs a Weight"),
        ("Forward:", "Froward:", r"DefaultAction has no property Froward. Did you mean Forward\?"),
        ("ServiceIdentifier: !Ref Service\n", "ServiceIdentifier: svc-1\n", "ServiceIdentifier of Listener is not a service of this template: svc-1"),
        ("      ServiceIdentifier: !Ref Service\n      Protocol", "      Protocol", "ServiceIdentifier is missing, so Listener has no service"),
        ("- Id: !GetAtt Function.Arn", "- Id: me", "template.yml:23:11: The Id of a LAMBDA target must be the ARN of a function"),
        ("- Id: !GetAtt Function.Arn", "- Id: !GetAtt Function.Arn\n        - Id: x", "A LAMBDA target group has one target"),
        ("- Id: !GetAtt Function.Arn", "- Id: !GetAtt Functoin.Arn", "Fn::GetAtt Functoin.Arn .there is no such resource"),
        ("Type: LAMBDA", "Type: FUNCTION", "Type must be LAMBDA, IP, INSTANCE or ALB"),
        ("Type: LAMBDA", "Type: LAMBDA\n      Config: {LambdaEventStructureVersion: V3}", "must be V1 or V2, not 'V3'"),
        ("Type: LAMBDA", "Type: IP", "--target Group=http://127.0.0.1:PORT"),
        ("Handler: app.hello", "Handler: hello", "Handler must be like folder/module.function, not 'hello'"),
        ("    Type: AWS::VpcLattice::Service\n    Properties:\n      Name: foo", "    Properties: {}", "The resource Service has no Type"),
        ("ServiceNetworkIdentifier: !Ref NetworkArn", "Tags: []", "must both be given"),
        ("!Ref NetworkArn", "!Ref NetwrokArn", "Ref NetwrokArn .there is no such resource"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(old: str, new: str, said: str) -> None:
    found = problems(changed(old, new))

    assert any(re.search(said, problem) for problem in found), found
    assert all(problem.startswith("template.yml:") for problem in found)


MISSPELT = [
    ("Name: foo", "Name: foo\n      AuthTyp: AWS_IAM", "template.yml:28:7: AWS::VpcLattice::Service has no property AuthTyp. Did you mean AuthType?"),
    ("Name: foo", "Name: foo\n      AUTHTYPE: AWS_IAM", "template.yml:28:7: AWS::VpcLattice::Service has no property AUTHTYPE. Did you mean AuthType?"),
    ("Name: foo", "Name: foo\n    AuthType: AWS_IAM", "template.yml:28:5: AuthType must not stand beside Type: write what belongs to AWS::VpcLattice::Service below Properties."),
    ("AWS::VpcLattice::Rule", "AWS::VpcLattice::Ruel", "template.yml:38:5: AWS::VpcLattice::Ruel is not a resource type. Did you mean AWS::VpcLattice::Rule?"),
    ("AWS::VpcLattice::Rule", "AWS::VPCLattice::Rule", "template.yml:38:5: AWS::VPCLattice::Rule is not a resource type. Did you mean AWS::VpcLattice::Rule?"),
    ("Type: LAMBDA", "Type: LAMBDA\n      Config: {LambdaEventStructureVerison: V2}", "template.yml:22:16: Config has no property LambdaEventStructureVerison. Did you mean LambdaEventStructureVersion?"),
    ("Type: LAMBDA", "Type: IP\n      Config: {HealthCheck: {Pth: /x}}", "template.yml:22:30: HealthCheck has no property Pth. Did you mean Path?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), MISSPELT)
def test_a_misspelt_word_could_decide_so_it_is_a_problem(old: str, new: str, said: str) -> None:
    assert said in problems(changed(old, new))


NOTED = [
    ("Name: foo", "Name: foo\n      Colour: blue", "template.yml:28:7: AWS::VpcLattice::Service has no property Colour: it is ignored."),
    ("AWS::VpcLattice::Rule", "AWS::VpcLattice::RuleReplication", "template.yml:38:5: AWS::VpcLattice::RuleReplication is not a known resource type and is left out."),
    ("AWS::VpcLattice::Rule", "AWS::VpcLattice::ResourceGateway", "template.yml:38:5: AWS::VpcLattice::ResourceGateway is not emulated by lattice dev and is left out."),
    ("Protocol: HTTPS", "Protocol: TLS_PASSTHROUGH", "template.yml:32:7: TLS_PASSTHROUGH listeners are not emulated by lattice dev: it is left out."),
    ("Type: LAMBDA", "Type: IP\n      Config: {Protocol: HTTP, ProtocolVersion: GRPC}", "template.yml:22:32: ProtocolVersion GRPC is not emulated by lattice dev: targets get HTTP/1.1."),
    ("Type: LAMBDA", "Type: IP\n      Config: {Protocol: TCP}", "template.yml:22:16: Target groups of protocol TCP are not emulated: it has no targets."),
    ("Runtime: python3.12", "Runtime: java21", "Function hello-dev is left out: its runtime is java21; only Python, Node.js and a bootstrap of your own (provided) run."),
    ("Runtime: python3.12", "PackageType: Image", "Function hello-dev is left out: it is a container image."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), NOTED)
def test_what_the_network_does_not_need_is_a_note(old: str, new: str, said: str) -> None:
    network, notes = link(read(changed(old, new), urls=lambda *_: ["http://127.0.0.1:1"]))

    assert said in notes
    assert [service.name for service in network.services] == ["foo"]


UNUSED = [
    ("Name: foo", "Name: foo\n      CertificateArn: !ImportValue x\n      Tags: [{Key: a, Value: !ImportValue x}]"),
    ("Name: foo", "Name: foo\n      DnsEntry: !ImportValue x\n      IdleTimeoutSeconds: !ImportValue x"),
    ("Type: LAMBDA", "Type: LAMBDA\n      Config: {VpcIdentifier: !ImportValue x}"),
    ("Type: LAMBDA", "Type: IP\n      Config: {VpcIdentifier: !ImportValue x, HealthCheck: {Path: !ImportValue x}}"),
    ("Type: LAMBDA", "Type: IP\n      Config: {HealthCheck: !ImportValue x, ProtocolVersion: !ImportValue x}"),
    ("Runtime: python3.12", "Runtime: java21\n      Timeout: !ImportValue x\n      Code: !ImportValue x"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), UNUSED)
def test_a_value_that_no_decision_uses_need_not_be_known(old: str, new: str) -> None:
    before, _ = link(read(TEMPLATE))
    after, _ = link(read(changed(old, new), urls=lambda *_: ["http://127.0.0.1:1"]))

    assert after.services == before.services


def test_what_is_noted_twice_is_one_note() -> None:
    gateways = "".join(f"  G{n}: {{Type: 'AWS::VpcLattice::ResourceGateway'}}\n" for n in range(3))

    notes = [note for note in read(TEMPLATE + gateways).notes if "ResourceGateway" in note]

    (note,) = notes
    assert note.endswith("is left out. So it is at 2 more.")


def test_a_group_that_nobody_forwards_to_needs_no_url() -> None:
    idle = "  Idle: {Type: 'AWS::VpcLattice::TargetGroup', Properties: {Type: IP}}\n"

    network, _ = link(read(TEMPLATE + idle))

    assert len(network.target_groups) == 2


def test_every_problem_is_reported_at_once() -> None:
    text = changed("StatusCode: 404", "StatusCode: 503").replace("Priority: 10", "Priority: 0")

    assert len(problems(text)) == 2


def test_a_bare_template_says_how_to_give_code() -> None:
    assert any("--code Function=FOLDER" in problem for problem in problems(TEMPLATE, code=lambda _: None))


def test_a_function_that_nobody_calls_may_be_anything() -> None:
    text = (
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Runtime: java21, Handler: a.b}\n"
    )

    network, notes = link(read(text))

    assert (
        network.functions[0].obstacle
        == "its runtime is java21; only Python, Node.js and a bootstrap of your own (provided) run"
    )
    assert notes == (
        "Function F is left out: its runtime is java21; only Python, Node.js and a bootstrap of your own (provided) run.",
    )


@pytest.mark.parametrize(
    ("runtime", "handler", "read_as"),
    [
        ("nodejs22.x", "Handler: src/app.hello", "src/app.hello"),
        ("provided.al2023", "Handler: any-thing", "any-thing"),
        ("provided.al2", "Description: no handler", "bootstrap"),
    ],
)
def test_a_function_of_another_runtime_has_its_own_kind_of_handler(
    runtime: str, handler: str, read_as: str
) -> None:
    text = changed("Runtime: python3.12", f"Runtime: {runtime}").replace("Handler: app.hello", handler)

    network, _ = link(read(text))

    assert [(each.obstacle, each.handler) for each in network.functions] == [("", read_as)]


def test_http_targets_are_given_by_name() -> None:
    text = changed("Type: LAMBDA\n      Targets:\n        - Id: !GetAtt Function.Arn", "Type: IP")

    network, _ = link(read(text, urls=lambda name, _: {"Group": ["http://127.0.0.1:1"]}.get(name)))

    assert network.target_groups[0].targets == (HttpTarget(url="http://127.0.0.1:1"),)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("  Twin:\n    Type: AWS::VpcLattice::Listener\n    Properties:\n      ServiceIdentifier: !Ref Service\n      Protocol: HTTP\n      Port: 443\n      DefaultAction: {FixedResponse: {StatusCode: 404}}\n", "foo has two listeners on port 443"),
        ("  Twin:\n    Type: AWS::VpcLattice::Rule\n    Properties:\n      ListenerIdentifier: !Ref Listener\n      Priority: 10\n      Match: {HttpMatch: {Method: GET}}\n      Action: {FixedResponse: {StatusCode: 404}}\n", "Two rules of one listener have priority 10"),
        ("  Empty:\n    Type: AWS::VpcLattice::Rule\n    Properties:\n      ListenerIdentifier: !Ref Listener\n      Priority: 11\n      Match: {HttpMatch: {}}\n      Action: {FixedResponse: {StatusCode: 404}}\n", "A rule must match something"),
    ],
)  # fmt: skip
def test_what_clashes_inside_a_service_is_named(extra: str, said: str) -> None:
    assert any(said in problem for problem in problems(TEMPLATE + extra))


PARTS = """\
Parameters:
  Listener: {Type: String}
  Service: {Type: String}
  Group: {Type: String}
Resources:
  Rule:
    Type: AWS::VpcLattice::Rule
    Properties:
      ListenerIdentifier: !Ref Listener
      Priority: 20
      Match: {HttpMatch: {Method: GET}}
      Action: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Group}]}}
  Http:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTP
      DefaultAction: {FixedResponse: {StatusCode: 404}}
"""


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("shorten", [lambda arn: arn, lambda arn: arn.rpartition("/")[2]], ids=["ARN", "id"])
def test_parts_of_another_stack_are_tied_by_arn_or_id(is_first: bool, shorten: Any) -> None:
    whole = read(TEMPLATE)
    (service,), (group,) = whole.services, whole.target_groups
    named = {"Service": service.arn, "Listener": service.listeners[0].arn, "Group": group.arn}
    parts = read(PARTS, parameters={name: shorten(arn) for name, arn in named.items()}, stack_name="parts")

    network, _ = link(*((parts, whole) if is_first else (whole, parts)))

    https, http = network.services[0].listeners
    assert (https.port, http.port) == (443, 80)
    action = next(rule.action for rule in https.rules if rule.priority == 20)
    assert action == ForwardAction(target_groups=(WeightedTargetGroup(target_group_arn=group.arn),))


@pytest.mark.parametrize("key", ["Service", "Listener", "Group"])
def test_an_arn_of_something_else_names_no_part_of_another_stack(key: str) -> None:
    wrong = "arn:aws:lambda:us-west-2:123456789012:function:hello"
    given = dict.fromkeys(("Service", "Listener", "Group"), "arn:aws:vpc-lattice:us-west-2:1:x/y")

    found = problems(PARTS, parameters={**given, key: wrong})

    assert any(f"of this template: {wrong}" in problem for problem in found)


def test_layers_and_logging_are_read(tmp_path: Path) -> None:
    text = changed(
        "Runtime: python3.12",
        "Runtime: python3.12\n      Layers: [!Ref Layer, 'arn:aws:lambda:us-west-2:1:layer:other:7']\n"
        "      LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: DEBUG, LogGroup: /a/b}",
    )
    text += "  Layer: {Type: 'AWS::Lambda::LayerVersion', Properties: {LayerName: own}}\n"

    fragment = read(text, runs_functions=True, layers={"own": tmp_path})

    (function,) = fragment.functions
    assert function.layers == (str(tmp_path),)
    assert (function.log_format, function.log_level, function.log_group) == ("JSON", "DEBUG", "/a/b")
    assert "so it runs without; --layer arn:aws:lambda:us-west-2:1:layer:other:7=FOLDER" in str(
        fragment.notes
    )


def test_an_unknown_variable_is_one_note_unless_the_command_line_sets_it() -> None:
    second = "  Second:\n    Type: AWS::Lambda::Function\n    Properties: {Runtime: python3.12, Handler: a.b, Environment: {Variables: {TABLE: !Ref Table}}}\n"

    notes = [note for note in read(TEMPLATE + second).notes if note.startswith("TABLE")]

    assert [note.partition(" is unknown")[0] for note in notes] == ["TABLE of hello-dev and 1 more"]
    assert not any("TABLE" in note for note in read(TEMPLATE, environment=frozenset({"TABLE"})).notes)
