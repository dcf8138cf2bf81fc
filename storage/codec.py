"""Journal entries as JSON, one object each: ``{"type": "DigitReceived", "at": 1.5, "digit": "4"}``.

Writing is on the path of every event, so the message itself goes straight to msgspec. Reading checks everything, with one
schema made from each class of `ivr.core.messages`: an entry of a newer version is refused, never half understood.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
import typing
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ivr.core import messages
from ivr.core.messages import Event, Facts
from ivr.core.record import CallRecord
from storage.errors import StoreUnreadable

_WIDER: Final = {"Json": Any, "Facts": dict[str, Any]}


class EntryUnknown(StoreUnreadable):
    """A journal entry that this version cannot read."""


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a journal entry cannot hold {value!r}")


_encoder: Final = msgspec.json.Encoder(enc_hook=_plain)


def to_json(event: Event) -> bytes:
    """UTF-8 JSON, the type first. Raises TypeError for a value that JSON has no room for."""
    return b'{"type":"%s",%s' % (type(event).__name__.encode(), _encoder.encode(event)[1:])


def from_json(entry: bytes) -> Event:
    """The event written by `to_json`. Raises `EntryUnknown` for a type or a field that this version does not know."""
    try:
        told = _reader().decode(entry)
    except msgspec.DecodeError as error:
        sentence = f"This journal entry of {len(entry)} bytes was not written by this version or is damaged ({error})."
        raise EntryUnknown(sentence) from error
    values = {name: getattr(told, name) for name in told.__struct_fields__}
    return kinds()[type(told).__name__](**values)


def record_to_json(record: CallRecord) -> bytes:
    return _encoder.encode(record)


def record_from_json(stored: bytes | str) -> CallRecord:
    """A record is a summary, not the journal: what an older version left out has its default, what a newer one added is
    passed over. Raises `EntryUnknown` when the stored text is no record."""
    try:
        told = msgspec.json.decode(stored, type=_record_schema())
    except msgspec.DecodeError as error:
        raise EntryUnknown(f"A call's record is damaged ({error}).") from error
    return CallRecord(**{name: getattr(told, name) for name in told.__struct_fields__})


def facts_to_json(facts: Facts) -> str:
    """Raises TypeError for a value that JSON has no room for."""
    return _encoder.encode(facts).decode()


@functools.cache
def kinds() -> dict[str, type[Event]]:
    """Every class of event that can happen, by name."""
    named = vars(messages).values()
    classes = [value for value in named if isinstance(value, type)]
    return {kind.__name__: kind for kind in classes if issubclass(kind, Event) and kind is not Event}


@functools.cache
def _reader() -> msgspec.json.Decoder[Any]:
    schemas = (_schema(kind) for kind in kinds().values())
    return msgspec.json.Decoder(type=functools.reduce(operator.or_, schemas))


def _schema(kind: type[Event]) -> type[msgspec.Struct]:
    return msgspec.defstruct(kind.__name__, _fields(kind), tag=kind.__name__, tag_field="type", forbid_unknown_fields=True)


@functools.cache
def _record_schema() -> type[msgspec.Struct]:
    return msgspec.defstruct(CallRecord.__name__, _fields(CallRecord))


def _fields(kind: type[Event | CallRecord]) -> list[tuple[Any, ...]]:
    hints = typing.get_type_hints(kind, localns=_WIDER)
    return [(field.name, hints[field.name], *_default(field)) for field in dataclasses.fields(kind)]


def _default(field: dataclasses.Field[Any]) -> tuple[Any, ...]:
    if field.default_factory is not dataclasses.MISSING:
        return (msgspec.field(default_factory=field.default_factory),)
    return () if field.default is dataclasses.MISSING else (field.default,)


__all__ = ["EntryUnknown", "facts_to_json", "from_json", "kinds", "record_from_json", "record_to_json", "to_json"]
