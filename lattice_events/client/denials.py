"""What a 403 of VPC Lattice itself says, and what to do about it: a pure reading of its text.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
    The texts are as observed on the service: docs/fidelity.md.
"""

from __future__ import annotations

import re

from lattice_events.errors import AccessDeniedError, CallError, SignatureRejectedError
from lattice_events.redaction import hide_in_canonical

LONGEST_BODY_BYTES = 8_192
"""A longer 403 is a target's own."""

_DENIED = re.compile(
    r"AccessDeniedException: User: (?P<principal>\S+) is not authorized to perform: "
    r"vpc-lattice-svcs:\w+ on resource: (?P<service>arn:[^\s/]+:service/[^\s/]+)(?P<path>/.*?)? "
    r"(?:because no (?P<missing>identity|network|service)-based policy allows the \S+ action"
    r"|with an explicit deny in an? (?P<denying>identity|network|service)-based policy)\.?"
)
_REJECTED = re.compile(
    r"(?P<code>InvalidSignatureException|IncompleteSignatureException|UnrecognizedClientException"
    r"|ExpiredTokenException|MissingAuthenticationTokenException): (?P<problem>.+)",
    re.DOTALL,
)
_ROLE = re.compile(r"arn:([^:]+):sts::(\d+):assumed-role/(.+)/[^/]+")


def read_denial(
    body: bytes, *, canonical_request: str = "", request_id: str | None = None, unnamed_host: str = ""
) -> CallError | None:
    """Read the body of a 403: the error that it stands for, or ``None`` when it is the target's own.

    Args:
        body: Of the response.
        canonical_request: What was signed.
        request_id: ``x-amzn-requestid`` of the call.
        unnamed_host: The host, if the call was not signed because nobody said that it is a service.
    """
    if len(body) > LONGEST_BODY_BYTES:
        return None
    text = body.decode("utf-8", "replace").strip()
    denied = _DENIED.fullmatch(text)
    if denied:
        layer = denied["missing"] or denied["denying"]
        explicit = denied["denying"] is not None
        principal, service = denied["principal"], denied["service"]
        hint = _hint(principal, service, layer, explicit=explicit)
        return AccessDeniedError(
            text,
            principal=principal,
            resource_arn=service,
            path=denied["path"] or "/",
            policy_layer=layer,
            explicit=explicit,
            request_id=request_id,
            hint=_unnamed_hint(unnamed_host) if unnamed_host else hint,
        )
    rejected = _REJECTED.fullmatch(text)
    if rejected and not unnamed_host:
        return SignatureRejectedError(
            text,
            code=rejected["code"],
            canonical_request=hide_in_canonical(canonical_request),
            request_id=request_id,
            hint=_signature_hint(rejected["code"], rejected["problem"]),
        )
    return None


def is_about_credentials(error: CallError) -> bool:
    """Whether fresh credentials may help: the token or the key was not accepted."""
    return isinstance(error, SignatureRejectedError) and (
        error.code in ("UnrecognizedClientException", "ExpiredTokenException")
        or "expired" in str(error).lower()
    )


def _hint(principal: str, service: str, layer: str, *, explicit: bool) -> str:
    """Which policy to change."""
    service_id = service.rpartition("/")[2]
    where = {
        "identity": f"the IAM policies of {_role_of(principal)}",
        "network": "the auth policy of the service network",
        "service": f"the auth policy of the service {service_id}",
    }[layer]
    if explicit:
        return f"A Deny statement in {where} matches: make it narrower."
    if principal == "anonymous":
        return (
            f"The request was not signed, and {where} allows no anonymous caller: sign it, or allow "
            'vpc-lattice-svcs:Invoke to the principal "*" there.'
        )
    return f"Allow vpc-lattice-svcs:Invoke on {service}/* to {principal} in {where}."


def _unnamed_hint(host: str) -> str:
    """What to do for a service whose name does not tell that it is one."""
    return (
        f"The request was not signed, because {host} is not a generated domain name. If it is a service of VPC "
        f'Lattice, name its Region: hosts={{"{host}": "us-west-2"}}.'
    )


def _role_of(principal: str) -> str:
    """The ARN of the role behind a session, whose path STS does not tell."""
    match = _ROLE.fullmatch(principal)
    return f"the role {match[3]}" if match else principal


def _signature_hint(code: str, problem: str) -> str:
    """What is behind a refused signature."""
    if "Signed payloads" in problem:
        return "Something between client and service signed the body: send x-amz-content-sha256: UNSIGNED-PAYLOAD."
    if code in ("UnrecognizedClientException", "ExpiredTokenException"):
        return "The credentials are unknown to AWS or have expired: check where they come from."
    if code == "IncompleteSignatureException":
        return "A header that was signed did not arrive: look for a proxy that changes headers."
    return (
        "The service did not receive what was signed: look for a proxy that changes the path, the query string or "
        "the host, for a clock that is wrong, or try the other path encoding."
    )
