"""What AWS would refuse is refused here, by AWS's own models."""

from __future__ import annotations

import re

import pytest
from botocore.loaders import Loader

from lattice_events.definitions.lattice_schema import ENVIRONMENT_NAME, FIXED_STATUSES, MAX_INTEGER, SHAPES
from lattice_events.errors import ConfigurationError
from tests.unit.readers.test_cloudformation import TEMPLATE, link, problems, read
from tests.unit.readers.test_gateway_api import GATEWAY, ROUTE
from tests.unit.readers.test_gateway_api import read as read_manifests

MODELS = {
    name: shape
    for service in ("lambda", "vpc-lattice")
    for name, shape in Loader().load_service_model(service, "service-2")["shapes"].items()
}
RULE = "Match: {Prefix: /old}"
GROUPS = "- TargetGroupIdentifier: !Ref Group"
REFUSED: list[tuple[str, str, str]] = [
    (RULE, "Match: {Prefix: '/orders/*'}", "45:21: VPC Lattice allows no * in a path such as '/orders/*': a prefix matches whatever follows it."),
    (RULE, "Match: {Exact: '/orders/*'}", "45:21: VPC Lattice allows no * in a path such as '/orders/*': use a Prefix instead."),
    (RULE, "Match: {Exact: '/a b'}", "45:21: Exact must match the pattern /[a-zA-Z0-9@:%_+.~#?&/=-]* of AWS, but '/a b' does not."),
    (RULE, "Match: {Prefix: '/orders/{id}'}", "45:21: Prefix must match the pattern /[a-zA-Z0-9@:%_+.~#?&/=-]* of AWS, but '/orders/{id}' does not."),
    (RULE, "Match: {Prefix: /é}", "45:21: Prefix must match the pattern /[a-zA-Z0-9@:%_+.~#?&/=-]* of AWS, but '/é' does not."),
    (RULE, f"Match: {{Prefix: /{'a' * 200}}}", "45:21: Prefix must have 1 to 200 characters, not 201."),
    (RULE, "Match: {Prefix: old}", "45:21: A path must start with /, but 'old' does not."),
    (RULE, "Match: {Prefix: ''}", "45:21: A path must start with /, but '' does not."),
    (RULE, "Match: {Prefix: [/a]}", "45:21: Prefix must be text, not ['/a']."),
    ("          PathMatch:\n            Match: {Prefix: /old}", "          HeaderMatches: []", "44:11: VPC Lattice refuses empty HeaderMatches: remove the key."),
    ("          PathMatch:\n            Match: {Prefix: /old}", f"          HeaderMatches: [{{Name: {'x' * 101}, Match: {{Exact: a}}}}]", "44:28: Name must have 1 to 100 characters, not 101."),
    ("          PathMatch:\n            Match: {Prefix: /old}", "          HeaderMatches: [{Name: '', Match: {Exact: a}}]", "44:28: Name must have 1 to 100 characters, not 0."),
    ("          PathMatch:\n            Match: {Prefix: /old}", "          HeaderMatches: [{Match: {Exact: a}}]", "44:27: Name must be text, not None."),
    ("          PathMatch:\n            Match: {Prefix: /old}", "          HeaderMatches: [{Name: x, Match: {Exact: ''}}]", "44:45: Exact must have 1 to 200 characters, not 0."),
    ("          PathMatch:\n            Match: {Prefix: /old}", f"          HeaderMatches: [{{Name: x, Match: {{Contains: {'a' * 201}}}}}]", "44:45: Contains must have 1 to 200 characters, not 201."),
    ("          PathMatch:\n            Match: {Prefix: /old}", f"          Method: {'A' * 17}", "44:11: Method must have 0 to 16 characters, not 17."),
    ("Priority: 10", "Priority: 0", "41:7: Priority must be a whole number from 1 to 2000, not 0."),
    ("Priority: 10", "Priority: 2001", "41:7: Priority must be a whole number from 1 to 2000, not 2001."),
    ("StatusCode: 404", "StatusCode: 403", "47:25: VPC Lattice allows only 404 and 500 for fixed responses, not 403."),
    (GROUPS, f"{GROUPS}\n              Weight: 1000", "37:15: Weight must be a whole number from 0 to 999, not 1000."),
    (GROUPS, f"{GROUPS}\n              Weight: -1", "37:15: Weight must be a whole number from 0 to 999, not -1."),
    ("TargetGroups:\n            " + GROUPS, "TargetGroups: [" + "{TargetGroupIdentifier: !Ref Group, Weight: 1}, " * 11 + "]", "35:11: An action must have 1 to 10 target groups."),
    ("Protocol: HTTPS", "Protocol: HTTPS\n      Port: 65536", "33:7: Port must be a whole number from 1 to 65535, not 65536."),
    ("Name: foo", "Name: svc-foo", "27:7: The name 'svc-foo' of a service must not start with svc-."),
    ("Name: foo", "Name: foo--bar", "27:7: The name 'foo--bar' of a service may have a-z, 0-9 and single hyphens inside."),
    ("Name: foo", f"Name: {'a' * 41}", f"27:7: The name '{'a' * 41}' of a service must have 3 to 40 characters."),
    ("Name: foo", "Name: foo\n      CustomDomainName: a", "28:7: CustomDomainName must have 3 to 255 characters, not 1."),
    ("Handler: app.hello", "Handler: app.hello\n      Timeout: 5401", "14:7: Timeout must be a whole number from 1 to 5400, not 5401."),
    ("Handler: app.hello", "Handler: app.hello\n      MemorySize: 127", "14:7: MemorySize must be a whole number from 128 to 32768, not 127."),
    ("Handler: app.hello", "Handler: app.hello\n      ReservedConcurrentExecutions: -1", "14:7: ReservedConcurrentExecutions must be a whole number from 0 to 2147483647, not -1."),
    ("Handler: app.hello", "Handler: app. hello", "13:7: Handler must match the pattern [^\\s]+ of AWS, but 'app. hello' does not."),
    ("Handler: app.hello", f"Handler: app.{'h' * 130}", "13:7: Handler must have 0 to 128 characters, not 134."),
    ("          PathMatch:\n            Match: {Prefix: /old}", "          HeaderMatches: [{Name: a b, Match: {Exact: a}}]", "44:28: Name must be the name of a header, not 'a b'."),
    ("          PathMatch:\n            Match: {Prefix: /old}", '          HeaderMatches: [{Name: x, Match: {Exact: "a\\r\\nb"}}]', "44:45: Exact has the character U+000D, which no header can have."),
    ("          PathMatch:\n            Match: {Prefix: /old}", '          HeaderMatches: [{Name: x, Match: {Prefix: "\\e[2J"}}]', "44:45: Prefix has the character U+001B, which no header can have."),
    ("Name: foo", "Name: foo\n      CustomDomainName: 127.0.0.1", "28:7: CustomDomainName must be a host name, not an address such as '127.0.0.1'."),
    ("Name: foo", "Name: foo\n      CustomDomainName: localhost", "28:7: CustomDomainName must not be 'localhost', which is always the caller's own machine."),
    ("Name: foo", "Name: foo\n      CustomDomainName: google.com:443", "28:7: CustomDomainName must be a host name such as api.example.com, without a port, not 'google.com:443'."),
    ("FunctionName: !Sub 'hello-${Stage}'", 'FunctionName: "a\\e[2J"', "11:7: FunctionName must have 1 to 64 letters, digits, hyphens and underscores, not 'a\\x1b[2J'."),
    ("FunctionName: !Sub 'hello-${Stage}'", "FunctionName: a.b", "11:7: FunctionName must have 1 to 64 letters, digits, hyphens and underscores, not 'a.b'."),
    ("FunctionName: !Sub 'hello-${Stage}'", f"FunctionName: {'a' * 65}", f"11:7: FunctionName must have 1 to 64 letters, digits, hyphens and underscores, not '{'a' * 65}'."),
    ("STAGE: ", f"BIG: {'x' * 4100}\n          STAGE: ", "14:7: Lambda takes 4,096 bytes of variables, names and values together, not 4,136."),
    ("STAGE: ", "'A=B': x\n          STAGE: ", "16:11: The name of a function's variable must be a letter, then letters, digits and _, not 'A=B'."),
]  # fmt: skip
TAKEN = [
    (RULE, f"Match: {{Prefix: /{'a' * 199}}}"),
    (RULE, "Match: {Prefix: '/a@:%_+.~#?&=-'}"),
    ("Priority: 10", "Priority: '2000'"),
    ("Handler: app.hello", "Handler: app.hello\n      Timeout: 901"),
    ("Handler: app.hello", "Handler: app.hello\n      ReservedConcurrentExecutions: 0"),
    ("Handler: app.hello", "Handler: app.hello\n      Timeout: 5400\n      MemorySize: 32768"),
    (GROUPS, f"{GROUPS}\n              Weight: 999"),
    ("Name: foo", f"Name: {'a' * 40}"),
    ("Name: foo", "Name: foo\n      CustomDomainName: '*.Api-1.Example.com'"),
    (
        "          PathMatch:\n            Match: {Prefix: /old}",
        "          HeaderMatches: [{Name: 'X_a.b', Match: {Contains: é}}]",
    ),
    ("          PathMatch:\n            Match: {Prefix: /old}", "          Method: FOO"),
    ("FunctionName: !Sub 'hello-${Stage}'", f"FunctionName: A_-{'a' * 61}"),
    ("STAGE: ", f"BIG: {'x' * 4000}\n          STAGE: "),
]
METHODS = "GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH"
ROUTES = [
    ("matches: [{path: {value: '/a/*'}}]", "VPC Lattice allows no * in a path such as '/a/*': a prefix matches whatever follows it."),
    (f"matches: [{{path: {{value: /{'a' * 200}}}}}]", "value must have 1 to 200 characters, not 201."),
    ("matches: [{path: {type: Exact, value: '/a b'}}]", "value must match the pattern /[a-zA-Z0-9@:%_+.~#?&/=-]*"),
    ("matches: [{path: {value: 1}}]", "value must match the pattern /[a-zA-Z0-9@:%_+.~#?&/=-]*"),
    ("matches: [{headers: [{name: '', value: a}]}]", "name must have 1 to 100 characters, not 0."),
    ("matches: [{headers: [{name: x}]}]", "value must be text, not None."),
    (f"matches: [{{headers: [{{name: x, value: {'a' * 201}}}]}}]", "value must have 1 to 200 characters, not 201."),
    ("matches: [{method: FOO}]", f"method must be one of {METHODS}, not 'FOO'."),
    ("matches: [{method: get}]", f"method must be one of {METHODS}, not 'get'."),
    ("matches: [{method: [GET]}]", f"method must be one of {METHODS}, not ['GET']."),
    ("matches: [{path: 5}]", "path must be an object, not 5."),
    ("matches: [{path: []}]", "path must be an object, not []."),
    ("matches: [{headers: [{name: a b, value: x}]}]", "name must be the name of a header, not 'a b'."),
    ('matches: [{headers: [{name: a, value: "x\\r\\nY: 1"}]}]', "value has the character U+000D, which no header can have."),
    ("backendRefs: [{name: app, port: 99999}]", "port must be a whole number from 1 to 65535, not 99999."),
    ("backendRefs: [{name: app, port: 0}]", "port must be a whole number from 1 to 65535, not 0."),
    ("backendRefs: [{name: gone, port: x}]", "port must be a whole number from 1 to 65535, not 'x'."),
    ("backendRefs: [{name: app, weight: -1}]", "weight must be a whole number from 0 to 999, not -1."),
    ("backendRefs: [{name: gone, weight: -1}]", "weight must be a whole number from 0 to 1000000, not -1."),
    ("backendRefs: [{name: gone, weight: 1000000000000}]", "weight must be a whole number from 0 to 1000000, not 1000000000000."),
    ("backendRefs: [" + "{name: app}, " * 11 + "]", "A rule has at most 10 backendRefs."),
    ("backendRefs: [{name: app, weight: 1000}]", "weight must be a whole number from 0 to 999, not 1000."),
]  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_limit_is_the_one_of_aws_s_model(name: str) -> None:
    model = MODELS[name]

    assert SHAPES[name] == (model["min"], model.get("max", MAX_INTEGER), model.get("pattern", ""))


def test_a_variable_of_lambda_s_model_is_one_here() -> None:
    assert MODELS["EnvironmentVariableName"]["pattern"] == "[a-zA-Z]([a-zA-Z0-9_])+"
    assert ENVIRONMENT_NAME.pattern == "[a-zA-Z][a-zA-Z0-9_]*"


def test_fixed_responses_are_those_that_the_model_s_text_names() -> None:
    text = MODELS["FixedResponseAction"]["members"]["statusCode"]["documentation"]

    assert tuple(map(int, re.findall(r"\d{3}", text))) == FIXED_STATUSES


@pytest.mark.parametrize(("old", "new", "said"), REFUSED)
def test_what_aws_would_refuse_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEMPLATE

    assert f"template.yml:{said}" in problems(TEMPLATE.replace(old, new, 1))


@pytest.mark.parametrize(("old", "new"), TAKEN)
def test_what_aws_takes_is_taken(old: str, new: str) -> None:
    assert old in TEMPLATE
    network, _ = link(read(TEMPLATE.replace(old, new, 1)))

    assert network.services


@pytest.mark.parametrize(("rule", "said"), ROUTES)
def test_what_vpc_lattice_would_refuse_of_a_route_is_refused(rule: str, said: str) -> None:
    text = GATEWAY + ROUTE.partition("    - matches")[0] + f"    - {rule}\n"
    with pytest.raises(ConfigurationError) as caught:
        read_manifests(text)
    assert re.match(rf"k8s\.yaml:\d+:\d+: {re.escape(said)}", str(caught.value)), str(caught.value)


@pytest.mark.parametrize("priority", ["0", "2001", "9" * 5000])
def test_a_priority_that_vpc_lattice_would_refuse_is_refused(priority: str) -> None:
    name = "application-networking.k8s.aws/rule-0-priority"
    text = ROUTE.replace("{name: eks-app}", f"{{name: eks-app, annotations: {{{name}: '{priority}'}}}}")
    with pytest.raises(ConfigurationError, match="must be a whole number from 1 to 2000"):
        read_manifests(GATEWAY + text)


OBJECTS = [
    ("{name: eks-app}", '{name: "a\\e[2J[red]"}', "The name of a HTTPRoute must have 1 to 253 of a-z, 0-9 and hyphens inside, not 'a\\x1b[2J[red]'."),
    ("{name: eks-app}", "{name: Eks_App}", "The name of a HTTPRoute must have 1 to 253 of a-z, 0-9 and hyphens inside, not 'Eks_App'."),
    ("{name: eks-app}", "{}", "The name of a HTTPRoute must have 1 to 253 of a-z, 0-9 and hyphens inside, not ''."),
    ("{name: eks-app}", f"{{name: {'a' * 254}}}", "The name of a HTTPRoute must have 1 to 253"),
    ("{name: eks-app}", "{name: eks-app, namespace: a.b}", "The namespace of a HTTPRoute must have 1 to 63 of a-z, 0-9 and hyphens inside, not 'a.b'."),
    ("{name: eks-app}", "[a]", "metadata must be an object, not ['a']."),
    ("{name: eks-app}", "{name: eks-app, annotations: 5}", "annotations must be an object, not 5."),
    ("{name: app}", '{name: "app\\n"}', "The name of a Service must have 1 to 253 of a-z, 0-9 and hyphens inside, not 'app\\n'."),
    ("{name: sample}", "{name: Sample}", "The name of a Gateway must have 1 to 253 of a-z, 0-9 and hyphens inside, not 'Sample'."),
    ("spec: {ports: [{port: 80}]}", "spec: 5", "spec must be an object, not 5."),
    ("port: 443}", "port: 443, allowedRoutes: 5}", "allowedRoutes must be an object, not 5."),
    ("port: 443}", "port: 443, allowedRoutes: {namespaces: All}}", "namespaces must be an object, not 'All'."),
    ("sectionName: https}", "sectionName: https, port: 99999}", "port must be a whole number from 1 to 65535, not 99999."),
    ("  rules:", "  hostnames: [a.example, 127.0.0.1]\n  rules:", "A hostname must be a host name, not an address such as '127.0.0.1'."),
    ("  rules:", "  hostnames: [localhost]\n  rules:", "A hostname must not be 'localhost', which is always the caller's own machine."),
    ("  rules:", "  hostnames: ['*.localhost']\n  rules:", "A hostname must not be '*.localhost'"),
    ("  rules:", "  hostnames: ['google.com:443']\n  rules:", "A hostname must be a host name such as api.example.com, without a port, not 'google.com:443'."),
    *(
        ("  rules:", f"  hostnames: ['{name}']\n  rules:", "A hostname must be a host name such as api.example.com, without a port, not ")
        for name in ("", "a b", "é.com", "a_b.com", "A.com", "-a.com", "a..b", "a.com.", "*", "a.*.com", "*.*.com", "::1", "a" * 254)
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), OBJECTS)
def test_what_the_kubernetes_api_would_refuse_of_an_object_is_refused(old: str, new: str, said: str) -> None:
    """Source: Object Names and IDs (RFC 1123); the types Hostname and PortNumber of the Gateway API."""
    whole = GATEWAY + ROUTE
    assert old in whole
    with pytest.raises(ConfigurationError) as caught:
        read_manifests(whole.replace(old, new))
    assert re.search(rf"(?m)^k8s\.yaml:\d+:\d+: {re.escape(said)}", str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        GATEWAY + ROUTE.replace("  rules:", "  hostnames: ['*.api-1.example.com', a]\n  rules:"),
        GATEWAY + ROUTE.replace("{name: eks-app}", "{name: eks.app-1, labels: null}"),
        GATEWAY + ROUTE.replace("port: 80}", "port: 65535, weight: 0}").replace("/app}", "/app}\n          method: PATCH"),
        GATEWAY + ROUTE.replace("[{name: app, port: 80}]", "[{name: app}, {name: gone, weight: 1000000}]"),
        GATEWAY + ROUTE + "---\nkind: ClusterRole\nmetadata: {name: 'system:Node'}\nspec: 5\n",
    ],
)  # fmt: skip
def test_what_the_kubernetes_api_takes_is_taken(text: str) -> None:
    network, _ = read_manifests(text)

    assert network.services


@pytest.mark.parametrize("given", ["MyMacro", "[AWS::LanguageExtensions, {Name: MyMacro}]"])
def test_a_transform_that_is_not_run_is_noted(given: str) -> None:
    _, notes = link(read(f"Transform: {given}\n{TEMPLATE}"))

    assert (
        "template.yml:1:1: The transform MyMacro is not run here, so what it makes is missing. "
        "Use the processed template: aws cloudformation get-template --template-stage Processed."
    ) in notes
