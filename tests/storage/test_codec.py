"""Journal entries survive the way to JSON and back, all of them, and nothing unknown is half understood."""

import dataclasses
import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import storage.codec
from ivr.core import messages
from ivr.core.messages import DigitReceived, Event, Facts, Hypothesis, Noted
from ivr.core.record import CallRecord, RecordKeeper, fold
from storage.codec import EntryUnknown, from_json, kinds, record_from_json, record_to_json, to_json

numbers = some.integers(-(2**63), 2**63 - 1)
seconds = some.floats(0, 2e9)
leaves = some.none() | some.booleans() | numbers | seconds | some.text()
json = some.recursive(leaves, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=8)
hypotheses = some.builds(Hypothesis, some.text(), some.floats(0.01, 1))
BY_TYPE = {
    "float": seconds, "int": numbers, "str": some.text(), "bool": some.booleans(), "Json": json,
    "float | None": some.none() | seconds,
    "Facts": some.dictionaries(some.text(), json), "HeardKind": some.sampled_from(typing.get_args(messages.HeardKind)),
    "tuple[Hypothesis, ...]": some.lists(hypotheses).map(tuple),
}


def descendants(kind):
    return {kind} | {below for child in kind.__subclasses__() for below in descendants(child)}


def events(kind):
    """Any event of this kind. A field of a type not in `BY_TYPE` fails here: teach both the test and the codec."""
    return some.builds(kind, **{field.name: BY_TYPE[field.type] for field in dataclasses.fields(kind)})


def test_every_kind_of_event_is_known_to_the_codec():
    assert set(kinds()) == {kind.__name__ for kind in descendants(Event) - {Event} if kind.__module__ == messages.__name__}


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=some.data())
def test_an_event_comes_back_as_it_was(kind, data):
    event = data.draw(events(kind))
    assert from_json(to_json(event)) == event
    assert type(from_json(to_json(event))) is kind


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=some.data())
def test_an_entry_is_one_json_object_that_names_its_type(kind, data):
    entry = msgspec.json.decode(to_json(data.draw(events(kind))))
    assert entry["type"] == kind.__name__
    assert entry.keys() == {"type", *(field.name for field in dataclasses.fields(kind))}


@settings(max_examples=50, deadline=None)
@given(some.lists(some.one_of(*(events(kind) for kind in kinds().values() if kind.__name__ != "Noted"))))
def test_a_record_comes_back_as_it_was(happened):
    keeper = RecordKeeper()
    for event in happened:
        keeper.add(event)
    assert record_from_json(record_to_json(keeper.record)) == keeper.record


@pytest.mark.parametrize("entry", [
    b'{"type":"Teleported","at":1.0}',
    b'{"type":"DigitReceived","at":1.0,"digit":"1","pressure":3}',
    b'{"type":"DigitReceived","at":1.0}',
    b'{"type":"DigitReceived","at":"noon","digit":"1"}',
    b'{"at":1.0,"digit":"1"}',
    b'{"type":"Heard","at":1.0,"ref":1,"kind":"music"}',
    b'{"type":"DigitReceived","at":1.0,"di',
    b"",
])
def test_what_this_version_does_not_know_is_refused_in_one_sentence(entry):
    with pytest.raises(EntryUnknown, match=r"not written by this version or is damaged .*\.$"):
        from_json(entry)


def test_an_older_entry_without_a_newer_field_gets_its_default():
    assert from_json(b'{"type":"Noted","at":1.0,"fact":"verified"}') == Noted(1.0, "verified")


KEPT = Path(__file__).with_name("kept")
"""Written by the version before the complete distributor, and never changed."""


def test_a_journal_of_an_older_version_is_read_with_the_defaults_of_today():
    events = [from_json(line) for line in (KEPT / "journal.jsonl").read_bytes().splitlines()]
    assert events == [
        messages.CallStarted(1000.0, "1", "+2250700000001", "1364", "v1"),
        Noted(1001.0, "identified", ["000123X", "keypad"]), Noted(1002.0, "queued", "general"),
        messages.QueueMoved(1003.0, 7, 2, 1),
        messages.AgentRinging(1004.0, 7, "o1", "serge"), messages.AgentAnswered(1005.0, 7, "o1", "serge"),
        Noted(1005.0, "agent", "serge"), messages.Connected(1006.0, 7, "o1"), messages.AgentLeft(1066.0, 7, "o1", False),
        messages.CallEnded(1067.0, "caller"),
    ]
    record = fold(events)
    assert (record.outcome, record.agent, record.waited, record.talked) == ("TRANSFERE", "serge", 4.0, 60.0)


def test_a_record_of_an_older_version_is_read_with_the_defaults_of_today():
    record = record_from_json((KEPT / "record.json").read_bytes())
    defaults = CallRecord("1")
    told = msgspec.json.decode((KEPT / "record.json").read_bytes())
    for field in dataclasses.fields(CallRecord):
        value = told.get(field.name, getattr(defaults, field.name))
        assert getattr(record, field.name) == (tuple(value) if isinstance(value, list) else value)


def test_a_record_of_a_newer_version_is_read_without_what_it_added():
    told = {**msgspec.json.decode((KEPT / "record.json").read_bytes()), "mood": [["gai", 0.5], {"at": 3}]}
    assert record_from_json(msgspec.json.encode(told)) == record_from_json((KEPT / "record.json").read_bytes())


def test_a_record_with_tuples_of_tuples_and_of_facts_comes_back_as_it_was(monkeypatch):
    """What a record may hold: each part of a conversation as facts, each announced wait as a pair."""
    @dataclasses.dataclass(frozen=True)
    class Longer(CallRecord):
        announced: tuple[tuple[float, float], ...] = ()
        segments: "tuple[Facts, ...]" = ()

    monkeypatch.setattr(storage.codec, "CallRecord", Longer)
    storage.codec._record_schema.cache_clear()
    parts = ({"agent": "serge", "talked": 60.0, "to": None}, {"agent": "fanta", "held": [1.0, 2.0]})
    longer = Longer("1", announced=((1.0, 120.0), (60.0, 90.0)), segments=parts)
    assert record_from_json(record_to_json(longer)) == longer
    assert record_from_json((KEPT / "record.json").read_bytes()).announced == ()
    storage.codec._record_schema.cache_clear()


def test_a_value_without_json_is_refused_when_it_is_written():
    with pytest.raises(TypeError, match="cannot hold"):
        to_json(Noted(1.0, "said", {1j}))


def test_a_damaged_record_is_refused():
    with pytest.raises(EntryUnknown, match="damaged"):
        record_from_json('{"call": 3}')


def test_replaying_the_written_journal_gives_the_same_record():
    journal = [messages.CallStarted(1.0, "1", "", "1364", "v1"), Noted(2.0, "identified", ["000123X", "keypad"]),
               DigitReceived(3.0, "1")]
    assert fold([from_json(to_json(event)) for event in journal], cut_at=9.0) == fold(journal, cut_at=9.0)
    assert isinstance(fold(journal), CallRecord)
