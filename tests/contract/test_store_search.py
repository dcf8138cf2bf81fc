"""One contract for every store: how requests are found, page by page, and what is never found."""

import asyncio

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stores import AWA, DELAYS, KOFFI, MONDAY, begin, draft, live

from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import Noted
from storage import Refused, Rules, open_store
from storage.asked import Search, Sort
from storage.search import forget
from storage.words import words_of

DAY = 86_400.0
FANTA = Actor("fanta", "agent")
SYNTAX = ['"', "'", "*", "AND", "OR NOT", "NEAR(a b)", "words:", "-koné", "^koné", "a:*", "| & ! <->", "%_", "\\",
          "; DROP TABLE", "\0", "{a b}: c", "(", "'koné':*A", "\ud800", "$1", ":match", "--", "/*"]


@pytest_asyncio.fixture
async def store(url):
    """Denunciations are behind the wall."""
    store = open_store(url, Rules(DELAYS, walled=frozenset({"REC-CORRUPTION"})))
    await begin(store, "1")
    yield store
    await store.close()


keys = iter(range(10**9))


async def put(store, at=MONDAY, **more):
    """A request of Awa's call; returns its reference."""
    return (await store.register("1", draft(key=f"k{next(keys)}", **more), at))["reference"]


async def act(store, reference, name, at=MONDAY + 60, **said):
    await store.advance(reference, Act(name, said), FANTA, at)


async def found(store, text="", at=MONDAY, **asked):
    return [row.reference for row in (await store.search(Search(text, **asked), at)).rows]


async def pages(store, **asked):
    """All references, page by page; what ``between`` does happens between them."""
    between, after, told = asked.pop("between", None), None, []
    while True:
        page = await store.search(Search(**asked, after=after), MONDAY)
        told += [row.reference for row in page.rows]
        assert len(page.rows) <= asked["limit"]
        if not page.more:
            return told
        assert len(page.rows) == asked["limit"]
        after = page.after
        if between:
            await between()


# --------------------------------------------------------------------------------------------------------------- the words
async def test_a_name_is_found_however_it_is_written(store):
    spelt = [await put(store, name=name) for name in ("N'Guessan Awa", "Nguessan Awa", "N Guessan Awa", "N’GUESSAN-AWA")]
    await put(store, name="Guéssand Koffi", note="sans rapport")
    for typed in ("nguessan", "N'Guessan", "n guessan", "N’GUESSAN", "nguess", "n'guess", "Awa N'Guessan", "N-GUESSAN AWA"):
        assert await found(store, typed) == spelt[::-1], typed


async def test_accents_and_ligatures_do_not_matter(store):
    hers = await put(store, note="Les œuvres sociales, l'Œuvre sociale")
    await put(store, note="ouvrage")
    for typed in ("oeuvre", "œuvre", "ŒUVRES", "l'oeuvre", "l’œuvre sociale", "soci"):
        assert await found(store, typed) == [hers], typed


async def test_a_reference_is_found_however_it_is_written(store):
    await put(store)
    second = await put(store, matricule="000500A", name="Fanta")
    for _ in range(20):
        await put(store)
    for typed in ("REQ-2026-000002", "req-2026-2", "2026000002", "2026-000002", "req2026000002", "000002"):
        assert await found(store, typed) == [second], typed


async def test_the_beginning_of_a_reference_finds_all_that_begin_so(store):
    made = [await put(store) for _ in range(12)]
    assert await found(store, "REQ-2026-00001") == made[:8:-1]


async def test_a_number_is_found_in_requests_their_notes_and_mere_calls(store):
    his = await put(store, caller=KOFFI, matricule=None)
    hers = await put(store, note="rappeler son frère au 07.00.00.00.02")
    _, call = await live(store, "2", Noted(0, "goal", "INFO_DONNEE"), caller=KOFFI)
    for typed in ("0700000002", "07 00 00 00 02", "+225 07-00-00-00-02", "2250700000002", "0022507 00 00 00 02"):
        assert set(await found(store, typed)) == {his, hers, call}, typed


async def test_a_matricule_is_found_however_it_is_written(store):
    await put(store)
    hers = await put(store, matricule="000500A")
    for typed in ("000500A", "000 500 a", "000-500-A", "000500"):
        assert await found(store, typed) == [hers], typed


async def test_all_words_must_be_there_and_each_may_go_on(store):
    hers = await put(store, name="Koné Awa", note="attestation pour la banque")
    await put(store, name="Koné Fanta", note="attestation")
    assert await found(store, "banq kon attest") == [hers]
    assert await found(store, "anque") == []


async def test_the_category_and_the_answer_are_found_too(store):
    hers = await put(store)
    await act(store, hers, "acknowledge")
    await act(store, hers, "resolve", motif="acte", answer="Votre acte est signé.")
    assert await found(store, "travail sign") == [hers]
    await act(store, hers, "reopen", why="rien reçu")
    assert await found(store, "travail") == [hers]


async def test_a_text_without_a_word_finds_nothing_and_an_empty_one_everything(store):
    hers = await put(store)
    for typed in ("???", "« »", "*", '"', "%", "你好"):
        page = await store.search(Search(typed, counted=True), MONDAY)
        assert (page.rows, page.total) == ((), 0), typed
    assert await found(store, " \n") == [hers]


async def test_no_text_is_a_command_or_an_error(store):
    hers = await put(store, note="une note")
    for typed in (*SYNTAX, " ".join(SYNTAX), "(" * 500, "a-" * 500, "a " * 500, "é" * 5000):
        await store.search(Search(typed), MONDAY)
        assert await found(store, f"note {typed}") in ([], [hers]), typed
        assert await found(store, "une note") == [hers], typed


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60) | st.lists(
    st.sampled_from(["N'", "Koné", "œ", "-", " ", "07 00", "000123", "X", "REQ-2026-", "1", "’", "Ɔ", "İ", '"', "*"]),
    max_size=8,
).map("".join)


@pytest.fixture(scope="module")
def beach():
    """One loop and one store in memory for many examples."""
    loop = asyncio.new_event_loop()
    store = loop.run_until_complete(_open())
    yield lambda work: loop.run_until_complete(work(store))
    loop.run_until_complete(store.close())
    loop.close()


async def _open():
    store = open_store("memory:", Rules(DELAYS))
    await begin(store, "1")
    return store


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(note=TEXTS, typed=TEXTS, cut=st.integers(1, 40), nth=st.integers(0, 20))
@example(note="x2250700000001", typed="", cut=40, nth=0)
@example(note="12-2250700000001", typed="", cut=13, nth=1)
def test_any_request_is_found_by_the_beginning_of_any_of_its_words(beach, note, typed, cut, nth):
    async def work(store):
        reference = await put(store, note=note)
        for words in (words_of(note), words_of(note)[nth : nth + 2]):
            for word in words[:6]:
                page = await store.search(Search(word[:cut], limit=1), MONDAY)
                assert [row.reference for row in page.rows] == [reference], word[:cut]
        if words_of(note) and len(words_of(note)) < 20:
            assert (await found(store, note, limit=1)) == [reference]
        await store.search(Search(typed), MONDAY)
    beach(work)


async def test_the_words_of_old_requests_are_made_again(store):
    hers, his = await put(store, name="Koné"), await put(store, name="Yao", matricule=None)
    await store.engine.write(True, forget, hers)
    assert await found(store, "koné") == []
    assert [row.reference for row in (await store.search(Search(), MONDAY)).rows] == [his, hers]
    told = []
    assert await store.reindex(lambda step, part: told.append((step, part))) == 2
    assert told[-1] == ("indexation", 1.0)
    assert await found(store, "koné") == [hers]
    assert await store.words_are_current()


@pytest.mark.parametrize(("many", "common", "patience"), [(5, 99, 99), (5, 3, 99), (99, 3, 99), (5, 3, 4), (5, 99, 4)])
async def test_a_word_that_very_many_have_is_found_page_by_page_as_others_are(store, monkeypatch, many, common, patience):
    for name, value in (("MANY", many), ("COMMON", common), ("PATIENCE", patience)):
        monkeypatch.setattr(f"storage.finding.{name}", value)
    notes = ("relevé", "attestation", "attestations", "attestataire")
    made = [await put(store, MONDAY + n, note=notes[n % 4], matricule=None) for n in range(24)]
    of = {note: [reference for n, reference in enumerate(made) if n % 4 == k] for k, note in enumerate(notes)}
    having = sorted(of["attestation"] + of["attestations"])
    assert await pages(store, text="attestation", limit=3) == having[::-1]
    assert await pages(store, text="attestation", limit=3, sort=Sort.OLDEST) == having
    assert await pages(store, text="attestation", limit=20, sort=Sort.DUE) == having
    assert await pages(store, text="attestataire travail", limit=2) == of["attestataire"][::-1]
    assert (await store.search(Search("attestations", counted=True, limit=2), MONDAY)).total == 6


# --------------------------------------------------------------------------------------------------------------- the filters
@pytest_asyncio.fixture
async def desk(store):
    """Four requests and a mere call, each with something of its own."""
    store.new = await put(store, MONDAY)
    store.assigned = await put(store, MONDAY + DAY, category="CAR-AVANCEMENT", matricule="000500A", caller=KOFFI)
    await act(store, store.assigned, "acknowledge", MONDAY + DAY)
    await act(store, store.assigned, "assign", MONDAY + 2 * DAY, direction="DGAPCE", assignee="serge")
    store.resolved = await put(store, MONDAY + 2 * DAY)
    await act(store, store.resolved, "acknowledge", MONDAY + 3 * DAY)
    await act(store, store.resolved, "resolve", MONDAY + 3 * DAY, motif="acte", answer="Prêt.")
    store.reopened = await put(store, MONDAY + 3 * DAY)
    await act(store, store.reopened, "acknowledge", MONDAY + 3 * DAY)
    await act(store, store.reopened, "resolve", MONDAY + 3 * DAY, motif="acte", answer="Prêt.")
    await act(store, store.reopened, "close", MONDAY + 3 * DAY)
    await act(store, store.reopened, "reopen", MONDAY + 4 * DAY, why="rien reçu")
    _, store.call = await live(store, "9", Noted(0, "goal", "INFO_DONNEE"), start=MONDAY + 5 * DAY)
    return store


FILTERS = [
    ({}, "call reopened resolved assigned new"),
    ({"sort": Sort.OLDEST}, "new assigned resolved reopened call"),
    ({"sort": Sort.REFERENCE}, "new assigned resolved reopened call"),
    ({"sort": Sort.UPDATED}, "call reopened resolved assigned new"),
    ({"sort": Sort.STATUS}, "new reopened assigned resolved call"),
    ({"sort": Sort.DUE}, "new resolved reopened assigned call"),
    ({"status": ("registered",)}, "new"),
    ({"status": ("assigned", "resolved")}, "resolved assigned"),
    ({"status": ("assigned", "closed"), "sort": Sort.STATUS}, "assigned call"),
    ({"category": ("CAR-AVANCEMENT",)}, "assigned"),
    ({"category": ("CAR-AVANCEMENT", "ATT-TRAVAIL"), "limit": 2}, "reopened resolved"),
    ({"direction": "DGAPCE"}, "assigned"), ({"direction": "dgapce"}, ""),
    ({"assignee": "serge"}, "assigned"),
    ({"channel": "counter"}, ""), ({"channel": "phone", "kind": "calls"}, "call"),
    ({"matricule": " 000-500a"}, "assigned"),
    ({"since": MONDAY + DAY, "until": MONDAY + 3 * DAY}, "resolved assigned"),
    ({"only_open": True}, "reopened resolved assigned new"),
    ({"reopened": True}, "reopened"),
    ({"kind": "asked", "text": "att"}, "reopened resolved new"),
    ({"text": "avancement", "only_open": True, "sort": Sort.DUE}, "assigned"),
    ({"text": "avancement", "matricule": "000123X"}, ""),
]


async def test_filters_are_joined_and_sorted(desk):
    for asked, names in FILTERS:
        expected = [getattr(desk, name) for name in names.split()]
        assert await found(desk, **asked) == expected, asked
        if "limit" not in asked:
            assert (await desk.search(Search(**asked, counted=True), MONDAY)).total == len(expected), asked


DUE = [
    ("due_today", 22, "new"), ("due_today", 21, ""), ("due_in_3", 19, "new"), ("due_in_3", 23, "reopened"),
    ("overdue", 22, ""), ("overdue", 23, "new"), ("overdue", 28, "new"), ("overdue", 29, "reopened new"),
    ("alert", 22, ""),
]


async def test_what_is_due_is_told_by_the_day_of_asking(desk):
    """Awa's first is due on Thursday 22; the one reopened on the 23rd is due three business days later. What is resolved is
    not late any more."""
    for due, day, names in DUE:
        told = await found(desk, at=MONDAY + (day - 19) * DAY, due=due)
        assert set(told) == {getattr(desk, name) for name in names.split()}, (due, day)


async def test_what_waits_for_documents_is_not_late(desk):
    await act(desk, desk.new, "ask_documents", MONDAY + DAY, waits_for="le bulletin")
    assert desk.new not in await found(desk, at=MONDAY + 30 * DAY, due="overdue")


async def test_an_alert_is_listed_once_time_was_kept(desk):
    await desk.keep_time(MONDAY + 6 * DAY)
    assert desk.new in await found(desk, at=MONDAY + 6 * DAY, due="alert")


async def test_the_requests_of_a_requester_are_one_list(desk):
    requester = (await desk.request(desk.new)).request.requester
    assert set(await found(desk, requester=requester)) == {desk.new, desk.resolved, desk.reopened}


WRONG = [
    ({"status": ("open",)}, "« open » n'est pas un statut"), ({"due": "soon"}, "« soon » n'est pas une échéance"),
    ({"kind": "mine"}, "n'est pas un genre"), ({"sort": "name"}, "n'est pas un tri"), ({"limit": 0}, "1 à 1000"),
    ({"limit": 1001}, "1 à 1000"), ({"direction": "a\0"}, "signes de commande"),
    ({"assignee": "\ud800"}, "signes de commande"),
    ({"requester": 2**63}, "numéro du requérant"), ({"after": "abc"}, "première page"), ({"after": "é"}, "première page"),
    ({"after": ""}, "première page"),
]


async def test_a_wrong_question_is_refused_by_name(store):
    for asked, sentence in WRONG:
        with pytest.raises(Refused, match=sentence):
            await store.search(Search(**asked), MONDAY)


# ---------------------------------------------------------------------------------------------------------------- the pages
@pytest.mark.parametrize("text", ["", "att"])
async def test_pages_tell_every_request_once_while_others_are_added(desk, text):
    for n in range(9):
        await put(desk, MONDAY + (n % 3) * DAY, category=("ATT-TRAVAIL", "CAR-AVANCEMENT", "INF-GENERALE")[n % 3],
                  note="attend", matricule=None)

    async def another():
        await put(desk, MONDAY + DAY, note="attend", matricule=None)
    for sort in Sort:
        before = await found(desk, text, sort=sort, limit=1000)
        told = await pages(desk, text=text, sort=sort, limit=3, between=another)
        assert len(told) == len(set(told)), sort
        assert [reference for reference in told if reference in before] == before, sort


async def test_the_last_page_says_that_it_is_the_last(desk):
    for sort in Sort:
        assert (await desk.search(Search(sort=sort, limit=5), MONDAY)).after is None, sort
        assert (await desk.search(Search(sort=sort, limit=4), MONDAY)).more, sort


async def test_a_page_of_another_search_is_refused(desk):
    page = await desk.search(Search(limit=1), MONDAY)
    with pytest.raises(Refused, match="première page"):
        await desk.search(Search(limit=1, sort=Sort.DUE, after=page.after), MONDAY)


# ------------------------------------------------------------------------------------------------------------------ the wall
@pytest_asyncio.fixture
async def wall(store):
    store.plain = await put(store, note="une plainte ordinaire")
    told = {"category": "REC-CORRUPTION", "note": "Kofficorrompu", "matricule": "000900Z", "caller": KOFFI}
    store.secret = await put(store, MONDAY + 1, **told)
    return store


WALLED = [
    {"text": "kofficorrompu"}, {"text": "REQ-2026-000002"}, {"text": "0700000002"}, {"text": "000900Z"},
    {"text": "corruption"}, {"matricule": "000900Z"}, {"category": ("REC-CORRUPTION",)}, {"since": MONDAY + 1},
    {"text": "REC-CORRUPTION", "sort": Sort.DUE},
]


async def test_what_is_behind_the_wall_is_neither_found_nor_counted_without_asking_for_it(wall):
    for asked in WALLED:
        page = await wall.search(Search(**asked, counted=True), MONDAY)
        assert (page.rows, page.total, page.after) == ((), 0, None), asked
        assert await found(wall, **asked, walled=True) == [wall.secret], asked


async def test_pages_do_not_hint_at_what_is_behind_the_wall(wall):
    for sort in Sort:
        page = await wall.search(Search(sort=sort, limit=1, counted=True), MONDAY)
        assert ([row.reference for row in page.rows], page.after, page.total) == ([wall.plain], None, 1), sort


async def test_awa_of_the_call_is_found_by_her_number(store):
    hers = await put(store)
    assert await found(store, AWA) == [hers]
