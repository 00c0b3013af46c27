"""An auth policy for an action that no request asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.policies.actions import CONNECT, meant_by, names, names_any
from lattice_events.checks.rules.policies.auth_policies import AuthPolicy, auth_policies
from lattice_events.checks.rules.policies.documents import Document, Path, WrittenStatement
from lattice_events.definitions.types import LISTENER, SERVICE
from lattice_events.network.policy import INVOKE

_TLS = "TLS_PASSTHROUGH"
_Key = tuple[str, str]


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        protocols = _protocols(policy, material.once(_protocols_of_services))
        for statement in policy.document.statements:
            yield from _unknown(policy.document, statement)
            yield from _of_another_listener(policy.document, statement, protocols)


def _unknown(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    for path, action in statement.texts(statement.element("Action")):
        if not names_any(action):
            message = f"{statement.name} names {action}, which no request to a service asks for: that is {INVOKE}, or {CONNECT} for TLS."
            yield document.at(path, message, edits=edits_of(document, path, action))


def edits_of(document: Document, path: Path, action: str) -> tuple[Edit, ...]:
    """Write the action that must be meant."""
    meant = meant_by(action)
    return document.edit(path, meant) if meant and document.written_at(path) == action else ()


def _of_another_listener(
    document: Document, statement: WrittenStatement, protocols: Sequence[object]
) -> Iterator[Found]:
    """A statement for connections where there are requests only, or the reverse."""
    if not protocols or statement.element("Action") != "Action":
        return
    actions = [*statement.texts("Action")]
    wanted = CONNECT if all(each == _TLS for each in protocols) else INVOKE
    if wanted == INVOKE and any(each not in ("HTTP", "HTTPS") for each in protocols):
        return
    if any(names(action, wanted) for _, action in actions) or not statement.is_known:
        return
    for path, action in actions:
        if names_any(action):
            kind = "TLS_PASSTHROUGH" if wanted == CONNECT else "HTTP and HTTPS"
            message = f"{statement.name} allows or denies {action}, but the listeners of {document.owner} are {kind}, whose requests ask for {wanted}."
            edits = document.edit(path, wanted) if len(actions) == 1 else ()
            yield document.at(path, message, edits=edits)


def _protocols(policy: AuthPolicy, of_services: Mapping[_Key, Sequence[object]]) -> Sequence[object]:
    """Of the listeners of the service that a policy is on; nothing where they are not known."""
    if policy.route is not None:
        return [_TLS if policy.route.kind == "TLSRoute" else "HTTP"]
    target = policy.target
    return () if target is None else of_services.get((target.stack, target.name), ())


def _protocols_of_services(material: Material) -> Mapping[_Key, Sequence[object]]:
    """Of the listeners of each service, by its stack and name."""
    found: dict[_Key, list[object]] = {}
    for listener in material.definitions.of_type(LISTENER):
        service = material.definitions.find(listener.get("ServiceIdentifier"), SERVICE)
        if service is not None:
            found.setdefault((service.stack, service.name), []).append(listener.get("Protocol"))
    return found


RULE = Rule(
    code="LTC205",
    name="wrong-action",
    severity="error",
    reason="An auth policy names an action that no request to a service asks for.",
    why="HTTP requests ask for vpc-lattice-svcs:Invoke and TLS connections for vpc-lattice-svcs:Connect. The prefix vpc-lattice is that of the control plane, which creates services and has no Invoke. A statement for another action matches nothing, and AWS does not say so.",
    fix="Write vpc-lattice-svcs:Invoke, or vpc-lattice-svcs:Connect for a service with a TLS_PASSTHROUGH listener.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-common-elements",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonvpclatticeservices.html",
    ),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !Ref AWS::AccountId}
            Action: vpc-lattice:Invoke
            Resource: "*"
""",
    right="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !Ref AWS::AccountId}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
""",
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
