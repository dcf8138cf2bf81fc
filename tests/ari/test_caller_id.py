"""What a telephone shows when it rings for the distributor."""

import pytest

from ivr.ari.legs import caller_id
from ivr.core.orders import Ring


@pytest.mark.parametrize(
    ("kind", "number", "facts", "shown"),
    [
        ("call", "", {"caller": "0700000001"}, '"1364 solde" <0700000001>'),
        ("call", "", {}, '"1364 solde" <anonyme>'),
        ("callback", "", {"caller": "0700000001"}, '"Rappel 1364" <0700000001>'),
        ("consult", "", {"caller": "0700000001"}, '"Consultation" <0700000001>'),
        ("supervise", "", {"caller": "0700000001"}, '"Écoute" <0700000001>'),
        ("consult", "0700000101", {"caller": "0700000001"}, '"Consultation" <1364>'),
    ],
)
def test_it_says_what_the_call_is_and_whose_and_outside_only_that_it_is_the_centre(kind, number, facts, shown):
    assert caller_id(Ring("call-1.o9.1", "awa", "call-1", "solde", 20.0, facts, kind, number)) == shown
