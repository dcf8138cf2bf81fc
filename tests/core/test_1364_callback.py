"""Being called back: which numbers are taken, which place is kept, and how the call that we make begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.core.call import Call
from ivr.core.commands import RegisterCallback
from ivr.core.flow import Flow
from ivr.core.verbs.queue import Queue
from tests.personas import AWA, KOFFI, YAO, Person
from tests.phone import Phone, dialplan, phone

MAMADOU = Person("Mamadou", telephone="+33600000101")
"""Calls from abroad."""
FATOU = Person("Fatou", "000654C", telephone="+2250700000654")
"""Her exchange writes numbers in the international way."""


def asking(who: Person = KOFFI, waited: float = 30.0) -> Phone:
    """Waits for an agent, then asks to be called back."""
    return phone(who).press("0").hear().wait(waited).interrupt("1").hear()


def test_who_has_waited_keeps_the_place_and_is_shown_to_the_agent() -> None:
    call = asking(waited=90)
    since = call.record.queued_at
    call.press("1").hear()
    kept = call.store.callbacks[0]
    assert (kept.number, kept.queue, kept.since) == (KOFFI.telephone, "general", since)
    assert kept.facts["caller"] == KOFFI.telephone
    assert kept.facts["open"] == "yes"


def test_a_priority_given_in_the_queue_is_kept_with_the_place() -> None:
    call = Call(dialplan().flow)
    call.facts |= {"queued_since": 1.0, "queued_priority": 10}
    steps = replace(dialplan().flow.nodes["rappel"], ask=False).run(call)  # type: ignore[call-arg]
    call.facts["caller"] = KOFFI.telephone
    next(steps)
    (command,) = call.live
    assert isinstance(command, RegisterCallback)
    assert (command.since, command.priority) == (1.0, 10)


def test_who_has_not_waited_takes_a_place_now() -> None:
    call = phone(at="sunday 10:00").press("2").hear()
    call.press("1").hear()
    kept = call.store.callbacks[0]
    assert kept.since == pytest.approx(call.record.started_at, abs=60)
    assert (kept.priority, kept.queue) == (0, "general")


def test_a_number_written_internationally_is_kept_as_ten_digits() -> None:
    call = asking(FATOU)
    assert call.args("rappel.confirmer_numero") == {"telephone": "0700000654"}
    call.press("1").hear()
    assert call.store.callbacks[0].number == "0700000654"


def test_a_foreign_caller_is_asked_for_a_number_that_we_may_call() -> None:
    call = asking(MAMADOU)
    assert call.last(2) == ["rappel.numero_etranger", "rappel.autre_numero"]
    assert call.press("0700000101").hear().store.callbacks[0].number == "0700000101"


def test_a_withheld_number_is_asked_for() -> None:
    assert asking(YAO).last(2) == ["rappel.numero_masque", "rappel.autre_numero"]


@pytest.mark.parametrize("typed", ["0900000000", "1364#", "0033600000", "07000001#"])
def test_a_number_that_is_none_is_said_to_be_and_asked_again(typed: str) -> None:
    call = asking(YAO).press(typed).hear()
    assert call.last(2) == ["rappel.numero_invalide", "rappel.autre_numero"]
    assert call.store.callbacks == []
    assert call.press("0500000101").hear().store.callbacks[0].number == "0500000101"


def test_three_wrong_numbers_lead_to_a_message() -> None:
    call = asking(YAO).press("0900000000").press("0900000000").press("0900000000").hear()
    assert call.node == "message"
    assert "telephone.incompris_3" in call.heard()


def test_a_number_that_the_store_refuses_is_asked_again() -> None:
    call = asking()
    call.store.refused = {KOFFI.telephone}
    call.press("1").hear()
    assert call.last(2) == ["rappel.numero_invalide", "rappel.autre_numero"]
    assert call.press("0500000456").hear().last(2) == ["rappel.enregistre", "fin.autre_demande"]
    assert call.hang_up().record.callback == "0500000456"


def test_a_store_that_refuses_every_number_ends_in_a_message() -> None:
    call = asking()
    call.store.refused = {KOFFI.telephone}
    call.press("1")
    for _ in range(4):
        if call.node == "rappel":
            call.press(KOFFI.telephone).hear()
    assert call.node == "message"
    assert "RAPPEL_PROGRAMME" not in call.notes("goal")


# ----------------------------------------------------------------------------------------------------- the call that we make
def outgoing() -> Flow:
    flow = dialplan().flow
    return replace(flow, start=flow.callback_start)


def test_the_one_called_back_is_greeted_and_meets_the_agent() -> None:
    call = phone(flow=outgoing()).hear()
    assert call.heard()[:2] == ["rappel.appel_sortant_court", "accueil.notice_courte"]
    assert call.record.notice == dialplan().flow.notice
    assert call.queue.queue == "general"
    call.agent_answers(AWA).wait(60).agent_leaves().press("5").hear()
    assert call.last(2) == ["enquete.merci", "fin.au_revoir"]
    assert call.record.agent == AWA


def test_an_agent_who_cannot_come_ends_the_outgoing_call_politely() -> None:
    call = phone(flow=outgoing()).hear().queue_refuses("empty").hear()
    assert call.last() == ["fin.au_revoir"]
    assert call.over


def test_the_flow_says_where_outgoing_calls_begin() -> None:
    flow = dialplan().flow
    assert flow.callback_start == "rappel_sortant"
    assert isinstance(flow.nodes["rappel_file"], Queue)
