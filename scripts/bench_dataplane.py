"""The data plane: µs per plan() by rules and services, and per policy evaluation by statements, interleaved.

--json          as JSON
--beside FILE   beside the JSON of an earlier run: both, and how many times quicker it is now
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lattice_events import Headers, Request, Response
from lattice_events.assumptions import DEFAULTS
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import pass_back, plan
from lattice_events.network.decision import Decision, Forward, Source
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    HttpTarget,
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
NOW_US = int(NOW.timestamp() * 1_000_000)
CREDENTIALS = Credentials(access_key_id="AK", secret_access_key="SK", session_token="t" * 900)


def policy(statements: int, about: str = "paths", *, last: str = "orders") -> Policy:
    """Statements of which the last one allows; the others are about other paths, callers or services."""
    others = {
        "paths": lambda number: {"Resource": f"*/o{number}/*"},
        "callers": lambda number: {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r{number}"}},
        "services": lambda number: {"Resource": f"{PREFIX}:service/svc-o{number}/*"},
    }[about]
    base = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "vpc-lattice-svcs:Invoke",
        "Resource": f"*/{last}/*",
        "Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}},
    }
    return parse_policy({"Statement": [*({**base, **others(n)} for n in range(statements - 1)), base]})


def network(*, services: int = 1, rules: int = 10, auth: bool = True, http: bool = False) -> Network:
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
        target_groups=(group(http=http),),
    )


def group(*, http: bool) -> TargetGroup:
    if http:
        targets = (HttpTarget(url="http://127.0.0.1:8080"),)
        return TargetGroup(name="g", arn=GROUP_ARN, type="IP", targets=targets)
    function = LambdaTarget(function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")
    return TargetGroup(name="g", arn=GROUP_ARN, type="LAMBDA", targets=(function,))


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


def decide(net: Network, request: Request) -> Decision:
    """What plan() says."""
    return plan(
        net,
        request,
        source=Source(address="10.0.0.7", port=443),
        credentials=KEYRING,
        fresh_request_id="id",
        now_us=NOW_US,
        roll=0.5,
        turn={},
        health={},
        assumptions=DEFAULTS,
    )


def planner(net: Network, request: Request) -> Callable[[], object]:
    """A call of plan(); it must forward."""
    assert isinstance(decide(net, request), Forward), decide(net, request)
    return lambda: decide(net, request)


def evaluator(statements: int, about: str) -> Callable[[], object]:
    """One evaluation of a policy whose last statement allows."""
    parsed = policy(statements, about)
    facts = Facts(caller=PRINCIPAL.caller, service_arn=f"{PREFIX}:service/svc-1", path="/orders/7")
    assert evaluate(parsed, facts)
    return lambda: evaluate(parsed, facts)


def refuser(statements: int) -> Callable[[], object]:
    """One evaluation of a policy that allows nothing, and which statement comes nearest."""
    parsed = policy(statements, last="else")
    facts = Facts(caller=PRINCIPAL.caller, service_arn=f"{PREFIX}:service/svc-1", path="/orders/7")
    assert evaluate(parsed, facts).effect == "none"
    return lambda: evaluate(parsed, facts)


def passer(net: Network) -> Callable[[], object]:
    """What is done to a target's response."""
    decision = decide(net, UNSIGNED)
    assert isinstance(decision, Forward)
    pairs = [("content-type", "application/json"), ("content-length", "2"), ("connection", "keep-alive")]
    response = Response(200, headers=Headers(pairs), body=b"{}")
    return lambda: pass_back(decision, response)


def operations() -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    return {
        **{
            f"plan, {count} rules, no auth": planner(network(rules=count, auth=False), UNSIGNED)
            for count in (1, 10, 100)
        },
        **{
            f"plan, {count} services, 10 rules, no auth": planner(
                network(services=count, auth=False), UNSIGNED
            )
            for count in (1, 100, 2000)
        },
        "plan, 10 rules, no auth, HTTP target": planner(network(auth=False, http=True), UNSIGNED),
        "plan, 10 rules, two auth policies, unsigned": planner(network(), UNSIGNED),
        "plan, 10 rules, two auth policies, signed": planner(network(), SIGNED),
        "plan, the same, HTTP target": planner(network(http=True), SIGNED),
        "of that, verifying the signature": lambda: verify(SIGNED, lambda _: CREDENTIALS, NOW, region=REGION),
        "the response passed back": passer(network(auth=False)),
        **{
            f"one policy, {count} statements, other {about}": evaluator(count, about)
            for about in ("paths", "callers", "services")
            for count in (1, 10, 30)
        },
        "one policy of 10 statements, none allows": refuser(10),
    }


def microseconds(operation: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(LOOPS):
        operation()
    return (time.process_time() - started) / LOOPS * 1_000_000


def first_plan_ms() -> float:
    """The first plan() of a network that was just loaded: what is computed once for each."""
    net = network(services=500)
    started = time.process_time()
    decide(net, SIGNED)
    return (time.process_time() - started) * 1000


def measure() -> dict[str, float]:
    """Medians of the CPU time of interleaved rounds."""
    made = operations()
    rounds = [{name: microseconds(each) for name, each in made.items()} for _ in range(ROUNDS + 1)]
    medians = {name: statistics.median(each[name] for each in rounds[1:]) for name in made}
    few, many = (medians[f"plan, {count} services, 10 rules, no auth"] for count in (1, 2000))
    medians["2,000 services beside one (ratio)"] = many / few
    medians["first plan of 500 services (ms)"] = statistics.median(first_plan_ms() for _ in range(5))
    return medians


def main() -> None:
    medians = measure()
    if "--json" in sys.argv[1:]:
        print(json.dumps(medians))
        return
    before = (
        json.loads(Path(sys.argv[sys.argv.index("--beside") + 1]).read_text())
        if "--beside" in sys.argv
        else {}
    )
    print("µs of CPU, medians of", ROUNDS, "interleaved rounds")
    for name, value in medians.items():
        past = f"{before[name]:8.2f} before, {before[name] / value:5.2f} times" if name in before else ""
        print(f"{name:<48}{value:8.2f}  {past}".rstrip())


if __name__ == "__main__":
    main()
