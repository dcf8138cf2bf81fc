"""What is forgotten, when, and what stays to be counted, on every engine. Awa asked, Koffi only called."""

import os
from datetime import UTC, datetime

import pytest

from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import Heard, Hypothesis
from storage import Refused
from storage.pseudonyms import PREFIX
from storage.purge import Files, purge
from storage.retention import DEFAULT
from tests.contract.stores import AWA, KOFFI, KONE, MONDAY, begin, draft, live, told

DAY = 86_400.0
SUPERVISOR = Actor("mariam", "supervisor")


@pytest.fixture
def files(tmp_path):
    made = Files(tmp_path / "recordings", tmp_path / "clips", tmp_path / "exports", tmp_path / "secrets" / "pseudonym.key")
    for folder in (made.recordings, made.clips, made.exports):
        folder.mkdir()
    return made


def written(path, at):
    path.write_bytes(b"RIFF a voice")
    os.utime(path, (at, at))
    return path


async def closed_request(store, at=MONDAY, **more):
    """Awa's request, registered in a call with a voice note, answered and closed within the hour."""
    await begin(store, "awa", at=at)
    asked = draft(note="Mon dossier a disparu", voice_note="voix-1", **more)
    reference = (await store.register("awa", asked, at))["reference"]
    await live(store, "awa", KONE, Heard(0, 1, "speech", (Hypothesis("mon dossier"),)), start=at)
    await store.advance(reference, Act("acknowledge"), SUPERVISOR, at + 60)
    await store.advance(reference, Act("resolve", {"motif": "traite", "answer": "Retrouvé."}), SUPERVISOR, at + 120)
    await store.advance(reference, Act("close"), SUPERVISOR, at + 3600)
    return reference


def line(report, kind):
    return next(each for each in report.lines if each.kind == kind)


async def test_a_call_of_two_years_ago_keeps_its_figures_and_loses_its_caller(store, files):
    await live(store, "koffi", KONE, caller=KOFFI)
    await live(store, "koffi-2", KONE, caller=KOFFI, start=MONDAY + DAY)
    on_the_day = datetime.fromtimestamp(MONDAY, UTC).replace(year=2028).timestamp()
    assert line(await purge(store, DEFAULT, files, on_the_day), "appels").rows == 0
    assert line(await purge(store, DEFAULT, files, on_the_day + 2 * DAY), "appels").rows == 2
    first, second = [await store.call(name) for name in ("koffi", "koffi-2")]
    assert await store.events("koffi") == ()
    assert first.call.caller == second.call.caller != KOFFI
    assert first.call.matricule == second.call.matricule
    assert first.call.caller.startswith(PREFIX)
    assert first.record.caller == first.call.caller
    assert (first.call.outcome, first.call.started_at) == (first.record.outcome, MONDAY)
    assert first.request.phone is None
    assert first.request.matricule == first.call.matricule


async def test_what_is_younger_than_its_term_is_not_touched(store, files):
    reference = await closed_request(store)
    written(files.recordings / "voix-1.wav", MONDAY)
    report = await purge(store, DEFAULT, files, MONDAY + 80 * DAY)
    assert report.total == 0
    assert not report.scrubbed
    assert (await told(store, reference))[0].note == "Mon dossier a disparu"
    assert len(await store.events("awa")) > 2
    assert (files.recordings / "voix-1.wav").exists()


async def test_a_voice_message_goes_ninety_days_after_the_closing_and_a_missing_one_is_told(store, files):
    reference = await closed_request(store)
    kept = written(files.recordings / "voix-1.wav", MONDAY)
    report = await purge(store, DEFAULT, files, MONDAY + 91 * DAY)
    assert not kept.exists()
    assert (line(report, "messages vocaux").files, line(report, "messages vocaux").missing) == (1, 0)
    file = await store.request(reference)
    assert (file.request.voice_note, file.files) == (None, ())
    assert file.request.note == "Mon dossier a disparu"


async def test_a_voice_message_without_its_file_is_reported_missing(store, files):
    await closed_request(store)
    report = await purge(store, DEFAULT, files, MONDAY + 91 * DAY)
    assert (line(report, "messages vocaux").files, line(report, "messages vocaux").missing) == (0, 1)


async def test_a_request_is_archived_after_five_years_and_statistics_stay(store, files):
    reference = await closed_request(store)
    before, _history = await told(store, reference)
    at = datetime(2031, 11, 1, tzinfo=UTC).timestamp()
    await purge(store, DEFAULT, files, at)
    row, history = await told(store, reference)
    assert (row.note, row.answer, row.name, row.phone, row.code) == (None, None, None, None, "")
    assert row.matricule.startswith(PREFIX)
    kept = ("reference", "category", "status", "created_at", "closed_at", "resolved_at", "due_at", "motif", "direction")
    assert [getattr(row, name) for name in kept] == [getattr(before, name) for name in kept]
    assert [(each.status_from, each.status_to) for each in history] == [
        (each.status_from, each.status_to) for each in _history
    ]
    assert {each.why for each in history} == {None}
    assert (await purge(store, DEFAULT, files, at)).total == 0


async def test_a_dry_run_counts_and_changes_nothing(store, files):
    reference = await closed_request(store)
    kept = written(files.recordings / "voix-1.wav", MONDAY)
    at = datetime(2031, 11, 1, tzinfo=UTC).timestamp()
    report = await purge(store, DEFAULT, files, at, dry=True)
    assert (line(report, "requêtes").rows, line(report, "requêtes").oldest) == (1, MONDAY + 3600)
    assert kept.exists()
    assert (await told(store, reference))[0].note == "Mon dossier a disparu"
    assert await store.purges() == ()
    assert not files.key.exists()


async def test_a_held_request_and_its_call_stay_until_the_hold_is_released(store, files):
    reference = await closed_request(store)
    kept = written(files.recordings / "voix-1.wav", MONDAY)
    await store.hold(reference, "mariam", "recours devant le juge", MONDAY + DAY)
    at = datetime(2031, 11, 1, tzinfo=UTC).timestamp()
    await purge(store, DEFAULT, files, at)
    assert (await told(store, reference))[0].note == "Mon dossier a disparu"
    assert (await store.call("awa")).call.caller == AWA
    assert kept.exists()
    assert [each.request for each in await store.holds()] == [reference]
    await store.release(reference, "mariam", "affaire jugée", at)
    await purge(store, DEFAULT, files, at)
    assert (await told(store, reference))[0].note is None
    assert (await store.call("awa")).call.caller != AWA
    assert not kept.exists()
    assert [each.act for each in await store.accesses(subject=reference, until=at + 1)] == ["hold"]


async def test_a_hold_is_refused_twice_without_a_reason_and_for_nothing(store):
    reference = await closed_request(store)
    await store.hold(reference, "mariam", "recours", MONDAY)
    for asked in ((reference, "mariam", "recours", MONDAY), ("REQ-2026-999999", "mariam", "recours", MONDAY)):
        with pytest.raises(Refused):
            await store.hold(*asked)
    with pytest.raises(Refused):
        await store.release(reference, "mariam", " ", MONDAY)
    with pytest.raises(Refused):
        await store.release("REQ-2026-999999", "mariam", "fin", MONDAY)


async def test_recordings_and_exports_go_by_their_age_and_nothing_else_does(store, files):
    old, young = MONDAY - 91 * DAY, MONDAY - 89 * DAY
    gone = [written(files.recordings / "talk-o1.wav", old), written(files.exports / "donnees.zip", old),
            written(files.clips / "turn.wav", MONDAY - 1), written(files.recordings / "orphan.wav", old)]
    kept = [written(files.recordings / "talk-o2.wav", young), written(files.recordings / "voix-9.wav", young)]
    report = await purge(store, DEFAULT, files, MONDAY)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)
    assert report.total == 4


async def test_an_access_log_of_three_years_and_lost_calls_of_a_year_are_deleted(store, files):
    await store.log_access("awa", "agent", "read", ["000123X"], None, MONDAY)
    await store.register_callback("awa", AWA, "general", "solde", MONDAY)
    (callback,) = await store.list_callbacks()
    await store.close_callback(callback.id, "done", "awa", MONDAY + 60)
    report = await purge(store, DEFAULT, files, MONDAY + 366 * DAY)
    assert line(report, "rappels").rows == 1
    assert await store.list_callbacks(None) == ()
    assert len(await store.accesses()) == 1
    await purge(store, DEFAULT, files, MONDAY + 4 * 366 * DAY)
    assert await store.accesses() == ()


async def test_a_purge_of_more_than_a_batch_ends_and_its_report_is_kept(store, files, monkeypatch):
    monkeypatch.setattr("storage.purge.BATCH", 2)
    for number in range(5):
        await live(store, f"koffi-{number}", KONE, caller=KOFFI, start=MONDAY + number)
    await purge(store, DEFAULT, files, MONDAY + 1000 * DAY, who="mariam")
    assert not [call for call in await store.list_calls() if call.caller == KOFFI]
    assert not [row for row in await store.list_requests() if row.phone]
    (kept,) = await store.purges()
    assert kept.who == "mariam"
    assert KOFFI not in kept.report
