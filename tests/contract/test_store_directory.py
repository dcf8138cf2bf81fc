"""One contract for every store: a file staged beside the directory and taken whole, taken back, and people found."""

import asyncio
import threading
from dataclasses import replace

import pytest
from stores import AWA, KOFFI, MONDAY, PEOPLE, live

from ivr.core.directory_rows import DirectoryRow
from ivr.core.messages import Noted
from storage import Person, Refused, imports
from storage.directory import Candidate, forget_person

pytestmark = pytest.mark.asyncio

ALL = {"birth", "direction", "phones"}
KONE = DirectoryRow("000123X", "Koné", "Awa", "1980-12-24", "Solde", (AWA,))
YAO = DirectoryRow("000123Z", "Yao", "Koffi", None, None, (AWA, KOFFI))
NGUESSAN = DirectoryRow("000500A", "N'Guessan", "Aya Marie")
TOWN = [KONE, YAO, NGUESSAN]


async def staged(store, rows, columns=frozenset(ALL)):
    """In pieces of two."""
    return await store.stage_people((rows[n : n + 2] for n in range(0, len(rows), 2)), columns)


async def taken(store, rows, columns=frozenset(ALL), sha256="1", refused=0):
    return await store.take_staged(
        await staged(store, rows, columns), who="koffi", file="annuaire.csv", sha256=sha256, refused=refused, at=MONDAY,
    )


async def directory(store, *matricules):
    """What is known of them, and what finds them: all that an import may change."""
    people = [await store.person(each) for each in matricules or ("000123X", "000123Z", "000500A", "000777C")]
    names = ("kone", "yao", "guess", "aya", "brou")
    found = {word: [each.matricule for each in await store.find_people(word)] for word in names}
    return people, found, [each.matricule for each in await store.people_at(AWA)]


# --------------------------------------------------------------------------------------------------------- files imported
async def test_a_file_taken_is_the_directory_and_the_same_again_changes_nobody(store):
    done = await taken(store, TOWN, refused=2)
    assert (done.id, done.added, done.changed, done.same, done.refused, done.who) == (1, 3, 0, 0, 2, "koffi")
    assert await store.person("000123x") == Person("000123X", "Koné", "Awa", "1980-12-24", (AWA,), "Solde")
    again = await taken(store, TOWN, sha256="2")
    assert (again.added, again.changed, again.same) == (0, 0, 3)
    assert [each.id for each in await store.imports()] == [2, 1]


async def test_what_changed_is_told_by_column(store):
    await taken(store, TOWN)
    now = [replace(KONE, last_name="Koné-Brou", phones=(KOFFI,)), replace(YAO, birth="1975-03-02"), NGUESSAN]
    tally = (await staged(store, now)).tally
    assert (tally.added, tally.changed, tally.same) == (0, 2, 1)
    assert tally.fields == {"last_name": 1, "phones": 1, "birth": 1}
    await taken(store, now)
    assert [(each.matricule, each.fields) for each in await store.import_changes()] == [
        ("000123X", ("last_name", "phones")), ("000123Z", ("birth",))]
    assert (await store.person("000123X")).phones == (KOFFI,)
    assert [each.matricule for each in await store.find_people("brou")] == ["000123X"]


async def test_what_a_file_has_no_column_for_stays(store):
    await taken(store, TOWN)
    await taken(store, [DirectoryRow("000123X", "Koné", "Awa Marie"), DirectoryRow("000777C", "Kacou", "Ama")], frozenset())
    assert await store.person("000123X") == Person("000123X", "Koné", "Awa Marie", "1980-12-24", (AWA,), "Solde")
    await taken(store, [DirectoryRow("000123X", "Koné", "Awa Marie")])
    assert await store.person("000123X") == Person("000123X", "Koné", "Awa Marie")


async def test_what_is_only_staged_is_seen_by_nobody_and_may_be_dropped(store):
    await taken(store, TOWN)
    before = await directory(store)
    await staged(store, [replace(KONE, last_name="Brou"), DirectoryRow("000777C", "Brou", "Ama", phones=(AWA,))])
    assert await directory(store) == before
    await store.drop_staged()
    assert await directory(store) == before


async def test_of_two_imports_at_once_the_one_that_began_first_is_refused_and_nothing_is_mixed(store):
    first = await staged(store, [KONE, YAO])
    second = await staged(store, [NGUESSAN])
    with pytest.raises(Refused, match="Un autre import"):
        await store.take_staged(first, who="awa", file="a", sha256="1", refused=0, at=MONDAY)
    await store.take_staged(second, who="koffi", file="b", sha256="2", refused=0, at=MONDAY)
    assert [each and each.last_name for each in (await directory(store))[0]] == [None, None, "N'Guessan", None]


async def test_an_import_broken_off_in_any_piece_leaves_the_directory_and_the_next_one_is_whole(store):
    await taken(store, [KONE])

    def torn():
        yield [YAO, replace(KONE, last_name="Brou")]
        raise RuntimeError("the file broke off")

    before = await directory(store)
    with pytest.raises(RuntimeError):
        await store.stage_people(torn(), ALL)
    assert await directory(store) == before
    assert (await taken(store, TOWN)).added == 2


async def test_words_that_a_killed_import_left_find_nobody_and_go_with_the_next(store):
    await taken(store, TOWN)
    left = await staged(store, [replace(KONE, last_name="Brou"), DirectoryRow("000777C", "Brou", "Ama")])
    for first, last in zip(imports.SLICES, imports.SLICES[1:], strict=False):
        await store.engine.write(False, imports.stage_words, left.token, first, last)
    assert await store.find_people("brou") == ()
    await store.drop_staged()
    assert await words(store) == {"aya", "awa", "guessan", "koffi", "kone", "marie", "n", "nguessan", "yao"}


async def words(store):
    from storage.engine import Ask

    def all_of_them():
        rows = yield Ask("people_named", {"first": "", **dict.fromkeys(
            ("first_like", "second_like", "third_like", "fourth_like"), "%"), "limit": 1000})
        more = []
        for letter in "abcdefghijklmnopqrstuvwxyz":
            more += yield Ask("people_named", {"first": letter, **dict.fromkeys(
                ("first_like", "second_like", "third_like", "fourth_like"), "%"), "limit": 1000})
        return {row["word"] for row in (*rows, *more)}
    return await store.engine.read(all_of_them)


async def test_the_writer_serves_calls_between_the_pieces_of_an_import(store):
    begun, open_ = asyncio.Event(), threading.Event()

    def pieces():
        yield [KONE]
        assert open_.wait(20)  # the file goes on only when the call is in the store
        yield [YAO]

    importing = asyncio.create_task(store.stage_people(pieces(), ALL, lambda _tally: begun.set()))
    await asyncio.sleep(0)
    await store.open_call("call-1", MONDAY, AWA, "1364", "v1")
    open_.set()
    assert (await importing).tally.added == 2
    assert begun.is_set()


# ------------------------------------------------------------------------------------------------------------------ undoing
async def test_the_last_import_is_taken_back_once(store):
    await taken(store, TOWN)
    before = await directory(store)
    now = [replace(KONE, last_name="Brou", phones=(), birth=None), replace(YAO, phones=(KOFFI,)),
           DirectoryRow("000777C", "Brou", "Aya", phones=(AWA,))]
    await taken(store, now, sha256="2")
    assert await directory(store) != before
    undone = await store.undo_import("awa", MONDAY + 60)
    assert (undone.undone_by, undone.undone_at) == ("awa", MONDAY + 60)
    assert await directory(store) == before
    assert await words(store) == {"aya", "awa", "guessan", "koffi", "kone", "marie", "n", "nguessan", "yao"}
    with pytest.raises(Refused, match="déjà annulé"):
        await store.undo_import("awa", MONDAY + 61)


async def test_there_is_nothing_to_take_back_before_an_import(store):
    with pytest.raises(Refused, match="Aucun import"):
        await store.undo_import("awa", MONDAY)


async def test_the_file_in_force_is_known_again_but_not_one_before_it_nor_one_taken_back(store):
    await taken(store, [KONE], sha256="1")
    assert (await store.same_file("1")).id == 1
    await taken(store, [YAO], sha256="2")
    assert await store.same_file("1") is None
    await store.undo_import("awa", MONDAY)
    assert await store.same_file("2") is None
    assert (await store.same_file("1")).id == 1


async def test_somebody_forgotten_since_the_import_does_not_come_back_when_it_is_undone(store):
    await taken(store, TOWN)
    await taken(store, [replace(KONE, last_name="Brou")], sha256="2")
    await store.engine.write(True, forget_person, "000123X")
    await store.undo_import("awa", MONDAY)
    assert await store.person("000123X") is None
    assert await store.find_people("kone") == ()


# --------------------------------------------------------------------------------------------------------------- looking up
@pytest.mark.parametrize(("asked", "found"), [
    ("koné", ["000123X"]), ("KONE aw", ["000123X"]), ("n’guessan", ["000500A"]), ("nguess", ["000500A"]),
    ("guessan mar aya", ["000500A"]), ("a", ["000123X", "000500A"]), ("kone koffi", []), ("", []), ("%", []), ("_", []),
    ("' OR 1=1 --", []),
])
async def test_people_are_found_by_the_beginnings_of_their_names(store, asked, found):
    await taken(store, TOWN)
    assert sorted(each.matricule for each in await store.find_people(asked)) == found


async def test_at_most_so_many_are_found_in_the_order_of_their_names(store):
    await taken(store, [DirectoryRow(f"{n:06}A", f"Koné {'cba'[n % 3]}", "Koffi Konan") for n in range(1, 10)])
    assert [each.matricule for each in await store.find_people("ko", 3)] == ["000002A", "000001A", "000003A"]
    assert len(await store.find_people("kon", 100)) == 9


async def test_somebody_imported_before_there_was_an_index_is_found_too_and_indexed_by_the_next_import(store):
    from storage.engine import Ask
    await store.import_people(PEOPLE)

    def older():
        yield Ask("forget_name_words", {"matricule": "000123X"})
        yield Ask("put_name_words", {"matricule": "000123X", "words": ""})

    await store.engine.write(True, older)
    assert [each.matricule for each in await store.find_people("kone")] == ["000123X"]
    await taken(store, [NGUESSAN])
    assert "kone" in await words(store)


@pytest.mark.parametrize("number", [AWA, "0700000001", "07 00 00 00 01", "002250700000001"])
async def test_a_number_is_found_however_it_is_written(store, number):
    await taken(store, TOWN)
    assert [each.matricule for each in await store.people_at(number)] == ["000123X", "000123Z"]
    assert await store.people_at("") == ()


async def test_readings_are_ranked_by_the_directory_the_callers_number_and_former_calls_and_nobody_is_added(store):
    await taken(store, [KONE, YAO, replace(NGUESSAN, matricule="000123W")])
    await live(store, "call-1", Noted(0, "identified", ["000123W", "keypad"]), caller=KOFFI)
    readings = [("000123V", 0.9), ("000123X", 0.3), ("000123z", 0.05), ("000123W", 0.2), ("000123Z", 0.1)]
    assert await store.candidates(readings, KOFFI, MONDAY + 3600) == (
        Candidate("000123Z", 0.1, ("listed", "phone")), Candidate("000123W", 0.2, ("listed", "calls")),
        Candidate("000123X", 0.3, ("listed",)), Candidate("000123V", 0.9),
    )
    assert [each.why for each in await store.candidates(readings[:2], "", MONDAY)] == [("listed",), ()]
    assert await store.candidates([], AWA, MONDAY) == ()
