"""What people do in a conversation, and who hears whom: everybody says a tone of their own, over and over."""

from __future__ import annotations

import contextlib

from tests.e2e.tones import loudness, tone

VOICES = {"caller": 440, "awa": 620, "serge": 830, "mariam": 1130, "outside": 1370, "other": 1610}
HEARD, NOT_HEARD = 0.1, 0.03
"""Amplitudes: what is clearly there, what is clearly not; music and quiet lines stay under the second."""

MUSIC = "music"


def voice(centre, name):
    folder = centre.home / "voices"
    folder.mkdir(exist_ok=True)
    return tone(folder, VOICES[name])


@contextlib.asynccontextmanager
async def people(centre, *names, signed_in=(), **behaviours):
    """Telephones by name, each with a voice: agents, who answer at once unless told otherwise, callers ('caller', 'other')
    and 'outside', who can be called. Those ``signed_in`` are ready."""
    async with contextlib.AsyncExitStack() as stack:
        phones = {}
        for name in names:
            make = {"outside": centre.outside, "caller": centre.caller, "other": centre.caller}.get(name)
            own = {"microphone": voice(centre, name), **({} if make else {"answer_after": 0.05}), **behaviours.get(name, {})}
            phone = make(**own) if make else centre.desk(name, **own)
            phones[name] = await stack.enter_async_context(phone)
        for name in signed_in:
            await centre.ready(phones[name])
        yield [phones[name] for name in names]


async def hears(centre, **who):
    """Wait until each telephone hears exactly these voices: ``who`` is name → (telephone, voices). `MUSIC` is any sound
    that is nobody's voice."""
    def all_do():
        return all(exactly(phone, voices) for phone, voices in who.values())

    try:
        await centre.wait(all_do, 8, "it is otherwise", every=0.1)
    except AssertionError as error:
        told = {name: {each: round(loudness(phone, VOICES[each]), 2) for each in VOICES} for name, (phone, _) in who.items()}
        wanted = {name: voices for name, (_phone, voices) in who.items()}
        raise AssertionError(f"they hear {told}, not {wanted}: {error}") from None


def exactly(phone, voices):
    loud = {name: loudness(phone, hertz) for name, hertz in VOICES.items()}
    if MUSIC in voices and not (phone.heard.levels(since=max(0.0, phone.heard.seconds - 0.6)) > 0.003).any():
        return False
    return all(loud[name] > HEARD if name in voices else loud[name] < NOT_HEARD for name in VOICES)


async def ask_for_an_agent(centre, caller, keys="0"):
    await caller.dial("1364")
    await caller.until("connected")
    for key in keys:
        await caller.press(key)


async def talk(centre, caller, agent, keys="0"):
    """The caller asks for an agent and talks with this one."""
    await ask_for_an_agent(centre, caller, keys)
    await agent.until("connected", 15)
    await centre.agent_is(agent.account, "talking")


async def hang_up(caller, *agents):
    """The caller hangs up, and with that the telephones of the agents."""
    await caller.hang_up()
    for agent in agents:
        await agent.until("ended")


async def over(centre, caller, *agents):
    """The same; Asterisk has neither channels nor bridges any more."""
    await hang_up(caller, *agents)
    await centre.wait(lambda: "0 active channels" in centre.asterisk_says("core show channels"), 10, "channels are left")
    await centre.wait(lambda: not bridges(centre), 10, "bridges are left")


def bridges(centre):
    """Ours that exist."""
    return [line.split()[0] for line in centre.asterisk_says("bridge show all").splitlines()[1:] if line.strip()]


async def works(centre, call, number):
    """The distributor's journal of a call: who, what kind, how it ended; when there are so many rows."""
    rows = []
    query = 'SELECT agent, kind, "end", talked, held, wrapped FROM works WHERE call = ? ORDER BY at, id'

    def written():
        rows[:] = centre.rows(query, call)
        return len(rows) >= number

    await centre.wait(written, 12, f"not {number} parts of {call} in the journal")
    return rows


def segments(record):
    return [(each["agent"], each["to"]) for each in record["segments"]]
