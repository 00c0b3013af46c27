"""`lattice explain` over templates of 10, 100 and 500 services with three rules each: seconds and peak memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIZES = (10, 100, 500)
RULES = 3


def forward(group: str) -> dict[str, Any]:
    return {"Forward": {"TargetGroups": [{"TargetGroupIdentifier": {"Ref": group}}]}}


def service(n: int) -> dict[str, Any]:
    """A service with its function, group, listener, rules and association."""

    def lattice(kind: str, **properties: Any) -> dict[str, Any]:
        return {"Type": f"AWS::VpcLattice::{kind}", "Properties": properties}

    function = {
        "Handler": "app.handler",
        "Runtime": "python3.12",
        "Role": {"Fn::GetAtt": [f"Role{n}", "Arn"]},
    }
    statement = {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
    policy = {"PolicyName": "calls", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    rules = {
        f"Rule{n}x{rule}": lattice(
            "Rule",
            ListenerIdentifier={"Ref": f"Listener{n}"},
            Priority=rule + 1,
            Match={"HttpMatch": {"PathMatch": {"Match": {"Prefix": f"/{rule}"}}}},
            Action=forward(f"Group{n}"),
        )
        for rule in range(RULES)
    }
    return {
        f"Role{n}": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}},
        f"Function{n}": {"Type": "AWS::Lambda::Function", "Properties": function},
        f"Group{n}": lattice(
            "TargetGroup", Type="LAMBDA", Targets=[{"Id": {"Fn::GetAtt": [f"Function{n}", "Arn"]}}]
        ),
        f"Service{n}": lattice("Service", Name=f"service-{n}"),
        f"Listener{n}": lattice(
            "Listener",
            Protocol="HTTP",
            ServiceIdentifier={"Ref": f"Service{n}"},
            DefaultAction=forward(f"Group{n}"),
        ),
        f"Association{n}": lattice(
            "ServiceNetworkServiceAssociation",
            ServiceIdentifier={"Ref": f"Service{n}"},
            ServiceNetworkIdentifier={"Ref": "Network"},
        ),
        **rules,
    }


def template(size: int) -> dict[str, Any]:
    """A network of so many services."""
    network = {"Type": "AWS::VpcLattice::ServiceNetwork", "Properties": {"Name": "sample"}}
    resources = {name: value for n in range(size) for name, value in service(n).items()}
    return {"Resources": {"Network": network, **resources}}


def explain(file: Path) -> tuple[float, float]:
    """Seconds and peak MiB of one `lattice explain`."""
    command = [sys.executable, "-m", "lattice_events", "explain", "GET", "service-1/1/x", str(file)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"lattice explain failed with {status}")
    return time.perf_counter() - started, peak_mib(usage)


def peak_mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> int:
    """Print the figures as JSON."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder, f"{size}.json")
            file.write_text(json.dumps(template(size), indent=1))
            seconds, mib = explain(file)
            figures[f"{size} services"] = {"seconds": round(seconds, 2), "peak_mib": round(mib)}
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
