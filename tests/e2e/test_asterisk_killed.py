"""Asterisk dies: its calls are cut, which their records say; the watch starts it again and a new call works."""

from __future__ import annotations

import os
import signal

import pytest

pytestmark = pytest.mark.e2e


async def test_given_two_calls_when_asterisk_is_killed_then_they_are_closed_as_cut_and_new_ones_work(own_centre):
    centre = own_centre
    async with (
        centre.desk("awa", answer_after=0.1) as awa, centre.caller() as talking, centre.caller() as in_menu,
        centre.caller() as later,
    ):
        await centre.ready(awa)
        await talking.dial("1364")
        await talking.until("connected")
        await talking.press("0")
        await awa.until("connected", 10)
        await centre.agent_is("awa", "talking")
        await in_menu.dial("1364")
        await in_menu.until("connected")
        await in_menu.press("7")
        await centre.at_node("principal")

        os.kill(before := centre.asterisk_pid, signal.SIGKILL)

        await centre.wait(lambda: centre.asterisk_pid != before, 15, "Asterisk is not started again")
        cut, talked = await centre.record(in_menu, 20), await centre.record(talking, 20)
        assert (cut["outcome"], cut["cause"]) == ("COUPE", "cut")
        assert (talked["outcome"], talked["cause"], talked["agent"]) == ("TRANSFERE", "cut", "awa")

        await awa.hang_up()
        await awa.register()
        await centre.agent_is("awa", "ready", 20)
        await later.dial("1364")
        await later.until("connected")
        await later.press("0")
        await awa.until("connected", 15)
        await centre.agent_is("awa", "talking")
        await later.hang_up()
        assert (await centre.record(later))["outcome"] == "TRANSFERE"
