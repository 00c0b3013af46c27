"""A route that no listener of a Gateway takes, or a Gateway that no controller serves."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.names import Names
from lattice_events.checks.rules.kubernetes.routes import ParentRef, parent_refs, told_at
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.kubernetes import (
    CONTROLLER,
    CONTROLLER_NAME,
    OUR_CLASS,
    ROUTES,
    ROUTES_BY_PROTOCOL,
    is_ours,
)
from lattice_events.definitions.values import ManifestObject, follow

_CLOSE = 0.75


def _check(material: Material) -> Iterator[Found]:
    yield from _classes(material.definitions)
    names = Names(material.definitions)
    for route in material.definitions.of_kind(*ROUTES):
        if not route.items("spec", "parentRefs"):
            message = (
                f"{route.kind} {route.shown} names no Gateway in parentRefs, so the controller ignores it."
            )
            yield Found(place=route.locate(("spec",)), message=message)
        yield from _parents(route, names, material)


def _parents(route: ManifestObject, names: Names, material: Material) -> Iterator[Found]:
    """What is wrong with the parentRefs: at their place if a reader refuses the route for them."""
    found = [
        each
        for parent in parent_refs(route, material.definitions)
        for each in _parent(route, parent, names, material.definitions)
    ]
    refused = list(told_at(material, route.locate(("spec", "parentRefs"))))
    if refused and found:
        yield from (replace(each, place=refused[0].place) for each in found)
    else:
        yield from refused or found


def _classes(definitions: Definitions) -> Iterator[Found]:
    """Classes that are likely meant to be the controller's."""
    for each in definitions.of_kind("GatewayClass"):
        name = str(each.get("spec", "controllerName"))
        if name != CONTROLLER_NAME and name.startswith(f"{CONTROLLER}/"):
            message = f"GatewayClass {each.name} names the controller {name}, which does not exist; it is {CONTROLLER_NAME}."
            yield Found(place=each.locate(("spec", "controllerName")), message=message)
    for each in definitions.of_kind("Gateway"):
        name = str(each.get("spec", "gatewayClassName"))
        is_close = name != OUR_CLASS and difflib.get_close_matches(name, [OUR_CLASS], cutoff=_CLOSE)
        if is_close and definitions.named("GatewayClass", "", name) is None:
            message = f"Gateway {each.shown} is of class {name}, which nothing here defines; the controller's class is {OUR_CLASS}."
            yield Found(place=each.locate(("spec", "gatewayClassName")), message=message)


def _parent(
    route: ManifestObject, parent: ParentRef, names: Names, definitions: Definitions
) -> Iterator[Found]:
    """What is wrong with one parentRef."""
    if parent.gateway is None:
        meant = names.meant_instead("Gateway", parent.namespace, parent.name)
        if meant:
            message = f"{route.kind} {route.shown} is on no Gateway: {meant}."
            yield Found(place=route.locate(parent.path), message=message)
    elif is_ours(parent.gateway, definitions.named):
        yield from _listeners(route, parent, parent.gateway)


def _listeners(route: ManifestObject, parent: ParentRef, gateway: ManifestObject) -> Iterator[Found]:
    """What is wrong with the listeners that a parentRef means."""
    listeners = gateway.items("spec", "listeners")
    section = parent.value.get("sectionName")
    meant = [each for each in listeners if not section or each.get("name") == section]
    if section and not meant:
        names = ", ".join(str(each.get("name")) for each in listeners)
        message = f"Gateway {gateway.shown} has no listener {section}; it has {names}."
        yield Found(place=route.locate((*parent.path, "sectionName")), message=message)
    elif meant and not any(route.kind in _kinds(each) for each in meant):
        wanted = next(each for each, kinds in ROUTES_BY_PROTOCOL.items() if route.kind in kinds)
        message = f"{route.kind} {route.shown} needs a listener of protocol {wanted}; those of Gateway {gateway.shown} that it means take none."
        yield Found(place=route.locate(parent.path), message=message)


def _kinds(listener: Mapping[str, Any]) -> Sequence[str]:
    """The kinds of routes that a listener takes."""
    named = follow(listener, ("allowedRoutes", "kinds"))
    if isinstance(named, list) and named:
        return [str(follow(each, ("kind",))) for each in named]
    return ROUTES_BY_PROTOCOL.get(str(listener.get("protocol")), ())


RULE = Rule(
    code="LTC608",
    name="route-unattached",
    severity="error",
    reason="No listener of a Gateway takes the route, or the Gateway is of no controller's class.",
    why="The controller makes a service of a route only if the first Gateway that it names is of its own class. A listener takes routes of its own namespace only, unless allowedRoutes says more, of the kinds that its protocol allows, and for the sectionName, port and hostname that fit. What does not fit is not made; the condition Accepted of the route may say why.",
    fix="Name a Gateway of class amazon-vpc-lattice with its namespace, and a listener that takes the route; or allow the route's namespace in the listener's allowedRoutes.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/model/core/route.go",
        f"{CONTROLLER_SOURCE}/pkg/controllers/route_controller.go",
        "https://gateway-api.sigs.k8s.io/reference/spec/#allowedroutes",
    ),
    form="manifests",
    wrong=BOTH + ROUTE.replace("    - name: shop\n", "    - name: shop\n      sectionName: https\n"),
    right=BOTH + ROUTE.replace("    - name: shop\n", "    - name: shop\n      sectionName: http\n"),
    check=_check,
)
