"""Run every function that a target group sends requests to once, for the rules about answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from lattice_events.checks.rule import DryRun
from lattice_events.cli.function_lines import print_function_lines
from lattice_events.local.output.writer import writing
from lattice_events.local.run.run import running
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.network.examples import make_event
from lattice_events.network.model import ForwardAction, Function, LambdaTarget, Match, Network, TargetGroup
from lattice_events.readers.project import Project


async def dry_runs(project: Project) -> tuple[DryRun, ...]:
    """What each function answers to the first request that a rule forwards to it.

    The functions run as in `lattice dev`: under the real runtime client, with made-up credentials, and their calls to
    services of the network reach them. What they write goes to standard error.

    Raises:
        ConfigurationError: An interpreter is not usable.
    """
    network = _without_servers(project.network)
    loaded = Loaded(
        network=network, assumptions=project.settings.assumptions, vpc_arn=project.default_vpc_arn
    )
    wanted = list(_wanted(network))
    found = []
    with writing(print_function_lines) as report:
        async with running(loaded, RunSettings(), report=report, clock=lambda: 0.0) as run:
            for function, group, match in wanted:
                request, headers = _request(match)
                event = make_event(request, version=group.event_version, headers=headers)
                result = await run.functions.invoke(function.name, json.dumps(event).encode())
                found.append(
                    DryRun(
                        function=function,
                        request=request,
                        version=group.event_version,
                        payload=result.payload,
                        error_type=result.error_type or "",
                    )
                )
    return tuple(found)


def _without_servers(network: Network) -> Network:
    """The network without HTTP targets, which do not run here; each function starts when it is asked."""
    groups = tuple(
        each if each.type == "LAMBDA" else replace(each, targets=(), health_check=None)
        for each in network.target_groups
    )
    functions = tuple(replace(each, prewarm=0) for each in network.functions)
    return replace(network, target_groups=groups, functions=functions)


def _wanted(network: Network) -> Iterator[tuple[Function, TargetGroup, Match]]:
    """Each function of a group that can run here, and what the first rule wants that forwards to it."""
    matches: dict[str, Match] = {}
    for arn, match in _forwards(network):
        matches.setdefault(arn, match)
    for group in network.target_groups:
        for target in group.targets if group.type == "LAMBDA" else ():
            assert isinstance(target, LambdaTarget)
            function = network.function_by_arn.get(target.function_arn)
            if function is not None and not function.obstacle:
                yield function, group, matches.get(group.arn, Match())


def _forwards(network: Network) -> Iterator[tuple[str, Match]]:
    """The ARN of each target group that a rule or a default action forwards to, and what that wants."""
    for listener in (each for service in network.services for each in service.listeners):
        for rule in listener.rules_by_priority:
            for group in rule.action.target_groups if isinstance(rule.action, ForwardAction) else ():
                yield group.target_group_arn, rule.match
        if isinstance(listener.default_action, ForwardAction):
            for group in listener.default_action.target_groups:
                yield group.target_group_arn, Match()


def _request(match: Match) -> tuple[str, list[tuple[str, str]]]:
    """A request that meets a match, and its headers."""
    path = match.path.value if match.path else "/"
    return f"{match.method or 'GET'} {path}", [(each.name, each.value) for each in match.headers]
