"""Target groups: the pods of a Service, which are a local server here.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_targetgroup.go
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lattice_events.definitions.kubernetes import DEFAULT_NAMESPACE
from lattice_events.definitions.lattice_schema import CONTROLLER_PREFIX
from lattice_events.errors import Problem
from lattice_events.network.model import HealthCheck, HttpTarget, TargetGroup
from lattice_events.readers.common.advice import target_advice
from lattice_events.readers.common.arns import target_group_arn
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.common.sources import find_urls
from lattice_events.readers.kubernetes.objects import Cluster
from lattice_events.readers.kubernetes.policies import TargetGroupPolicies, read_health_check


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the objects do not say.

    Attributes:
        region: Of the run.
        account: Of the run.
        target_urls: URLs of local servers, by ``NAMESPACE/NAME`` of a Service or ServiceImport, or by ``NAME``
            of one in the default namespace.
        runs: Whether requests will be sent, so that URLs must be known.
    """

    region: str
    account: str
    target_urls: Mapping[str, Sequence[str]]
    runs: bool = True

    def urls(self, namespace: str, name: str) -> Sequence[str] | None:
        """The local servers of a Service or ServiceImport; ``None`` when none are given."""
        return find_urls(self.target_urls, target_names(namespace, name))


def shown_target(namespace: str, name: str) -> str:
    """How ``--target`` calls a Service or ServiceImport."""
    return name if namespace == DEFAULT_NAMESPACE else f"{namespace}/{name}"


def target_names(namespace: str, name: str) -> tuple[str, ...]:
    """How settings may call a Service or ServiceImport."""
    return f"{namespace}/{name}", shown_target(namespace, name)


class TargetGroups:
    """Makes each target group once."""

    def __init__(self, cluster: Cluster, surroundings: Surroundings, fragment: Fragment) -> None:
        self._policies = TargetGroupPolicies(cluster)
        self._surroundings = surroundings
        self._fragment = fragment
        self._groups: dict[str, TargetGroup] = {}  # by ARN

    @property
    def all(self) -> list[TargetGroup]:
        """Every one that was asked for, in the order of their names."""
        return sorted(self._groups.values(), key=lambda each: each.name)

    def of_pods(self, namespace: str, service: str, origin: str, *, export: str = "") -> str:
        """The ARN of the target group of a Service's pods, or of the other one that a ServiceExport of it has."""
        key = f"{namespace}/{export}/export" if export else f"{namespace}/{service}"
        arn = self._arn(key)
        if arn not in self._groups:
            what = f"the pods of Service {namespace}/{service}"
            urls = self._urls(namespace, service, what, origin)
            self._add(key, arn, urls, origin, self._health_check(namespace, service, export))
        return arn

    def of_no_pods(self, namespace: str, service: str, port: str, origin: str) -> str:
        """The ARN of a target group in which nothing is registered: of a port that a Service does not have."""
        key = f"{namespace}/{service}/{port}"
        self._add(key, self._arn(key), (), origin, HealthCheck())
        return self._arn(key)

    def of_import(self, namespace: str, name: str, origin: str, *, arn: str = "") -> str:
        """The ARN of the target group of another cluster, or of the one that an ARN names."""
        key = f"{namespace}/{name}/import"
        arn = arn or self._arn(key)
        if arn not in self._groups:
            urls = self._urls(namespace, name, f"ServiceImport {namespace}/{name}", origin)
            self._add(key, arn, urls, origin, HealthCheck())
        return arn

    def _arn(self, key: str) -> str:
        return target_group_arn(key, region=self._surroundings.region, account=self._surroundings.account)

    def _add(
        self, key: str, arn: str, urls: Sequence[str], origin: str, health_check: HealthCheck | None
    ) -> None:
        self._groups[arn] = TargetGroup(
            name=CONTROLLER_PREFIX + key.replace("/", "-"),
            arn=arn,
            type="IP",
            targets=tuple(HttpTarget(url=url) for url in urls),
            health_check=health_check,
            origin=origin,
        )

    def _urls(self, namespace: str, name: str, what: str, origin: str) -> Sequence[str]:
        """The local servers; asks for them when they are not given and will be needed."""
        self._fragment.target_names.append(target_names(namespace, name))
        urls = self._surroundings.urls(namespace, name)
        if urls is not None:
            return urls
        if not self._surroundings.runs:
            return (f"http://{name}.{namespace}.svc",)
        shown = shown_target(namespace, name)
        message = f"Which local server replaces {what}? {target_advice(shown)}"
        self._fragment.problems.append(Problem(message, origin))
        return ()

    def _health_check(self, namespace: str, service: str, export: str) -> HealthCheck | None:
        """How the pods of a Service are checked: as its TargetGroupPolicy says, or by default."""
        policy = self._policies.find(namespace, service=service, export=export)
        if policy is None:
            return HealthCheck()
        try:
            check, notes = read_health_check(policy)
        except WrongPropertyError as error:
            self._fragment.problems.append(Problem(error.problem, policy.locate(error.path)))
            return None
        self._fragment.notes += notes
        return check


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What all rules are read with.

    Attributes:
        cluster: The objects that are given.
        surroundings: What they do not say.
        groups: The target groups that are asked for.
        fragment: Takes notes and problems.
    """

    cluster: Cluster
    surroundings: Surroundings
    groups: TargetGroups
    fragment: Fragment
