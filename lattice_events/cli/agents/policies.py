"""The tool that tests an auth policy: of the definitions, of the running network, or one that an agent has written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import Field

from lattice_events.cli.agents.definitions import Definitions
from lattice_events.cli.agents.judging import CALLER, FROM_VPC, HEADERS, METHOD, check_vpc, header_pairs
from lattice_events.cli.agents.tool import Answer, Arguments, Tool
from lattice_events.cli.known import find_principal, find_services
from lattice_events.cli.run_api import RunApi
from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.errors import ConfigurationError
from lattice_events.headers import Headers, QueryParams
from lattice_events.local.run.registry import find_running
from lattice_events.network.explanation import describe_statements
from lattice_events.network.graph import ANONYMOUS
from lattice_events.network.model import Network, Principal, Service, generated_domain_name, make_id
from lattice_events.network.policy import Caller, Facts, evaluate, parse_policy

_RECORDED = ("tested", "now_allowed", "now_denied", "requests")


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
    method: str = METHOD
    path: str = Field(default="/", pattern="^/", description="With its query string.", examples=["/orders/7?full=1"])  # fmt: skip
    headers: dict[str, str] = HEADERS
    from_vpc: str = FROM_VPC


class _Tested(NamedTuple):
    """What is asked, and of what.

    Attributes:
        network: That knows the callers.
        service: That is called.
        vpc_arn: Where callers come from who say nothing else.
    """

    network: Network
    service: Service
    vpc_arn: str = ""


def _policy_test(taken: PolicyArguments, definitions: Definitions) -> Answer:
    if taken.policy is None and not taken.service:
        raise ConfigurationError("Give policy, or service, whose auth policy is to be tested.")
    check_vpc(taken.from_vpc)
    tested = _find(taken, definitions)
    facts = _facts(taken, tested)
    policy, what = tested.service.auth_policy, f"The auth policy of {tested.service.name}"
    if taken.policy is not None:
        policy, what = parse_policy(taken.policy), "The policy"
    elif policy is None:
        raise ConfigurationError(_without_policy(tested.service))
    verdict = evaluate(policy, facts)
    decided = verdict.statement.name if verdict.statement else None
    who = facts.caller.arn or ANONYMOUS.name
    sentence = f"{what} {'allows' if verdict else 'refuses'} {facts.method} {facts.path} for {who}: {verdict.describe()}."
    statements = describe_statements(policy, facts)
    recorded = _recorded(taken)
    value = {
        "allowed": bool(verdict),
        "effect": verdict.effect,
        "decided_by": None if verdict.effect == "none" else decided,
        "nearest": decided if verdict.effect == "none" else None,
        "sentence": sentence,
        "statements": statements,
        "asked": {"caller": facts.caller.arn, "method": facts.method, "resource": facts.resource, "source_vpc": facts.source_vpc},
        "recorded": recorded,
    }  # fmt: skip
    told = (
        f"  {each['effect']} {each['name']}: {'; '.join(each['lacks']) or 'matches'}" for each in statements
    )
    return Answer("\n".join((sentence, *told, *_recorded_lines(recorded))), value)


def _find(taken: PolicyArguments, definitions: Definitions) -> _Tested:
    """By the definitions, if they are needed; else, as of what is deployed to `lattice cloud`, by the running network."""
    is_by_name = taken.caller != ANONYMOUS.name and not taken.caller.startswith("arn:")
    if not taken.service and not is_by_name:
        network = Network(region="us-west-2", account=MADE_UP_ACCOUNT)
        return _Tested(network, _service("any", _arn(network)))
    try:
        project = definitions.read()
        network = project.network
        service = (
            find_services(network, taken.service)[0] if taken.service else _service("any", _arn(network))
        )
    except ConfigurationError:
        found = _running(taken.service)
        if found is None:
            raise
        return found
    return _Tested(network, service, project.default_vpc_arn)


def _running(name: str) -> _Tested | None:
    """A service of the running network; ``None`` if it has none of this name."""
    if not find_running():
        return None
    told = RunApi.find().policies()
    found = next((each for each in told["resources"] if each["resource"] == f"service/{name}"), None)
    if found is None:
        return None
    callers = (Principal(name=each["name"], caller=Caller(arn=each["arn"])) for each in told["callers"])
    _, _, _, region, account, _ = found["arn"].split(":", 5)
    service = replace(
        _service(name, found["arn"]),
        auth_type=found["auth_type"],
        auth_policy=parse_policy(found["policy"]) if found["policy"] else None,
    )
    return _Tested(Network(region=region, account=account, principals=tuple(callers)), service)


def _recorded(taken: PolicyArguments) -> dict[str, Any] | None:
    """What a policy in place of the service's would change for recorded requests; nothing where none can be asked."""
    if taken.policy is None or not taken.service or not find_running():
        return None
    change = {"resource": f"service/{taken.service}", "auth_type": "AWS_IAM", "policy": taken.policy}
    try:
        found = RunApi.find().try_policies({"changes": [change]})
    except ConfigurationError:  # the running network has no such service
        return None
    return {name: found[name] for name in _RECORDED}


def _recorded_lines(recorded: Mapping[str, Any] | None) -> Iterator[str]:
    if recorded is None:
        return
    yield (
        f"Of {recorded['tested']} recorded requests, {recorded['now_allowed']} would be let in that are not now, and "
        f"{recorded['now_denied']} no longer would be."
    )
    for each in recorded["requests"]:
        yield f"  {each['number']}  {each['method']} {each['path']} as {each['caller'] or ANONYMOUS.name}: {each['before']} → {each['after']}"


def _facts(taken: PolicyArguments, tested: _Tested) -> Facts:
    """The request as the policy sees it."""
    network, service = tested.network, tested.service
    is_anonymous = taken.caller == ANONYMOUS.name
    principal = ANONYMOUS if is_anonymous else find_principal(network, taken.caller, option="caller")
    path, _, query = taken.path.partition("?")
    listener = service.listeners[0] if service.listeners else None
    return Facts(
        service_arn=service.arn,
        caller=principal.caller,
        path=path,
        method=taken.method,
        headers=Headers(header_pairs(taken.headers)),
        query=QueryParams.parse(query),
        port=listener.port if listener else 443,
        service_network_arn=next(iter(service.service_network_arns), None),
        source_vpc=(taken.from_vpc or principal.vpc_arn or tested.vpc_arn).rpartition("/")[2] or None,
        source_vpc_owner=network.account,
        source_ip="127.0.0.1",
        is_secure=listener is None or listener.protocol == "HTTPS",
        now=datetime.now(UTC),
        service_tags=service.tags,
    )


def _service(name: str, arn: str) -> Service:
    """One of which no more is known."""
    host = generated_domain_name(name, arn.rpartition("/")[2], arn.split(":")[3])
    return Service(name=name, arn=arn, domain_name=host, auth_type="AWS_IAM")


def _arn(network: Network) -> str:
    """Of what a policy is tested on where no service is named."""
    return f"arn:aws:vpc-lattice:{network.region}:{network.account}:service/{make_id('svc', 'any')}"


def _without_policy(service: Service) -> str:
    if service.auth_type == "NONE":
        return f"The service {service.name} has AuthType NONE: everybody may call it, and there is no policy to test."
    return (
        f"The service {service.name} has no auth policy, and AuthType AWS_IAM without one denies everything."
    )


POLICY_TEST = Tool(
    name="policy_test",
    title="Test an auth policy",
    description=(
        "Evaluate one auth policy for a request: whether it allows it, which statement decided, and what each other statement "
        "lacks. The policy is given, or that of a service of the definitions; with both, the given one is tried in place of "
        "the service's, and on the recorded requests of the running network. Only this policy is asked: `explain` also asks the service network's and the caller's own. "
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
        "recorded": {"type": ["object", "null"], "description": "tested, now_allowed, now_denied, requests that change."},
    },
    run=_policy_test,
)  # fmt: skip
