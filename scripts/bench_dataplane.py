"""The data plane: µs per plan() by rules and services, and per policy evaluation by statements, interleaved."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Source
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    LambdaTarget,
    Listener,
    Match,
    Network,
    PathMatch,
    Principal,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)
from lattice_events.network.policy import Caller, Facts, Policy, evaluate, parse_policy
from lattice_events.sigv4 import Credentials, sign_lattice, verify

ROUNDS = 15
LOOPS = 500
REGION, ACCOUNT = "us-west-2", "123456789012"
PREFIX = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}"
NETWORK_ARN = f"{PREFIX}:servicenetwork/{make_id('sn', 'bench')}"
GROUP_ARN = f"{PREFIX}:targetgroup/{make_id('tg', 'bench')}"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CREDENTIALS = Credentials(access_key_id="AK", secret_access_key="SK", session_token="t" * 900)


def policy(statements: int) -> Policy:
    """Statements of which the last one allows; the others are about other paths."""
    return parse_policy({"Statement": [statement(number, statements) for number in range(statements)]})


def statement(number: int, count: int) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "vpc-lattice-svcs:Invoke",
        "Resource": "*/orders/*" if number == count - 1 else f"*/o{number}/*",
        "Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}},
    }


def network(*, services: int = 1, rules: int = 10, auth: bool = True) -> Network:
    """Services whose last rule meets the request; each has the same rules."""
    action = ForwardAction(target_groups=(WeightedTargetGroup(target_group_arn=GROUP_ARN),))
    made = tuple(
        Rule(
            name=f"rule-{number}",
            arn=f"arn:rule-{number}",
            priority=number,
            match=Match(
                path=PathMatch(
                    kind="prefix", value="/orders" if number == rules else f"/p{number}", case_sensitive=True
                )
            ),
            action=action,
        )
        for number in range(1, rules + 1)
    )
    listener = Listener(
        name="https-443",
        arn="arn:listener",
        protocol="HTTPS",
        port=443,
        default_action=FixedResponseAction(status=404),
        rules=made,
    )
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=(
            ServiceNetwork(
                name="bench",
                arn=NETWORK_ARN,
                auth_type="AWS_IAM" if auth else "NONE",
                auth_policy=policy(1) if auth else None,
            ),
        ),
        services=tuple(service(f"s{number}", listener, auth=auth) for number in range(services)),
        target_groups=(
            TargetGroup(
                name="g", arn=GROUP_ARN, type="LAMBDA", targets=(LambdaTarget(function_arn=function),)
            ),
        ),
    )


def service(name: str, listener: Listener, *, auth: bool) -> Service:
    id_ = make_id("svc", name)
    return Service(
        name=name,
        arn=f"{PREFIX}:service/{id_}",
        domain_name=generated_domain_name(name, id_, REGION),
        auth_type="AWS_IAM" if auth else "NONE",
        auth_policy=policy(1) if auth else None,
        listeners=(listener,),
        service_network_arns=(NETWORK_ARN,),
    )


HOST = generated_domain_name("s0", make_id("svc", "s0"), REGION)
PLAIN = [("host", HOST), ("accept", "*/*"), ("user-agent", "bench"), ("content-type", "application/json")]


def signed_request() -> Request:
    signed = sign_lattice(
        "GET",
        f"https://{HOST}/orders/7?x=1",
        headers=PLAIN[1:],
        credentials=CREDENTIALS,
        region=REGION,
        now=NOW,
    )
    headers = {name.lower(): value for name, value in signed.headers}
    return Request(path="/orders/7", query_string="x=1", headers=Headers({**headers, "host": HOST}))


SIGNED = signed_request()
UNSIGNED = Request(path="/orders/7", query_string="x=1", headers=Headers(PLAIN))
PRINCIPAL = Principal(
    name="app",
    caller=Caller(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"),
    identity_policy=parse_policy(
        {"Statement": {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}},
        kind="identity",
    ),
)
KEYRING = {"AK": KnownKey(credentials=CREDENTIALS, principal=PRINCIPAL)}


def planner(net: Network, request: Request) -> Callable[[], object]:
    """A call of plan(); it must forward."""

    def once() -> object:
        return plan(
            net,
            request,
            source=Source(address="10.0.0.7", port=443),
            credentials=KEYRING,
            fresh_request_id="id",
            now_us=int(NOW.timestamp() * 1_000_000),
            roll=0.5,
            turn={},
            health={},
            assumptions=DEFAULTS,
        )

    assert type(once()).__name__ == "Forward", once()
    return once


def evaluator(statements: int) -> Callable[[], object]:
    """One evaluation of a policy whose last statement allows."""
    parsed = policy(statements)
    facts = {"caller": PRINCIPAL.caller, "service_arn": f"{PREFIX}:service/svc-1", "path": "/orders/7"}
    assert evaluate(parsed, Facts(**facts))  # type: ignore[arg-type]
    return lambda: evaluate(parsed, Facts(**facts))  # type: ignore[arg-type]


def operations() -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    rules = {
        f"plan, {count} rules, no auth": planner(network(rules=count, auth=False), UNSIGNED)
        for count in (1, 10, 100)
    }
    services = {
        f"plan, {count} services, 10 rules, no auth": planner(network(services=count, auth=False), UNSIGNED)
        for count in (1, 100, 2000)
    }
    return {
        **rules,
        **services,
        "plan, 10 rules, two auth policies, unsigned": planner(network(), UNSIGNED),
        "plan, 10 rules, two auth policies, signed": planner(network(), SIGNED),
        "of that, verifying the signature": lambda: verify(SIGNED, lambda _: CREDENTIALS, NOW, region=REGION),
        **{f"one policy of {count} statements": evaluator(count) for count in (1, 10, 50)},
    }


def microseconds(operation: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(LOOPS):
        operation()
    return (time.perf_counter() - started) / LOOPS * 1_000_000


def main() -> None:
    made = operations()
    rounds = [{name: microseconds(each) for name, each in made.items()} for _ in range(ROUNDS + 1)]
    medians = {name: statistics.median(each[name] for each in rounds[1:]) for name in made}
    few, many = (medians[f"plan, {count} services, 10 rules, no auth"] for count in (1, 2000))
    medians["2,000 services beside one (ratio)"] = many / few
    if "--json" in sys.argv[1:]:
        print(json.dumps(medians))
        return
    print("µs, medians of", ROUNDS, "interleaved rounds")
    for name, value in medians.items():
        print(f"{name:<48}{value:8.2f}")


if __name__ == "__main__":
    main()
