"""What people may ask of the distributor, by name: the vocabulary of the control socket, the command line and the consoles.

Each action is one line: its name, the fields it takes with their kinds, and the event that it becomes. What is asked wrongly
is refused with a sentence before it gets near the distributor; what cannot be done just now the distributor refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ivr.core.messages import Event
from ivr.core.offers import (
    CallerMoved,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    OfferRefused,
    RecordingAsked,
    ResumeAsked,
    SuperviseAsked,
    TransferAsked,
    WishChanged,
    WrapUpDone,
    WrapUpExtended,
)

WISHES: Final = ("ready", "paused", "offline")
MODES: Final = ("listen", "whisper", "barge", "take_over", "stop")
LONGEST_TEXT: Final = 100


class BadAction(ValueError):
    """Not an action, or with the wrong fields; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a value must be, and how that is said."""

    fits: Callable[[Any], bool]
    says: str


@dataclass(frozen=True, slots=True)
class Action:
    """``fields`` by name; a default makes one optional."""

    fields: Mapping[str, Field]
    makes: Callable[..., Event]
    defaults: Mapping[str, Any]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600


def _is_target(value: Any) -> bool:
    kind, _, name = value.partition(":") if _is_text(value) else ("", "", "")
    return kind in {"queue", "agent", "number"} and bool(name)


def _one_of(*words: str) -> Field:
    return Field(lambda value: value in words, f"one of {', '.join(words)}")


TEXT: Final = Field(_is_text, f"a text of at most {LONGEST_TEXT} letters")
FLAG: Final = Field(lambda value: isinstance(value, bool), "true or false")
SECONDS: Final = Field(_is_number, "a number of seconds, at most 3600")
TARGET: Final = Field(_is_target, "queue:NAME, agent:ID or number:DIGITS")


def _action(makes: Callable[..., Event], *, defaults: Mapping[str, Any] | None = None, **fields: Field) -> Action:
    return Action(fields, makes, defaults or {})


AGENT: Final[dict[str, Action]] = {
    "wish": _action(WishChanged, wish=_one_of(*WISHES), reason=TEXT, defaults={"reason": ""}),
    "refuse": _action(OfferRefused),
    "hold": _action(HoldAsked),
    "resume": _action(ResumeAsked),
    "transfer": _action(TransferAsked, to=TARGET),
    "consult": _action(ConsultAsked, to=TARGET),
    "complete": _action(CompleteAsked),
    "conference": _action(ConferenceAsked),
    "recording": _action(RecordingAsked, on=FLAG),
    "wrap-up-done": _action(WrapUpDone),
    "wrap-up-more": _action(WrapUpExtended, seconds=SECONDS, defaults={"seconds": 30}),
    "supervise": _action(SuperviseAsked, call=TEXT, mode=_one_of(*MODES)),
}
"""What an agent (or a supervisor, on the agent's telephone of that name) may do."""

CALLER: Final[dict[str, Action]] = {
    "move": _action(CallerMoved, queue=TEXT, front=FLAG, defaults={"queue": "", "front": False}),
}
"""What may be done about a caller who waits."""


def event_of(actions: Mapping[str, Action], name: str, who: str, said: Mapping[str, Any], at: float) -> Event:
    """The event that this action is. Raises `BadAction`."""
    action = actions.get(name)
    if action is None:
        raise BadAction(f"There is no action {name!r}: there are {', '.join(actions)}.")
    if unknown := sorted(set(said) - set(action.fields)):
        raise BadAction(f"{name} has no {', '.join(unknown)}; it takes {', '.join(action.fields) or 'nothing'}.")
    values = {**action.defaults, **said}
    for each, field in action.fields.items():
        if each not in values or not field.fits(values[each]):
            raise BadAction(f"{name}: {each} must be {field.says}.")
    return action.makes(at, who, **values)
