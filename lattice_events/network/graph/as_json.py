"""The graph as JSON, for programs: everything, nothing folded."""

from __future__ import annotations

import json

from lattice_events.network.graph.values import Graph


def to_json(graph: Graph) -> str:
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
    return json.dumps({"nodes": nodes, "edges": edges}, indent=2) + "\n"
