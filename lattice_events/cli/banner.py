"""What a person is told once everything is up: what there is, where it is, and how to ask it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from lattice_events.cli.lines import line, plain, rendered, service_lines
from lattice_events.local.output.records import target_name
from lattice_events.local.run.ready import Ready
from lattice_events.network.model import ForwardAction, Listener, Network, Rule, Service

_MAX_RULES = 60  # a banner of more is scrolled away before it is read
_MAX_SERVICES = 30
_MAX_CALLERS = 10


def banner(ready: Ready, console: Console) -> str:
    """The text of it."""
    text = rendered(console, *_parts(ready))
    return "".join(f"{each.rstrip()}\n" for each in text.splitlines())


def _parts(ready: Ready) -> Iterator[RenderableType]:
    services = ready.network.services
    if services:
        yield ""
        yield from _rules(ready.network)
        yield ""
    for service in services[:_MAX_SERVICES]:
        yield from service_lines(service, ready)
    if len(services) > _MAX_SERVICES:
        where = ready.local_url(services[0]).replace(services[0].name, "NAME", 1)
        yield line((f"… and {len(services) - _MAX_SERVICES:,} services more, at {where}", "dim"))
    yield ""
    for note in ready.notes:
        yield line((f"{'note':<8}", "yellow"), note)
    lines = (
        ("proxy", f"curl --proxy {ready.gateway_url} --cacert {ready.ca_file} URL"),
        ("tls", f"{ready.tls_url}   for clients that know no proxy; they send the name by SNI"),
        ("inspect", ready.inspector_url),
        ("invoke", f"aws lambda invoke --endpoint-url {ready.control_url} --function-name NAME /dev/stdout"),
        *_caller_lines(ready.network),
    )
    for name, text in lines:
        yield line((f"{name:<8}", "bold"), text)
    yield Text(f"\nready in {ready.ready_ms / 1000:,.1f} s; Ctrl-C stops it\n", style="green")


def _rules(network: Network) -> Iterator[RenderableType]:
    """A row for each rule, the default action of a listener last."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for title in ("service", "listener", "rule", "target"):
        table.add_column(title, overflow="fold")
    rows = [row for service in network.services for row in _rows(service, network)]
    for row in rows[:_MAX_RULES]:
        table.add_row(*(Text(plain(cell)) for cell in row))  # as text: [/x] is no markup
    yield table
    if len(rows) > _MAX_RULES:
        yield line((f"… and {len(rows) - _MAX_RULES:,} rules more; lattice graph draws them", "dim"))


def _rows(service: Service, network: Network) -> Iterator[tuple[str, str, str, str]]:
    for listener in service.listeners:
        where = listener.in_words
        for rule in sorted(listener.rules, key=lambda rule: rule.priority):
            yield service.name, where, f"{rule.priority}  {rule.match.in_words}", _target(rule, network)
        yield service.name, where, "default", _target(listener, network)


def _target(what: Rule | Listener, network: Network) -> str:
    """Where a rule or default action leads."""
    action = what.action if isinstance(what, Rule) else what.default_action
    if not isinstance(action, ForwardAction):
        return f"{action.status}"
    shown = []
    for weighted in action.target_groups:
        targets = network.target_group_by_arn[weighted.target_group_arn].targets
        names = ", ".join(map(target_name, targets)) or "no target"
        shown.append(names if len(action.target_groups) == 1 else f"{weighted.weight}: {names}")
    return "; ".join(shown)


def _caller_lines(network: Network) -> list[tuple[str, str]]:
    """How to call as somebody, where it matters."""
    if not network.uses_auth:
        return []
    names = [principal.name for principal in network.principals]
    more = f" and {len(names) - _MAX_CALLERS:,} more" if len(names) > _MAX_CALLERS else ""
    return [("sign", f"lattice call --as NAME URL   as one of: {', '.join(names[:_MAX_CALLERS])}{more}")]
