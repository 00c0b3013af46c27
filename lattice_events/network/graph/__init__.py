"""The service network as a graph of nodes and edges, and the texts that draw it. Pure."""

from lattice_events.network.graph.as_dot import to_dot
from lattice_events.network.graph.as_json import to_json, to_values
from lattice_events.network.graph.as_mermaid import find_excess, to_mermaid
from lattice_events.network.graph.folding import foldings
from lattice_events.network.graph.making import make_graph
from lattice_events.network.graph.reach import ANONYMOUS
from lattice_events.network.graph.values import Edge, Graph, Node

__all__ = [
    "ANONYMOUS",
    "Edge",
    "Graph",
    "Node",
    "find_excess",
    "foldings",
    "make_graph",
    "to_dot",
    "to_json",
    "to_mermaid",
    "to_values",
]
