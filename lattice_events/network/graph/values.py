"""Nodes and edges as frozen values.

An id comes from a name or an ARN, never from an order: whoever holds a listener, a rule or a target of the network
finds its node, and the same network always has the same ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar, get_args

_Value = TypeVar("_Value")

NodeKind = Literal[
    "caller",
    "service network",
    "auth policy",
    "service",
    "listener",
    "rule",
    "target group",
    "function",
    "HTTP target",
]
EdgeKind = Literal["association", "call", "policy", "listener", "rule", "forward", "target"]
_KINDS = get_args(NodeKind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One thing of the network.

    Attributes:
        id: An ARN, or what `making` derives from names where a thing has none.
        kind: What it is.
        name: Of one that has a name, in full; else what people would call it.
        details: What else there is to know about it, a line each.
        service: The id of the service that it belongs to, if it belongs to one.
        order: Rules are tried in this order: by priority, the default action last.
        stands_for: The ids of nodes that were folded into it.
    """

    id: str
    kind: NodeKind
    name: str
    details: tuple[str, ...] = ()
    service: str | None = None
    order: int = 0
    stands_for: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[int, str, int, str, str]:
        """Where it stands among all nodes."""
        return (_KINDS.index(self.kind), self.service or "", self.order, self.name, self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """What leads from one node to another; there is at most one from one to the other.

    Attributes:
        source: Id of a node.
        target: Id of a node.
        kind: What it says.
        label: A share of weights, or which requests; empty for all.
    """

    source: str
    target: str
    kind: EdgeKind
    label: str = ""

    @property
    def id(self) -> str:
        """Of what it connects."""
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True)
class Graph:
    """Nodes and edges, each in an order of its own that follows from what they are."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge]) -> Graph:
        """The graph of nodes and edges in any order; what is there twice counts once."""
        by_id = {node.id: node for node in nodes}
        places = {node.id: node.place for node in by_id.values()}
        kept = {edge.id: edge for edge in edges if edge.source in by_id and edge.target in by_id}
        return cls(
            tuple(sorted(by_id.values(), key=lambda node: node.place)),
            tuple(sorted(kept.values(), key=lambda edge: (places[edge.source], places[edge.target]))),
        )

    @cached_property
    def node_by_id(self) -> Mapping[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def inside(self) -> Mapping[str, tuple[Node, ...]]:
        """The nodes that belong to each service, by its id; none for one that has none."""
        return _grouped((node.service, node) for node in self.nodes if node.service is not None)

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Node, ...]]:
        return _grouped((node.kind, node) for node in self.nodes)

    @cached_property
    def _by_source(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped((edge.source, edge) for edge in self.edges)

    @cached_property
    def _by_target(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped((edge.target, edge) for edge in self.edges)

    def of_kind(self, kind: NodeKind) -> tuple[Node, ...]:
        """The nodes of a kind."""
        return self._by_kind.get(kind, ())

    def edges_from(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that leave a node."""
        return self._by_source.get(node_id, ())

    def edges_to(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that end in a node."""
        return self._by_target.get(node_id, ())


def _grouped(pairs: Iterable[tuple[str, _Value]]) -> Mapping[str, tuple[_Value, ...]]:
    """Values by key, in order."""
    found: dict[str, list[_Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
