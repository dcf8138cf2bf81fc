"""From dialplan data to a flow: everything checked, all problems told at once.

The edge (`ivr.dialplan`) reads YAML and hands over plain data with the line of each key; here it becomes frozen nodes, or a
list of `Problem`, each with file, line, what is wrong and what to do. A flow that parses can be served: every way leads to a
node, every prompt exists, nothing goes round without waiting for the caller, everybody can get out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Final

from ivr.core.fields import READERS, FlowErrors, Path, Problem, Reader, Source, World, nearest
from ivr.core.flow_checks import check_whole
from ivr.core.hours import Calendar
from ivr.core.verbs import VERBS, Node


@dataclass(frozen=True, slots=True)
class Flow:
    """``callback_start`` is where the calls begin that we make to call somebody back; '' when this flow has none.
    ``directions``: codes of those that have a prompt, and may be told to a caller."""

    name: str
    version: str
    start: str
    start_menu: str
    fallback: str
    notice: str
    keys: Mapping[str, str]
    nodes: Mapping[str, Node]
    calendars: Mapping[str, Calendar]
    callback_start: str = ""
    directions: frozenset[str] = frozenset()


FLOW_KEYS: Final = ("flow", "start", "start_menu", "fallback", "callback_start", "notice", "keys", "nodes")


def parse(source: Source, world: World) -> Flow:
    """The flow, or `FlowErrors` with every problem found."""
    reader = Reader(source, world)
    data = reader.mapping((), source.data)
    reader.only((), data, FLOW_KEYS, "a flow")
    written = reader.mapping(("nodes",), data.get("nodes"))
    nodes = {name: node for name, body in written.items() if (node := _node(reader, name, body)) is not None}
    names = {key: reader.text((key,), data.get(key)) for key in ("flow", "start", "start_menu", "fallback")}
    keys = dict(READERS["keys"](reader, ("keys",), data.get("keys", {}), {}))
    outgoing = reader.text(("callback_start",), data["callback_start"]) if "callback_start" in data else ""
    flow = Flow(
        names["flow"], source.version, names["start"], names["start_menu"], names["fallback"],
        reader.text(("notice",), data.get("notice", "1")), keys, nodes, world.calendars, outgoing,
        world.directions,
    )
    check_whole(reader, flow, frozenset(written))
    if reader.problems:
        raise FlowErrors(reader.problems)
    return flow


def _node(reader: Reader, name: str, body: Any) -> Node | None:
    path: Path = ("nodes", name)
    data = reader.mapping(path, body)
    verb = VERBS.get(str(data.get("verb")))
    if verb is None:
        reader.problem(path, f"node {name!r}: unknown verb {data.get('verb')!r}.", nearest(str(data.get("verb")), VERBS))
        return None
    specs = {each.name: each for each in fields(verb) if "kind" in each.metadata}
    reader.only(path, data, ("verb", *specs), f"the verb {data['verb']}")
    values = {key: _value(reader, (*path, key), spec, data) for key, spec in specs.items()}
    return verb(name=name, **values)


def _value(reader: Reader, path: Path, spec: Any, data: Mapping[str, Any]) -> Any:
    key = path[-1]
    if key not in data:
        if spec.default is MISSING:
            reader.problem(path[:-1], f"node {path[1]!r}: {key!r} is missing.", f"It says {spec.metadata['doc']}.")
            return None
        return spec.default
    return READERS[spec.metadata["kind"]](reader, path, data[key], spec.metadata)


__all__ = ["Flow", "FlowErrors", "Problem", "Source", "World", "parse"]
