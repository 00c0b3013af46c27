"""Services that exist already and that the Gateway API controller claims for a route of the same name.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/docs/guides/migrate-to-eks.md
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/controllers/takeover_manager.go
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/deploy/lattice/listener_synthesizer.go
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lattice_events.errors import Problem
from lattice_events.network.model import Listener, Service
from lattice_events.readers.common.fragment import Fragment, Reference, RouteService

_MANAGED_BY = "application-networking.k8s.aws/ManagedBy"  # a tag of what a controller has claimed


def claim_services(merged: Fragment) -> set[str]:
    """Add the services of routes; where one exists, its rules and listeners become those of the route.

    One that another controller manages, or that another route has claimed, stays: then there are two of one name.

    Returns:
        The ARNs of the services that are claimed.
    """
    places = {each.name: place for place, each in enumerate(merged.services)}
    claimed: dict[str, str] = {}  # by the ARN that a route's service would have
    for route in merged.route_services:
        place = places.pop(route.service.name, None)
        if place is None or not _may_claim(merged.services[place], route):
            merged.services.append(route.service)
            continue
        existing = merged.services[place]
        claimed[route.service.arn] = existing.arn
        merged.services[place] = _claimed(existing, route.service, merged)
    _refer_to(claimed, merged)
    return set(claimed.values())


def _may_claim(existing: Service, route: RouteService) -> bool:
    return existing.tags.get(_MANAGED_BY, "") in ("", route.takes_over_from)


def _claimed(existing: Service, wanted: Service, merged: Fragment) -> Service:
    """The existing service with the listeners of the route: one that is there on a port stays, with the route's rules."""
    there = _listeners(existing, merged)
    listeners = []
    for each in wanted.listeners:
        other = there.pop(each.port, None)
        if other is not None and other.protocol != each.protocol:
            message = (
                f"The controller deletes listener {each.port} of service {existing.name}, which it claims: it is "
                f"{other.protocol} there, at {other.origin}, and {each.protocol} here. Make them the same."
            )
            merged.problems.append(Problem(message, each.origin))
        listeners.append(each if other is None else replace(each, default_action=other.default_action))
    ports = ", ".join(map(str, there))
    does = f", replaces its rules and deletes its listener {ports}" if ports else " and replaces its rules"
    merged.notes.append(
        f"{wanted.origin}: The controller claims the service {existing.name} ({existing.origin}) for this route{does}."
    )
    return replace(existing, listeners=tuple(listeners), tags={**existing.tags, **wanted.tags})


def _listeners(existing: Service, merged: Fragment) -> dict[int, Listener]:
    """The listeners of a service by port, also those that another source gives it by its ARN or name."""
    placed = (
        each.listener for each in merged.listeners if each.service.text in (existing.arn, existing.name)
    )
    return {each.port: each for each in (*existing.listeners, *placed)}


def _refer_to(claimed: Mapping[str, str], merged: Fragment) -> None:
    """Let what a route's service has be of the service that is claimed for it."""

    def moved(reference: Reference) -> Reference:
        return replace(reference, text=claimed.get(reference.text, reference.text))

    merged.service_associations[:] = [
        replace(each, service=moved(each.service)) for each in merged.service_associations
    ]
    merged.auth_policies[:] = [replace(each, resource=moved(each.resource)) for each in merged.auth_policies]
