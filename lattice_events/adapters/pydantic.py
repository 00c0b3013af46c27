"""Pydantic models of both events, for those who validate events with Pydantic or Powertools' parser.

`lattice_events.decode_event` needs none of this; it is the cheaper way in.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

from typing import Any, Literal

from lattice_events.errors import MissingExtraError

try:
    from pydantic import BaseModel, ConfigDict, Field
    from pydantic.alias_generators import to_camel
except ImportError as error:
    raise MissingExtraError("pydantic", needed_for="lattice_events.adapters.pydantic") from error


class _Model(BaseModel):
    """Takes the wire's names and keeps fields that it does not know."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, alias_generator=to_camel)


class LatticeV2Identity(_Model):
    """``requestContext.identity``; every key may be absent."""

    source_vpc_arn: str | None = None
    type: str | None = None
    principal: str | None = None
    principal_org_id: str | None = Field(None, alias="principalOrgID")
    session_name: str | None = None
    x509_issuer_ou: str | None = Field(None, alias="x509IssuerOu")
    x509_san_dns: str | None = Field(None, alias="x509SanDns")
    x509_san_name_cn: str | None = Field(None, alias="x509SanNameCn")
    x509_san_uri: str | None = Field(None, alias="x509SanUri")
    x509_subject_cn: str | None = Field(None, alias="x509SubjectCn")


class LatticeV2RequestContext(_Model):
    """``requestContext``; `time_epoch` is microseconds since 1970, a string on the wire."""

    service_network_arn: str | None = None
    service_arn: str | None = None
    target_group_arn: str | None = None
    identity: LatticeV2Identity | None = None
    region: str | None = None
    time_epoch: int | None = None


class LatticeV2Event(_Model):
    """A V2 event. `path` has the query string, as the service sends it."""

    version: Literal["2.0"]
    path: str
    method: str
    headers: dict[str, list[str]]
    query_string_parameters: dict[str, list[str]] | None = None
    body: str | None = None
    is_base64_encoded: bool = Field(default=False, alias="isBase64Encoded")
    request_context: LatticeV2RequestContext
    request_id: str | None = None


class LatticeV1Event(_Model):
    """A V1 event. `raw_path` has the query string, as the service sends it."""

    model_config = ConfigDict(extra="allow", alias_generator=None)

    raw_path: str
    method: str
    headers: dict[str, str]
    query_string_parameters: dict[str, str] | None = None
    body: str | None = None
    is_base64_encoded: bool = False
    request_id: str | None = None


def parse_event(event: Any) -> LatticeV1Event | LatticeV2Event:
    """Validate an event of either version.

    Raises:
        pydantic.ValidationError: It is neither.
    """
    if isinstance(event, dict) and "raw_path" in event:
        return LatticeV1Event.model_validate(event)
    return LatticeV2Event.model_validate(event)
