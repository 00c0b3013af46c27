"""A described decision as a tree on the terminal."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from lattice_events.cli.lines import plain

_NO_WRAP = 100_000


def print_tree(title: str, described: dict[str, Any]) -> None:
    """Print every step of a decision, the outcome last."""
    # A terminal wraps; in a file or a pipe each step is a line, however long.
    width = None if sys.stdout.isatty() else _NO_WRAP
    Console(highlight=False, width=width).print(_tree(title, described))


def tree_text(title: str, described: dict[str, Any]) -> str:
    """The same without colours, and without what a target was sent, which may be long."""
    written = io.StringIO()
    console = Console(file=written, color_system=None, highlight=False, width=_NO_WRAP)
    console.print(_tree(title, described, shows_sent=False))
    return written.getvalue()


def _tree(title: str, described: dict[str, Any], *, shows_sent: bool = True) -> Tree:
    tree = Tree(Text(plain(title), style="bold"), highlight=False)
    _add_place(tree, described)
    _add_authentication(tree, described)
    if described["authorization"]:
        _add_authorization(tree, described["authorization"])
    if described["rules"]:
        _add_rules(tree, described["rules"])
    if described["action"]:
        _add_action(tree, described["action"])
    if described["sent"]:
        branch = tree.add(_line("target ", (described["target"], "green")))
        if shows_sent:
            _add_sent(branch, described["sent"])
    else:
        _add_reply(tree, described["reply"])
    return tree


def _line(*parts: str | tuple[str, str]) -> Text:
    cleaned = (plain(part) if isinstance(part, str) else (plain(part[0]), part[1]) for part in parts)
    return Text.assemble(*cleaned)


def _add_place(tree: Tree, described: dict[str, Any]) -> None:
    service = described["service"]
    if service is None:
        is_refused = described["reply"]["status"] == 400  # before anybody looks at the host
        tree.add(
            _line("service: not reached")
            if is_refused
            else _line(("no service of this network has this host", "red"))
        )
        return
    branch = tree.add(_line("service ", (service["name"], "cyan"), f"  {service['arn']}"))
    for note in described["notes"]:
        branch.add(_line(("note  ", "yellow"), note))
    if described["service_network"]:
        vpc = described["source_vpc"]
        tree.add(
            _line("service network ", (described["service_network"], "cyan"), f", from {vpc}" if vpc else "")
        )
    listener = described["listener"]
    tree.add(
        _line("listener ", (listener, "cyan")) if listener else _line(("no listener on this port", "red"))
    )


def _add_authentication(tree: Tree, described: dict[str, Any]) -> None:
    authentication = described["authentication"]
    if authentication is None:
        is_routed = described["action"] is not None
        why = "not evaluated, because AuthType is NONE" if is_routed else "not reached"
        tree.add(_line(f"authentication: {why}"))
    elif authentication["problem"]:
        branch = tree.add(_line("authentication: ", ("refused", "red")))
        branch.add(_line(f"{authentication['differs']}: {authentication['problem']}"))
    else:
        who = authentication["principal"] or "anonymous, because there is no signature"
        tree.add(_line("authentication: ", (who, "cyan")))


def _add_authorization(tree: Tree, authorization: dict[str, Any]) -> None:
    outcome = ("allowed", "green") if authorization["allowed"] else ("denied", "red")
    branch = tree.add(_line("authorization: ", outcome))
    styles = {"allow": "green", "deny": "red", "none": "red"}
    words = {"allow": "allows", "deny": "denies", "none": "does not allow"}
    for layer in authorization["layers"]:
        effect = layer["effect"]
        said = (words.get(effect, effect), styles.get(effect, "dim"))
        remark = f". {layer['remark']}" if layer["remark"] else ""
        shown = branch.add(_line(f"{layer['kind']} policy of {layer['owner']}: ", said, remark))
        for statement in layer["statements"]:
            name = f"{statement['effect']} {statement['name']}: "
            if statement["lacks"]:
                node = shown.add(_line(name, ("does not match", "dim")))
                for lack in statement["lacks"]:
                    node.add(_line(lack))
            else:
                shown.add(_line(name, ("matches", "bold")))


def _add_rules(tree: Tree, rules: list[dict[str, Any]]) -> None:
    branch = tree.add("rules, by priority")
    for rule in rules:
        why = ("matches", "green") if rule["mismatch"] is None else (rule["mismatch"], "dim")
        branch.add(_line(f"{rule['priority']}  {rule['name']}: ", why))


def _add_action(tree: Tree, action: dict[str, Any]) -> None:
    if "fixed_response" in action:
        tree.add(_line(f"{action['by']}: fixed response {action['fixed_response']}"))
        return
    branch = tree.add(_line(f"{action['by']}: forward"))
    for group in action["target_groups"]:
        share = (
            f"  weight {group['weight']}, {group['share']:.0%}" if len(action["target_groups"]) > 1 else ""
        )
        name = (group["name"], "cyan" if group["chosen"] else "")
        branch.add(_line("target group ", name, share, "  (this time)" if group["chosen"] and share else ""))


def _add_sent(branch: Tree, sent: dict[str, Any]) -> None:
    if "event" in sent:
        text = json.dumps(sent["event"], indent=2, ensure_ascii=False)
        branch.add(_line("event:")).add(Text("\n".join(map(plain, text.split("\n")))))
        return
    request = branch.add(_line(sent["request"]))
    for name, value in sent["headers"]:
        request.add(_line(f"{name}: {value}"))


def _add_reply(tree: Tree, reply: dict[str, Any]) -> None:
    branch = tree.add(_line("VPC Lattice answers ", (str(reply["status"]), "red"), f": {reply['body']}"))
    for line in reply["reason"].splitlines():
        branch.add(_line((line, "yellow")))
