"""What every session needs: the ports and owners it talks to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ivr.core.flow import Flow
from ivr.distributor import Distributor
from ivr.ears import Ears
from ivr.ports import Clock, Journal, Requests, Telephony


@dataclass(frozen=True, slots=True)
class House:
    """What every session needs, wired once by `ivr.app`. ``flow`` is the one for new calls, ``flow_of`` an earlier one by
    its version, from what the store kept; ``may_call_back`` is a number as it is called back, None when it may not be."""

    flow: Callable[[], Flow]
    flow_of: Callable[[str], Awaitable[Flow | None]]
    telephony: Telephony
    journal: Journal
    requests: Requests
    distributor: Distributor
    ears: Ears
    clock: Clock
    may_call_back: Callable[[str], str | None]
