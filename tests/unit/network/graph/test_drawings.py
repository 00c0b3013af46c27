"""What is drawn: with how much detail, and that no name can be more than text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.network.graph import (
    Edge,
    Graph,
    Node,
    find_excess,
    foldings,
    make_graph,
    to_dot,
    to_json,
    to_mermaid,
)
from lattice_events.network.model import FixedResponseAction
from tests.networks import NETWORK_ARN, forward_to, http_group, lambda_group, listener, rule
from tests.networks import network as network_of
from tests.networks import service as service_of
from tests.shops import shop
from tests.unit.network.graph.test_making import APP, IN_VPC, guarded, statement

HOSTILE = (
    'a"]; click a href "javascript:alert(1)"',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "end",
    "**bold** *i* __b__ _i_ ~~d~~ ~d~",
    "1. list",
    "2) list",
    "- list",
    "+ list",
    "# heading",
    "> quote",
    "    code",
    "---",
    "[link](https://example.com)",
    "https://example.com/x www.example.com",
    "a@example.com ftp://x.example",
    "fa:fa-car fab:fa-github",
    "$$x^2$$",
    "%%{init: {}}%% %% comment",
    "a\nb --> c\r\u2028d",
    "\\N \\ \\*",
    "style x:#1; classDef x fill:#f00;",
    "&lt;b&gt; #35; #quot;",
    "注文サービス",
    "\x1b[2J\u202e\ud800",
    "{a} (b) |c| @{shape: x} !x ^y = ? '",
)

TEXT = (
    r"(?:#[0-9]+;|\\[*_~\[\\]|[^\W_]|[ /.,+…·\u200b-])*"  # of Mermaid, where nothing else stands for itself
)


def levels(*services: Any, **options: Any) -> list[Graph]:
    groups = (
        lambda_group(),
        http_group("http://a", name="one"),
        http_group("http://a1", "http://a2", name="two"),
    )
    network = replace(network_of(*services, groups=groups), principals=(APP, IN_VPC))
    return list(foldings(make_graph(network, **options)))


def shown(graph: Graph) -> dict[str, list[str]]:
    """Nodes by kind, each as its name and details."""
    found: dict[str, list[str]] = {}
    for node in graph.nodes:
        found.setdefault(node.kind, []).append(" | ".join((node.name, *node.details)))
    return found


RULES = tuple(
    rule(priority, {"prefix": f"/{name}"}, action)
    for priority, (name, action) in enumerate(
        [
            ("a", forward_to("functions")),
            ("b", forward_to("one")),
            ("c", forward_to("functions")),
            ("d", FixedResponseAction(status=404)),
            ("e", forward_to("functions", "two", weights=(1, 3))),
        ],
        start=1,
    )
)
FULL = service_of(listeners=(listener(FixedResponseAction(status=500), *RULES),))


def test_the_first_drawing_has_everything() -> None:
    first, _, _ = levels(FULL)

    assert shown(first) == {
        "service network": ["sample | 1 VPC"],
        "caller": ["app"],
        "service": ["foo"],
        "listener": ["HTTPS 443"],
        "rule": [
            "1 · /a*",
            "2 · /b*",
            "3 · /c*",
            "4 · /d* | answers 404",
            "5 · /e*",
            "default | answers 500",
        ],
        "target group": ["functions | Lambda V2", "one | IP", "two | IP"],
        "function": ["hello"],
        "HTTP target": ["a", "a1", "a2"],
    }
    assert {node.service for node in first.of_kind("HTTP target")} == {FULL.arn}


def test_the_second_drawing_has_one_box_for_what_is_alike() -> None:
    _, second, _ = levels(FULL)

    assert shown(second) == {
        "service network": ["sample | 1 VPC"],
        "caller": ["app"],
        "service": ["foo"],
        "listener": ["HTTPS 443 | 4 · /d* answers 404 | default answers 500"],
        "rule": ["1 · /a* | 3 · /c*", "2 · /b*", "5 · /e*"],
        "target group": ["one | a", "two | 2 targets"],
        "function": ["hello"],
    }
    (merged, *_) = second.of_kind("rule")
    assert merged.stands_for == ("arn:rule/3",)
    assert [edge.label for edge in second.edges_from("arn:rule/5")] == ["75 %", "25 %"]


def test_the_third_drawing_has_services_only() -> None:
    own = replace(listener(), arn="arn:listener/orders")
    _, _, third = levels(FULL, guarded(statement(), listeners=(own,)))

    assert shown(third) == {
        "service network": ["sample | 1 VPC"],
        "caller": ["app", "app"],
        "service": ["foo | HTTPS 443", "orders | HTTPS 443 | AWS_IAM"],
    }
    assert {edge.kind for edge in third.edges} == {"association", "call"}


def test_a_listener_without_rules_forwards_by_itself() -> None:
    first, _, _ = levels(service_of(listeners=(listener(forward_to("one")),)))

    assert "rule" not in shown(first)
    assert [edge.kind for edge in first.edges_from("arn:listener/443")] == ["forward"]


def test_callers_who_may_send_the_same_are_one_box_at_each_service() -> None:
    callers = tuple(replace(APP, name=f"app-{number}") for number in range(8))
    network = replace(network_of(guarded(statement()), guarded(statement(), name="b")), principals=callers)
    _, second, _ = foldings(make_graph(network))

    assert shown(second)["caller"] == ["app-0 | app-1 | app-2 | app-3 | app-4 | + 3 more"] * 2
    assert second.of_kind("caller")[0].stands_for == tuple(f"caller:{each.name}" for each in callers)


def test_edges_that_come_together_say_what_each_of_them_said() -> None:
    action = forward_to("functions", "again", "two", weights=(1, 2, 1))
    network = network_of(
        service_of(listeners=(listener(action),)),
        groups=(lambda_group(), lambda_group("again"), http_group(name="two")),
    )
    _, second, _ = foldings(make_graph(network))

    assert [edge.label for edge in second.edges if edge.kind == "forward"] == ["25 %", "25 % + 50 %"]


def test_a_graph_has_an_edge_only_between_its_nodes() -> None:
    edge = Edge(source="a", target="b", kind="call")

    assert Graph.of([Node(id="a", kind="caller", name="a")], [edge]).edges == ()


def test_mermaid_draws_frames_boxes_and_arrows() -> None:
    first, _, _ = levels(guarded(statement("*/a/*"), custom_domain_name="shop.example"))

    assert re.sub(r"_[0-9a-f]{8}\b", "", to_mermaid(first)).splitlines()[1:] == [
        "flowchart LR",
        '  c_app("`app`"):::is_caller',
        '  s_sample{{"`sample',
        '      1 VPC`"}}:::is_service_network',
        '  subgraph s_orders ["`orders`"]',
        '    a_auth_policy>"`auth policy',
        r'      Allow App#58; \*/a/\*`"]:::is_auth_policy',
        '    l_https_443["`HTTPS 443',
        r"      AWS\_IAM",
        '      shop.example`"]:::is_listener',
        '    t_functions[["`functions',
        '      Lambda V2`"]]:::is_target_group',
        '    f_hello(["`λ hello`"]):::is_function',
        "  end",
        '  c_app -->|"`\u200b\\*/a/\\*`"| a_auth_policy',
        "  s_sample --> a_auth_policy",
        "  a_auth_policy --> l_https_443",
        "  l_https_443 --> t_functions",
        "  t_functions --> f_hello",
        "  classDef is_auth_policy fill:#fffde7,stroke:#f9a825,color:#212121",
        "  classDef is_caller fill:#ede7f6,stroke:#5e35b1,color:#212121",
        "  classDef is_function fill:#fff3e0,stroke:#ef6c00,color:#212121",
        "  classDef is_listener fill:#e8f5e9,stroke:#2e7d32,color:#212121",
        "  classDef is_service_network fill:#e3f2fd,stroke:#1565c0,color:#212121",
        "  classDef is_target_group fill:#eceff1,stroke:#546e7a,color:#212121",
        "  classDef frame fill:transparent,stroke:#2e7d32",
        "  class s_orders frame",
    ]


def test_a_service_without_a_frame_is_a_box() -> None:
    text = to_mermaid(levels(service_of(listeners=()))[0])

    assert '["`foo\n      no listener`"]:::is_service' in text
    assert "subgraph" not in text
    assert "frame" not in text


def test_every_listener_of_a_service_is_led_to() -> None:
    plain = replace(listener(port=80, protocol="HTTP"), arn="arn:listener/80")
    drawn = to_mermaid(levels(service_of(listeners=(listener(), plain)))[0])

    assert len(re.findall(r"s_sample_\w+ --> l_http", drawn)) == 2


def test_long_titles_have_room_and_long_names_lose_their_middle() -> None:
    name = "a" * 30 + "b" * 30
    short, long = (to_mermaid(levels(service_of(each))[0]) for each in ("foo", name))

    assert '"bottom": 8' in short
    assert '"bottom": 28' in long
    assert f'["`{"a" * 24}…{"b" * 23}`"]' in long


def test_a_box_has_not_too_many_lines() -> None:
    policy = [statement(Sid=f"Number{number}") for number in range(10)]
    text = to_mermaid(levels(guarded(*policy))[0])

    assert "Allow Number5\n      \u200b+ 4 more" in text
    assert "Number6" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_more_than_text_to_mermaid(name: str) -> None:
    text = to_mermaid(Graph.of([Node(id=name, kind="function", name=name, details=(name,))], []))

    first, second = text.splitlines()[2:4]
    assert re.fullmatch(rf'  f_[a-z0-9_]*\(\["`{TEXT}', first)
    assert re.fullmatch(rf'      {TEXT}`"\]\):::is_function', second)
    assert len(text.splitlines()) == 5


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_more_than_text_to_graphviz(name: str) -> None:
    text = to_dot(Graph.of([Node(id="x", kind="function", name=name)], []))

    (box,) = [line for line in text.splitlines() if line.startswith("  f_")]
    label = re.match(
        r'  f_\w*? \[label="((?:[^"\\]|\\\\|\\")*)", tooltip="((?:[^"\\]|\\\\|\\")*)", shape=box', box
    )
    assert label
    assert "&" not in label[1].replace("&amp;", "")
    assert all(character.isprintable() for character in box)


def test_graphviz_draws_the_same() -> None:
    text = re.sub(r"_[0-9a-f]{8}\b", "", to_dot(levels(guarded(statement("*/a/*")))[0]))

    assert 'subgraph cluster_s_orders {\n    label="orders"; color="#2e7d32"; margin=12;' in text
    assert (
        'a_auth_policy [label="auth policy\\nAllow App: */a/*", tooltip="auth policy: auth policy", shape=note'
        in text
    )
    assert 'c_app -> a_auth_policy [label="*/a/*"];' in text
    assert "l_https_443 -> t_functions;" in text


def test_json_has_everything_of_the_graph() -> None:
    graph = levels(guarded(statement("*/a/*")))[0]
    written = json.loads(to_json(graph))

    assert [each["id"] for each in written["nodes"]] == [node.id for node in graph.nodes]
    assert written["edges"][0] == {
        "id": f"caller:app -> {service_of('orders').arn}",
        "source": "caller:app",
        "target": service_of("orders").arn,
        "kind": "call",
        "label": "*/a/*",
    }
    assert written["nodes"][1] == {
        "id": NETWORK_ARN,
        "kind": "service network",
        "name": "sample",
        "details": ["1 VPC"],
        "service": None,
    }


def test_thirty_services_are_within_the_limits_of_mermaid() -> None:
    first, second, third = map(to_mermaid, foldings(make_graph(shop(30))))

    assert find_excess(first) == f"{len(first):,} characters, and Mermaid reads 50,000"
    assert find_excess(second) is None
    assert find_excess(third) is None


def test_too_many_edges_are_told_before_too_much_text() -> None:
    assert find_excess("  a --> b\n" * 501) == "501 edges, and Mermaid draws 500"
    assert find_excess("  a --> b\n" * 500) is None


@given(st.text(), st.text())
def test_two_nodes_never_have_one_key(one: str, other: str) -> None:
    nodes = [Node(id=id_, kind="function", name="same") for id_ in {one, other}]
    text = to_mermaid(Graph.of(nodes, []))

    assert len(set(re.findall(r"f_same_\w+", text))) == len(nodes)
