"""Whether a caller is let in: the policies of the network, of the service and of the caller together.

All of those that apply must allow, in one account too, and a Deny in any of them decides.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from lattice_events.assumptions import Assumptions
from lattice_events.network.model import Principal, Service, ServiceNetwork
from lattice_events.network.policy import Facts, Policy, Verdict, evaluate

LayerKind = Literal["network", "service", "identity"]

_NOTHING_ALLOWED = Policy(statements=())
_OWNERS: Mapping[LayerKind, str] = {
    "network": "the auth policy of the service network",
    "service": "the auth policy of the service",
    "identity": "the IAM policies of",
}


class Layer(NamedTuple):
    """One of up to three policies that must allow a request.

    Attributes:
        kind: Whose policy it is.
        owner: Name of the service network or service, ARN of the caller.
        policy: As it was evaluated; ``None`` when there is none.
        verdict: What it said; ``None`` for a layer that is not asked.
        remark: Why it is not asked, or that there is no policy.
    """

    kind: LayerKind
    owner: str
    policy: Policy | None = None
    verdict: Verdict | None = None
    remark: str = ""

    @property
    def title(self) -> str:
        """Whose policy it is, in words."""
        return f"{_OWNERS[self.kind]} {self.owner}"


class Authorization(NamedTuple):
    """What the policies said together.

    Attributes:
        facts: What they were asked about.
        layers: The service network's, the service's and the caller's.
        denied_by: The layer that the answer blames; ``None`` when the caller is let in.
    """

    facts: Facts
    layers: tuple[Layer, ...]
    denied_by: Layer | None

    @property
    def body(self) -> str:
        """The body of the 403, as VPC Lattice words it."""
        assert self.denied_by is not None
        facts, kind = self.facts, self.denied_by.kind
        who = facts.caller.arn or "anonymous"
        article = "an" if kind == "identity" else "a"
        denied = self.denied_by.verdict is not None and self.denied_by.verdict.effect == "deny"
        reason = (
            f"with an explicit deny in {article} {kind}-based policy"
            if denied
            else f"because no {kind}-based policy allows the {facts.action} action"
        )
        return (
            f"AccessDeniedException: User: {who} is not authorized to perform: {facts.action} "
            f"on resource: {facts.resource} {reason}"
        )

    @property
    def reason(self) -> str:
        """Two lines for a person: which layer refused whom, and what decided or was lacking."""
        assert self.denied_by is not None
        verdict = self.denied_by.verdict
        who = self.facts.caller.arn or "an anonymous caller"
        first = f"denied by {self.denied_by.title}: {who} may not {self.facts.method} {self.facts.path}"
        if self.denied_by.remark or verdict is None:
            return f"{first}\n{self.denied_by.remark}"
        return f"{first}\n{verdict.describe()}"


def authorize(
    facts: Facts,
    *,
    service: Service,
    service_network: ServiceNetwork | None,
    principal: Principal | None,
    assumptions: Assumptions,
) -> Authorization:
    """Ask every layer that applies.

    Args:
        facts: Of the request.
        service: That is called.
        service_network: That the request came through.
        principal: Who calls; ``None`` is anonymous.
        assumptions: Which denial is blamed.
    """
    layers = (
        _network_layer(facts, service_network),
        _auth_layer(facts, "service", service),
        _identity_layer(facts, principal),
    )
    return Authorization(facts, layers, _blamed(layers, assumptions))


def needs_authorization(service: Service, *networks: ServiceNetwork | None) -> bool:
    """Whether any of them has AuthType AWS_IAM; else every request passes and no policy counts."""
    if service.auth_type == "AWS_IAM":
        return True
    return any(each is not None and each.auth_type == "AWS_IAM" for each in networks)


def _network_layer(facts: Facts, network: ServiceNetwork | None) -> Layer:
    if network is None:
        return Layer(kind="network", owner="-", remark="The service is on no service network.")
    return _auth_layer(facts, "network", network)


def _auth_layer(facts: Facts, kind: LayerKind, resource: Service | ServiceNetwork) -> Layer:
    """The auth policy of a service or of a service network."""
    if resource.auth_type == "NONE":
        return Layer(kind=kind, owner=resource.name, remark="AuthType is NONE.")
    if resource.auth_policy is None:
        remark = "There is no auth policy, and AuthType AWS_IAM without one denies everything."
        verdict = evaluate(_NOTHING_ALLOWED, facts)
        return Layer(kind=kind, owner=resource.name, verdict=verdict, remark=remark)
    verdict = evaluate(resource.auth_policy, facts)
    return Layer(kind, resource.name, resource.auth_policy, verdict)


def _identity_layer(facts: Facts, principal: Principal | None) -> Layer:
    """The caller's own policies; an anonymous caller has none, and needs none."""
    if principal is None:
        return Layer(kind="identity", owner="anonymous", remark="An unsigned caller has none.")
    owner = facts.caller.principal_arn or principal.name
    if principal.identity_policy is None:
        remark = "They are unknown and count as allowing; the setting callers can define them."
        return Layer(kind="identity", owner=owner, remark=remark)
    verdict = evaluate(principal.identity_policy, facts)
    remark = "" if principal.identity_policy.statements else "None of them mentions vpc-lattice-svcs:Invoke."
    return Layer("identity", owner, principal.identity_policy, verdict, remark)


def _blamed(layers: tuple[Layer, ...], assumptions: Assumptions) -> Layer | None:
    """The layer that the answer names: an explicit deny first, then in the order of the layers."""
    refusing = [layer for layer in layers if layer.verdict is not None and not layer.verdict]
    if assumptions.explicit_deny_first:
        refusing.sort(key=lambda layer: layer.verdict is None or layer.verdict.effect != "deny")
    return refusing[0] if refusing else None
