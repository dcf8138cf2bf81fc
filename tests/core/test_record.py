"""The record is a fold over the journal: each entry changes a few fields, the outcome is the first rule that holds."""

from __future__ import annotations

import pytest

from ivr.core.messages import (
    AgentLeft,
    CallEnded,
    CallStarted,
    Connected,
    DigitReceived,
    Event,
    Heard,
    Noted,
    PlayFinished,
    Recorded,
)
from ivr.core.record import OUTCOMES, WORK_REMAINS, CallRecord, fold

START = CallStarted(100.0, "call-1", "0700000123", "1364", "v1")


def told(*entries: Event, cause: str = "caller", at: float = 200.0) -> CallRecord:
    return fold([START, *entries, CallEnded(at, cause)])


def goal(name: str) -> Noted:
    return Noted(150.0, "goal", name)


def test_a_journal_begins_with_its_call() -> None:
    for journal in ([], [DigitReceived(1.0, "1")]):
        with pytest.raises(ValueError, match="begins with CallStarted"):
            fold(journal)


@pytest.mark.parametrize(("entries", "cause", "outcome"), [
    ([], "caller", "MUET"),
    ([PlayFinished(101.0, 1)], "caller", "MUET"),
    ([DigitReceived(101.0, "1")], "caller", "ABANDON_SVI"),
    ([Heard(101.0, 1, "speech")], "caller", "ABANDON_SVI"),
    ([Heard(101.0, 1, "silence")], "caller", "MUET"),
    ([goal("HORS_HORAIRES")], "caller", "HORS_HORAIRES"),
    ([goal("INFO_DONNEE"), goal("HORS_HORAIRES")], "caller", "INFO_DONNEE"),
    ([goal("ORIENTE_EXTERNE"), goal("INFO_DONNEE")], "caller", "ORIENTE_EXTERNE"),
    ([goal("INFO_DONNEE"), Noted(150.0, "queued", "general")], "caller", "ABANDON_FILE"),
    ([Noted(150.0, "queued", "general")], "cut", "COUPE"),
    ([goal("RDV_PRIS")], "cut", "RDV_PRIS"),
    ([goal("STATUT_LU_SVI"), goal("INFO_DONNEE")], "caller", "STATUT_LU_SVI"),
    ([Recorded(150.0, 1, "m", 9.0), goal("STATUT_LU_SVI")], "caller", "MESSAGE_VOCAL"),
    ([Recorded(150.0, 1, "m", 9.0), goal("REQUETE_COMPLETEE")], "caller", "REQUETE_COMPLETEE"),
    ([goal("RAPPEL_PROGRAMME"), Noted(150.0, "queued", "general")], "caller", "RAPPEL_PROGRAMME"),
    ([goal("REQUETE_CREEE"), goal("RAPPEL_PROGRAMME")], "caller", "REQUETE_CREEE"),
    ([Connected(150.0, 1, "offer-1"), goal("REQUETE_CREEE")], "caller", "TRANSFERE"),
    ([Connected(150.0, 1, "offer-1")], "bug", "ECHEC_TECHNIQUE"),
])
def test_the_weightiest_thing_that_happened_is_the_outcome(entries: list[Event], cause: str, outcome: str) -> None:
    assert told(*entries, cause=cause).outcome == outcome


def test_every_outcome_that_leaves_work_is_an_outcome() -> None:
    assert set(dict(OUTCOMES)) >= WORK_REMAINS


def test_waiting_and_talking_are_measured() -> None:
    record = told(
        Noted(110.0, "queued", "solde"), Connected(130.5, 1, "offer-1"), AgentLeft(190.0, 1, "offer-1", requeued=False),
    )
    assert (record.waited, record.talked, record.connected_at) == (20.5, 59.5, None)


def test_hanging_up_ends_the_conversation_or_the_wait() -> None:
    assert told(Noted(110.0, "queued", "solde"), Connected(130.0, 1, "o")).talked == 70.0
    assert told(Noted(110.0, "queued", "solde")).waited == 90.0


def test_going_from_one_queue_to_another_is_one_wait() -> None:
    record = told(Noted(110.0, "queued", "solde"), Noted(150.0, "queued", "general"), Connected(160.0, 1, "o"))
    assert (record.queue, record.waited) == ("general", 50.0)


def test_notes_of_a_flow_that_mean_nothing_here_only_enrich_the_timeline() -> None:
    assert told(Noted(110.0, "domaine", "solde"), Noted(111.0, "identified", "nonsense")).matricule is None


def test_an_open_journal_is_closed_as_cut_at_the_given_time_or_its_last_entry() -> None:
    assert fold([START, DigitReceived(120.0, "1")]).ended_at == 120.0
    assert fold([START, DigitReceived(120.0, "1")], cut_at=300.0).ended_at == 300.0
    assert fold([START, DigitReceived(120.0, "1")], cut_at=90.0).ended_at == 120.0
    assert fold([START]).cause == "cut"


def test_what_comes_after_the_end_changes_nothing() -> None:
    record = fold([START, CallEnded(110.0, "caller"), goal("REQUETE_CREEE"), CallEnded(120.0, "cut")])
    assert (record.outcome, record.ended_at, record.cause) == ("MUET", 110.0, "caller")
