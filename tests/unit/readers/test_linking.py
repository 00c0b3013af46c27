"""What a reference means: decided by identity, never by order, and by nothing where it cannot be told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    HttpTarget,
    LambdaTarget,
    Listener,
    Match,
    Network,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
)
from lattice_events.network.policy import Policy, parse_policy
from lattice_events.readers.common.fragment import (
    AuthPolicyAttachment,
    Fragment,
    Kind,
    PlacedListener,
    PlacedRule,
    Reference,
    ServiceAssociation,
    VpcAssociation,
)
from lattice_events.readers.linking.assemble import assemble

POLICY = parse_policy(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}, name="p"
)
BOTH: tuple[Kind, ...] = ("service", "servicenetwork")
PREFIX = "arn:aws:vpc-lattice:us-west-2:1"


def service(name: str) -> Fragment:
    arn = f"{PREFIX}:service/svc-{name}"
    return Fragment(services=[Service(name=name, arn=arn, domain_name=name, origin=f"{name}.yml")])


def network(name: str) -> Fragment:
    arn = f"{PREFIX}:servicenetwork/sn-{name}"
    return Fragment(service_networks=[ServiceNetwork(name=name, arn=arn, origin=f"{name}.yml")])


def reference(text: str, *kinds: Kind, is_outside: bool = False, answer: str = "") -> Reference:
    return Reference(text=text, origin="ref.yml:1", kinds=kinds or BOTH, is_outside=is_outside, answer=answer)


def policy(text: str, *kinds: Kind, is_outside: bool = False, answer: str = "") -> Fragment:
    named = reference(text, *kinds, is_outside=is_outside, answer=answer)
    return Fragment(auth_policies=[AuthPolicyAttachment(resource=named, policy=POLICY, origin="p.yml:1")])


def association(service: str, network: str, *, is_outside: bool = False) -> Fragment:
    return Fragment(
        service_associations=[
            ServiceAssociation(
                service=reference(service, "service"),
                service_network=reference(network, "servicenetwork", is_outside=is_outside),
                origin="a.yml:1",
            )
        ]
    )


def link(*fragments: Fragment, chosen: str | None = None) -> tuple[Network, tuple[str, ...]]:
    return assemble(fragments, region="us-west-2", account="1", chosen_network=chosen)


def policed(*fragments: Fragment) -> dict[str, Policy | None]:
    """The policy of everything that can have one, by name."""
    found, _ = link(*fragments)
    return {each.name: each.auth_policy for each in found.services} | {
        each.name: each.auth_policy for each in found.service_networks
    }


def problems(*fragments: Fragment) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        link(*fragments)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("text", ["foo", "svc-foo", f"{PREFIX}:service/svc-foo"], ids=["name", "id", "ARN"])
def test_a_policy_is_on_what_its_reference_names(text: str) -> None:
    assert policed(service("foo"), service("bar"), network("net"), policy(text)) == {
        "foo": POLICY,
        "bar": None,
        "net": None,
    }


def test_a_policy_that_may_be_the_service_s_or_the_network_s_is_neither_s() -> None:
    """The base gave it to the network: a service without its policy, and a network with another's."""
    assert problems(
        service("foo"),
        network("net"),
        policy("ServiceArn", is_outside=True, answer="--param ServiceArn=NAME"),
    ) == [
        "ref.yml:1: Which service or service network is ServiceArn? These are defined: service foo (foo.yml), "
        "service network net (net.yml). Say which by name: --param ServiceArn=NAME."
    ]


def test_an_unknown_arn_tells_what_is_meant() -> None:
    arn = "arn:aws:vpc-lattice:us-west-2:2:service/svc-0"

    found, notes = link(service("foo"), network("net"), policy(arn))

    assert (found.services[0].auth_policy, found.service_networks[0].auth_policy) == (POLICY, None)
    assert "Service svc-0 is assumed to be foo, the only one that it can be." in notes


def test_what_an_unknown_arn_means_has_that_arn_in_policies_too() -> None:
    """A condition on the network's own ARN did not match the network that this ARN was taken to mean."""
    given = f"{PREFIX[:-1]}2:servicenetwork/sn-0"
    condition = {"StringEquals": {"vpc-lattice-svcs:ServiceNetworkArn": [given, "sn-0", f"{given}a"]}}
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
    attached = AuthPolicyAttachment(
        resource=reference("foo"), policy=parse_policy({"Statement": allow}), origin="p.yml:1"
    )

    found, _ = link(
        service("foo"), network("net"), association("foo", given), Fragment(auth_policies=[attached])
    )

    (statement,) = found.services[0].auth_policy.statements  # type: ignore[union-attr]
    assert statement.conditions[0].values == (found.service_networks[0].arn, "sn-net", f"{given}a")


def test_a_network_that_only_its_id_tells_has_any_arn_of_that_id() -> None:
    """A stack that gets the network's ARN, splits it for its association and writes it whole into its policy."""
    given = f"{PREFIX[:-1]}2:servicenetwork/sn-0"

    found, _ = link(guarded("foo", **on_network(given)), association("foo", "sn-0"))

    (statement,) = found.services[0].auth_policy.statements  # type: ignore[union-attr]
    assert statement.conditions[0].values == (found.service_networks[0].arn,)


def test_an_unknown_arn_among_several_is_a_problem_that_names_them() -> None:
    arn = "arn:aws:vpc-lattice:us-west-2:2:service/svc-0"

    assert problems(service("foo"), service("bar"), policy(arn)) == [
        f"ref.yml:1: The service {arn} is not one of those defined: service bar (bar.yml), service foo (foo.yml)."
    ]


def test_two_unknown_networks_are_not_both_the_only_one() -> None:
    one, two = (association("foo", f"{PREFIX}:servicenetwork/sn-{each}") for each in "12")

    assert problems(service("foo"), network("net"), one, two) == [
        "ref.yml:1: sn-2 and sn-1 (ref.yml:1) are two, but only the service network net (net.yml) is defined. Define the other, too."
    ]


def test_an_id_and_the_arn_that_ends_with_it_are_one() -> None:
    one, two = association("foo", f"{PREFIX}:servicenetwork/sn-1"), association("foo", "sn-1")

    found, _ = link(service("foo"), network("net"), one, two)

    assert found.services[0].service_network_arns == (f"{PREFIX}:servicenetwork/sn-net",)


def test_a_parameter_is_not_what_happens_to_be_called_so() -> None:
    assert problems(service("foo"), service("bar"), policy("foo", "service", is_outside=True)) == [
        "ref.yml:1: Which service is foo? These are defined: service bar (bar.yml), service foo (foo.yml)."
    ]


def test_a_policy_on_the_network_that_an_association_names_is_on_it() -> None:
    found, _ = link(
        service("foo"),
        association("foo", "Net", is_outside=True),
        policy("Net", "servicenetwork", is_outside=True),
    )

    assert [(each.name, each.auth_policy) for each in found.service_networks] == [("Net", POLICY)]


def test_a_policy_on_nothing_that_is_here_is_noted() -> None:
    found, notes = link(network("net"), policy("svc-0", "service"))

    assert found.service_networks[0].auth_policy is None
    assert notes == ("ref.yml:1: There is no service svc-0 here, so this counts for nothing.",)


def test_two_policies_on_one_thing_clash_whatever_it_is_called() -> None:
    assert problems(service("foo"), policy("svc-foo"), policy("foo")) == [
        "p.yml:1: There are two auth policies for the service foo (foo.yml); the other is at p.yml:1."
    ]


LISTENER = Listener(
    name="https",
    arn=f"{PREFIX}:service/svc-foo/listener/listener-1",
    protocol="HTTPS",
    port=443,
    default_action=FixedResponseAction(status=404),
    origin="l.yml",
)
RULE = Rule(
    name="r",
    arn="r",
    priority=1,
    match=Match(method="GET"),
    action=ForwardAction(target_groups=(WeightedTargetGroup(target_group_arn=f"{PREFIX}:targetgroup/tg-0"),)),
    origin="r.yml",
)
GROUP = TargetGroup(
    name="group", arn=f"{PREFIX}:targetgroup/tg-group", type="LAMBDA", targets=(), origin="g.yml"
)


def placed(*, listener: str = "listener-1") -> list[Fragment]:
    """A service, its listener, a rule and its target group, each of another source."""
    target = Reference(text=f"{PREFIX}:targetgroup/tg-0", origin="r.yml", kinds=("targetgroup",))
    return [
        service("foo"),
        Fragment(listeners=[PlacedListener(service=reference("foo", "service"), listener=LISTENER)]),
        Fragment(
            rules=[PlacedRule(listener=reference(listener, "listener"), rule=RULE)],
            imported_target_groups=[target],
        ),
        Fragment(target_groups=[GROUP]),
    ]


def test_listeners_and_rules_come_from_other_sources() -> None:
    found, _ = link(*placed())

    (listener,) = found.services[0].listeners
    assert isinstance(listener.rules[0].action, ForwardAction)
    assert listener.rules[0].action.target_groups[0].target_group_arn == GROUP.arn


def test_a_rule_of_no_listener_that_is_here_is_noted() -> None:
    only_rules = [each for each in placed() if not each.listeners]

    found, notes = link(*only_rules)

    assert found.services[0].listeners == ()
    assert "ref.yml:1: There is no listener listener-1 here, so this counts for nothing." in notes


@pytest.mark.parametrize(
    "fragments",
    [
        [service("foo"), network("net"), policy("ServiceArn", is_outside=True)],
        [service("foo"), network("net"), policy("foo"), policy("net"), association("foo", "net")],
        [service("foo"), network("net"), network("two"), association("foo", "sn-9")],
        placed(),
    ],
)
def test_what_a_reference_means_does_not_depend_on_the_order(fragments: Sequence[Fragment]) -> None:
    outcomes = []
    for order in itertools.permutations(fragments):
        try:
            found, notes = link(*order)
            outcomes.append(
                (
                    {each.name: each for each in found.services},
                    {each.name: each for each in found.service_networks},
                    set(notes),
                )
            )
        except ConfigurationError as error:
            outcomes.append(({}, {}, {str(each) for each in error.problems}))

    assert all(each == outcomes[0] for each in outcomes)


def test_a_vpc_comes_to_the_network_by_its_name() -> None:
    vpc = VpcAssociation(vpc_id="vpc-1", service_network=reference("two", "servicenetwork"), origin="v.yml")

    found, _ = link(network("one"), network("two"), Fragment(vpc_associations=[vpc]))

    assert [(each.name, each.vpc_ids) for each in found.service_networks] == [
        ("one", ()),
        ("two", ("vpc-1",)),
    ]


def test_a_group_that_nothing_defines_is_asked_for() -> None:
    fragments = [each for each in placed() if not each.target_groups]

    assert problems(*fragments) == [
        "r.yml: The target group tg-0 is not defined. Give its definition too, or a server that replaces its targets: --target tg-0=URL."
    ]


def test_a_server_replaces_a_group_that_nothing_defines() -> None:
    fragments = [each for each in placed() if not each.target_groups]

    found, _ = assemble(
        fragments, region="us-west-2", account="1", urls=lambda name: [f"http://127.0.0.1/{name}"]
    )

    assert [(each.name, each.targets) for each in found.target_groups] == [
        ("tg-0", (HttpTarget(url="http://127.0.0.1/tg-0"),))
    ]


def test_a_group_that_a_server_replaces_is_none_of_those_defined() -> None:
    reference = Reference(text="tg-9", origin="r.yml", kinds=("targetgroup",), answer="--param Group=VALUE")
    other = replace(GROUP, name="other", arn=f"{GROUP.arn}1")
    fragments = [Fragment(imported_target_groups=[reference]), Fragment(target_groups=[GROUP, other])]

    (problem,) = problems(*fragments)
    found, notes = assemble(fragments, region="us-west-2", account="1", replaced=["tg-9"])

    assert problem.endswith(
        " Say which by name: --param Group=VALUE. If it is another one, name a server for it: --target tg-9=URL."
    )
    assert [each.name for each in found.target_groups] == [GROUP.name, "other"]
    assert not notes


def test_a_function_that_nothing_defines_cannot_run() -> None:
    target = LambdaTarget(function_arn="arn:aws:lambda:us-west-2:1:function:gone")
    group = replace(GROUP, targets=(target,))

    found, notes = link(Fragment(target_groups=[group]))

    assert [(each.name, each.obstacle) for each in found.functions] == [
        ("gone", "no source that was given defines it")
    ]
    assert found.target_groups == (group,)
    assert notes == (
        "g.yml: The function gone is not defined in any source, so requests to it fail. Give its definition too.",
    )


REAL_NETWORK = "arn:aws:vpc-lattice:us-west-2:2:servicenetwork/sn-0123456789abcdef0"
REAL_SERVICE = "arn:aws:vpc-lattice:us-west-2:2:service/svc-0123456789abcdef0"


def guarded(target: str, **statement: Any) -> Fragment:
    """A service with an auth policy that is on what `target` means."""
    document = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"} | statement
    found = service("foo")
    found.auth_policies.append(
        AuthPolicyAttachment(
            resource=reference(target, "service"),
            policy=parse_policy({"Statement": [document]}),
            origin="p.yml:1",
            activates=True,
        )
    )
    return found


def on_network(arn: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"vpc-lattice-svcs:ServiceNetworkArn": arn}}}


@pytest.mark.parametrize("statement", [{"Resource": f"{REAL_SERVICE}/*"}, on_network(REAL_NETWORK)])
def test_an_id_in_a_policy_that_nothing_has_here_is_noted(statement: dict[str, Any]) -> None:
    found, notes = link(guarded("foo", **statement), network("net"))
    note = "0123456789abcdef0, which is none of those here, so that matches nothing."

    assert found.uses_auth
    assert [note in each for each in notes] == [True]


def test_ids_in_policies_do_not_matter_where_nothing_is_authorized() -> None:
    found = guarded("foo", Resource=f"{REAL_SERVICE}/*")
    found.auth_policies[:] = [replace(each, activates=False) for each in found.auth_policies]

    assert link(found, network("net"))[1] == ()


def test_what_is_said_of_a_reference_has_no_secret() -> None:
    """A parameter with NoEcho may name a network."""
    found = association("foo", "sn-hush")
    found.secrets.append("hush")

    _, notes = link(service("foo"), network("net"), found)

    assert notes == ("Service network sn-*** is assumed to be net, the only one that it can be.",)
    assert not [
        each for each in problems(service("foo"), network("a"), network("b"), found) if "hush" in each
    ]


def test_a_name_that_stands_for_an_arn_is_that_arn_in_policies() -> None:
    """Messages ask for a name, ``--param NetArn=net``, and no condition on an ARN matched it."""
    found, _ = link(
        guarded("foo", Resource=["foo/*", "*"], **on_network("net")),
        network("net"),
        association("foo", "net"),
    )

    (statement,) = found.services[0].auth_policy.statements  # type: ignore[union-attr]
    assert statement.resource is not None
    assert statement.resource.values == (f"{PREFIX}:service/svc-foo/*", "*")
    assert statement.conditions[0].values == (f"{PREFIX}:servicenetwork/sn-net",)
