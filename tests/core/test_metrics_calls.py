"""Self-service, capture, satisfaction, first contact resolution and announced waits, counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.metrics_calls import (
    Capture,
    announcements,
    captures,
    first_contact_resolution,
    satisfaction,
    self_service,
)
from ivr.core.record import CallRecord
from ivr.core.wait import MORE

DAY = 86400.0


def over(who: str, outcome: str, **more: object) -> CallRecord:
    return CallRecord(who, ended_at=100.0, outcome=outcome, **more)


# ---------------------------------------------------------------------------------------------------------- self-service
def test_four_answered_three_contained_one_served():
    told = self_service([
        over("Koffi", "STATUT_LU_SVI"),
        over("Yao", "ABANDON_SVI"),
        over("Adjoua", "HORS_HORAIRES"),
        over("Mariam", "TRANSFERE", queued_at=20.0, offer="o1"),
        CallRecord("Issa"),  # still talking with the machine
    ])
    assert (told.answered, told.contained, told.served, told.rate) == (4, 3, 1, 1 / 4)


def test_a_status_read_before_waiting_for_an_agent_is_no_self_service():
    assert self_service([over("Koffi", "STATUT_LU_SVI", goals=("STATUT_LU_SVI",), queued_at=20.0)]).rate == 0


def test_a_promise_to_call_back_and_a_bug_are_no_service():
    told = self_service([over("Koffi", "RAPPEL_PROGRAMME"), over("Yao", "ECHEC_TECHNIQUE", goals=("INFO_DONNEE",))])
    assert (told.contained, told.served) == (2, 0)


def test_no_call_no_rate():
    assert self_service([]).rate is None


# --------------------------------------------------------------------------------------------------------------- capture
ATTEMPTS = [
    Capture("voice", confirmed=True, turns=2, seconds=20),
    Capture("voice", confirmed=True, turns=4, seconds=40, corrected=True),
    Capture("voice", confirmed=False, turns=3, seconds=30),
    Capture("keypad", confirmed=True, turns=1, seconds=10),
]


def test_capture_by_voice_and_by_all_means():
    voice, every = captures(ATTEMPTS, "voice"), captures(ATTEMPTS)
    assert (voice.rate, voice.false_accept_rate, voice.turns, voice.seconds) == (2 / 3, 1 / 2, 3, 30)
    assert (every.started, every.confirmed, every.false_accepts) == (4, 3, 1)


def test_a_means_that_nobody_used_has_dashes():
    told = captures(ATTEMPTS, "agent")
    assert (told.started, told.rate, told.false_accept_rate, told.turns, told.seconds) == (0, None, None, None, None)


# ---------------------------------------------------------------------------------------------------------- satisfaction
def test_two_of_three_marks_are_good_and_one_of_four_callers_gave_none():
    told = satisfaction([5, 4, 2, None])
    assert (told.answered, told.csat, told.response_rate) == (3, 2 / 3, 3 / 4)


def test_nobody_asked_or_nobody_answered():
    assert (satisfaction([]).csat, satisfaction([]).response_rate) == (None, None)
    assert (satisfaction([None]).csat, satisfaction([None]).response_rate) == (None, 0)


@pytest.mark.parametrize("mark", [0, 6])
def test_a_mark_is_one_to_five(mark):
    with pytest.raises(ValueError, match="1 to 5"):
        satisfaction([4, mark])


# ---------------------------------------------------------------------------------------------- first contact resolution
def test_who_comes_back_within_the_week_for_the_same_matter_was_not_resolved():
    resolved = [("000001A", "solde", 0.0), ("000002B", "solde", 0.0), ("000003C", "solde", 0.0), ("000004D", "solde", 0.0)]
    contacts = [
        ("000001A", "solde", 7 * DAY),  # the last second of the window
        ("000002B", "solde", 7 * DAY + 1),
        ("000003C", "carriere", 1 * DAY),  # another matter
        ("000004D", "solde", 0.0),  # the contact that was resolved
    ]
    told = first_contact_resolution(resolved, contacts, now=30 * DAY)
    assert (told.resolved, told.again, told.fcr, told.window) == (4, 1, 3 / 4, 7 * DAY)


def test_a_case_whose_week_is_not_over_is_in_neither():
    told = first_contact_resolution([("000001A", "solde", 0.0), ("000002B", "solde", 5 * DAY)], [], now=8 * DAY)
    assert (told.resolved, told.pending, told.fcr) == (1, 1, 1)
    assert first_contact_resolution([], [], now=0).fcr is None


CASES = st.lists(st.tuples(
    st.sampled_from(["000001A", "000002B"]), st.sampled_from(["solde", "paie"]), st.floats(0, 30 * DAY),
))


@given(CASES, CASES)
def test_looking_up_finds_what_comparing_every_pair_finds(resolved, contacts):
    told = first_contact_resolution(resolved, contacts, now=100 * DAY)
    again = sum(any(c[:2] == r[:2] and r[2] < c[2] <= r[2] + 7 * DAY for c in contacts) for r in resolved)
    assert (told.resolved, told.again) == (len(resolved), again)


# -------------------------------------------------------------------------------------------------------- announced waits
def test_announced_waits_against_the_real_ones():
    told = announcements([
        ([(0, 120), (60, 60)], 130),  # 10 s and 10 s too short
        ([(0, 60)], 121),  # 61 s too short
        ([(0, 300)], 100),  # 200 s too long
        ([(0, 60)], None),  # Fanta left
        ([], 50),  # nothing was said
    ])
    assert (told.announced, told.error, told.share_too_short) == (4, (10 + 10 + 61 + 200) / 4, 1 / 4)


def test_more_than_thirty_minutes_is_wrong_only_below_thirty():
    assert announcements([([(0, MORE)], 4000)]).error == 0
    assert announcements([([(0, MORE)], 1500)]).error == 300


def test_nothing_announced_is_a_dash():
    assert (announcements([]).error, announcements([]).share_too_short) == (None, None)
