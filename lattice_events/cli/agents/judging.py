"""Tools that judge by the definitions alone, whether or not anything runs: what would happen, and what a policy says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click
from pydantic import Field

from lattice_events.cli.agents.definitions import Definitions
from lattice_events.cli.agents.tool import Answer, Arguments, Tool
from lattice_events.cli.event import parse_header
from lattice_events.cli.explain_tree import tree_text
from lattice_events.cli.explaining import Asked, explained
from lattice_events.cli.known import find_principal, find_services
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.headers import Headers, QueryParams
from lattice_events.network.explanation import describe_statements
from lattice_events.network.graph import ANONYMOUS
from lattice_events.network.model import Network, Service, generated_domain_name, make_id
from lattice_events.network.policy import Facts, evaluate, parse_policy
from lattice_events.readers.project import Project
from lattice_events.readers.settings.callers import VPC

CALLER = "Who calls: the name of a function or of another caller of the network, the ARN of a role, session or user, or anonymous."  # fmt: skip
_METHOD = Field(default="GET", pattern="^[A-Z]+$", description="In capitals.", examples=["GET", "POST"])
_HEADERS: Any = Field(
    default_factory=dict, description="Of the request, by name.", examples=[{"x-tenant": "blue"}]
)
_VPC = Field(
    default="",
    description="Id or ARN of the caller's VPC; the one that the definitions name, if left out.",
    examples=["vpc-0123456789abcdef0"],
)


class ExplainArguments(Arguments):
    """Of `explain`."""

    url: str = Field(
        min_length=1,
        description="SERVICE/PATH by the service's name, or a URL.",
        examples=["orders/orders/7?full=1", "https://orders.example.com/orders/7"],
    )
    method: str = _METHOD
    caller: str = Field(default=ANONYMOUS.name, description=f"{CALLER} It signs the request.")
    headers: dict[str, str] = _HEADERS
    from_vpc: str = _VPC


class PolicyArguments(Arguments):
    """Of `policy_test`."""

    policy: dict[str, Any] | str | None = Field(
        default=None,
        description="The auth policy: a JSON object with Statement, or its text. Left out, that of the service.",
        examples=[{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}],
    )
    service: str = Field(
        default="", description="Name of the service that is called; needed without policy.", examples=["orders"]
    )  # fmt: skip
    caller: str = Field(default=ANONYMOUS.name, description=CALLER)
    method: str = _METHOD
    path: str = Field(default="/", pattern="^/", description="With its query string.", examples=["/orders/7?full=1"])  # fmt: skip
    headers: dict[str, str] = _HEADERS
    from_vpc: str = _VPC


def _explain(taken: ExplainArguments, definitions: Definitions) -> Answer:
    _check_vpc(taken.from_vpc)
    project = definitions.read()
    asked = Asked(taken.method, taken.url, _headers(taken.headers), taken.caller, taken.from_vpc)
    try:
        described = explained(project, asked)
    except ConfigurationError as error:
        raise ConfigurationError((*error.problems, *map(Problem, project.notes))) from error
    value = described | {"notes": [*described["notes"], *project.notes]}
    return Answer(tree_text(described["request"], value), value)


def _policy_test(taken: PolicyArguments, definitions: Definitions) -> Answer:
    if taken.policy is None and not taken.service:
        raise ConfigurationError("Give policy, or service, whose auth policy is to be tested.")
    _check_vpc(taken.from_vpc)
    is_known = taken.service or not (taken.caller == ANONYMOUS.name or taken.caller.startswith("arn:"))
    project = definitions.read() if is_known else None
    network = project.network if project else Network(region="us-west-2", account="123456789012")
    service = find_services(network, taken.service)[0] if taken.service else _any_service(network)
    facts = _facts(taken, network, service, project)
    policy, what = service.auth_policy, f"The auth policy of {service.name}"
    if taken.policy is not None:
        policy, what = parse_policy(taken.policy), "The policy"
    elif policy is None:
        raise ConfigurationError(_without_policy(service))
    verdict = evaluate(policy, facts)
    statement = verdict.statement
    who = facts.caller.arn or ANONYMOUS.name
    sentence = f"{what} {'allows' if verdict else 'refuses'} {facts.method} {facts.path} for {who}: {verdict.describe()}."
    statements = describe_statements(policy, facts)
    value = {
        "allowed": bool(verdict),
        "effect": verdict.effect,
        "decided_by": statement.name if statement and verdict.effect != "none" else None,
        "nearest": statement.name if statement and verdict.effect == "none" else None,
        "sentence": sentence,
        "statements": statements,
        "asked": {"caller": facts.caller.arn, "method": facts.method, "resource": facts.resource, "source_vpc": facts.source_vpc},
    }  # fmt: skip
    told = (
        f"  {each['effect']} {each['name']}: {'; '.join(each['lacks']) or 'matches'}" for each in statements
    )
    return Answer("\n".join((sentence, *told)), value)


def _facts(taken: PolicyArguments, network: Network, service: Service, project: Project | None) -> Facts:
    """The request as the policy sees it."""
    is_anonymous = taken.caller == ANONYMOUS.name
    principal = ANONYMOUS if is_anonymous else find_principal(network, taken.caller, option="caller")
    default = project.default_vpc_arn if project else ""
    path, _, query = taken.path.partition("?")
    listener = service.listeners[0] if service.listeners else None
    return Facts(
        service_arn=service.arn,
        caller=principal.caller,
        path=path,
        method=taken.method,
        headers=Headers(_headers(taken.headers)),
        query=QueryParams.parse(query),
        port=listener.port if listener else 443,
        service_network_arn=next(iter(service.service_network_arns), None),
        source_vpc=(taken.from_vpc or principal.vpc_arn or default).rpartition("/")[2] or None,
        source_vpc_owner=network.account,
        source_ip="127.0.0.1",
        is_secure=listener is None or listener.protocol == "HTTPS",
        now=datetime.now(UTC),
        service_tags=service.tags,
    )


def _any_service(network: Network) -> Service:
    """What a policy is tested on where no service is named."""
    id_ = make_id("svc", "any")
    arn = f"arn:aws:vpc-lattice:{network.region}:{network.account}:service/{id_}"
    return Service(
        name="any", arn=arn, domain_name=generated_domain_name("any", id_, network.region), auth_type="AWS_IAM"
    )  # fmt: skip


def _without_policy(service: Service) -> str:
    if service.auth_type == "NONE":
        return f"The service {service.name} has AuthType NONE: everybody may call it, and there is no policy to test."
    return (
        f"The service {service.name} has no auth policy, and AuthType AWS_IAM without one denies everything."
    )


def _check_vpc(text: str) -> None:
    if text and not VPC.fullmatch(text):
        raise click.UsageError(f"from_vpc is the id or the ARN of a VPC, not {text!r}.")


def _headers(given: Mapping[str, str]) -> list[tuple[str, str]]:
    return [parse_header(f"{name}:{value}") for name, value in given.items()]


EXPLAIN = Tool(
    name="explain",
    title="Explain a request",
    description=(
        "Explain what VPC Lattice would do with a request, by the definitions as they are now: which listener, rule and "
        "target, what each policy statement says, what the function would get. Nothing runs and nothing is called, so use it "
        "to check a change before it is deployed. Example: {\"url\": \"orders/orders/7\", \"method\": \"GET\", \"caller\": \"client\"}."
    ),
    arguments=ExplainArguments,
    gives={
        "request": {"type": "string"},
        "service": {"type": ["object", "null"]},
        "authentication": {"type": ["object", "null"]},
        "authorization": {"type": ["object", "null"], "description": "allowed, denied_by, layers with their statements."},
        "rules": {"type": "array", "description": "priority, name, mismatch (null for the one that matches)."},
        "target": {"type": ["string", "null"]},
        "reply": {"type": ["object", "null"], "description": "Where no target is reached: status, body, reason."},
        "sent": {"type": ["object", "null"], "description": "The event of a function, or request line and headers."},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
    run=_explain,
)  # fmt: skip
POLICY_TEST = Tool(
    name="policy_test",
    title="Test an auth policy",
    description=(
        "Evaluate one auth policy for a request: whether it allows it, which statement decided, and what each other statement "
        "lacks. The policy is given, or that of a service of the definitions; with both, the given one is tried in place of "
        "the service's. Only this policy is asked: `explain` also asks the service network's and the caller's own. "
        "Example: {\"service\": \"orders\", \"caller\": \"client\", \"method\": \"DELETE\", \"path\": \"/orders/7\"}."
    ),
    arguments=PolicyArguments,
    gives={
        "allowed": {"type": "boolean"},
        "effect": {"enum": ["allow", "deny", "none"], "description": "none: no statement allows it."},
        "decided_by": {"type": ["string", "null"], "description": "Sid or place of the statement that decided."},
        "nearest": {"type": ["string", "null"], "description": "For none: the Allow that lacks least."},
        "sentence": {"type": "string"},
        "statements": {"type": "array", "description": "name, effect, lacks: empty for one that matches."},
        "asked": {"type": "object"},
    },
    run=_policy_test,
)  # fmt: skip
