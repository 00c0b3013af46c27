"""Operations in any order: what is kept always holds together, and everything can be deleted again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.constraints import problems
from lattice_events.cloud.model.service import is_read, service
from lattice_events.control_plane.records import Records
from lattice_events.control_plane.to_network import to_network
from tests.cloud_shapes import OPERATIONS, Making, made
from tests.conftest import examples
from tests.unit.cloud.operations.client import Client
from tests.unit.cloud.test_every_operation import Stage

CHANGING = [operation for operation in OPERATIONS if not is_read(operation)]
# Members of records that name another resource, by its id or ARN.
REFERENCES = {
    *("serviceArn", "serviceNetworkArn", "resourceArn", "resourceConfigurationArn", "targetGroupIdentifier"),
    *("resourceGatewayId", "resourceConfigurationGroupId"),
}
DELETIONS = (
    *(
        (
            f"DeleteServiceNetwork{end}Association",
            f"serviceNetwork{end}AssociationIdentifier",
            f"{end.lower()}_associations",
        )
        for end in ("Service", "Vpc", "Resource")
    ),
    ("DeleteService", "serviceIdentifier", "services"),
    ("DeleteServiceNetwork", "serviceNetworkIdentifier", "service_networks"),
    ("DeleteTargetGroup", "targetGroupIdentifier", "target_groups"),
    ("DeleteResourceConfiguration", "resourceConfigurationIdentifier", "resource_configurations"),
    ("DeleteResourceGateway", "resourceGatewayIdentifier", "resource_gateways"),
    ("DeleteDomainVerification", "domainVerificationIdentifier", "domain_verifications"),
)
BELONGINGS = ("tags", "targets", "auth_policies", "resource_policies")


def names_of(records: Records) -> set[str]:
    """The ids and ARNs of everything that is kept."""
    arns = {arn for kind, kept in vars(records).items() if kind not in BELONGINGS for arn in kept}
    return arns | {arn.rpartition("/")[2] for arn in arns}


def references(value: Any) -> Iterator[str]:
    """Every name of another resource in a record."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        if name in REFERENCES and item is not None:
            yield item
        yield from references(item)


def check(records: Records) -> None:
    """Nothing names what is not there, and all of it is a network."""
    names = names_of(records)
    kept = [
        document
        for kind, documents in vars(records).items()
        if kind != "tags"
        for document in documents.values()
    ]
    assert {name for document in kept for name in references(document)} <= names
    assert {arn for kind in BELONGINGS for arn in getattr(records, kind)} <= names
    assert {arn.partition("/listener/")[0] for arn in (*records.listeners, *records.rules)} <= set(
        records.services
    )
    assert {arn.partition("/rule/")[0] for arn in records.rules} <= set(records.listeners)
    to_network(records)


@st.composite
def inputs_among(draw: st.DrawFn, records: Records, shapes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An operation with an input that names what may be there."""
    operation = draw(st.sampled_from(CHANGING))
    names = sorted(names_of(records))
    fitting = {
        shape: [name for name in names if not list(problems(service().shape_for(shape), name))]
        for shape in shapes
        if shape.endswith(("Identifier", "WithoutRegex", "Arn"))
    }
    given = {**shapes, **{shape: draw(st.sampled_from(found)) for shape, found in fitting.items() if found}}
    how = Making(is_full=False, pick=draw(st.integers(0, 4)), given=given)
    shape = service().operation_model(operation).input_shape
    params = {
        name: made(member, how)
        for name, member in shape.members.items()
        if name in shape.required_members or draw(st.booleans())
    }
    return operation, {
        **params,
        **({"name": draw(st.sampled_from(["one", "two"]))} if "name" in params else {}),
    }


@examples(200)
@given(st.data())
def test_records_hold_together_after_any_operations(data: st.DataObject) -> None:
    stage = Stage()
    shapes = {**stage.given(), "RulePriority": 9, "ClientToken": None}
    for _ in range(data.draw(st.integers(1, 12))):
        operation, params = data.draw(inputs_among(stage.client.records, shapes))
        try:
            stage.client.call(
                operation, **{name: value for name, value in params.items() if value is not None}
            )
        except ApiError:
            continue
        check(stage.client.records)
    delete_everything(stage.client)
    assert all(not kept for kept in vars(stage.client.records).values())


def delete_everything(client: Client) -> None:
    """Delete all that is not deleted with another thing, in an order that every deletion allows."""
    for operation, member, kind in DELETIONS:
        kept = getattr(client.records, kind)
        for arn in sorted(kept, key=lambda arn: kept[arn].get("type") == "GROUP"):  # children come first
            client.call(operation, **{member: arn})
