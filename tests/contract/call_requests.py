"""Lost calls, callbacks and requests, as their tests speak of them; what must always hold (`checked`)."""

from stores import AWA, MONDAY, QUEUED, begin, draft, live, story

from ivr.core.lifecycle import LIVING, Act, Actor
from ivr.core.messages import CallStarted, Noted
from ivr.core.record import fold

FIRST, SECOND = "REQ-2026-000001", "REQ-2026-000002"
SERGE = Actor("serge", "supervisor")
CLOSED = Noted(0, "goal", "HORS_HORAIRES")
BACK = (QUEUED, Noted(0, "callback", AWA), Noted(0, "goal", "RAPPEL_PROGRAMME"))
AT_HOME = "+2250500000003"
SAID = {
    "settle": {"why": "vu avec elle"}, "cancel": {"why": "plus besoin"}, "assign": {"direction": "DPCE"},
    "reject": {"why": "hors champ", "channel": "la CGRAE"},
    "resolve": {"motif": "fait", "answer": "C'est fait."}, "merge": {"parent": FIRST},
}


async def items(store, state=None):
    return await store.list_work(state)


async def request(store, reference):
    return (await store.request(reference)).request


async def status(store, reference=FIRST):
    return (await request(store, reference)).status


async def outcomes(store, reference=FIRST):
    """(call, outcome) of the calls that are written into a request."""
    return [(line.call, line.why) for line in (await store.request(reference)).history if line.what == "appel"]


async def act(store, name, reference=FIRST, **said):
    await store.advance(reference, Act(name, said or SAID.get(name, {})), SERGE, MONDAY + 500)


async def callback(store, call, number=AWA, at=MONDAY):
    return (await store.register_callback(call, number, "general", "full", at))["callback"]


async def waiting(store, call="1", *happened):
    """Awa has left a callback in a call that is over: the callback, and the request of the call."""
    await begin(store, call)
    kept = await callback(store, call)
    return kept, (await live(store, call, *happened, *BACK))[1]


def references(store):
    return store.list_requests(limit=1000)


async def made_in(store, call, **more):
    await begin(store, call)
    return (await store.register(call, draft(**more), MONDAY))["reference"]


async def ends_fulfilling(store, call, kept, *happened, number=AWA, start=MONDAY + 300):
    """The call by which a callback is fulfilled, or not."""
    await begin(store, call, number, start)
    record = fold([CallStarted(start, call, number, "1364", "v1", kept), *story(call, *happened, start=start)[1:]])
    return await store.close_call(call, record)


async def checked(store):
    """The invariants of lost calls and requests."""
    rows = {row.reference: row for row in await references(store)}
    written = {}
    for reference in rows:
        for call, _ in await outcomes(store, reference):
            written.setdefault(call, []).append(reference)
    ended = [row for row in await store.list_calls(limit=1000) if row.outcome is not None]
    assert {row.id: [row.request] for row in ended} == written
    assert sorted(rows) == [f"REQ-2026-{n:06d}" for n in range(1, len(rows) + 1)]
    still = await items(store, "open")
    for who in ("number", "matricule"):
        known = [getattr(item, who) for item in still if getattr(item, who)]
        assert len(known) == len(set(known)), who
    assert all(rows[item.request].status in LIVING for item in still)
    await nothing_is_forgotten(store, rows, still)


LOST_OR_TO_CALL = {"ABANDON_FILE", "HORS_HORAIRES", "ECHEC_TECHNIQUE", "RAPPEL_PROGRAMME"}


async def nothing_is_forgotten(store, rows, still):
    """A request that is only about calling back is on somebody's list."""
    listed = {item.request for item in still} | {row.request for row in await store.list_callbacks()}
    for reference in {ref for ref, row in rows.items() if (row.key, row.status) == ("call", "registered")} - listed:
        assert not {why for _, why in await outcomes(store, reference)} <= LOST_OR_TO_CALL, reference
