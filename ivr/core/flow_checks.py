"""What only the flow as a whole can get wrong: dangling nodes, unreachable ones, cycles without input, no way out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ivr.core.fields import Path, Reader, nearest, where
from ivr.core.flow_words import check_categories, check_facts, check_spoken, reach
from ivr.core.verbs.menu import Menu
from ivr.core.verbs.node import Node
from ivr.core.verbs.tell import Hangup

if TYPE_CHECKING:
    from ivr.core.flow import Flow


def check_whole(reader: Reader, flow: Flow, written: frozenset[str]) -> None:
    """``written``: the names of all nodes, those included that could not be read and are missing from the flow."""
    _check_targets(reader, flow, written)
    check_spoken(reader, flow)
    if written - set(flow.nodes):
        return  # what leads through an unreadable node cannot be judged
    check_facts(reader, flow)
    check_categories(reader, flow)
    _check_reached(reader, flow)
    _check_cycles(reader, flow)
    _check_way_out(reader, flow)


def _check_targets(reader: Reader, flow: Flow, written: frozenset[str]) -> None:
    for part in ("start", "start_menu", "fallback"):
        _check_target(reader, (part,), getattr(flow, part), written)
    if flow.callback_start:
        _check_target(reader, ("callback_start",), flow.callback_start, written)
    if flow.start_menu in flow.nodes and not isinstance(flow.nodes[flow.start_menu], Menu):
        reader.problem(("start_menu",), f"start_menu: {flow.start_menu!r} is not a menu.")
    for key, target in flow.keys.items():
        _check_target(reader, ("keys", key), target, written)
    for name, node in flow.nodes.items():
        for part, target in node.exits():
            _check_target(reader, ("nodes", name, *part.split(".")), target, written)


def _check_target(reader: Reader, path: Path, target: str, written: frozenset[str]) -> None:
    if target not in written:
        reader.problem(path, f"{where(path)}: there is no node {target!r}.", nearest(target, written))


def _targets(flow: Flow, node: Node) -> set[str]:
    """Where a node may lead, the keys and the fallback that work everywhere included."""
    direct = {target for _part, target in node.exits()}
    everywhere = {flow.fallback, *flow.keys.values()} if node.waits and not isinstance(node, Hangup) else set()
    return (direct | everywhere) & set(flow.nodes)


def _check_reached(reader: Reader, flow: Flow) -> None:
    roots = {flow.start, flow.callback_start, flow.fallback, *flow.keys.values()} & set(flow.nodes)
    reached = reach(roots, lambda name: _targets(flow, flow.nodes[name]))
    for name in flow.nodes:
        if name not in reached:
            reader.problem(("nodes", name), f"node {name!r} is never reached.", "Lead to it, or remove it.")


def _check_cycles(reader: Reader, flow: Flow) -> None:
    def silent(name: str) -> Iterable[str]:
        node = flow.nodes[name]
        return () if node.waits else [target for _part, target in node.exits() if target in flow.nodes]

    for name, node in flow.nodes.items():
        if not node.waits and name in reach(silent(name), silent):
            advice = "Put a node that waits for the caller (say, menu, collect...) in it."
            reader.problem(("nodes", name), f"node {name!r} is in a cycle without input.", advice)


def _check_way_out(reader: Reader, flow: Flow) -> None:
    """From every node a hangup can be reached by the flow's own ways."""
    leads_to: dict[str, set[str]] = {name: set() for name in flow.nodes}
    for name, node in flow.nodes.items():
        for _part, target in node.exits():
            leads_to.get(target, set()).add(name)
    ends = [name for name, node in flow.nodes.items() if isinstance(node, Hangup)]
    safe = reach(ends, lambda name: leads_to[name])
    for name in flow.nodes:
        if name not in safe:
            reader.problem(("nodes", name), f"no way out of node {name!r}.", "Lead it, in the end, to a hangup.")
