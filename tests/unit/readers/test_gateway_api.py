"""Manifests as the controller reads them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    HeaderMatch,
    HttpTarget,
    Match,
    Network,
    PathMatch,
)
from lattice_events.readers.common.documents import parse_yaml_stream
from lattice_events.readers.kubernetes.routes import read_manifests
from lattice_events.readers.linking.assemble import assemble

GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: sample}
spec:
  gatewayClassName: amazon-vpc-lattice
  listeners:
    - {name: https, protocol: HTTPS, port: 443}
    - {name: http, protocol: HTTP, port: 80}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {ports: [{port: 80}]}
---
"""
ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: eks-app}
spec:
  parentRefs: [{name: sample, sectionName: https}]
  rules:
    - matches:
        - path: {type: PathPrefix, value: /app}
      backendRefs: [{name: app, port: 80}]
"""


def read(text: str, **options: Any) -> tuple[Network, tuple[str, ...]]:
    urls = options.pop("urls", {"app": ["http://127.0.0.1:1"]})
    fragment = read_manifests(
        list(parse_yaml_stream(text, "k8s.yaml")),
        region="us-west-2",
        account="123456789012",
        target_urls=urls,
        **options,
    )
    return assemble([fragment], region="us-west-2", account="123456789012")


def test_a_route_is_a_service_named_after_it_and_its_namespace() -> None:
    network, _ = read(GATEWAY + ROUTE)

    (service,) = network.services
    (listener,) = service.listeners
    (rule,) = listener.rules
    assert service.name == "eks-app-default"
    assert service.service_network_arns == (network.service_networks[0].arn,)
    assert network.service_networks[0].name == "sample"
    assert (listener.port, listener.default_action) == (443, FixedResponseAction(status=404))
    assert rule.match == Match(path=PathMatch(kind="prefix", value="/app", case_sensitive=True))
    assert network.target_groups[0].targets == (HttpTarget(url="http://127.0.0.1:1"),)


def rules_of(text: str) -> list[Any]:
    network, _ = read(GATEWAY + text)
    return list(network.services[0].listeners[0].rules)


def test_what_the_api_server_would_default_is_defaulted() -> None:
    (rule,) = rules_of(
        ROUTE.replace(
            "    - matches:\n        - path: {type: PathPrefix, value: /app}\n      backendRefs",
            "    - backendRefs",
        )
    )

    assert rule.match.path == PathMatch(kind="prefix", value="/", case_sensitive=True)
    assert rule.action.target_groups[0].weight == 1


def test_headers_never_mind_case_and_method_and_exact_paths_do() -> None:
    match = "- {path: {type: Exact, value: /one}, method: POST, headers: [{name: X, value: y}]}"
    (rule,) = rules_of(ROUTE.replace("- path: {type: PathPrefix, value: /app}", match))

    assert rule.match == Match(
        method="POST",
        path=PathMatch(kind="exact", value="/one", case_sensitive=True),
        headers=(HeaderMatch(name="X", kind="exact", value="y", case_sensitive=False),),
    )


def test_without_a_section_the_route_is_on_every_listener() -> None:
    network, _ = read(GATEWAY + ROUTE.replace(", sectionName: https", ""))

    assert [listener.port for listener in network.services[0].listeners] == [443, 80]


def test_document_order_is_priority_and_goes_on_after_the_annotated_rule() -> None:
    """Controller 2.1.3, model_build_rule.go: rules without an annotation follow the last one that has it."""
    rule = "    - {{matches: [{{method: {}}}], backendRefs: [{{name: app, port: 80}}]}}\n"
    others = rule.format("GET") + rule.format("PUT")
    annotated = ROUTE.replace(
        "metadata: {name: eks-app}",
        "metadata: {name: eks-app, annotations: {application-networking.k8s.aws/rule-1-priority: '7'}}",
    )

    assert [each.priority for each in rules_of(annotated + others)] == [8, 7, 9]
    assert [each.priority for each in rules_of(ROUTE + others)] == [1, 2, 3]


def test_long_names_are_cut_and_an_annotation_overrides() -> None:
    network, _ = read(GATEWAY + ROUTE.replace("eks-app", "a-very-long-route-name-indeed"))
    assert network.services[0].name == "a-very-long-route-na-default"

    override = (
        "metadata: {name: eks-app, annotations: {application-networking.k8s.aws/service-name-override: mine}}"
    )
    network, _ = read(GATEWAY + ROUTE.replace("metadata: {name: eks-app}", override))
    assert network.services[0].name == "mine"


def test_the_first_hostname_is_the_custom_domain() -> None:
    network, _ = read(GATEWAY + ROUTE.replace("spec:\n", "spec:\n  hostnames: [a.example, b.example]\n"))

    assert network.services[0].custom_domain_name == "a.example"


def test_weights_share_and_a_missing_backend_is_dropped() -> None:
    refs = "[{name: app, weight: 9}, {name: gone, weight: 1}]"
    network, notes = read(GATEWAY + ROUTE.replace("[{name: app, port: 80}]", refs))

    action = network.services[0].listeners[0].rules[0].action
    assert isinstance(action, ForwardAction)
    assert [group.weight for group in action.target_groups] == [9]
    assert "Service default/gone is not in the manifests; the controller drops such a backend" in notes[0]


def test_no_backend_at_all_is_a_500() -> None:
    (rule,) = rules_of(ROUTE.replace("name: app,", "name: gone,"))

    assert rule.action == FixedResponseAction(status=500)


def test_filters_are_ignored_and_that_is_said() -> None:
    _, notes = read(GATEWAY + ROUTE + "      filters: [{type: RequestRedirect}]\n")

    assert "filters of rule 0 are ignored, as the controller ignores them" in notes[0]


def test_a_route_of_another_gateway_is_left_out() -> None:
    network, notes = read(GATEWAY.replace("amazon-vpc-lattice", "nginx") + ROUTE)

    assert network.services == ()
    assert "no parent Gateway" in notes[0]


def test_a_service_import_names_any_target_group() -> None:
    imported = (
        "apiVersion: application-networking.k8s.aws/v1alpha1\nkind: ServiceImport\n"
        "metadata: {name: foo, annotations: {application-networking.k8s.aws/target-group-arn: 'arn:aws:vpc-lattice:us-west-2:1:targetgroup/tg-0'}}\n---\n"
    )
    with pytest.raises(ConfigurationError, match="The target group tg-0 is not defined"):
        read(GATEWAY + imported + ROUTE.replace("{name: app, port: 80}", "{name: foo, kind: ServiceImport}"))


def test_an_association_policy_puts_the_cluster_s_vpc_on_the_network() -> None:
    policy = (
        "apiVersion: application-networking.k8s.aws/v1alpha1\nkind: VpcAssociationPolicy\nmetadata: {name: p}\n"
        "spec: {targetRef: {kind: Gateway, name: sample}, associateWithVpc: true}\n---\n"
    )
    network, _ = read(GATEWAY + policy + ROUTE)

    assert re.fullmatch("vpc-[0-9a-f]{17}", network.service_networks[0].vpc_ids[0])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("        - path: {type: PathPrefix, value: /app}\n", "        - path: {value: /a}\n        - path: {value: /b}\n", r"k8s.yaml:23:11: .*LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES"),
        ("type: PathPrefix", "type: RegularExpression", "k8s.yaml:22:11: .*LATTICE_UNSUPPORTED_PATH_MATCH_TYPE"),
        ("value: /app", "value: app", "A path must start with /, but 'app' does not"),
        ("- path: {type: PathPrefix, value: /app}", "- {queryParams: [{name: a, value: b}]}", "LATTICE_UNSUPPORTED_MATCH_TYPE"),
        ("- path: {type: PathPrefix, value: /app}", "- {headers: [{name: a, value: b, type: RegularExpression}]}", "only Exact header matches"),
        ("sectionName: https", "sectionName: none", "k8s.yaml:19:3: The route matches no listener of its Gateway"),
        ("name: app,", "name: app, kind: Bucket,", "k8s.yaml:23:33: The controller knows backendRefs of kind Service and ServiceImport, not Bucket"),
        ("[{name: app, port: 80}]", "{name: app}", "k8s.yaml:23:7: backendRefs must be a list of objects"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_in_the_controller_s_words(old: str, new: str, said: str) -> None:
    assert old in ROUTE

    with pytest.raises(ConfigurationError, match=said):
        read(GATEWAY + ROUTE.replace(old, new))


def test_pods_without_a_stand_in_say_what_to_write() -> None:
    with pytest.raises(
        ConfigurationError, match=r"--target app=http://127.0.0.1:PORT, or targets: \{app: \{command"
    ):
        read(GATEWAY + ROUTE, urls={})


@pytest.mark.parametrize(
    ("annotation", "tags"),
    [
        ("Team=a, Env = b=c ,, bad, =x, y=", {"Team": "a", "Env": "b=c"}),
        ("application-networking.k8s.aws/ManagedBy=me,Team=a", {"Team": "a"}),
        ("", {}),
    ],
)
def test_an_annotation_tags_the_service(annotation: str, tags: dict[str, str]) -> None:
    """Source: aws-application-networking-k8s, docs/guides/additional-tags.md, pkg/k8s/utils.go."""
    tagged = (
        f"metadata: {{name: eks-app, annotations: {{application-networking.k8s.aws/tags: '{annotation}'}}}}"
    )
    network, _ = read(GATEWAY + ROUTE.replace("metadata: {name: eks-app}", tagged))

    assert network.services[0].tags == tags
