"""What a flow says and knows: every prompt exists, every fact is settled somewhere, every category has its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ivr.core.call import FACT
from ivr.core.fields import Reader, nearest
from ivr.core.verbs.collect import Collect
from ivr.core.verbs.menu import Menu
from ivr.core.verbs.node import ENGINE_FACTS, Node
from ivr.core.verbs.receipt import Receipt
from ivr.core.verbs.request import Request
from ivr.core.verbs.status import Status
from ivr.core.verbs.tell import Branch

if TYPE_CHECKING:
    from ivr.core.flow import Flow


def check_spoken(reader: Reader, flow: Flow) -> None:
    """Prompts that verbs say by themselves must exist too."""
    for name, node in flow.nodes.items():
        for prompt in node.spoken():
            _check_said(reader, name, "verb", prompt)


def check_facts(reader: Reader, flow: Flow) -> None:
    """A ``{fact}`` that nothing ever sets would be said as silence."""
    settled = {name for node in flow.nodes.values() if isinstance(node, Menu) for name, _ in _settled(node)}
    collected = {node.what for node in flow.nodes.values() if isinstance(node, Collect)}
    known = ENGINE_FACTS | settled | collected
    for name, node in flow.nodes.items():
        for part, fact in _facts_used(node):
            if fact not in known:
                advice = f"Let a choice or a collect set it. {nearest(fact, known)}"
                reader.problem(("nodes", name, part), f"node {name!r}: nothing sets the fact {fact!r}.", advice)


def check_categories(reader: Reader, flow: Flow) -> None:
    """Every category has a name to say, and every direction; where a status is told, the documents awaited too.
    ``pieces.{category}`` has its prompt for each category that leads there."""
    families = {
        Request: ("categorie",), Receipt: ("direction",), Status: ("categorie", "pieces", "direction"),
    }
    for name, node in flow.nodes.items():
        for family in families.get(type(node), ()):
            known = reader.world.directions if family == "direction" else reader.world.categories
            for code in sorted(known):
                _check_said(reader, name, "verb", f"{family}.{code}")
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
        if name == "category" and value and node in reach([choice.next], onward)
    }


def _settled(menu: Menu) -> Iterable[tuple[str, str]]:
    return [fact for _key, choice in menu.choices or () for fact in choice.facts]


def _facts_used(node: Node) -> Iterable[tuple[str, str]]:
    """(field, fact) for every fact that a node reads by name."""
    if isinstance(node, Branch) and node.fact:
        yield "fact", node.fact
    for part in ("prompts", "thanks", "reminder", "note"):
        value = getattr(node, part, None) or ()
        args = [value] if isinstance(value, str) else [arg for prompt in value for arg in prompt.args.values()]
        yield from ((part, fact) for arg in args if isinstance(arg, str) for fact in FACT.findall(arg))


def reach(start: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(step(name))
    return seen
