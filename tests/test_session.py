"""A session brings a call, its journal, the store and the switch together: what it promises when one of them fails."""

import asyncio
from types import SimpleNamespace

import pytest

from ivr.ari.fake import FakeAsterisk
from ivr.core.acd import Acd
from ivr.core.messages import CallEnded, CallStarted, DigitReceived
from ivr.core.record import fold
from ivr.distributor import Distributor
from ivr.ears import Ears
from ivr.house import House
from ivr.ports import StoreUnavailable
from ivr.recovery import Recovery
from ivr.session import Session
from ivr.sessions import Sessions, close_orphan
from ivr.speech.scripted import Absent
from storage import open_store
from tests.small_world import dialplan

KOFFI = "0700000002"


class Room:
    """Real sessions on the store in memory and the fake switch; nobody is signed in."""

    def __init__(self):
        self.store, self.sessions = open_store("memory:"), Sessions()
        self.switch = FakeAsterisk(self.sessions.emit, None)
        self.performed = []
        desk = Distributor(Acd({}), self.sessions.emit, self.switch, None)
        ears = Ears(Absent(), None, self.sessions.emit, self.switch)
        self.house = House(
            lambda: dialplan().flow, self.flow_of, self, self.store, self.store, desk, ears, self.switch, str,
        )

    async def flow_of(self, _version):
        return dialplan().flow

    async def perform(self, call, command):
        self.performed.append(type(command).__name__)
        await self.switch.perform(call, command)

    def started(self, call="call-1"):
        self.switch.call_in(call)
        return CallStarted(self.switch.now(), call, KOFFI, "1364", dialplan().flow.version)

    async def until(self, so, what="it did not happen"):
        for _ in range(2000):
            if so():
                return
            await asyncio.sleep(0.001)
        raise AssertionError(what)

    def plays(self):
        return self.performed.count("Play")


@pytest.fixture
async def room():
    made = Room()
    yield made
    await made.sessions.stop()
    await made.store.close()


async def test_a_call_is_opened_answered_journaled_and_leaves_one_record_in_one_request(room):
    room.sessions.run(Session.begin(room.house, room.started()))
    await room.until(room.plays)
    assert room.performed[:2] == ["Answer", "Play"]
    room.switch.caller_hangs_up("call-1")
    await room.sessions.idle()
    kept = await room.store.call("call-1")
    assert (kept.record.outcome, kept.record.cause) == ("MUET", "caller")
    assert kept.record == fold(await room.store.events("call-1"))
    assert [each.reference for each in await room.store.list_requests()] == [kept.call.request]


async def test_given_we_died_between_opening_and_the_first_entry_then_the_call_begins_again_with_its_record(room):
    started = room.started()
    await room.store.open_call("call-1", started.at, KOFFI, "1364", started.flow)
    room.sessions.run(Session.begin(room.house, started))
    await room.until(room.plays, "a caller who was let in hears nothing")
    room.switch.caller_hangs_up("call-1")
    await room.sessions.idle()
    assert (await room.store.call("call-1")).record.outcome == "MUET"
    assert len(await room.store.list_calls()) == 1


async def test_given_we_died_in_the_middle_then_the_next_life_answers_and_asks_again_and_there_is_one_record(room):
    room.sessions.run(Session.begin(room.house, room.started()))
    await room.until(room.plays)
    await room.sessions.stop()
    room.performed.clear()
    entries = await room.store.events("call-1")
    room.sessions.run(Session.adopt(room.house, "call-1", dialplan().flow, entries))
    await room.until(room.plays)
    assert room.performed[0] == "Answer"
    room.switch.press("call-1", "0")
    room.switch.caller_hangs_up("call-1")
    await room.sessions.idle()
    assert len(await room.store.list_calls()) == 1
    assert (await room.store.call("call-1")).record == fold(await room.store.events("call-1"))


async def test_given_a_journal_on_which_the_core_fails_then_that_call_begins_anew_and_the_start_goes_on(room, monkeypatch):
    started = room.started()
    await room.store.open_call("call-1", started.at, KOFFI, "1364", started.flow)
    await room.store.append("call-1", 0, [started, DigitReceived(1.0, "1")])

    def bug(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("ivr.session.replay", bug)
    channel = SimpleNamespace(
        id="call-1", caller=SimpleNamespace(number=KOFFI), dialplan=SimpleNamespace(exten="1364"),
    )
    again = await Recovery(room.house, room.sessions, None, None)._rebuilt("call-1", channel)
    room.sessions.run(again)
    await room.until(room.plays, "the caller hears nothing")
    room.switch.caller_hangs_up("call-1")
    await room.sessions.idle()
    (only,) = await room.store.list_calls()
    assert only.outcome == "MUET"
    assert len(await room.store.list_requests()) == 1


@pytest.mark.parametrize("entries", [[], [DigitReceived(5.0, "1")]], ids=["no line", "its first line lost"])
async def test_an_orphan_whose_journal_lost_its_beginning_is_closed_all_the_same(room, entries):
    await room.store.open_call("call-1", 1.0, KOFFI, "1364", "flow")
    if entries:
        await room.store.append("call-1", 1, entries)
    reference = await close_orphan(room.store, "call-1", 9.0)
    kept = await room.store.call("call-1")
    assert (kept.record.outcome, kept.call.request) == ("COUPE", reference)


async def test_given_the_journal_fails_then_the_call_goes_on(room, monkeypatch):
    room.sessions.run(Session.begin(room.house, room.started()))
    await room.until(room.plays)

    async def full(*_):
        raise StoreUnavailable("no space")

    monkeypatch.setattr(room.store, "append", full)
    before = room.plays()
    room.switch.press("call-1", "1")
    await room.until(lambda: room.plays() > before, "the caller heard nothing more")


async def test_given_the_store_is_away_when_the_call_comes_then_it_is_answered_and_its_record_is_made_at_the_end(
    room, monkeypatch
):
    async def full(*_):
        raise StoreUnavailable("no space")

    with monkeypatch.context() as while_full:
        while_full.setattr(room.store, "open_call", full)
        room.sessions.run(Session.begin(room.house, room.started()))
        await room.until(room.plays, "the caller is not even answered")
    room.switch.caller_hangs_up("call-1")
    await room.sessions.idle()
    kept = await room.store.call("call-1")
    assert (kept.record.caller, kept.record.outcome) == (KOFFI, "MUET")


async def test_given_a_bug_then_that_call_ends_and_its_record_closes_and_the_others_go_on(room, monkeypatch):
    room.sessions.run(Session.begin(room.house, room.started("call-1")))
    room.sessions.run(Session.begin(room.house, room.started("call-2")))
    await room.until(lambda: room.plays() == 2)
    broken = next(each for each in room.sessions if each.id == "call-1")
    handle = broken.call.handle

    def bug(event):
        if isinstance(event, DigitReceived):
            raise ZeroDivisionError("a bug")
        return handle(event)

    monkeypatch.setattr(broken.call, "handle", bug)
    room.switch.press("call-1", "1")
    await room.until(lambda: "call-1" not in room.sessions)
    kept = await room.store.call("call-1")
    assert (kept.record.outcome, kept.record.cause) == ("ECHEC_TECHNIQUE", "bug")
    assert "call-1" not in room.switch.calls, "the caller of a broken call is left on the line"
    assert "call-2" in room.sessions


async def test_given_we_hang_up_then_the_record_says_that_it_was_us(room):
    session = Session.begin(room.house, room.started())
    room.sessions.run(session)
    await room.until(room.plays)
    session._hung_up = True
    session.inbox.put_nowait(CallEnded(1.0, "caller"))
    await room.sessions.idle()
    assert (await room.store.call("call-1")).record.cause == "us"
