"""Templates of many services."""

from __future__ import annotations

from typing import Any

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
            ServiceIdentifier={"Ref": f"Service{n}"},
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
