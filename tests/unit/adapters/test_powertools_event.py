"""What a handler reads of Powertools' own event classes, it reads of `LatticeEvent`."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import VPCLatticeEvent, VPCLatticeEventV2, event_source

from lattice_events import encode_event
from lattice_events.adapters.powertools import LatticeEvent, LatticeResolver
from lattice_events.testing import call, make_event, make_request

CLASSES: dict[Any, Any] = {"V1": VPCLatticeEvent, "V2": VPCLatticeEventV2}
LINE = "PUT /a%20b?x=1&y=%C3%A9"
IDENTITY = ["type", "principal", "principal_org_id", "session_name", "source_vpc_arn"]
X509 = ["x509_subject_cn", "x509_issuer_ou", "x509_san_dns", "x509_san_uri", "x509_san_name_cn"]


def public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


@pytest.mark.parametrize("cls", CLASSES.values())
def test_every_attribute_of_powertools_classes_is_there(cls: type) -> None:
    assert public(cls) - public(LatticeEvent) == set()


@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize(
    "name", ["method", "http_method", "path", "body", "decoded_body", "json_body", "raw_event"]
)  # fmt: skip
@pytest.mark.parametrize("body", [{"json": {"a": "é"}}, {"json": 1, "headers": {"content-type": "a/b"}}])
def test_an_attribute_is_as_powertools_has_it(name: str, version: Any, body: Any) -> None:
    event = make_event(LINE, version=version, **body)

    assert getattr(LatticeEvent(event), name) == getattr(CLASSES[version](event), name)


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_the_raw_path_has_the_query_string(version: Any) -> None:
    event = LatticeEvent(make_event(LINE, version=version))

    assert event.raw_path == "/a%20b?x=1&y=%C3%A9"
    assert event.version == {"V1": None, "V2": "2.0"}[version]


@pytest.mark.parametrize("name", ["service_network_arn", "service_arn", "target_group_arn", "region", "time_epoch"]
    + [f"identity.{field}" for field in ["get_type", *IDENTITY[1:], "x509_san_dns"]])  # fmt: skip
def test_the_request_context_is_as_powertools_has_it(name: str) -> None:
    event = make_event(caller="roles-anywhere")

    expected = attrgetter(name)(VPCLatticeEventV2(event).request_context)

    assert attrgetter(name)(LatticeEvent(event).request_context) == expected


@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize("name", [*IDENTITY, *X509])
def test_the_caller_is_told_in_either_version(version: Any, name: str) -> None:
    request = make_request(caller="roles-anywhere")

    identity = LatticeEvent(encode_event(request, version=version)).request_context.identity

    told = getattr(identity, {"type": "get_type"}.get(name, name))
    assert told == (getattr(request.identity, name) or {"V1": "", "V2": None}[version])  # V1 has empty fields


def test_what_v1_does_not_tell_is_none() -> None:
    context: Any = LatticeEvent(make_event(version="V1", caller="role")).request_context

    assert (context.service_arn, context.region, context.time_epoch) == (None, None, None)


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_a_route_reads_the_request_context(version: Any) -> None:
    app = LatticeResolver()

    @app.get("/")
    def index() -> dict[str, str | None]:
        event = app.current_event
        return {"principal": event.request_context.identity.principal, "method": event.method}

    assert call(app.resolve, version=version, caller="role").json() == {
        "principal": "arn:aws:sts::123456789012:assumed-role/caller/session",
        "method": "GET",
    }


def test_powertools_decorator_makes_one() -> None:
    @event_source(data_class=LatticeEvent)
    def handler(event: LatticeEvent, context: Any) -> dict[str, Any]:
        return {"statusCode": 200, "body": event.method}

    assert call(handler, "PATCH /").text == "PATCH"
