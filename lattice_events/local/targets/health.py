"""Check the HTTP targets of a run, as VPC Lattice checks its targets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, urldefrag, urlsplit

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.client import connect_to, send, target_tls
from lattice_events.local.http.connections import origin_of
from lattice_events.local.output.records import Notice, Report
from lattice_events.network.health import Health, TargetHealth, after_check, passes
from lattice_events.network.model import ForwardAction, HealthCheck, HttpTarget, Network, Target

_USER_AGENT = "lattice-dev-health-check"
_SENT_AS_IS = "%/?:@!$&'()*+,;=-._~[]"


class _Checked(NamedTuple):
    """A target in a target group, and how it is checked there."""

    group_arn: str
    group_name: str
    target: HttpTarget
    check: HealthCheck


class HealthChecks:
    """The checks of every target that some service forwards to."""

    def __init__(self, *, report: Report) -> None:
        """Prepare; `apply` begins to check."""
        self._report = report
        self._health: dict[tuple[str, Target], TargetHealth] = {}
        self._checking: dict[_Checked, asyncio.Task[None]] = {}

    @property
    def health(self) -> Health:
        """What the checks say so far; it changes."""
        return self._health

    async def apply(self, network: Network) -> None:
        """Check the targets of a network: each now, and then at its interval.

        What is known of a target that is checked as before stays.
        """
        wanted = dict.fromkeys(_checked(network))
        await self._stop(*(each for each in self._checking if each not in wanted))
        for each in wanted:
            if each not in self._checking:
                self._health[each.group_arn, each.target] = TargetHealth()
                self._checking[each] = asyncio.create_task(self._keep_checking(each))

    async def _stop(self, *checked: _Checked) -> None:
        """Check these no longer."""
        tasks = []
        for each in checked:
            tasks.append(self._checking.pop(each))
            tasks[-1].cancel()
            del self._health[each.group_arn, each.target]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop checking."""
        await self._stop(*self._checking)

    async def _keep_checking(self, checked: _Checked) -> None:
        key, check = (checked.group_arn, checked.target), checked.check
        while True:
            problem = await self._problem(check, checked.target)
            before = self._health[key]
            after = self._health[key] = after_check(before, check, passed=problem is None)
            if after.status != before.status and (before.status, after.status) != ("INITIAL", "HEALTHY"):
                reason = f": {problem}" if problem else ""
                text = f"{checked.group_name}: {checked.target.url} is {after.status}{reason}"
                self._report(Notice(source="health", text=text))
            await asyncio.sleep(check.interval_seconds)

    async def _problem(self, check: HealthCheck, target: HttpTarget) -> str | None:
        """Ask a target once; what is wrong with its answer, or ``None``."""
        try:
            async with asyncio.timeout(check.timeout_seconds):
                status = await _status(target.url, check.path)
        except TimeoutError:
            return f"no answer to GET {check.path} within {check.timeout_seconds} s"
        except TargetError as error:
            return f"GET {check.path} failed ({error})"
        return None if passes(check, status) else f"GET {check.path} was answered with {status}"


async def _status(url: str, path: str) -> int:
    """The status with which a target answers a GET; no redirect is followed."""
    origin, parts = origin_of(url), urlsplit(url)
    tls = target_tls() if origin.is_tls else None
    target = quote(urldefrag(parts.path.rstrip("/") + path).url, safe=_SENT_AS_IS)
    host = parts.netloc.rpartition("@")[2]
    headers = Headers((("host", host), ("user-agent", _USER_AGENT), ("accept", "*/*")))
    connect = partial(connect_to, origin.host, origin.port, tls=tls)
    async with await send(connect, Outgoing("GET", target, headers)) as answer:
        return answer.status


def _checked(network: Network) -> Iterator[_Checked]:
    """Every target that is to be checked."""
    used = _used_groups(network)
    for group in network.target_groups:
        if group.arn in used and group.health_check is not None:
            for target in group.targets:
                if isinstance(target, HttpTarget):
                    yield _Checked(group.arn, group.name, target, group.health_check)


def _used_groups(network: Network) -> set[str]:
    """ARNs of the target groups that some action forwards to; the others are not checked."""
    actions = [
        action
        for service in network.services
        for listener in service.listeners
        for action in (listener.default_action, *(rule.action for rule in listener.rules))
    ]
    return {
        group.target_group_arn
        for action in actions
        if isinstance(action, ForwardAction)
        for group in action.target_groups
    }
