"""The auth policies of templates and manifests, with what each of them is on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lattice_events.checks.rule import Material
from lattice_events.checks.rules.policies.documents import Document, Path
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import AUTH_POLICY, SERVICE, SERVICE_NETWORK
from lattice_events.definitions.values import ManifestObject, Resource

IAM_AUTH_POLICY = "IAMAuthPolicy"


@dataclass(frozen=True, kw_only=True)
class AuthPolicy:
    """One auth policy.

    Attributes:
        document: What it says.
        target: The service or service network that it is on, where a template defines that.
        route: The route that it is on, where it is a manifest's.
        gateway: Likewise.
    """

    document: Document
    target: Resource | None = None
    route: ManifestObject | None = None
    gateway: ManifestObject | None = None

    @property
    def is_active(self) -> bool:
        """Whether requests are asked for it, as far as that is known; a manifest's makes them be asked."""
        return self.target is None or self.target.get("AuthType") == "AWS_IAM"


def auth_policies(material: Material) -> Sequence[AuthPolicy]:
    """Every auth policy."""
    return (*_of_templates(material.definitions), *_of_manifests(material.definitions))


def words_of(target: Resource) -> str:
    """``the service orders``."""
    name = target.get("Name")
    kind = "service network" if target.type == SERVICE_NETWORK else "service"
    return f"the {kind} {name if isinstance(name, str) else target.name}"


def _of_templates(definitions: Definitions) -> Iterator[AuthPolicy]:
    for resource in definitions.of_type(AUTH_POLICY):
        target = definitions.find(resource.get("ResourceIdentifier"), SERVICE, SERVICE_NETWORK)
        yield AuthPolicy(
            document=property_document(
                resource, "Policy", owner=words_of(target) if target else "a service", is_auth=True
            ),
            target=target,
        )


def property_document(resource: Resource, *path: str | int, owner: str, is_auth: bool = False) -> Document:
    """The document that a property is."""
    return Document(
        kind="auth" if is_auth else "identity",
        owner=owner,
        value=resource.get(*path),
        locate=lambda keys: resource.place(*path, *keys),
        written=_written(resource, ("Properties", *path)),
        resource=resource,
        path=path,
    )


def _written(resource: Resource, path: Path) -> object:
    value: object = resource.written
    for key in path:
        try:
            value = value[key]  # type: ignore[index]  # whatever stands there
        except (LookupError, TypeError):
            return None
    return value


def _of_manifests(definitions: Definitions) -> Iterator[AuthPolicy]:
    for each in definitions.of_kind(IAM_AUTH_POLICY):
        kind, name = each.get("spec", "targetRef", "kind"), each.get("spec", "targetRef", "name")
        found = definitions.named(str(kind), each.namespace, str(name))
        place = each.locate(("spec", "policy"))
        yield AuthPolicy(
            document=Document(
                kind="auth",
                owner=f"{kind} {name}",
                value=each.get("spec", "policy"),
                locate=lambda _, place=place: place,  # type: ignore[misc]
            ),
            route=found if kind != "Gateway" else None,
            gateway=found if kind == "Gateway" else None,
        )
