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
switch. *Absent*: not played; what you would miss is named. This page is written by
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
    ("same", "Targets of a group take turns; a function's timeout, memory setting and environment variables"),
    ("observed", "The path of an event has the query string; `requestId` and `request_id` are there"),
    ("observed", "`{statusCode, body}` alone is a valid response of a function"),
    ("observed", "Names of response headers reach the client in lower case"),
    ("observed", "The controller ignores filters of HTTPRoutes, and rules go by document order"),
    ("absent", "Auth policies, signature checks and `AuthType: AWS_IAM`: refused by name"),
    ("absent", "Health checks: every target of a group gets its turn"),
    ("absent", "gRPC, HTTP/2, TLS passthrough, resource configurations: refused by name"),
    ("absent", "Access logs and metrics"),
    ("absent", "VPCs and security groups: every local client reaches every service"),
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
