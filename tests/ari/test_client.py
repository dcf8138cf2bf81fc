"""The operations: what goes over the wire, and what each refusal becomes."""

import asyncio

import pytest
from aiohttp import web
from loopback_ari import loopback, until

from ivr.ari import errors
from ivr.ari.client import AriClient, encode
from ivr.ari.http import HttpPool, HttpUnreachable

pytestmark = pytest.mark.asyncio

ANSWER = ("POST", "/ari/channels/appel-1/answer")


async def test_a_list_of_sounds_is_one_parameter_and_the_answer_is_typed():
    async with loopback() as (server, ari, _):

        async def queued(_):
            body = {"id": "appel-1.7", "media_uri": "sound:a", "target_uri": "channel:appel-1", "state": "queued"}
            return web.json_response(body | {"language": "fr"}, status=201)

        server.answers["POST", "/ari/channels/appel-1/play/appel-1.7"] = queued
        playback = await ari.channels_play_with_id("appel-1", "appel-1.7", media=["sound:/p/a", "sound:b"], lang="fr")
        assert (playback.id, playback.state) == ("appel-1.7", "queued")
        assert ("POST", "/ari/channels/appel-1/play/appel-1.7?media=sound:/p/a,sound:b&lang=fr", "") in server.requests


async def test_variables_travel_as_json_and_what_is_not_given_is_left_out():
    async with loopback() as (server, ari, _):
        await ari.connected(5)
        server.refuse("POST", "/ari/channels/offre-1", 400, "no")
        with pytest.raises(errors.AriError):
            await ari.channels_originate_with_id("offre-1", endpoint="PJSIP/awa", app="cruc", variables={"A": "é & ?"})
        assert server.requests[-1] == (
            "POST",
            "/ari/channels/offre-1?endpoint=PJSIP/awa&app=cruc",
            '{"variables":{"A":"é & ?"}}',
        )


async def test_an_id_can_not_leave_its_place_in_the_path():
    async with loopback() as (server, ari, _):
        await ari.connected(5)
        server.refuse("DELETE", "/ari/channels/a/../b?x", 404, "Channel not found")
        with pytest.raises(errors.AriNotFound):
            await ari.channels_hangup("a/../b?x")
        assert server.requests[-1][1] == "/ari/channels/a%2F..%2Fb%3Fx"


async def test_the_query_is_encoded_as_ari_reads_it():
    assert encode({"a": None}) == ""
    assert encode({"on": True, "n": 5, "who": "Awa & <1364>", "ids": ["x", "y"]}) == (
        "?on=true&n=5&who=Awa%20%26%20%3C1364%3E&ids=x,y"
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, errors.AriUnauthorized),
        (404, errors.AriNotFound),
        (409, errors.AriConflict),
        (412, errors.AriError),
        (422, errors.AriUnprocessable),
        (500, errors.AriError),
    ],
)
async def test_a_refusal_becomes_its_own_error(status, kind):
    async with loopback() as (server, ari, _):
        server.refuse(*ANSWER, status, "Channel not found")
        with pytest.raises(errors.AriError) as caught:
            await ari.channels_answer("appel-1")
        assert type(caught.value) is kind
        assert str(caught.value) == f"POST /channels/appel-1/answer: {status} Channel not found"
        assert (caught.value.status, caught.value.reason) == (status, "Channel not found")
        assert ari.counts.refused == 1


async def test_a_refusal_in_html_is_an_error_all_the_same():
    async with loopback() as (server, ari, _):

        async def page(_):
            return web.Response(status=404, text="<html>Not Found</html>", content_type="text/html")

        server.answers[ANSWER] = page
        with pytest.raises(errors.AriNotFound, match="no reason given"):
            await ari.channels_answer("appel-1")


async def test_a_slow_answer_is_given_up_and_the_next_operation_works():
    async with loopback(timeout=0.1) as (server, ari, _):
        await ari.connected(5)

        async def slow(_):
            await asyncio.sleep(5)

        server.answers[ANSWER] = slow
        with pytest.raises(errors.AriTimeout, match=r"no answer in 0\.1 s"):
            await ari.channels_answer("appel-1")
        server.answers.pop(ANSWER)
        assert (await ari.applications_get("cruc")).name == "cruc"
        assert ari.counts.timeouts == 1
        assert ari.is_connected


async def test_nobody_there_is_unreachable():
    async with loopback(start=False) as (_, ari, _diary):
        with pytest.raises(errors.AriUnreachable, match="POST /channels/appel-1/answer"):
            await ari.channels_answer("appel-1")
        assert ari.counts.unreachable == 1


async def test_a_connection_cut_before_the_answer_is_unreachable():
    async with loopback() as (server, ari, _):

        async def cut(request):
            request.transport.abort()
            return web.Response()

        server.answers[ANSWER] = cut
        with pytest.raises(errors.AriUnreachable):
            await ari.channels_answer("appel-1")


async def test_no_more_operations_than_allowed_are_in_flight_and_the_websocket_takes_none_of_them():
    async with loopback(concurrency=4) as (server, ari, _):
        await ari.connected(5)
        gate = asyncio.Event()

        async def held(_):
            await gate.wait()
            return web.Response(status=204)

        server.answers[ANSWER] = held
        answers = [asyncio.create_task(ari.channels_answer("appel-1")) for _ in range(12)]
        await until(lambda: server.in_flight == 4)
        gate.set()
        await asyncio.gather(*answers)
        assert server.most_in_flight == 4


async def test_an_answer_that_is_not_http_is_unreachable_and_the_next_connection_works():
    async def nonsense(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    pool = HttpPool("127.0.0.1", server.sockets[0].getsockname()[1], {}, concurrency=1, timeout=1)
    for _ in range(2):
        with pytest.raises(HttpUnreachable, match="not HTTP as Asterisk speaks it"):
            await pool.request("GET", "/")
    pool.close()
    server.close()


async def test_an_answer_in_small_pieces_is_put_together_on_one_connection():
    connections = 0

    async def trickle(reader, writer):
        nonlocal connections
        connections += 1
        for _ in range(3):
            await reader.readuntil(b"\r\n\r\n")
            for octet in b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\n\r\n\r\n\r\n!":
                writer.write(bytes([octet]))
                await writer.drain()
                await asyncio.sleep(0)

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    pool = HttpPool("127.0.0.1", server.sockets[0].getsockname()[1], {}, concurrency=1, timeout=2)
    answers = [await pool.request("GET", "/") for _ in range(3)]
    assert {(answer.status, answer.body) for answer in answers} == {(200, b"\r\n\r\n!")}
    assert connections == 1
    pool.close()
    server.close()


async def test_a_connection_closed_while_idle_is_not_used_again():
    async with loopback() as (server, ari, _):
        await ari.connected(5)
        await server.stop()
        await server.start()
        assert (await ari.applications_get("cruc")).name == "cruc"


async def test_an_address_without_a_host_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="ARI's address is http://host:port"):
        AriClient("127.0.0.1:8088", "cruc", "secret", "cruc")
