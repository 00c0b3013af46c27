"""LTC603 is held to the Gateway API's own precedence, and to the network that `lattice dev` plays."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from lattice_events.assumptions import DEFAULTS
from lattice_events.checks.rule import Material
from lattice_events.checks.rules.kubernetes import document_order
from lattice_events.headers import Headers
from lattice_events.network.routing import route
from lattice_events.request import Request
from tests.checking import material_of
from tests.conftest import examples

GATEWAY = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "shop"},
    "spec": {
        "gatewayClassName": "amazon-vpc-lattice",
        "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}],
    },
}
PATHS = [
    "/",
    "/a",
    "/b",
    "/a/a",
    "/a/b",
    "/a/a/b",
]  # whether a slash at the end counts is a matter of its own
HEADERS = [{"name": "x", "value": "1"}, {"name": "y", "value": "1"}]
MATCHES = st.builds(
    lambda kind, path, headers, method: {
        "path": {"type": kind, "value": path},
        "headers": sorted(headers, key=lambda each: each["name"]),
        **({"method": method} if method else {}),
    },
    st.sampled_from(["Exact", "PathPrefix"]),
    st.sampled_from(PATHS),
    st.lists(st.sampled_from(HEADERS), unique_by=lambda each: each["name"]),
    st.sampled_from([None, "GET", "POST"]),
)
# Every request that rules of these matches can tell from each other, and more.
REQUESTS = [
    Request(method=method, path=path, headers=Headers(headers))
    for method, path, headers in itertools.product(
        ["GET", "POST", "PATCH"],
        [
            "/",
            *(f"/{'/'.join(each)}" for n in (1, 2, 3, 4) for each in itertools.product("abz", repeat=n)),
        ],
        [(), (("x", "1"),), (("y", "1"),), (("x", "1"), ("y", "1"))],
    )
]


def manifests(matches: Sequence[dict[str, Any]]) -> str:
    rules = [{"matches": [each], "backendRefs": [{"name": "app", "port": 80}]} for each in matches]
    spec = {"parentRefs": [{"name": "shop"}], "rules": rules}
    kind = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute"}
    items = [GATEWAY, {**kind, "metadata": {"name": "app"}, "spec": spec}]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)


def takes(match: dict[str, Any], request: Request) -> bool:
    """Whether the Gateway API means a request: prefixes are of whole path elements.

    Source: https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch
    """
    kind, wanted = match["path"]["type"], match["path"]["value"]
    elements, prefix = request.path.strip("/").split("/"), [each for each in wanted.split("/") if each]
    is_met = request.path == wanted if kind == "Exact" else elements[: len(prefix)] == prefix
    has_headers = all(request.headers.get(each["name"]) == each["value"] for each in match["headers"])
    return is_met and match.get("method", request.method) == request.method and has_headers


def preferred(matches: Sequence[dict[str, Any]], request: Request) -> int | None:
    """The rule that gets a request by the Gateway API.

    Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
    """
    ranks = {
        index: (
            match["path"]["type"] == "Exact",
            len(match["path"]["value"]),
            "method" in match,
            len(match["headers"]),
            -index,
        )
        for index, match in enumerate(matches)
        if takes(match, request)
    }
    return max(ranks, key=lambda index: ranks[index], default=None)


def played(
    material: Material, origins: list[str], request: Request, mode: Literal["string", "element"]
) -> int | None:
    """The rule that gets a request in the network."""
    assert material.network is not None
    (service,) = material.network.services
    rule = route(service.listeners[0], request, replace(DEFAULTS, prefix_mode=mode)).rule
    return None if rule is None else origins.index(rule.origin)


@examples(500)
@given(st.lists(MATCHES, min_size=2, max_size=5, unique_by=json.dumps))
def test_a_rule_is_found_if_it_loses_all_that_the_gateway_api_gives_it(matches: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "app.yaml"
        file.write_text(manifests(matches))
        material = material_of(file)
        (written,) = material.definitions.of_kind("HTTPRoute")
        origins = [written.locate(("spec", "rules", index)) for index in range(len(matches))]
        found = {origins.index(each.place) for each in document_order.RULE.check(material)}

    lost = {
        index: [each for each in REQUESTS if preferred(matches, each) == index]
        for index in range(len(matches))
    }
    for index, requests in lost.items():
        kept = [each for each in requests if played(material, origins, each, "element") == index]
        if index in found:
            assert requests
            assert not kept
            assert all(played(material, origins, each, "string") != index for each in requests)
        else:
            assert kept or not requests
