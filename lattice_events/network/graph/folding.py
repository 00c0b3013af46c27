"""The graph with fewer nodes, for drawings: what is alike is drawn once, what says little is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lattice_events.network.graph.values import Edge, Graph, Node, NodeKind

_MOST_NAMES = 4
_TARGETS: tuple[NodeKind, ...] = ("target group", "function", "HTTP target")


def foldings(graph: Graph) -> Iterator[Graph]:
    """The graph as it may be drawn, each time with fewer nodes.

    First everything; then one node for the rules of a listener that forward alike, for the callers of a service, and for
    a target group and its only target; then services without what is in them.
    """
    graph = _own_targets(_without_lonely_defaults(graph))
    yield graph
    graph = _callers_in_one(_alike(_without_answers(_without_groups(graph))))
    yield graph
    yield _services(graph)


def _without_lonely_defaults(graph: Graph) -> Graph:
    """The default action of a listener that has no rules is the listener's own."""
    lonely = {
        edges[0].target: listener.id
        for listener in graph.of_kind("listener")
        if len(edges := graph.edges_from(listener.id)) == 1
    }
    details = {into: graph.node_by_id[rule].details for rule, into in lonely.items()}
    return _contract(graph, lonely, details)


def _own_targets(graph: Graph) -> Graph:
    """A target that one service alone forwards to belongs to it."""
    services = {
        node.id: {graph.node_by_id[edge.source].service for edge in graph.edges_to(node.id)}
        for node in graph.nodes
        if node.kind in _TARGETS
    }
    own = {target: next(iter(users)) for target, users in services.items() if len(users) == 1}
    return Graph.of(
        (replace(node, service=own.get(node.id, node.service)) for node in graph.nodes), graph.edges
    )


def _without_groups(graph: Graph) -> Graph:
    """A target group of one function is that function; HTTP targets of one group are that group."""
    into: dict[str, str] = {}
    details: dict[str, Sequence[str]] = {}
    for group in graph.of_kind("target group"):
        targets = [graph.node_by_id[edge.target] for edge in graph.edges_from(group.id)]
        own = [each for each in targets if each.kind == "HTTP target" and len(graph.edges_to(each.id)) == 1]
        if own:
            into |= {each.id: group.id for each in own}
            names = [each.name for each in own]
            details[group.id] = names if len(names) == 1 else [f"{len(names)} targets"]
        elif len(targets) == 1:
            into[group.id] = targets[0].id
    return _contract(graph, into, details)


def _without_answers(graph: Graph) -> Graph:
    """What is answered without a target stands below the listener."""
    into: dict[str, str] = {}
    details: dict[str, list[str]] = {}
    for listener in graph.of_kind("listener"):
        rules = [
            graph.node_by_id[edge.target] for edge in graph.edges_from(listener.id) if edge.kind == "listener"
        ]
        answers = [rule for rule in rules if not graph.edges_from(rule.id)]
        into |= {rule.id: listener.id for rule in answers}
        lines = (" ".join((rule.name, *rule.details)) for rule in answers)
        details[listener.id] = [*listener.details, *_first(list(lines))]
    return _contract(graph, into, details)


def _alike(graph: Graph) -> Graph:
    """Rules of one listener that forward alike are one."""
    alike: dict[object, list[Node]] = {}
    for rule in graph.of_kind("rule"):
        listeners = frozenset(edge.source for edge in graph.edges_to(rule.id))
        forwards = frozenset((edge.target, edge.label) for edge in graph.edges_from(rule.id))
        alike.setdefault((listeners, forwards), []).append(rule)
    into = {other.id: first.id for first, *others in alike.values() for other in others}
    details = {first.id: _first([each.name for each in others]) for first, *others in alike.values()}
    return _contract(graph, into, details)


def _callers_in_one(graph: Graph) -> Graph:
    """All callers that send the same requests to a place are one there, however many places each of them calls."""
    calls: dict[tuple[str, str], list[Node]] = {}
    for edge in graph.edges:
        if edge.kind == "call":
            calls.setdefault((edge.target, edge.label), []).append(graph.node_by_id[edge.source])
    nodes = [node for node in graph.nodes if node.kind != "caller"]
    edges = [edge for edge in graph.edges if edge.kind != "call"]
    for (target, label), callers in calls.items():
        first, *others = callers
        names = tuple(_first([each.name for each in others]))
        ids = tuple(each.id for each in callers)
        node = replace(first, id=f"{target}/callers/{label}", details=names, stands_for=ids)
        nodes.append(node)
        edges.append(Edge(source=node.id, target=target, kind="call", label=label))
    return Graph.of(nodes, edges)


def _services(graph: Graph) -> Graph:
    """Services with their listeners in one node each, and nothing of what is behind them."""
    into: dict[str, str] = {}
    details: dict[str, list[str]] = {}
    for service in graph.of_kind("service"):
        inside = graph.inside.get(service.id, ())
        into |= {each.id: service.id for each in inside}
        details[service.id] = [*(each.name for each in inside if each.kind == "listener"), *service.details]
    folded = _contract(graph, into, details)
    return Graph.of((node for node in folded.nodes if node.kind not in _TARGETS), folded.edges)


def _first(lines: Sequence[str]) -> list[str]:
    """Not too many lines."""
    more = len(lines) - _MOST_NAMES
    return [*lines[:_MOST_NAMES], f"+ {more} more"] if more > 1 else [*lines]


def _contract(graph: Graph, into: Mapping[str, str], details: Mapping[str, Sequence[str]]) -> Graph:
    """The graph without some nodes, whose edges and names go over to others.

    Args:
        graph: Stays as it is.
        into: The nodes that go, each with the one that stands for it.
        details: New ones of nodes that stay.
    """
    members: dict[str, list[str]] = {}
    for gone, stays in into.items():
        members.setdefault(stays, []).extend((gone, *graph.node_by_id[gone].stands_for))
    nodes = [
        replace(
            node,
            details=tuple(details.get(node.id, node.details)),
            stands_for=(*node.stands_for, *sorted(members.get(node.id, ()))),
        )
        for node in graph.nodes
        if node.id not in into
    ]
    edges: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        source, target = (into.get(end, end) for end in (edge.source, edge.target))
        moved = replace(edge, source=source, target=target)
        if source != target:
            edges.setdefault(moved.id, []).append(moved)
    return Graph.of(nodes, map(_joined, edges.values()))


def _joined(edges: Sequence[Edge]) -> Edge:
    """One edge for several between the same nodes."""
    labels = sorted({edge.label for edge in edges} - {""})
    return replace(edges[0], label=" + ".join(labels))
