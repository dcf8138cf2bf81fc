"""What only the flow as a whole can get wrong: dangling nodes, unreachable ones, cycles without input, no way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ivr.core.call import FACT
from ivr.core.fields import Path, Reader, nearest, where
from ivr.core.verbs.ask import Collect, Menu
from ivr.core.verbs.desk import Request
from ivr.core.verbs.node import ENGINE_FACTS, Node
from ivr.core.verbs.status import Status
from ivr.core.verbs.tell import Branch, Hangup

if TYPE_CHECKING:
    from ivr.core.flow import Flow


def check_whole(reader: Reader, flow: Flow, written: frozenset[str]) -> None:
    """``written``: the names of all nodes, those included that could not be read and are missing from the flow."""
    _check_targets(reader, flow, written)
    _check_spoken(reader, flow)
    if written - set(flow.nodes):
        return  # what leads through an unreadable node cannot be judged
    _check_facts(reader, flow)
    _check_categories(reader, flow)
    _check_reached(reader, flow)
    _check_cycles(reader, flow)
    _check_way_out(reader, flow)


def _check_targets(reader: Reader, flow: Flow, written: frozenset[str]) -> None:
    for part in ("start", "start_menu", "fallback"):
        _check_target(reader, (part,), getattr(flow, part), written)
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


def _check_spoken(reader: Reader, flow: Flow) -> None:
    """Prompts that verbs say by themselves must exist too."""
    for name, node in flow.nodes.items():
        for prompt in node.spoken():
            _check_said(reader, name, "verb", prompt)


def _check_facts(reader: Reader, flow: Flow) -> None:
    """A ``{fact}`` that nothing ever sets would be said as silence."""
    settled = {name for node in flow.nodes.values() if isinstance(node, Menu) for name, _ in _settled(node)}
    collected = {node.what for node in flow.nodes.values() if isinstance(node, Collect)}
    known = ENGINE_FACTS | settled | collected
    for name, node in flow.nodes.items():
        for part, fact in _facts_used(node):
            if fact not in known:
                advice = f"Let a choice or a collect set it. {nearest(fact, known)}"
                reader.problem(("nodes", name, part), f"node {name!r}: nothing sets the fact {fact!r}.", advice)


def _check_categories(reader: Reader, flow: Flow) -> None:
    """Every category has a name to say; ``pieces.{category}`` has its prompt for each category that leads there."""
    for name, node in flow.nodes.items():
        if isinstance(node, Request | Status):
            for category in sorted(reader.world.categories):
                _check_said(reader, name, "verb", f"categorie.{category}")
        for said in _said_of_category(node):
            for category in sorted(_categories_before(flow, name)):
                _check_said(reader, name, "prompts", said.replace("{category}", category))


def _check_said(reader: Reader, node: str, part: str, prompt: str) -> None:
    if prompt not in reader.world.prompts:
        what = f"node {node!r} says the prompt {prompt!r}, which is not in the catalogue."
        reader.problem(("nodes", node, part), what, "Write it there.")


def _said_of_category(node: Node) -> list[str]:
    args = [arg for prompt in getattr(node, "prompts", None) or () for arg in prompt.args.values()]
    return [arg for arg in args if isinstance(arg, str) and arg.endswith(".{category}")]


def _categories_before(flow: Flow, node: str) -> set[str]:
    """The categories with which a caller may come here, from the key that chose them to the next menu."""
    def onward(name: str) -> Iterable[str]:
        here = flow.nodes.get(name)
        return () if here is None or isinstance(here, Menu) else [target for _part, target in here.exits()]

    return {
        value
        for menu in flow.nodes.values() if isinstance(menu, Menu)
        for _key, choice in menu.choices or ()
        for name, value in choice.facts
        if name == "category" and value and node in _reach([choice.next], onward)
    }


def _settled(menu: Menu) -> Iterable[tuple[str, str]]:
    return [fact for _key, choice in menu.choices or () for fact in choice.facts]


def _facts_used(node: Node) -> Iterable[tuple[str, str]]:
    """(field, fact) for every fact that a node reads by name."""
    if isinstance(node, Branch) and node.fact:
        yield "fact", node.fact
    for part in ("prompts", "thanks", "note"):
        value = getattr(node, part, None) or ()
        args = [value] if isinstance(value, str) else [arg for prompt in value for arg in prompt.args.values()]
        yield from ((part, fact) for arg in args if isinstance(arg, str) for fact in FACT.findall(arg))


def _targets(flow: Flow, node: Node) -> set[str]:
    """Where a node may lead, the keys and the fallback that work everywhere included."""
    direct = {target for _part, target in node.exits()}
    everywhere = {flow.fallback, *flow.keys.values()} if node.waits and not isinstance(node, Hangup) else set()
    return (direct | everywhere) & set(flow.nodes)


def _reach(start: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(step(name))
    return seen


def _check_reached(reader: Reader, flow: Flow) -> None:
    roots = {flow.start, flow.fallback, *flow.keys.values()} & set(flow.nodes)
    reached = _reach(roots, lambda name: _targets(flow, flow.nodes[name]))
    for name in flow.nodes:
        if name not in reached:
            reader.problem(("nodes", name), f"node {name!r} is never reached.", "Lead to it, or remove it.")


def _check_cycles(reader: Reader, flow: Flow) -> None:
    def silent(name: str) -> Iterable[str]:
        node = flow.nodes[name]
        return () if node.waits else [target for _part, target in node.exits() if target in flow.nodes]

    for name, node in flow.nodes.items():
        if not node.waits and name in _reach(silent(name), silent):
            advice = "Put a node that waits for the caller (say, menu, collect...) in it."
            reader.problem(("nodes", name), f"node {name!r} is in a cycle without input.", advice)


def _check_way_out(reader: Reader, flow: Flow) -> None:
    """From every node a hangup can be reached by the flow's own ways."""
    leads_to: dict[str, set[str]] = {name: set() for name in flow.nodes}
    for name, node in flow.nodes.items():
        for _part, target in node.exits():
            leads_to.get(target, set()).add(name)
    ends = [name for name, node in flow.nodes.items() if isinstance(node, Hangup)]
    safe = _reach(ends, lambda name: leads_to[name])
    for name in flow.nodes:
        if name not in safe:
            reader.problem(("nodes", name), f"no way out of node {name!r}.", "Lead it, in the end, to a hangup.")
