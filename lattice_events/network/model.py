"""The service network as frozen values: services, listeners, rules, target groups, functions.

No behaviour lives here beyond what follows from a value itself; what happens to a request is in
`routing` and `dataplane`. `origin` fields say where the user wrote a thing; they do not compare.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from lattice_events.network.policy import Caller, Policy

AuthType = Literal["NONE", "AWS_IAM"]
ListenerProtocol = Literal["HTTP", "HTTPS"]
EventVersion = Literal["V1", "V2"]

_PLAIN_NAME = re.compile(r"[A-Za-z0-9.-]+", re.ASCII)

# Seen in every generated domain name so far, whatever the Region (dataplane.md §1.1).
PARTITION_ID = "7d67968"
DEFAULT_PORTS: Mapping[str, int] = {"HTTP": 80, "HTTPS": 443}


def make_id(prefix: str, *names: str) -> str:
    """Derive a stable identifier of VPC Lattice's shape from what a thing is called.

    Shape: ``svc-`` and 17 lowercase hexadecimal digits; the same names always give the same id.
    """
    digest = hashlib.sha256("\0".join((prefix, *names)).encode()).hexdigest()
    return f"{prefix}-{digest[:17]}"


def generated_domain_name(name: str, service_id: str, region: str) -> str:
    """The domain name that VPC Lattice generates for a service.

    Shape: ``NAME-ID.7d67968.vpc-lattice-svcs.REGION.on.aws``, the id without its ``svc-``.
    """
    return f"{name}-{service_id.removeprefix('svc-')}.{PARTITION_ID}.vpc-lattice-svcs.{region}.on.aws"


@dataclass(frozen=True, kw_only=True)
class PathMatch:
    """Compare the request's path, without its query string."""

    kind: Literal["exact", "prefix"]
    value: str
    case_sensitive: bool

    @cached_property
    def wanted(self) -> str:
        """What a path, in lower case unless its case counts, is compared with."""
        return self.value if self.case_sensitive else self.value.lower()


@dataclass(frozen=True, kw_only=True)
class HeaderMatch:
    """Compare one header; the name never minds case, the value does when `case_sensitive`."""

    name: str
    kind: Literal["exact", "prefix", "contains"]
    value: str
    case_sensitive: bool

    @cached_property
    def wanted(self) -> str:
        """What a value, in lower case unless its case counts, is compared with."""
        return self.value if self.case_sensitive else self.value.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """What a rule wants of a request; every part that is given must hold."""

    method: str | None = None
    path: PathMatch | None = None
    headers: tuple[HeaderMatch, ...] = ()

    @property
    def in_words(self) -> str:
        """``GET /orders* x-preview exact true``; empty for one that wants nothing."""
        parts = [self.method] if self.method else []
        if self.path:
            parts.append(self.path.value + ("*" if self.path.kind == "prefix" else ""))
        parts += [f"{header.name} {header.kind} {header.value}" for header in self.headers]
        return " ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeightedTargetGroup:
    """A target group and its share; the share is weight divided by the sum of weights (0-999)."""

    target_group_arn: str
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class ForwardAction:
    """Forward to one of 1 to 10 target groups, by weight."""

    target_groups: tuple[WeightedTargetGroup, ...]

    @cached_property
    def total_weight(self) -> int:
        """What the shares are of."""
        return sum(group.weight for group in self.target_groups)


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedResponseAction:
    """Answer with a status and no target; VPC Lattice takes 404 and 500."""

    status: int


Action = ForwardAction | FixedResponseAction


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A listener rule; the lowest priority that matches wins."""

    name: str
    arn: str
    priority: int
    match: Match
    action: Action
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A protocol and port of a service, its rules (any order) and what is done when none matches."""

    name: str
    arn: str
    protocol: ListenerProtocol
    port: int
    default_action: Action
    rules: tuple[Rule, ...] = ()
    origin: str = field(default="", compare=False)

    @property
    def in_words(self) -> str:
        """``HTTPS 443``."""
        return f"{self.protocol} {self.port}"

    @cached_property
    def rules_by_priority(self) -> tuple[Rule, ...]:
        """The rules in the order in which they are tried."""
        return tuple(sorted(self.rules, key=lambda rule: rule.priority))

    @cached_property
    def rules_by_start(self) -> tuple[tuple[str, bool, Rule], ...]:
        """The rules in order, each with what a path that meets it begins with, and whether its case counts."""
        paths = ((rule.match.path, rule) for rule in self.rules_by_priority)
        return tuple(
            (path.wanted, path.case_sensitive, rule) if path else ("", True, rule) for path, rule in paths
        )


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: what a client names in its URL."""

    name: str
    arn: str
    domain_name: str
    custom_domain_name: str | None = None
    auth_type: AuthType = "NONE"
    auth_policy: Policy | None = None  # counts with AWS_IAM only, which denies everything without one
    tags: Mapping[str, str] = field(default_factory=dict)
    listeners: tuple[Listener, ...] = ()
    service_network_arns: tuple[str, ...] = ()
    origin: str = field(default="", compare=False)

    @cached_property
    def listener_by_port(self) -> Mapping[int, Listener]:
        """Listeners by port, of which a service has one each."""
        return {listener.port: listener for listener in reversed(self.listeners)}

    @cached_property
    def region(self) -> str:
        """The Region that requests to it are signed for: its own, whatever others of a run are in."""
        return self.arn.split(":", 4)[3]


@dataclass(frozen=True, kw_only=True, slots=True)
class LambdaTarget:
    """A Lambda function as the target of a group."""

    function_arn: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpTarget:
    """An HTTP server as a target: a pod, say.

    `url` is scheme, host and port without a path: ``http://127.0.0.1:8080``.
    """

    url: str


Target = LambdaTarget | HttpTarget


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthCheck:
    """How a target group finds out which of its targets are healthy; the defaults are the service's.

    Attributes:
        path: That is asked for, with a query string if it has one.
        interval_seconds: From one check of a target to the next.
        timeout_seconds: After which a check has failed.
        healthy_threshold: Passed checks in a row that make an unhealthy target healthy.
        unhealthy_threshold: Failed checks in a row that make a healthy target unhealthy.
        statuses: First and last status of each range that passes.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-group-health-checks.html
    """

    path: str = "/"
    interval_seconds: float = 30
    timeout_seconds: float = 5
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    statuses: tuple[tuple[int, int], ...] = ((200, 200),)


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetGroup:
    """A target group; Lambda groups have one target, an event structure version and no health check."""

    name: str
    arn: str
    type: Literal["LAMBDA", "IP", "INSTANCE", "ALB"]
    targets: tuple[Target, ...]
    event_version: EventVersion = "V1"  # the API's default; only Lambda groups mind
    health_check: HealthCheck | None = None  # none: every target counts as healthy
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceNetwork:
    """A service network: clients whose VPC is associated with it reach the services that are too."""

    name: str
    arn: str
    auth_type: AuthType = "NONE"
    auth_policy: Policy | None = None
    vpc_ids: tuple[str, ...] = ()
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A Lambda function, or a version or an alias of one: what is needed to run it.

    Attributes:
        name: Of the function; ``NAME:QUALIFIER`` of a version or an alias.
        arn: Likewise qualified or not.
        version: That runs, which an alias stands for.
        obstacle: Why it cannot run on this machine, ``it is a container image``, say; empty for one that can. One
            that cannot is a target and a caller like any other, and fails when it is invoked.
        code: The folder (or, when it ends in ``.zip``, the archive) that Lambda would unpack.
        layers: Folders and archives that Lambda would unpack below ``/opt``, in this order.
        log_format: How the runtime client writes logs.
        log_level: The least of what it writes in JSON; empty for its default.
        log_group: Of its logs; empty for the one of its name.
        python: The interpreter that runs it; empty for the one of ``lattice``.
        reserved_concurrency: How many invocations may run at once, of all its versions; ``None`` without a limit.
        max_processes: How many processes it may have at once.
        prewarm: How many of them start before there is a request.
    """

    name: str
    arn: str
    handler: str
    runtime: str
    code: str
    timeout_seconds: int = 3
    memory_mb: int = 128
    environment: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    log_format: Literal["Text", "JSON"] = "Text"
    log_level: str = ""
    log_group: str = ""
    reserved_concurrency: int | None = None
    python: str = ""
    max_processes: int = 4
    prewarm: int = 1
    version: str = "$LATEST"
    obstacle: str = ""
    role_arn: str = ""
    logical_id: str = ""
    origin: str = field(default="", compare=False)

    @property
    def region(self) -> str:
        """Where it runs."""
        return self.arn.split(":", 4)[3]

    @property
    def is_python(self) -> bool:
        """Whether its code is Python."""
        return self.runtime.startswith("python")

    @property
    def unqualified_name(self) -> str:
        """What the code of every version and alias is told that it is called."""
        return self.name.partition(":")[0]

    @property
    def other_names(self) -> tuple[str, ...]:
        """What it may be called beside its name: its logical id, where it has one, and its ARN."""
        return tuple(filter(None, (self.logical_id, self.arn)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """A caller that the network knows by name: a function, a pod, a person.

    Attributes:
        name: What the user calls it.
        caller: Who it is to policies.
        identity_policy: Every statement of its own IAM policies; ``None`` when they are not known
            here, and then not asked.
        vpc_arn: Of the VPC that it calls from, if it is known.
        origin: Where it is defined.
    """

    name: str
    caller: Caller
    identity_policy: Policy | None = None
    vpc_arn: str | None = None
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything that a run of the data plane knows.

    `region` is where most of it is; a service, like a function, has the Region of its ARN.
    """

    region: str
    account: str
    service_networks: tuple[ServiceNetwork, ...] = ()
    services: tuple[Service, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()
    functions: tuple[Function, ...] = ()
    principals: tuple[Principal, ...] = ()

    @cached_property
    def uses_auth(self) -> bool:
        """Whether any service or service network has AuthType AWS_IAM."""
        types = {each.auth_type for each in self.services} | {
            each.auth_type for each in self.service_networks
        }
        return "AWS_IAM" in types

    @cached_property
    def principal_by_name(self) -> Mapping[str, Principal]:
        """Principals by name."""
        return {principal.name: principal for principal in self.principals}

    @cached_property
    def target_group_by_arn(self) -> Mapping[str, TargetGroup]:
        """Target groups by ARN."""
        return {group.arn: group for group in self.target_groups}

    @cached_property
    def function_by_arn(self) -> Mapping[str, Function]:
        """Functions, versions and aliases by ARN."""
        return {function.arn: function for function in self.functions}

    @cached_property
    def service_network_by_arn(self) -> Mapping[str, ServiceNetwork]:
        """Service networks by ARN."""
        return {network.arn: network for network in self.service_networks}

    @cached_property
    def service_by_host(self) -> Mapping[str, Service]:
        """Services by each host name that they answer to, in lower case.

        A generated name is filed without its id by `host_key`, since the id of the real service
        is not the local one.
        """
        names: dict[str, Service] = {}
        for service in self.services:
            names[host_key(service.domain_name)] = service
            if service.custom_domain_name:
                names[host_key(service.custom_domain_name)] = service
        return names

    @cached_property
    def service_by_authority(self) -> Mapping[str, tuple[str, Service]]:
        """Host and service by the commonest spellings of a Host header: a name as it is, with and without a port."""
        found: dict[str, tuple[str, Service]] = {}
        for service in self.services:
            for name in filter(
                _PLAIN_NAME.fullmatch, (service.domain_name, service.custom_domain_name or "")
            ):
                known = name, self.service_by_host[host_key(name)]
                found[name] = known
                found |= {f"{name}:{port}": known for port in service.listener_by_port}
        return found

    def find_service(self, host: str) -> Service | None:
        """The service that a host name (no port) stands for, whatever id the name carries."""
        return self.service_by_host.get(host_key(host))


def function_name(reference: str) -> str:
    """The name in what Lambda's API takes for a function, without a qualifier."""
    return qualified_name(reference).partition(":")[0]


def qualified_name(reference: str) -> str:
    """The name in what Lambda's API takes for a function: ``NAME``, ``NAME:QUALIFIER``, a partial ARN or an ARN.

    Source:
        https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
    """
    _, is_arn, rest = reference.rpartition("function:")
    return rest if is_arn else reference


def host_key(host: str) -> str:
    """A host name in lower case, without the dot of the root; a generated one without its two ids."""
    host = host.lower().removesuffix(".")
    label_and_partition, found, region = host.partition(".vpc-lattice-svcs.")
    if not found:
        return host
    name = label_and_partition.partition(".")[0].rpartition("-")[0]
    return f"{name}.vpc-lattice-svcs.{region}"
