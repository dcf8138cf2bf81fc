"""The event websocket: decoded, never stopped by what it carries, opened again whenever it is lost."""

import asyncio
import json
import time

import pytest
from loopback_ari import loopback, until

from ivr.ari.errors import AriError, AriUnauthorized, AriUnreachable
from ivr.ari.generated import ChannelDtmfReceived

pytestmark = pytest.mark.asyncio

CHANNEL = {
    "id": "appel-1",
    "protocol_id": "",
    "name": "PJSIP/operateur-1",
    "state": "Up",
    "caller": {"name": "", "number": "07000001"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {"context": "c", "exten": "1364", "priority": 1, "app_name": "Stasis", "app_data": "cruc"},
    "creationtime": "2026-11-23T22:00:00.000+0000",
    "language": "fr",
}
DIGIT = json.dumps(
    {
        "type": "ChannelDtmfReceived",
        "application": "cruc",
        "timestamp": "2026-11-23T22:00:01.000+0000",
        "digit": "1",
        "duration_ms": 100,
        "channel": CHANNEL,
        "a_field_of_tomorrow": {"x": 1},
    }
)


async def test_a_digit_is_decoded_into_its_own_type_and_new_fields_are_ignored():
    async with loopback() as (server, ari, diary):
        await ari.connected(5)
        await server.tell(DIGIT)
        await until(lambda: diary.of("event"))
        (event,) = diary.of("event")
        assert isinstance(event, ChannelDtmfReceived)
        assert (event.digit, event.channel.id, event.channel.caller.number) == ("1", "appel-1", "07000001")
        assert (ari.counts.events, ari.counts.unknown) == (1, 0)


async def test_events_arrive_in_the_order_sent():
    async with loopback() as (server, ari, diary):
        await ari.connected(5)
        for number in range(300):
            await server.tell(DIGIT.replace('"digit": "1"', f'"digit": "{number}"'))
        await until(lambda: len(diary.of("event")) == 300)
        assert [event.digit for event in diary.of("event")] == [str(number) for number in range(300)]


async def test_garbage_is_counted_and_an_unknown_event_comes_as_a_dict():
    async with loopback() as (server, ari, diary):
        await ari.connected(5)
        await server.tell("{not json")
        await server.tell("[1, 2]")
        await server.tell('{"type": "TeaIsReady", "cups": 2}')
        await server.tell('{"type": "StasisStart", "channel": "not a channel"}')
        await server.tell(DIGIT)
        await until(lambda: len(diary.of("event")) == 3)
        tea, misshapen, digit = diary.of("event")
        assert tea == {"type": "TeaIsReady", "cups": 2}
        assert misshapen["type"] == "StasisStart"
        assert digit.digit == "1"
        assert (ari.counts.garbage, ari.counts.unknown) == (2, 2)
        assert ari.counts.unknown_types == {"TeaIsReady", "StasisStart"}


async def test_a_hook_that_raises_is_reported_and_the_next_event_still_comes():
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    async with loopback() as (server, ari, diary):
        await ari.connected(5)
        told, diary.told = diary.told, None  # the hook now fails: None has no append
        await server.tell(DIGIT)
        await until(lambda: reported)
        diary.told = told
        await server.tell(DIGIT)
        await until(lambda: diary.of("event"))
        assert isinstance(reported[0], AttributeError)


async def test_a_lost_websocket_is_told_once_and_opened_again():
    async with loopback() as (server, ari, diary):
        await ari.connected(5)
        await server.hang_up()
        await until(lambda: ari.counts.connections == 2)
        await server.tell(DIGIT)
        await until(lambda: diary.of("event"))
        assert [what for what, _ in diary.told] == ["connected", "lost", "connected", "event"]
        assert diary.of("connected") == [True, False]
        assert "1001" in diary.of("lost")[0]


async def test_asterisk_that_starts_later_is_found():
    async with loopback(start=False) as (server, ari, diary):
        with pytest.raises(AriUnreachable, match="GET /events"):
            await ari.connected(0.3)
        await server.start()
        await ari.connected(5)
        assert len(diary.of("lost")) == 1
        assert ari.counts.attempts_failed >= 2


@pytest.mark.slow
async def test_a_silently_dead_websocket_is_found_within_three_seconds():
    async with loopback() as (server, ari, diary):
        server.deaf = True
        await server.hang_up()
        await until(lambda: ari.counts.connections >= 1 and server.sockets)
        await until(lambda: ari.is_connected)
        died, lost = time.monotonic(), len(diary.of("lost"))
        await until(lambda: len(diary.of("lost")) > lost)
        assert time.monotonic() - died <= 3.0
        assert "silent" in diary.of("lost")[-1]


async def test_a_client_whose_application_is_taken_stops_for_good():
    async with loopback() as (server, ari, diary):
        await ari.connected(5)
        await server.tell('{"type": "ApplicationReplaced", "application": "cruc", "timestamp": "2026-11-23T22:00:01Z"}')
        await until(lambda: diary.of("lost"))
        assert ari.is_replaced
        assert not ari.is_connected
        assert "another client" in diary.of("lost")[0]
        with pytest.raises(AriError, match="another client"):
            await ari.connected(0.1)
        assert ari.counts.connections == 1


async def test_a_wrong_password_is_one_clear_sentence():
    async with loopback(secret="of yesterday") as (server, ari, diary):
        with pytest.raises(AriUnauthorized, match=r"refuses the user or its password: compare them with its ari\.conf"):
            await ari.connected(0.3)
        assert len(diary.of("lost")) == 1
        assert all("of yesterday" not in str(request) for request in server.requests)


async def test_unwanted_events_are_filtered_and_phones_watched_by_a_companion():
    async with loopback(watch=("endpoint:PJSIP",), unheard=("ChannelVarset",)) as (server, ari, _):
        await ari.connected(5)
        opening, mine, companion, watched = server.requests
        assert opening[1] == "/ari/events?app=cruc,cruc-watch&subscribeAll=false"
        assert mine[:2] == ("PUT", "/ari/applications/cruc/eventFilter")
        assert json.loads(mine[2]) == {"disallowed": [{"type": "ChannelVarset"}]}
        assert {"type": "ContactStatusChange"} in json.loads(companion[2])["allowed"]
        assert watched[:2] == ("POST", "/ari/applications/cruc-watch/subscription?eventSource=endpoint:PJSIP")


async def test_an_application_known_a_moment_late_is_no_failure():
    async with loopback() as (server, _ari, diary):
        filtering = ("PUT", "/ari/applications/cruc/eventFilter")
        server.refuse(*filtering, 404, "Application not found")
        await until(lambda: len([r for r in server.requests if r[0] == "PUT"]) == 2)
        del server.answers[filtering]
        await until(lambda: diary.told)
        assert diary.told == [("connected", True)]
