"""A VPC Lattice event as Powertools' event handler reads it, V1 and V2."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, Literal, Union, get_args, get_origin

from aws_lambda_powertools.utilities.data_classes.common import CaseInsensitiveDict
from aws_lambda_powertools.utilities.data_classes.vpc_lattice import (
    VPCLatticeEventBase,
    vpcLatticeEventV2RequestContext,
)

from lattice_events.adapters.shown import shown_cookies
from lattice_events.codec import decode_event
from lattice_events.identity import Identity, identity_to_context
from lattice_events.request import Request


class LatticeEvent(VPCLatticeEventBase):
    """A V1 or V2 event whose properties are what the client sent; `request` has all of it, decoded.

    It has every attribute of Powertools' `VPCLatticeEvent` and `VPCLatticeEventV2`, whichever version came.
    """

    multiple_set_cookie: Literal["list", "cookies", "refuse"] = "list"
    """How the response is to be written; see `lattice_events.encode_response`."""

    headers_with_several_values: Collection[str] = ()
    """Those that the route's parameters take as lists, in lower case; the resolver tells."""

    @cached_property
    def request(self) -> Request:
        """The decoded request.

        Raises:
            EventError: The event is not VPC Lattice's, or a field of its form is wrong.
        """
        return decode_event(self._data)

    @property
    def path(self) -> str:
        """The path as it was sent, without the query string."""
        target = self._data.get("path") or self._data.get("raw_path")
        return target.partition("?")[0] if isinstance(target, str) else self.request.path

    @property
    def raw_path(self) -> str:
        """The path as it was sent, with the query string."""
        return self.request.target

    @property
    def http_method(self) -> str:
        """The method."""
        method = self._data.get("method")
        return method if isinstance(method, str) else self.request.method

    @property
    def method(self) -> str:
        """The method."""
        return self.http_method

    @property
    def version(self) -> str | None:
        """What a V2 event calls its version; ``None`` for V1. `request` has ``event_version``."""
        return self._data.get("version")

    @property
    def request_context(self) -> vpcLatticeEventV2RequestContext:
        """The request context, for V1 read from the headers; what is not known is ``None``."""
        request = self.request
        identity = identity_to_context(request.identity)
        # Powertools reads `X509SubjectCn` and the like, the service writes `x509SubjectCn`.
        capitals = {f"X{key[1:]}": value for key, value in identity.items() if key.startswith("x509")}
        return vpcLatticeEventV2RequestContext(
            {
                "serviceNetworkArn": request.service_network_arn,
                "serviceArn": request.service_arn,
                "targetGroupArn": request.target_group_arn,
                "identity": {**capitals, **identity},
                "region": request.region,
                "timeEpoch": None if request.time_epoch_us is None else str(request.time_epoch_us),
            }
        )

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers in any case; the values of a repeated one joined with a comma. Lists are in `request`."""
        lists = self.request.headers.to_lists()
        if "cookie" in lists:
            lists["cookie"] = [shown_cookies(self.request)]
        joined: dict[str, str] = CaseInsensitiveDict({name: ", ".join(lists[name]) for name in lists})  # type: ignore[no-untyped-call]  # untyped in Powertools
        return joined

    @property
    def resolved_headers_field(self) -> dict[str, Any]:
        """Headers for validation: text whole, and a list for a parameter that takes one.

        A V1 event has joined repeated headers with commas, so that its lists are what stands between them.
        """
        # Asked for at every response, so it reads the event itself: a decoded request costs 7 µs.
        headers = self._data.get("headers") or {}
        return {name.lower(): self._field(name.lower(), values) for name, values in headers.items()}

    def _field(self, name: str, values: Any) -> Any:
        """One header for validation."""
        if name in self.headers_with_several_values:
            return [value.strip() for value in values.split(",")] if isinstance(values, str) else values
        return values[0] if isinstance(values, list) and len(values) == 1 else values

    @property
    def query_string_parameters(self) -> dict[str, str]:
        """The first value of each parameter, decoded."""
        return {name: values[0] for name, values in self.request.query.to_lists().items()}

    @property
    def multi_value_query_string_parameters(self) -> dict[str, list[str]]:
        """Every value of each parameter, decoded."""
        return self.request.query.to_lists()

    @property
    def resolved_query_string_parameters(self) -> dict[str, list[str]]:
        """Every value of each parameter, for validation."""
        return self.request.query.to_lists()

    @property
    def body(self) -> str | None:  # type: ignore[override]  # a request may have none
        """The body as it stands in the event, perhaps base64."""
        return self._data.get("body")

    @property
    def is_base64_encoded(self) -> bool:
        """Whether `body` is base64."""
        return bool(self._data.get("isBase64Encoded") or self._data.get("is_base64_encoded"))

    @property
    def body_bytes(self) -> bytes:
        """The body's bytes."""
        return self.request.body

    @property
    def decoded_body(self) -> str:
        """The body as text.

        Raises:
            BodyError: It is no text.
        """
        return self.request.text

    @cached_property
    def json_body(self) -> Any:
        """The body as JSON, by the resolver's own deserializer."""
        return self._json_deserializer(self.decoded_body)

    @property
    def identity(self) -> Identity:
        """Who called, for V1 and V2 alike."""
        return self.request.identity

    @property
    def time_epoch(self) -> int | None:
        """When VPC Lattice took the request, microseconds since 1970; V2 only."""
        return self.request.time_epoch_us

    @property
    def request_id(self) -> str | None:
        """``x-amzn-requestid``."""
        return self.request.request_id


def find_headers_with_several_values(parameters: Collection[Any]) -> set[str]:
    """The names of a route's header parameters whose annotation is a list, a set and so on, in lower case."""
    names: set[str] = set()
    for parameter in parameters:
        annotation = parameter.field_info.annotation
        fields = getattr(annotation, "model_fields", None)
        if fields is not None:  # a model of headers
            for name, field in fields.items():
                if _is_several(field.annotation):
                    names |= {name.lower(), name.lower().replace("_", "-"), (field.alias or name).lower()}
        elif _is_several(annotation):
            names.add(parameter.alias.lower())
    return names


def _is_several(annotation: Any) -> bool:
    """Whether a value of this type holds several: a collection, or a union with one."""
    kind = get_origin(annotation) or annotation
    if kind is Union or kind is types.UnionType:
        return any(_is_several(each) for each in get_args(annotation))
    return (
        isinstance(kind, type)
        and issubclass(kind, Collection)
        and not issubclass(kind, (str, bytes, Mapping))
    )
