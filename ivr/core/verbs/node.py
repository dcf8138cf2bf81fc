"""What all verbs share: the node, and how a field says its kind, its meaning and its limits."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ivr.core.call import GoTo
from ivr.core.dialogue import Prompts, Typed, say
from ivr.core.messages import Event

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


def spec(kind: str, doc: str, *, default: Any = MISSING, **limits: object) -> Any:
    """A field of a verb: ``kind`` names its reader in `ivr.core.flow`, ``doc`` its line in the reference."""
    return field(default=default, metadata={"kind": kind, "doc": doc, **limits})


ENGINE_FACTS: Final = frozenset({
    "call", "caller", "dialed", "open", "matricule", "verified", "reference", "requests", "voice_message", "deaf",
    "lookups", "registered", "queued_since", "queued_priority", "voice_misses", "known_matricules", "moments",
    "followed", "status", "told", "phone", "voice_note", "receipt",
})
"""What the verbs keep in a call's facts by themselves; `collect` adds the value it takes, a choice what it settles."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One key of a menu: what is said for it, where it goes, what it settles."""

    next: str
    say: Prompts = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A named place in a flow. ``waits``: a caller's time passes here, so a cycle through it is no endless loop."""

    name: str
    waits: ClassVar[bool] = True
    says: ClassVar[tuple[str, ...]] = ()
    errs: ClassVar[tuple[str, ...]] = ()

    def run(self, call: Call) -> Steps:
        raise NotImplementedError(f"{type(self).__name__} does not say what happens")

    def spoken(self) -> Iterator[str]:
        """The prompts it says by itself, beside those the author wrote."""
        yield from self.says
        for family in self.errs:
            yield from error_prompts(family)

    def exits(self) -> Iterator[tuple[str, str]]:
        """(field, node) for every way out."""
        for part in fields(self):
            value = getattr(self, part.name)
            kind = part.metadata.get("kind")
            if kind == "node" and value:
                yield part.name, value
            elif kind in {"keys", "cases"}:
                yield from ((f"{part.name}.{key}", target) for key, target in value or ())
            elif kind == "choices":
                yield from ((f"{part.name}.{key}", choice.next) for key, choice in value or ())


def error_prompts(family: str) -> tuple[str, ...]:
    """What is said after silence and after nonsense: three levels of each."""
    return tuple(f"{family}.{kind}_{level}" for kind in ("silence", "incompris") for level in (1, 2, 3))


def field_doc(verb: type[Node]) -> Iterator[tuple[str, str, str, str]]:
    """(name, kind, default, doc) of every field, for the generated reference."""
    for part in fields(verb):
        if "kind" in part.metadata:
            default = "required" if part.default is MISSING else _shown(part.default)
            yield part.name, part.metadata["kind"], default, part.metadata["doc"]


def _shown(value: object) -> str:
    if value in (None, "", ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def universal(call: Call, key: str) -> str | None:
    """Where a key that works everywhere leads: 0 an agent, # the previous menu. None: it is no such key."""
    if key == "#":
        return previous_menu(call)
    return call.flow.keys.get(key)


def leave_by(call: Call, reply: object) -> None:
    """A key that works everywhere leaves even from the midst of a confirmation. Raises `GoTo`."""
    elsewhere = universal(call, keys_of(reply))
    if elsewhere:
        raise GoTo(elsewhere)


def previous_menu(call: Call) -> str:
    """The menu before the one the caller is in; the first one is its own."""
    if len(call.menus) > 1 and call.menus[-1] == call.node:
        call.menus.pop()
    return call.menus[-1] if call.menus else call.flow.start_menu


def give_up(call: Call, lead: Prompts, elsewhere: str | None) -> Generator[None, Event, str]:
    """Too many tries: say so, then an agent (or whatever the flow does when nobody is there)."""
    yield from say(call, lead)
    call.note("tries_over", call.node)
    return elsewhere or call.flow.fallback


def keys_of(reply: object) -> str:
    return reply.keys if isinstance(reply, Typed) else ""
