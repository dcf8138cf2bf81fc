"""The life of a request, told as what people do to it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.lifecycle import (
    ACTS,
    BACK,
    ENDED,
    LIVING,
    NEEDS,
    REOPEN_WITHIN,
    ROLES,
    STATUSES,
    Act,
    Actor,
    Illegal,
    Standing,
    decide,
    possible,
)

AWA = Actor("awa", "agent")
SERGE = Actor("serge", "supervisor")
DGAPCE = Actor("dgapce", "department", "DGAPCE")
KOFFI = Actor("svi", "requester")
CLOCKWORK = Actor("règle", "rule")
SAID = dict.fromkeys(NEEDS, "dit") | {"parent": "REQ-2026-000001", "direction": "DGAPCE"}
NOW = 1_792_396_800.0


def standing(status="registered", **more):
    return Standing("REQ-2026-000123", status, **more)


def act(name, **said):
    return Act(name, said or {need: SAID[need] for need in ACTS[name].needs})


def refused(where, name, who, **said):
    with pytest.raises(Illegal) as refusal:
        decide(where, act(name, **said), who, NOW)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    return sentence


def test_a_request_goes_its_ordinary_way():
    where = standing()
    for name, who, status in (
        ("acknowledge", AWA, "acknowledged"), ("assign", AWA, "assigned"), ("start", DGAPCE, "in_progress"),
        ("ask_documents", DGAPCE, "pending_requester"), ("complete", KOFFI, "in_progress"), ("resolve", DGAPCE, "resolved"),
        ("close", CLOCKWORK, "closed"),
    ):
        change = decide(where, act(name), who, NOW)
        assert change.status == status
        where = standing(status, direction=change.columns.get("direction", where.direction))


def test_what_is_waited_for_is_kept_while_it_is_waited_for_and_forgotten_after():
    asked = decide(standing("assigned", direction="DGAPCE"), Act("ask_documents", {"waits_for": "le bulletin"}), DGAPCE, NOW)
    assert (asked.columns["waits_for"], asked.why) == ("le bulletin", "le bulletin")
    assert decide(standing("pending_requester"), act("complete"), KOFFI, NOW).columns["waits_for"] is None


@pytest.mark.parametrize(("direction", "goes_on"), [(None, "acknowledged"), ("DGAPCE", "in_progress")])
@pytest.mark.parametrize(("name", "status"), [
    ("complete", "pending_requester"), ("service_answered", "pending_third_party"), ("reopen", "closed"),
    ("unmerge", "merged"), ("readmit", "rejected"),
])
def test_the_work_goes_on_where_it_was(name, status, direction, goes_on):
    assert decide(standing(status, direction=direction), act(name), SERGE, NOW).status == goes_on


def test_an_answer_needs_its_motif_and_its_text():
    said = refused(standing("in_progress"), "resolve", AWA, motif=" ")
    assert said == "Pour résoudre la requête REQ-2026-000123, dites le motif de clôture et la réponse."


def test_only_a_supervisor_says_that_a_request_is_not_receivable_and_where_to_go():
    sentence = refused(standing(), "reject", AWA)
    assert sentence == "Un superviseur peut déclarer irrecevable la requête REQ-2026-000123, pas vous."
    assert "le bon interlocuteur" in refused(standing(), "reject", SERGE, why="hors compétence")
    change = decide(standing(), Act("reject", {"why": "hors compétence", "channel": "la CGRAE"}), SERGE, NOW)
    assert (change.status, change.why, change.columns["answer"]) == ("rejected", "hors compétence", "la CGRAE")


def test_a_direction_touches_only_what_it_has():
    assert "est chez DSI" in refused(standing("assigned", direction="DSI"), "start", DGAPCE)
    assert "est chez le CRUC" in refused(standing("acknowledged"), "start", DGAPCE)


def test_a_refusal_says_the_status_and_what_is_possible():
    sentence = refused(standing("closed", ended_at=NOW), "assign", AWA)
    assert sentence == (
        "La requête REQ-2026-000123 est « Clôturée » : impossible de la transmettre à une direction. "
        "Vous pouvez la rouvrir."
    )
    assert refused(standing("cancelled"), "start", AWA).endswith("Vous ne pouvez plus rien y changer.")


@pytest.mark.parametrize("name", ["reopen", "readmit"])
def test_reopening_is_counted_and_possible_for_thirty_days(name):
    status = ACTS[name].come_from[-1]
    last = decide(standing(status, ended_at=NOW - REOPEN_WITHIN, reopened=1), act(name), SERGE, NOW)
    assert (last.columns["reopened"], last.columns["closed_at"], last.columns["resolved_at"]) == (2, None, None)
    assert "plus de 30 jours" in refused(standing(status, ended_at=NOW - REOPEN_WITHIN - 1), name, SERGE)


def test_a_request_is_no_duplicate_of_itself():
    assert "propre doublon" in refused(standing(), "merge", AWA, parent="REQ-2026-000123")


def test_a_child_is_unlinked_and_has_no_original_any_more():
    assert decide(standing("merged"), act("unmerge"), AWA, NOW).columns["parent"] is None


def test_what_is_no_act_and_what_is_not_said_for_an_act_are_refused():
    with pytest.raises(Illegal, match="n'est pas un acte"):
        decide(standing(), Act("explode"), AWA, NOW)
    assert "« color » ne se dit pas" in refused(standing(), "acknowledge", AWA, color="red")


# ----------------------------------------------------------------------------------------------------------- the whole table
def test_every_status_is_reached_and_only_four_are_ends():
    reached = {rule.to for rule in ACTS.values()} | {"registered", "acknowledged", "in_progress"}
    assert reached - {BACK} == set(STATUSES)
    assert set(LIVING) | ENDED | {"resolved"} == set(STATUSES)
    assert ENDED.isdisjoint(LIVING)


def test_the_table_names_only_what_exists():
    for rule in ACTS.values():
        assert set(rule.come_from) <= set(STATUSES)
        assert set(rule.who) <= set(ROLES)
        assert set(rule.needs) <= set(NEEDS)


def test_nobody_is_stuck_in_a_status_that_is_no_end():
    for status in set(STATUSES) - ENDED:
        assert possible(standing(status), "supervisor"), status


@pytest.mark.parametrize("status", STATUSES)
def test_possible_is_what_decide_allows(status):
    where = standing(status, direction="DGAPCE")
    for name, role in itertools.product(ACTS, ROLES):
        who = Actor("x", role, "DGAPCE" if role == "department" else "")
        if name in possible(where, role):
            change = decide(where, act(name), who, NOW)
            assert change.status in STATUSES
            assert (change.columns["closed_at"] is not None) == (change.status in ENDED)
            assert change.label
        else:
            with pytest.raises(Illegal):
                decide(where, act(name), who, NOW)


acts = st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(sorted(ROLES)), st.floats(0, 40 * 86_400.0))


@given(st.lists(acts, max_size=30))
def test_whatever_people_try_the_request_is_in_a_known_status_and_its_end_is_dated(tried):
    where, at = standing(), NOW
    for name, role, later in tried:
        at += later
        before = where
        try:
            change = decide(where, act(name), Actor("x", role, where.direction or ""), at)
        except Illegal:
            assert where == before
            continue
        columns = change.columns
        ended = at if change.status in ("resolved", *ENDED) else None
        where = Standing(
            where.reference, change.status, columns.get("direction", where.direction), ended,
            columns.get("reopened", where.reopened),
        )
        assert where.status in STATUSES
        assert (columns["closed_at"] is None) == (where.status not in ENDED)
        assert where.reopened >= before.reopened
