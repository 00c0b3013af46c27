"""The graph as JSON, for programs: everything, nothing folded."""

from __future__ import annotations

import json
from typing import Any

from lattice_events.network.graph.values import Graph


def to_values(graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """``{"nodes": [{id, kind, name, details, service}], "edges": [{id, source, target, kind, label}]}``."""
    nodes = [
        {
            "id": node.id,
            "kind": node.kind,
            "name": node.name,
            "details": node.details,
            "service": node.service,
        }
        for node in graph.nodes
    ]
    edges = [
        {
            "id": edge.id,
            "source": edge.source,
            "target": edge.target,
            "kind": edge.kind,
            "label": edge.label,
        }
        for edge in graph.edges
    ]
    return {"nodes": nodes, "edges": edges}


def to_json(graph: Graph) -> str:
    """The text of `to_values`."""
    return json.dumps(to_values(graph), indent=2) + "\n"
