"""What is a mistake in manifests beside the rules' own examples, and what is none though it looks like one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lattice_events.checks.rule import Edit
from tests.checking import codes_of, findings_in

CONTROLLER = "https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3"
GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: shop, namespace: infra}
spec:
  gatewayClassName: amazon-vpc-lattice
  listeners:
    - {name: http, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}
    - {name: https, protocol: HTTPS, port: 443, allowedRoutes: {namespaces: {from: All}}}
"""
SERVICES = """\
---
apiVersion: v1
kind: Service
metadata: {name: web-v1}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}, {name: admin, port: 81}]}
---
apiVersion: v1
kind: Service
metadata: {name: tls}
spec: {selector: {app: tls}, ports: [{name: https, port: 443, targetPort: 8443}, {port: 8443, name: more}]}
---
apiVersion: v1
kind: Service
metadata: {name: checkout}
spec: {selector: {app: checkout}, ports: [{port: 80}]}
"""


def route(
    rules: str, *, more: str = "", name: str = "web", kind: str = "HTTPRoute", annotations: str = "{}"
) -> str:
    return f"""\
---
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: {name}, annotations: {annotations}}}
spec:
  parentRefs: [{{name: shop, namespace: infra}}]
  rules: {rules}
{more}"""


def policy(kind: str, target: str, *, name: str = "p", spec: str = "", more: str = "") -> str:
    return f"""\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: {kind}
metadata: {{name: {name}{more}}}
spec: {{targetRef: {{{target}}}{spec}}}
"""


def export(spec: str = "{}", *, name: str = "web-v1", annotations: str = "") -> str:
    return f"""\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: ServiceExport
metadata: {{name: {name}, annotations: {{application-networking.k8s.aws/federation: amazon-vpc-lattice{annotations}}}}}
spec: {spec}
"""


def found(*objects: str, folder: Path) -> list[str]:
    return codes_of(GATEWAY + SERVICES + "".join(objects), folder)


@pytest.mark.parametrize(
    ("backend", "codes"),
    [
        ("{name: web-v1, port: 80}", []),
        ("{name: web-v1, port: '80'}", []),
        ("{name: web-v1, port: 81, weight: 0}", ["LTC623"]),
        ("{name: web-v1, port: 81, weight: 0}, {name: tls, port: 443}", ["LTC607"]),
        ("{name: web-v2, port: 80}", []),  # of another version, which may be in the cluster
        ("{name: elsewhere, port: 80}", []),
        ("{name: web-v1, namespace: other, port: 80}", ["LTC620"]),
        ("{name: 'web-${VERSION}', port: 80}", []),
        ("{name: chekcout, port: 80}", ["LTC620"]),
        ("{name: checkouts, port: 80}", []),  # a word of its own
        ("{name: web-v1, port: 8080}", ["LTC606"]),
        ("{name: web-v1, port: admin}", ["LTC606"]),
        ("{name: web-v1}", ["LTC606"]),
        ("{name: remote, kind: ServiceImport}", []),
        ("{name: web-v1, kind: Service, group: '', port: 80, weight: 999}", []),
        ("{name: web-v1, port: 80, weight: 1000}", ["LTC612"]),
        ("{name: bucket, kind: Bucket}", ["LTC611"]),
    ],
)
def test_backends(backend: str, codes: list[str], tmp_path: Path) -> None:
    """Source: pkg/gateway/model_build_targetgroup.go, pkg/gateway/model_build_targets.go"""
    imports = """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: ServiceImport
metadata: {name: remote}
spec: {type: ClusterSetIP, ports: [{port: 80, protocol: TCP}]}
"""
    assert found(route(f"[{{backendRefs: [{backend}]}}]"), imports, folder=tmp_path) == codes


PORTS = [
    ("{port: 8080}", []),
    ("{port: 8080, name: https}", []),  # TLS may end before the pod
    ("{port: 8080, name: https, targetPort: 8443}", ["LTC607"]),
    ("{port: 8080, name: https-web, targetPort: https}", ["LTC607"]),
    ("{port: 8080, name: web, targetPort: 8443}", []),
    ("{port: 8080, targetPort: 10443}", ["LTC607"]),
    ("{port: 8080, name: grpc-web}", ["LTC607"]),
    ("{port: 8080, name: grpc, appProtocol: http}", []),
    ("{port: 8080, name: https, targetPort: 8443, appProtocol: http}", []),
    ("{port: 8080, appProtocol: https}", ["LTC607"]),
    ("{port: 8080, appProtocol: HTTPS}", ["LTC607"]),
    ("{port: 8080, appProtocol: kubernetes.io/h2c}", ["LTC607"]),
    ("{port: 8080, appProtocol: kubernetes.io/ws}", []),
    ("{port: 8080, appProtocol: mongo}", []),
]
ODD = "---\napiVersion: v1\nkind: Service\nmetadata: {{name: odd}}\nspec: {{ports: [{port}]}}\n"


@pytest.mark.parametrize(("port", "codes"), PORTS)
def test_what_the_port_of_a_service_says_of_its_pods(port: str, codes: list[str], tmp_path: Path) -> None:
    """Source: docs/api-types/target-group-policy.md; https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol"""
    web = route("[{backendRefs: [{name: odd, port: 8080}]}]")

    assert found(ODD.format(port=port), web, folder=tmp_path) == codes


@pytest.mark.parametrize(
    ("kind", "target", "spec", "codes"),
    [
        ("https", "group: '', kind: Service, name: odd", ", protocol: HTTPS", []),
        ("https", "group: '', kind: Service, name: odd", ", protocol: HTTP", ["LTC607"]),
        ("https", "group: '', kind: Service, name: odd", ", protocolVersion: HTTP2", ["LTC607"]),
        ("https", "group: '', kind: Service, name: other", ", protocol: HTTPS", ["LTC607"]),
        ("https", "group: '', kind: Service, name: odd", ", protocol: TCP", ["LTC607"]),
        ("grpc", "group: '', kind: Service, name: odd", ", protocolVersion: GRPC", []),
        ("grpc", "group: '', kind: Service, name: odd", ", protocolVersion: HTTP1", ["LTC607"]),
    ],
)
def test_a_target_group_policy_says_the_protocol(
    kind: str, target: str, spec: str, codes: list[str], tmp_path: Path
) -> None:
    web = route("[{backendRefs: [{name: odd, port: 8080}]}]")
    service = ODD.format(port=f"{{port: 8080, appProtocol: {kind}}}")

    assert found(service, web, policy("TargetGroupPolicy", target, spec=spec), folder=tmp_path) == codes


@pytest.mark.parametrize(
    ("ports", "annotation", "codes"),
    [
        ("[{port: 80, routeType: HTTP}]", "", ["LTC607"]),
        ("[{port: 80, routeType: TLS}]", "", []),
        ("[{port: 80, routeType: TLS}, {port: 81, routeType: HTTP}]", "", []),
        (
            "[]",
            ", application-networking.k8s.aws/port: '80'",
            [],
        ),  # as a TLSRoute of another cluster wants it
    ],
)
def test_an_exported_group_of_tcp(ports: str, annotation: str, codes: list[str], tmp_path: Path) -> None:
    """Source: docs/guides/tls-passthrough.md"""
    tcp = policy(
        "TargetGroupPolicy",
        "group: application-networking.k8s.aws, kind: ServiceExport, name: web-v1",
        spec=", protocol: TCP",
    )
    exported = export(f"{{exportedPorts: {ports}}}", annotations=annotation)

    assert found(exported, tcp, folder=tmp_path) == codes


def test_a_grpc_route_says_the_protocol_itself(tmp_path: Path) -> None:
    """Source: pkg/gateway/model_build_targetgroup.go"""
    grpc = route("[{backendRefs: [{name: odd, port: 8080}]}]", kind="GRPCRoute")

    assert found(ODD.format(port="{port: 8080, name: grpc}"), grpc, folder=tmp_path) == []


@pytest.mark.parametrize(
    ("spec", "annotations", "codes"),
    [
        ("{}", "", []),
        ("{exportedPorts: [{port: 80, routeType: HTTP}, {port: 81, routeType: GRPC}]}", "", []),
        ("{exportedPorts: [{port: 90, routeType: HTTP}]}", "", ["LTC606"]),
        ("{}", ", application-networking.k8s.aws/port: '80, 81'", []),
        ("{}", ", application-networking.k8s.aws/port: '80,90'", ["LTC606"]),
        ("{}", ", application-networking.k8s.aws/port: http", ["LTC606"]),
        (
            "{}",
            ", application-networking.k8s.aws/service-name: tls, application-networking.k8s.aws/port: '443'",
            ["LTC607"],
        ),
        (
            "{}",
            ", application-networking.k8s.aws/service-name: gone, application-networking.k8s.aws/port: '9'",
            [],
        ),
        ("{}", ", application-networking.k8s.aws/export-name: web", ["LTC605"]),
        ("{}", ", application-networking.k8s.aws/federaton: x", ["LTC605"]),
        ("{}", ", application-networking.k8s.aws/of-a-later-version: x", []),
        ("{}", ", multicluster.x-k8s.io/port: '80'", ["LTC605"]),
    ],
)
def test_exports(spec: str, annotations: str, codes: list[str], tmp_path: Path) -> None:
    """Source: docs/api-types/service-export.md"""
    assert found(export(spec, annotations=annotations), folder=tmp_path) == codes


@pytest.mark.parametrize(
    ("annotations", "codes"),
    [
        (
            "{application-networking.k8s.aws/lattice-assigned-domain-name: web.example}",
            [],
        ),  # as the controller writes it
        ("{application-networking.k8s.aws/lattice-service-arn: 'arn:aws:vpc-lattice:x'}", []),
        ("{application-networking.k8s.aws/standalone: 'true', application-networking.k8s.aws/tags: a=b}", []),
        ("{kubernetes.io/federation: amazon-vpc-lattice}", []),
        ("{application-networking.k8s.aws/standalon: 'true'}", ["LTC605"]),
        ("{application-networking.k8s.aws/federation: amazon-vpc-lattice}", ["LTC605"]),
        ("{application-networking.k8s.aws/rule-0-priority: '2'}", []),
        ("{application-networking.k8s.aws/rule-1-priority: '2'}", ["LTC605"]),
        ("{application-networking.k8s.aws/rule-0-priority: high}", ["LTC613"]),
        ("{application-networking.k8s.aws/rule-0-priority: '0'}", ["LTC613"]),
    ],
)
def test_annotations_of_routes(annotations: str, codes: list[str], tmp_path: Path) -> None:
    """Source: pkg/gateway/model_build_lattice_service.go, pkg/gateway/model_build_rule.go"""
    web = route("[{backendRefs: [{name: web-v1, port: 80}]}]", annotations=annotations)

    assert found(web, folder=tmp_path) == codes


TO = "backendRefs: [{name: web-v1, port: 80}]"


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        (f"[{{{TO}}}]", []),
        (f"[{{matches: [], {TO}}}]", []),
        (f"[{{matches: [{{path: {{value: /a}}}}], {TO}}}, {{{TO}}}]", []),
        (f"[{{{TO}}}, {{matches: [{{path: {{value: /a}}}}], {TO}}}]", ["LTC603"]),
        (f"[{{matches: [{{method: GET}}], {TO}}}, {{matches: [{{path: {{value: /a}}}}], {TO}}}]", []),  # they overlap
        (f"[{{matches: [{{path: {{value: /app}}}}], {TO}}}, {{matches: [{{path: {{value: /apple}}}}], {TO}}}]", []),
        (f"[{{matches: [{{path: {{value: /a/}}}}], {TO}}}, {{matches: [{{path: {{value: /a}}}}], {TO}}}]", []),
        (f"[{{{TO}}}, {{matches: [{{path: {{value: /}}}}], {TO}}}]", ["LTC619"]),
        (f"[{{{TO}}}, {{matches: [{{method: GET}}], {TO}}}, {{matches: [{{path: {{type: PathPrefix}}}}], {TO}}}]", ["LTC619"]),  # the first of them is gone
        (f"[{{matches: [{{}}, {{}}], {TO}}}]", ["LTC601"]),
        (f"[{{filters: [], {TO}}}]", []),
        (f"[{{filters: [{{type: RequestMirror}}], timeouts: {{request: 1s}}, {TO}}}]", ["LTC602", "LTC602"]),
        (f"[{{name: named, {TO}}}]", []),
        (f"[{{matches: [{{queryParams: [{{name: a, value: b}}], path: {{type: RegularExpression, value: a}}}}], {TO}}}]", ["LTC611", "LTC611"]),
        (f"[{{matches: [{{queryParams: []}}], {TO}}}]", []),
    ],
)  # fmt: skip
def test_rules_of_routes(rules: str, codes: list[str], tmp_path: Path) -> None:
    """Source: pkg/gateway/model_build_rule.go"""
    assert found(route(rules), folder=tmp_path) == codes


def test_an_annotated_rule_is_written_before_an_equal_one(tmp_path: Path) -> None:
    """Source: pkg/deploy/lattice/rule_manager.go"""
    annotations = "{application-networking.k8s.aws/rule-1-priority: '5'}"
    (tmp_path / "k8s.yaml").write_text(
        GATEWAY + SERVICES + route(f"[{{{TO}}}, {{{TO}}}]", annotations=annotations)
    )

    (finding,) = findings_in(tmp_path)

    assert finding.message == (
        "Rules 0 and 1 of HTTPRoute web have the same match; VPC Lattice gets one rule of them, with the backends of rule 0."
    )


@pytest.mark.parametrize(
    ("parents", "codes"),
    [
        (
            "[{name: shop, namespace: infra, sectionName: http}, {name: shop, namespace: infra, sectionName: https}]",
            [],
        ),
        (
            "[{name: shop, namespace: infra, sectionName: http}, {name: shop, namespace: infra, sectionName: tls}]",
            ["LTC608"],
        ),
        ("[{name: shop, namespace: infra, port: 8080}]", ["LTC608"]),
        ("[{name: shop}]", ["LTC608"]),  # in its own namespace
        ("[{name: shpo, namespace: infra}]", []),  # too short to be sure
        ("[{name: public, namespace: infra}]", []),
        ("[{kind: Service, name: web-v1}]", []),
        ("[]", ["LTC608"]),
    ],
)
def test_parents(parents: str, codes: list[str], tmp_path: Path) -> None:
    """Source: pkg/model/core/route.go"""
    web = route(f"[{{{TO}}}]").replace("[{name: shop, namespace: infra}]", parents)

    assert found(web, folder=tmp_path) == codes


def test_an_unknown_label_of_a_namespace_is_no_mistake(tmp_path: Path) -> None:
    gateway = GATEWAY.replace("from: All", "from: Selector, selector: {matchLabels: {team: web}}")

    assert codes_of(gateway + SERVICES + route(f"[{{{TO}}}]"), tmp_path) == []


@pytest.mark.parametrize(
    ("edit", "codes"),
    [
        (("amazon-vpc-lattice", "istio"), []),
        (("amazon-vpc-lattice", "lattice-of-ours"), []),
        (("amazon-vpc-lattice", "amazon-vpc-latice"), ["LTC608"]),
        (("amazon-vpc-lattice", "aws-vpc-lattice"), ["LTC608"]),
    ],
)
def test_classes_of_gateways(edit: tuple[str, str], codes: list[str], tmp_path: Path) -> None:
    """Rules about routes keep quiet where another controller serves the Gateway."""
    web = route(f"[{{filters: [{{type: RequestMirror}}], matches: [{{}}, {{}}], {TO}}}]")

    assert codes_of(GATEWAY.replace(*edit) + SERVICES + web, tmp_path) == codes


def test_a_route_with_an_annotation_is_the_controllers_without_its_gateway(tmp_path: Path) -> None:
    web = route(
        f"[{{matches: [{{}}, {{}}], {TO}}}]", annotations="{application-networking.k8s.aws/tags: a=b}"
    )

    assert codes_of(web.removeprefix("---\n"), tmp_path) == ["LTC601"]


ALLOW = ', policy: \'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}]}\''
ROUTES = "group: gateway.networking.k8s.io, kind: HTTPRoute, name: web"
GATEWAYS = "group: gateway.networking.k8s.io, kind: Gateway, name: shop"


@pytest.mark.parametrize(
    ("policies", "codes"),
    [
        (policy("IAMAuthPolicy", ROUTES, spec=ALLOW), []),
        (policy("IAMAuthPolicy", GATEWAYS, spec=ALLOW, more=", namespace: infra"), []),
        (policy("IAMAuthPolicy", GATEWAYS, spec=ALLOW), ["LTC609"]),
        (policy("IAMAuthPolicy", ROUTES.replace("web", "web-v9"), spec=ALLOW), ["LTC609"]),
        (policy("IAMAuthPolicy", ROUTES.replace("HTTPRoute", "Namespace"), spec=ALLOW), ["LTC609"]),
        (policy("TargetGroupPolicy", "group: '', kind: Service, name: gone"), []),
        (policy("TargetGroupPolicy", "group: core, kind: Service, name: tls"), ["LTC609"]),
        (policy("TargetGroupPolicy", "kind: Service, name: tls"), []),
        (policy("TargetGroupPolicy", "group: '', kind: Service, name: tls", more=", namespace: other"), ["LTC609"]),
        (policy("TargetGroupPolicy", "group: '', kind: Service, name: tls") + policy("TargetGroupPolicy", "group: '', kind: Service, name: web-v1", name="q"), []),
        (policy("TargetGroupPolicy", "group: '', kind: Service, name: tls") + policy("TargetGroupPolicy", "group: '', kind: Service, name: tls", name="q"), ["LTC616"]),
        (policy("VpcAssociationPolicy", GATEWAYS, more=", namespace: infra", spec=", associateWithVpc: false"), []),
        (policy("VpcAssociationPolicy", GATEWAYS, more=", namespace: infra", spec=", securityGroupIds: [sg-1]"), []),
        (policy("VpcAssociationPolicy", ROUTES, spec=", associateWithVpc: true"), ["LTC609"]),
    ],
)  # fmt: skip
def test_policies(policies: str, codes: list[str], tmp_path: Path) -> None:
    """Source: pkg/k8s/policyhelper/policy.go"""
    assert found(route(f"[{{{TO}}}]"), policies, folder=tmp_path) == codes


@pytest.mark.parametrize(
    ("routes", "codes"),
    [
        (route(f"[{{{TO}}}]", name="a") + route(f"[{{{TO}}}]", name="b"), []),
        (route(f"[{{{TO}}}]", name="a") + route(f"[{{{TO}}}]", name="a", kind="GRPCRoute"), ["LTC618"]),
        (route(f"[{{{TO}}}]", name="orders-of-the-shop-x-1") + route(f"[{{{TO}}}]", name="orders-of-the-shop-x-2"), ["LTC618"]),
        (
            route(f"[{{{TO}}}]", name="orders-of-the-shop-x-1")
            + route(f"[{{{TO}}}]", name="orders-of-the-shop-x-2", annotations="{application-networking.k8s.aws/service-name-override: two}"),
            [],
        ),
    ],
)  # fmt: skip
def test_names_of_services(routes: str, codes: list[str], tmp_path: Path) -> None:
    """Source: pkg/utils/common.go, pkg/deploy/lattice/service_manager.go"""
    assert found(routes, folder=tmp_path) == codes


@pytest.mark.parametrize(
    ("spec", "listeners", "codes"),
    [
        ("hostnames: [a.example.com], rules: [{backendRefs: [{name: tls, port: 443}]}]", "tls: {mode: Passthrough}", []),
        ("rules: [{backendRefs: [{name: tls, port: 443}]}]", "tls: {mode: Passthrough}", ["LTC622"]),
        ("hostnames: [a.example.com], rules: [{backendRefs: [{name: tls, port: 443}]}]", "tls: {}", ["LTC622"]),
        ("hostnames: [a.example.com], rules: [{}, {}]", "tls: {mode: Passthrough}", ["LTC622"]),
    ],
)  # fmt: skip
def test_tls_passthrough(spec: str, listeners: str, codes: list[str], tmp_path: Path) -> None:
    """Source: docs/guides/tls-passthrough.md"""
    gateway = f"{GATEWAY}    - {{name: tls, protocol: TLS, port: 8443, {listeners}, allowedRoutes: {{namespaces: {{from: All}}}}}}\n"
    sealed = f"---\napiVersion: gateway.networking.k8s.io/v1\nkind: TLSRoute\nmetadata: {{name: sealed}}\nspec: {{parentRefs: [{{name: shop, namespace: infra}}], {spec}}}\n"

    assert codes_of(gateway + SERVICES + sealed, tmp_path) == codes


FEDERATION = "application-networking.k8s.aws/federation"


@pytest.mark.parametrize(
    ("metadata", "name", "inside", "value"),
    [
        ("{name: web}", "metadata", "annotations", {FEDERATION: "amazon-vpc-lattice"}),
        ("{name: web, annotations: {a: b}}", "annotations", FEDERATION, "amazon-vpc-lattice"),
        (f"{{name: web, annotations: {{{FEDERATION}: lattice}}}}", FEDERATION, "", "amazon-vpc-lattice"),
    ],
)
def test_the_federation_is_added_where_it_is_missing(
    metadata: str, name: str, inside: str, value: Any, tmp_path: Path
) -> None:
    text = f"apiVersion: application-networking.k8s.aws/v1alpha1\nkind: ServiceExport\nmetadata: {metadata}\nspec: {{}}\n"
    (tmp_path / "k8s.yaml").write_text(text)

    (finding,) = findings_in(tmp_path)

    assert finding.edits == (Edit(place=str(finding.place), name=name, inside=inside, value=value),)


def test_a_list_has_places_of_its_own(tmp_path: Path) -> None:
    items = [
        each.strip()
        for each in (GATEWAY + SERVICES + route(f"[{{matches: [{{}}, {{}}], {TO}}}]")).split("---\n")
    ]
    indented = "".join("  - " + each.replace("\n", "\n    ") + "\n" for each in items)
    (tmp_path / "k8s.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n{indented}")

    (finding,) = findings_in(tmp_path)

    line = (tmp_path / "k8s.yaml").read_text().splitlines()[finding.place.line - 1]
    assert (finding.code, line.strip()) == ("LTC601", f"rules: [{{matches: [{{}}, {{}}], {TO}}}]")
