"""Check the HTTP targets of a run, as VPC Lattice checks its targets."""

from __future__ import annotations

import asyncio

import aiohttp

from lattice_events.local.http.client import target_tls
from lattice_events.local.output.records import LogRecord, Report
from lattice_events.network.health import Health, TargetHealth, after_check, passes
from lattice_events.network.model import ForwardAction, HealthCheck, HttpTarget, Network, Target, TargetGroup

_USER_AGENT = "lattice-dev-health-check"


class HealthChecks:
    """The checks of every target that some service forwards to."""

    def __init__(self, network: Network, *, report: Report) -> None:
        """Prepare; `start` begins to check."""
        self._groups = [group for group in network.target_groups if group.arn in _used_groups(network)]
        self._report = report
        self._health: dict[tuple[str, Target], TargetHealth] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    @property
    def health(self) -> Health:
        """What the checks say so far; it changes."""
        return self._health

    def start(self) -> None:
        """Check each target now, and then at its interval."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": _USER_AGENT},
        )
        for group in self._groups:
            for target in group.targets:
                if group.health_check is not None and isinstance(target, HttpTarget):
                    self._health[group.arn, target] = TargetHealth()
                    checking = self._keep_checking(group, group.health_check, target)
                    self._tasks.append(asyncio.create_task(checking))

    async def close(self) -> None:
        """Stop checking."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _keep_checking(self, group: TargetGroup, check: HealthCheck, target: HttpTarget) -> None:
        while True:
            problem = await self._problem(check, target)
            before = self._health[group.arn, target]
            after = after_check(before, check, passed=problem is None)
            self._health[group.arn, target] = after
            if after.status != before.status and (before.status, after.status) != ("INITIAL", "HEALTHY"):
                reason = f": {problem}" if problem else ""
                text = f"{group.name}: {target.url} is {after.status}{reason}"
                self._report(LogRecord(source="health", text=text))
            await asyncio.sleep(check.interval_seconds)

    async def _problem(self, check: HealthCheck, target: HttpTarget) -> str | None:
        """Ask a target once; what is wrong with its answer, or ``None``."""
        assert self._session is not None
        limit = aiohttp.ClientTimeout(total=check.timeout_seconds)
        url = target.url.rstrip("/") + check.path
        try:
            async with self._session.get(
                url, timeout=limit, allow_redirects=False, ssl=target_tls()
            ) as response:
                status = response.status
        except TimeoutError:
            return f"no answer to GET {check.path} within {check.timeout_seconds} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"GET {check.path} failed ({type(error).__name__})"
        return None if passes(check, status) else f"GET {check.path} was answered with {status}"


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
