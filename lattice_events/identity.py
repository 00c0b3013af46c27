"""Who called, as VPC Lattice tells a target: one value for both event versions."""

from __future__ import annotations

from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTITY_HEADER = "x-amzn-lattice-identity"
NETWORK_HEADER = "x-amzn-lattice-network"
TARGET_HEADER = "x-amzn-lattice-target"
TAGS_HEADER = "x-amzn-lattice-identity-tags"

# Field, key in a V2 event's requestContext.identity, key in the V1 headers. Exact case, from
# https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html and .../http-targets.html
_FIELDS = (
    ("type", "type", "Type"),
    ("principal", "principal", "Principal"),
    ("principal_org_id", "principalOrgID", "PrincipalOrgID"),
    ("principal_org_paths", "principalOrgPaths", "PrincipalOrgPaths"),
    ("session_name", "sessionName", "SessionName"),
    ("x509_issuer_ou", "x509IssuerOu", "X509Issuer/OU"),
    ("x509_san_dns", "x509SanDns", "X509SAN/DNS"),
    ("x509_san_name_cn", "x509SanNameCn", "X509SAN/NameCN"),
    ("x509_san_uri", "x509SanUri", "X509SAN/URI"),
    ("x509_subject_cn", "x509SubjectCn", "X509Subject/CN"),
    ("source_vpc_arn", "sourceVpcArn", "SourceVpcArn"),
)
# What other libraries and older pages spell differently; read, never written.
_V2_VARIANTS = {
    "principalOrgId": "principal_org_id",
    "X509IssuerOu": "x509_issuer_ou",
    "X509SanDns": "x509_san_dns",
    "X509SanNameCn": "x509_san_name_cn",
    "X509SanUri": "x509_san_uri",
    "X509SubjectCn": "x509_subject_cn",
}
_FIELD_OF_V2_KEY = {**_V2_VARIANTS, **{v2: name for name, v2, _ in _FIELDS}}
_FIELD_OF_HEADER_KEY = {
    "PrincipalOrgPath": "principal_org_paths",
    **{v1: name for name, _, v1 in _FIELDS[:-1]},
}
# The header always has these, empty when unknown (seen 2026); the others appear when known.
_ALWAYS_IN_HEADER = ("principal", "principal_org_id", "principal_org_paths", "session_name", "type")


class Identity(Value):
    """The caller as VPC Lattice authenticated it; ``None`` is absent, ``""`` came empty.

    It is proof only behind VPC Lattice: whoever may call ``lambda:InvokeFunction`` can put anything
    into an event.

    Attributes:
        type: ``AWS_IAM`` when an auth policy applies and authentication succeeded.
        principal: ARN of the caller, such as ``arn:aws:sts::…:assumed-role/ROLE/SESSION``.
        principal_org_id: ``o-…`` of its organization.
        principal_org_paths: Its path in the organization.
        session_name: Of the role session.
        x509_issuer_ou: Issuer's organizational unit (IAM Roles Anywhere, like the next four).
        x509_san_dns: Subject alternative name, DNS.
        x509_san_name_cn: Subject alternative name, directory name's common name.
        x509_san_uri: Subject alternative name, URI.
        x509_subject_cn: Subject's common name.
        source_vpc_arn: ARN of the VPC that the request came from.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
    """

    __slots__ = tuple(name for name, _, _ in _FIELDS)

    type: str | None
    principal: str | None
    principal_org_id: str | None
    principal_org_paths: str | None
    session_name: str | None
    x509_issuer_ou: str | None
    x509_san_dns: str | None
    x509_san_name_cn: str | None
    x509_san_uri: str | None
    x509_subject_cn: str | None
    source_vpc_arn: str | None

    def __init__(
        self,
        *,
        type: str | None = None,
        principal: str | None = None,
        principal_org_id: str | None = None,
        principal_org_paths: str | None = None,
        session_name: str | None = None,
        x509_issuer_ou: str | None = None,
        x509_san_dns: str | None = None,
        x509_san_name_cn: str | None = None,
        x509_san_uri: str | None = None,
        x509_subject_cn: str | None = None,
        source_vpc_arn: str | None = None,
    ) -> None:
        """Keep what is known of the caller."""
        cls = self.__class__
        assign(self, "__class__", cls._draft)
        self.type = type
        self.principal = principal
        self.principal_org_id = principal_org_id
        self.principal_org_paths = principal_org_paths
        self.session_name = session_name
        self.x509_issuer_ou = x509_issuer_ou
        self.x509_san_dns = x509_san_dns
        self.x509_san_name_cn = x509_san_name_cn
        self.x509_san_uri = x509_san_uri
        self.x509_subject_cn = x509_subject_cn
        self.source_vpc_arn = source_vpc_arn
        self.__class__ = cls

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody was authenticated."""
        return not self.principal

    @property
    def source_vpc(self) -> str | None:
        """Id of the VPC that the request came from: ``vpc-…``."""
        return self.source_vpc_arn.rpartition("/")[2] if self.source_vpc_arn else None


ANONYMOUS = Identity()
_new = object.__new__


def identity_from_context(values: Mapping[str, str | None]) -> Identity:
    """Read the identity object of a V2 event's request context; unknown keys are left out."""
    known: dict[str, str | None] = {}
    for key, value in values.items():
        name = _FIELD_OF_V2_KEY.get(key)
        if name is not None and (name not in known or key not in _V2_VARIANTS):
            known[name] = value
    return _with(known)


def _with(known: dict[str, str | None]) -> Identity:
    """`Identity(**known)` in a third of the time, for every event has one."""
    made: Identity = _new(Identity._draft)  # noqa: SLF001 - a decoder fills it
    made.type = made.principal = made.principal_org_id = made.principal_org_paths = made.session_name = None
    made.x509_issuer_ou = made.x509_san_dns = made.x509_san_name_cn = made.x509_san_uri = None
    made.x509_subject_cn = made.source_vpc_arn = None
    for name, value in known.items():
        setattr(made, name, value)
    made.__class__ = Identity
    return made


def identity_to_context(identity: Identity) -> dict[str, str]:
    """Write the identity object of a V2 event: the keys whose values are known."""
    return {key: value for name, key, _ in _FIELDS if (value := getattr(identity, name)) is not None}


def parse_pairs(value: str) -> dict[str, str]:
    r"""Read ``key=value; key=value``, the form of VPC Lattice's own headers.

    Blanks around a pair go, a ``;`` inside a value is written ``\;``, a value may be empty, and a
    part without ``=`` is left out. The first of a repeated key counts: what a certificate says stands
    behind the principal, and must not replace it.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html
    """
    pairs: dict[str, str] = {}
    for part in value.replace("\\;", "\0").split(";"):
        key, equals, text = part.strip().partition("=")
        if equals and key not in pairs:
            pairs[key] = text.replace("\0", ";")
    return pairs


def identity_from_headers(identity: str | None, network: str | None) -> Identity:
    """Read the headers in which a V1 event, or a request to an HTTP target, tells the caller.

    Each header tells its own facts only: the network's the VPC, the identity's all others.
    """
    known: dict[str, str | None] = {}
    for key, value in parse_pairs(identity or "").items():
        name = _FIELD_OF_HEADER_KEY.get(key)
        if name is not None and name not in known:
            known[name] = value
    known["source_vpc_arn"] = parse_pairs(network).get("SourceVpcArn") if network else None
    return _with(known)


def identity_to_headers(identity: Identity, *, empty_fields: bool) -> list[tuple[str, str]]:
    """Write those headers; `empty_fields` writes ``Key=`` for what is not known of a caller.

    An anonymous caller has no identity header, one whose VPC is unknown no network header.
    """
    headers = []
    if not identity.is_anonymous:
        pairs = []
        for name, _, key in _FIELDS:
            value = getattr(identity, name)
            if name != "source_vpc_arn" and (
                value is not None or (empty_fields and name in _ALWAYS_IN_HEADER)
            ):
                pairs.append((key, value or ""))
        headers.append((IDENTITY_HEADER, format_pairs(_principal_first(pairs))))
    if identity.source_vpc_arn is not None:
        headers.append((NETWORK_HEADER, format_pairs([("SourceVpcArn", identity.source_vpc_arn)])))
    return headers


def _principal_first(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The order seen on the service: ``Type`` stands last."""
    return [pair for pair in pairs if pair[0] != "Type"] + [pair for pair in pairs if pair[0] == "Type"]


def format_pairs(pairs: list[tuple[str, str]]) -> str:
    r"""Write ``key=value; key=value``, each ``;`` inside a value as ``\;``.

    A value that ends in a backslash gets a blank behind it, lest it escape the ``;`` that follows.
    """
    written = (f"{key}={value.replace(';', chr(92) + ';')}" for key, value in pairs)
    return "; ".join(pair + " " if pair.endswith("\\") else pair for pair in written).rstrip()
