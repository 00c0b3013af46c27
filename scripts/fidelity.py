"""Write docs/fidelity.md from the switches and the table of behaviours; --check compares only."""

import dataclasses
import sys
from pathlib import Path

from lattice_events.assumptions import Assumptions

PAGE = Path(__file__).parents[1] / "docs" / "fidelity.md"
INTRODUCTION = """\
# Fidelity

What `lattice dev` does as VPC Lattice does, and how sure that is. *Same*: documented, and played so.
*Observed*: seen on the service by somebody, and played so. *Assumed*: nobody outside AWS knows; a
guess, or a switch below. *Absent*: not played; what you would miss is named. This page is written by
`scripts/fidelity.py`; a test holds it to the code.
"""
BEHAVIOURS = (
    (
        "same",
        "Services, listeners, rules by priority, method, path and header matches, weights, fixed responses",
    ),
    ("same", "V1 and V2 events; the body is base64 by content type"),
    ("same", "400 for over 100 headers or 60 K of them; 6 MB for Lambda targets, both ways"),
    (
        "same",
        "`x-forwarded-*`, `x-amzn-requestid`, `x-amzn-lattice-*`; what a client sends of the latter is stripped",
    ),
    (
        "same",
        "SigV4 and SigV4A in the header and in the query string: scope, date, signed headers, unsigned payload, session token",
    ),
    (
        "same",
        "Auth policies of service network and service and the caller's IAM policies must all allow; a Deny decides",
    ),
    (
        "same",
        "Every condition operator of IAM, set operators, IfExists, Null, each `vpc-lattice-svcs:` key; policy variables where Version is 2012-10-17",
    ),
    ("same", "AuthType AWS_IAM without an auth policy denies everything; with NONE no policy is asked"),
    (
        "same",
        "Health checks of HTTP targets with the documented defaults; turns among the healthy; none healthy fails open",
    ),
    ("same", "A function's timeout, memory setting and environment variables"),
    ("same", "The fields of an access log record, one for each request to a service"),
    (
        "observed",
        "The texts of the 403: who, which resource with its path, which of the three policies lacks an Allow, and an explicit deny of the service's",
    ),
    (
        "observed",
        "Of several policies that lack an Allow the network's is blamed first, the caller's own last",
    ),
    ("observed", "`ForAnyValue:` without its key does not hold, whatever `IfExists` says"),
    ("observed", "`Signed payloads are not supported`, and what is said of missing signed headers"),
    ("observed", "`x-amzn-source-vpc`, and the fields and the order of the identity header of HTTP targets"),
    ("observed", "The order of an access log record's fields; `-` for what has no value"),
    ("observed", "An unsigned caller's event has the source VPC as its only identity"),
    ("observed", "The path of an event has the query string; `requestId` and `request_id` are there"),
    ("observed", "`{statusCode, body}` alone is a valid response of a function"),
    ("observed", "Names of response headers reach the client in lower case"),
    ("observed", "The controller ignores filters of HTTPRoutes, and rules go by document order"),
    (
        "assumed",
        "The text of the 403 for an explicit deny of the network's policy or the caller's own: as for the service's; the resource has no query string",
    ),
    (
        "assumed",
        "The texts for an unknown key or token, a signature that does not match and a missing part of Authorization: those of AWS services in general",
    ),
    (
        "assumed",
        "What else may be wrong with a signature has the code of AWS services in general and a text of our own: `Authorization cannot be read.`, `Credential must be …`, `Credential should be scoped to …, not …`, `… stands 2 times.`, `One signature is needed: …`, `The query string has no …`, `X-Amz-Expires must be …`, the algorithm, the date, the region set",
    ),
    (
        "assumed",
        "The bodies of 400, 413, 500, 502, 503 and 504 are the status in words; every answer of VPC Lattice's own is text/plain",
    ),
    ("assumed", "A port on which a service has no listener answers 404"),
    ("assumed", "A path is matched as it was sent: nothing is decoded or normalized"),
    ("assumed", "Among weighted target groups each request is drawn at random"),
    ("assumed", "HTTP targets get the client's Host unchanged"),
    ("assumed", "Of an unsigned caller HTTP targets get no `x-amzn-lattice-identity`"),
    ("assumed", "`targetGroupArn` is `-` for a request that was denied"),
    ("assumed", "The values of a repeated header are one value of `RequestHeader/`, joined by a comma"),
    ("assumed", "A principal may be the number of an account, alone or behind `AWS`"),
    ("assumed", "One matching value of a repeated header is enough for a header match"),
    (
        "assumed",
        "`failureReason` TargetProtocolError for a function that fails; `callerPrincipalTags` as `name=value`",
    ),
    (
        "assumed",
        "A condition operator without a set operator holds for a repeated query parameter if each value satisfies it",
    ),
    (
        "assumed",
        "A negated condition operator holds for a value that it cannot read, and where a policy variable has no value",
    ),
    (
        "assumed",
        "A `NotPrincipal` spares a caller whose account is named and whose role or user is, as the IAM guide asks; whether VPC Lattice needs both is not known",
    ),
    (
        "assumed",
        "A value of an ARN operator has six parts, each compared by itself; the colon of a policy variable divides nothing, and a value of fewer parts is refused, since it would match nothing",
    ),
    (
        "assumed",
        "A date without a time zone is one of UTC; four digits are a year, other digits seconds since 1970",
    ),
    (
        "assumed",
        "A client that hangs up has 400 in the access log, as the guide says of one that does so within its body",
    ),
    ("assumed", "Condition keys do not mind case, as in IAM; the guide calls them case-sensitive"),
    (
        "assumed",
        "A caller whose VPC is on none of a service's networks comes through the first of them; on AWS it could not come at all",
    ),
    (
        "assumed",
        "`requestToTargetDuration` ends with the last byte sent to the target, `responseFromTargetDuration` begins with the first of its answer",
    ),
    (
        "assumed",
        "A request target that is neither a path nor an http URL, such as that of `OPTIONS *`, is answered 400 and not logged",
    ),
    (
        "absent",
        "Pages of other sites in a browser are refused with a 403 of our own, which says so; VPC Lattice has no such protection",
    ),
    ("absent", "Permissions of functions: VPC Lattice may invoke every target here"),
    ("absent", "The idle timeout that a service may set; it is 60 seconds"),
    (
        "absent",
        "gRPC, HTTP/2 (a request in it is answered 505), TLS passthrough, resource configurations: refused by name",
    ),
    (
        "absent",
        "Permissions boundaries, session policies, service control policies; X.509 identities (Roles Anywhere)",
    ),
    (
        "absent",
        "IAM policies that are in no template and no `custom.lattice.callers`: taken to allow, with a note at the start",
    ),
    (
        "absent",
        "Condition keys that a request here never has, though one on AWS may: `aws:userid`, `aws:TokenIssueTime` and the other facts of a session, `aws:SourceVpc` and the other facts of a network but `aws:SourceIp`, `aws:ResourceOrgID`, `aws:referer`; a note at the start names them",
    ),
    ("absent", "The real ids of services in ARNs of policies: give `!Ref`, `!GetAtt` or wildcards"),
    ("absent", "Metrics; access log subscriptions: give `lattice dev --access-log FILE`"),
    ("absent", "The port of a health check, which is the real target's; draining of targets"),
    ("absent", "Security groups, and VPCs that are on no network: every local client reaches every service"),
    ("absent", "Clients that ignore proxy variables: use `http://NAME.localhost:8480/` for them"),
    ("absent", "The memory limit of a function, layers, container images, runtimes other than Python"),
    ("absent", "Idle and lifetime limits of client connections; the 10,000 requests a second"),
    ("absent", "Terraform configurations are not read; give the CloudFormation template or the manifests"),
)


def page() -> str:
    """The whole page."""
    rows = [INTRODUCTION, "## Behaviours\n", "| mark | behaviour |", "|---|---|"]
    rows += [f"| {mark} | {text} |" for mark, text in BEHAVIOURS]
    rows += ["", "## Switches\n", "Set one with `custom.lattice.assumptions` in serverless.yml.\n"]
    rows += ["| switch | default | mark | why |", "|---|---|---|---|"]
    for field in dataclasses.fields(Assumptions):
        rows.append(
            f"| `{field.name}` | `{field.default!r}` | {field.metadata['mark']} | {field.metadata['why']} |"
        )
    return "\n".join(rows) + "\n"


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page())
        return 0
    if PAGE.read_text() == page():
        return 0
    print(
        "docs/fidelity.md is not what the code says; run: .venv/bin/python scripts/fidelity.py",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
