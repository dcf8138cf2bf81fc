"""The client against the real Asterisk."""

import asyncio
import os
import signal
import time

import pytest
from live_asterisk import plan_in, running
from loopback_ari import Diary, until

from ivr.ari import errors
from ivr.ari.client import AriClient
from ivr.ari.generated import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelStateChange,
    PlaybackContinuing,
    PlaybackFinished,
    PlaybackStarted,
    StasisEnd,
    StasisStart,
)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory):
    with running(plan_in(tmp_path_factory.mktemp("run"))) as process:
        yield process


def client(plan, diary, **settings):
    settings = {"watch": ("endpoint:PJSIP",), **settings}
    return AriClient(plan.ari_url, plan.ari_user, plan.ari_secret, plan.app, hooks=diary.hooks, **settings)


async def heard(diary, kind, count=1):
    await until(lambda: len([event for event in diary.of("event") if isinstance(event, kind)]) >= count, 10)
    return [event for event in diary.of("event") if isinstance(event, kind)][-1]


async def entered(diary, channel):
    """A created channel may be dialled, and any played to, only from its StasisStart on: before, it is a 409."""
    await until(lambda: channel in {event.channel.id for event in starts_of(diary)}, 10)


def starts_of(diary):
    return [event for event in diary.of("event") if isinstance(event, StasisStart)]


async def enter(ari, diary, call):
    """A Local channel of ours whose other half calls 1364, and so comes in through the dialplan."""
    caller = f"{call};2"
    await ari.channels_create(
        endpoint="Local/1364@from-trunk", app=ari.app, appArgs="test", channelId=call, otherChannelId=caller
    )
    await entered(diary, call)
    await ari.channels_dial(call, timeout=10)
    await entered(diary, caller)
    await ari.channels_answer(caller)
    await until(lambda: call in {event.channel.id for event in diary.of("event") if isinstance(event, ChannelStateChange)})


async def test_a_call_enters_hears_a_list_of_sounds_presses_a_key_and_leaves(asterisk):
    diary = Diary()
    async with client(asterisk.plan, diary) as ari:
        await ari.connected(5)
        await enter(ari, diary, "appel-1")
        await ari.channels_play_with_id("appel-1", "appel-1.1", media=["sound:digits/1", "sound:digits/2"], lang="fr")
        finished = await heard(diary, PlaybackFinished)
        assert (finished.playback.id, finished.playback.state) == ("appel-1.1", "done")
        await ari.channels_send_dtmf("appel-1", dtmf="7")
        assert (await heard(diary, ChannelDtmfReceived)).digit == "7"
        await ari.channels_hangup("appel-1")
        destroyed = await heard(diary, ChannelDestroyed)
        assert (destroyed.channel.id, destroyed.cause) == ("appel-1", 16)
        await heard(diary, StasisEnd, 2)  # for a call that came through the dialplan it is the last event
        with pytest.raises(errors.AriNotFound):
            await ari.channels_answer("appel-1")
        kinds = [type(event) for event in diary.of("event") if getattr(event, "playback", None) is not None]
        assert kinds == [PlaybackStarted, PlaybackContinuing, PlaybackStarted, PlaybackFinished]
        assert (ari.counts.unknown, ari.counts.garbage) == (0, 0), ari.counts.unknown_types


async def test_a_call_lives_on_while_the_websocket_is_away_and_nothing_is_replayed(asterisk):
    before, after = Diary(), Diary()
    async with client(asterisk.plan, before) as ari:
        await ari.connected(5)
        await enter(ari, before, "appel-2")
    async with client(asterisk.plan, after) as ari:
        await ari.connected(5)
        assert "appel-2" in (await ari.applications_get(ari.app)).channel_ids
        await ari.channels_play_with_id("appel-2", "appel-2.1", media=["sound:digits/1"], lang="fr")
        await heard(after, PlaybackFinished)
        assert not [event for event in after.of("event") if isinstance(event, StasisStart)]
        await ari.channels_hangup("appel-2")
        await heard(after, StasisEnd, 2)


async def test_a_second_client_of_the_same_application_replaces_the_first(asterisk):
    first, second = Diary(), Diary()
    async with client(asterisk.plan, first) as old:
        await old.connected(5)
        async with client(asterisk.plan, second) as new:
            await until(lambda: old.is_replaced)
            assert not new.is_replaced


async def test_an_asterisk_that_hangs_is_noticed_and_found_again(asterisk):
    diary = Diary()
    async with client(asterisk.plan, diary, timeout=0.5) as ari:
        await ari.connected(5)
        pid = asterisk.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            stopped = time.monotonic()
            await until(lambda: not ari.is_connected, 4)
            assert time.monotonic() - stopped <= 3.0
            with pytest.raises(errors.AriTimeout):
                await ari.asterisk_ping()
        finally:
            os.kill(pid, signal.SIGCONT)
        await ari.connected(5)
        await until(lambda: diary.of("connected") == [True, False])


async def test_a_wrong_password_is_refused(asterisk):
    diary = Diary()
    plan = asterisk.plan
    async with AriClient(plan.ari_url, plan.ari_user, "not-the-secret", plan.app, hooks=diary.hooks) as ari:
        with pytest.raises(errors.AriUnauthorized, match="compare them with its ari"):
            await ari.connected(0.5)
        with pytest.raises(errors.AriUnauthorized):
            await ari.asterisk_ping()


async def test_operations_run_side_by_side(asterisk):
    async with client(asterisk.plan, Diary()) as ari:
        await ari.connected(5)
        answers = await asyncio.gather(*(ari.asterisk_ping() for _ in range(200)))
        assert {answer.ping for answer in answers} == {"pong"}
