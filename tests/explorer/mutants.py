"""Which removed rule is found in which small world, by the fewest moves."""

from __future__ import annotations

from typing import Final

from mutants import removed

from explorer.search import Search, Violation

WHERE: Final = {
    "small": (
        "free_before_the_leg_is_gone", "a_leg_of_an_offer_that_is_over_is_kept", "a_hang_up_is_ordered_once",
        "a_hang_up_is_not_ordered", "whoever_never_gets_a_bridge_waits_for_it", "the_ringing_never_times_out",
        "nobody_looks_at_who_waits_again", "a_late_answer_is_a_miss", "a_cancelled_offer_is_a_miss", "nothing_is_a_miss",
        "the_phone_rings_on_when_the_caller_has_gone", "nobody_ends_a_wrap_up", "work_is_not_written_down",
    ),
    "one": (
        "a_leg_of_an_offer_unknown_is_kept", "the_place_is_lost_when_an_offer_fails", "a_pause_interrupts",
    ),
    "race": ("tickets_are_not_looked_at", "time_is_not_written_down"),
    "ring_all": ("the_second_answer_wins_too", "losers_keep_ringing", "who_becomes_free_does_not_ring_along"),
    "consult": (
        "a_hold_without_music", "music_for_ever", "the_guest_is_forgotten_when_the_agent_goes",
        "the_guest_rings_on_when_the_caller_has_gone", "a_guest_let_go_is_kept", "a_refused_wish_does_something",
    ),
    "supervision": ("supervision_outlives_the_conversation", "supervision_is_not_stopped"),
    "callback": (
        "a_callback_is_never_done", "dialling_goes_on_without_an_agent", "the_person_called_back_is_somebody_else",
        "whoever_calls_again_is_called_back_as_well",
    ),
}
"""World → rules removed. Two callers cross each other in 'race', what needs a third party is in the others."""

STATES: Final = 30_000


def found(world: str, name: str) -> Violation | None:
    """The shortest way to see that this rule is missing, None when there is none in `STATES` states."""
    with removed(name):
        try:
            Search(world, 60, STATES).run()
        except Violation as violation:
            return violation
    return None
