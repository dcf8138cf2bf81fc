"""Calls, callbacks and ends in any order: each outcome is in one request, and nobody who is to be called is forgotten."""

import contextlib
import random

import pytest
from call_requests import AT_HOME, CLOSED, FIRST, SAID, SERGE, checked, ends_fulfilling, items, references
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import AWA, DELAYS, KOFFI, KONE, MONDAY, QUEUED, SERVED, YAO, begin, draft, live

from ivr.core.lifecycle import Act
from ivr.core.messages import Noted, Recorded
from storage import Refused, Rules, open_store

pytestmark = pytest.mark.asyncio

WHO = {"awa": (AWA, (KONE,)), "awa at home": (AT_HOME, (KONE,)), "koffi": (KOFFI, (YAO,)), "somebody": (AWA, ()),
       "fanta": ("", (Noted(0, "identified", ["000500A", "keypad"]),)), "nobody": ("", ())}
TYPED = "0700000009"
WHATS = ("lost", "closed", "bug", "served", "callback", "request", "message", "named", "told")
HOWS = (
    "joint", "sans_objet", "expired", "done", "cancelled", "called_again", "settle", "cancel", "assign", "resolve", "merge",
)
calls = st.tuples(st.just("call"), st.sampled_from(sorted(WHO)), st.sampled_from(WHATS))
ends = st.tuples(st.sampled_from(["item", "callback", "request"]), st.integers(0, 5), st.sampled_from(HOWS))


async def called(store, call, at, who, what):
    number, known = WHO[who]
    happened = {
        "lost": (QUEUED,), "closed": (CLOSED,), "bug": (QUEUED,), "served": SERVED, "request": (),
        "callback": (QUEUED, Noted(0, "callback", number or TYPED), Noted(0, "goal", "RAPPEL_PROGRAMME")),
        "message": (Recorded(0, 1, f"rec-{call}", 9.0),), "named": (Noted(0, "request", FIRST), QUEUED),
        "told": (Noted(0, "goal", "INFO_DONNEE"),),
    }[what]
    await begin(store, call, number, at)
    if what == "callback":
        await store.register_callback(call, number or TYPED, "general", "full", at)
    if what == "request":
        await store.register(call, draft(caller=number), at)
    cause = "bug" if what in ("bug", "named") else "caller"
    await live(store, call, *known, *happened, caller=number, start=at, cause=cause)


async def done(store, what, which, how, at):
    rows = {
        "item": await items(store, "open"), "callback": await store.list_callbacks(), "request": await references(store),
    }[what]
    if not rows:
        return
    row = rows[which % len(rows)]
    if what == "item":
        await store.close_work(row.id, how, "koffi", at)
    elif what == "callback" and how in ("joint", "sans_objet"):
        await store.close_callback(row.id, "done", "koffi", at, how)
    elif what == "callback":
        await store.keep_callback(str(row.id), how, 1, 0.0, at)
        if how == "done":
            await ends_fulfilling(store, f"after {at}", str(row.id), *SERVED, number=row.number, start=at)
    else:
        await store.advance(row.reference, Act(how, SAID.get(how, {})), SERGE, at)


async def goes_on(store, n, what, which, how):
    at = MONDAY + n * 60
    if what == "call":
        await called(store, str(n), at, which, how)
        return
    with contextlib.suppress(Refused):  # this one cannot come to that end: nothing may have changed
        await done(store, what, which, how, at)


@given(st.lists(calls | ends, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whoever_calls_and_whatever_ends_first_each_outcome_is_in_one_request(happened):
    store = open_store("memory:", Rules(DELAYS))
    try:
        for n, one in enumerate(happened, 1):
            await goes_on(store, n, *one)
            await checked(store)
    finally:
        await store.close()


@pytest.mark.parametrize("seed", range(3))
async def test_after_a_hundred_calls_and_ends_every_store_agrees(store, seed):
    chance = random.Random(seed)
    for n in range(1, 101):
        if chance.random() < 0.6:
            await goes_on(store, n, "call", chance.choice(sorted(WHO)), chance.choice(WHATS))
        else:
            await goes_on(store, n, chance.choice(["item", "callback", "request"]), chance.randrange(6), chance.choice(HOWS))
    await checked(store)
