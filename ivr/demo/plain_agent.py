"""One SIP telephone in plain Python, where pjsua2 does not exist: the orders and the news of `ivr.demo.user_agent`.

Orders come in as JSON lines on standard input, what happens goes out as JSON lines on standard output; the end of standard
input is the end of the telephone. SIP and orders share one event loop; the sound of a call has a thread of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
import wave
from pathlib import Path
from typing import Any, Final

from ivr.demo.rtp import Media, Recorder, sound
from ivr.demo.sip import TIMEOUT, Dialogue, Message, Request, Wire, new, parameter

EXPIRES: Final = 300
RENEWED: Final = 5.0
"""Seconds before its end that a registration is made anew."""
RETRIED: Final = 2.0
LAST_WORDS: Final = 1.0
"""Seconds for the answers to our goodbyes."""

RINGING, OK, NO_METHOD, NO_CALL, BUSY, CANCELLED, DECLINED = 180, 200, 405, 481, 486, 487, 603


def tell(event: str, **more: Any) -> None:
    os.write(1, json.dumps({"event": event, "at": time.monotonic(), **more}).encode() + b"\n")


class Call:
    """One call; ``invitation`` is the INVITE that came in, ``request`` the one that went out."""

    def __init__(self, dialogue: Dialogue, media: Media) -> None:
        self.dialogue, self.media = dialogue, media
        self.invitation: Message | None = None
        self.request: Request | None = None
        self.connected = self.early = self.leaving = False
        self._version = 0

    @property
    def tag(self) -> str:
        return parameter(self.dialogue.local, "tag")

    def offer(self, address: str) -> str:
        """Our side of the sound (SDP): A-law and keys."""
        self._version += 1
        event = self.media.event
        return "\r\n".join([
            "v=0", f"o=- {self.media.port} {self._version} IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0",
            f"m=audio {self.media.port} RTP/AVP 8 {event}", "a=rtpmap:8 PCMA/8000", f"a=rtpmap:{event} telephone-event/8000",
            f"a=fmtp:{event} 0-16", "a=ptime:20", "a=sendrecv", "",
        ])

    def agree(self, theirs: str) -> None:
        """Their side; the sound begins with the first one."""
        host = re.search(r"^c=IN IP4 (\S+)", theirs, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", theirs, re.MULTILINE)
        event = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", theirs, re.MULTILINE)
        if not host or not port:
            return
        self.media.peer = host[1], int(port[1])
        self.media.event = int(event[1]) if event else self.media.event
        if self.media.ident is None:
            self.media.start()


class Telephone:
    """One line, at most one call. ``account`` is what `softphone.Softphone` was given, as JSON."""

    def __init__(self, account: dict[str, Any]) -> None:
        self.account = account
        self.name, self.address = account["account"], account["address"]
        self.microphone = sound(Path(account["microphone"]))
        self.recorder = Recorder(Path(account["heard"]))
        credentials = (self.name, account["secret"]) if account["secret"] else None
        self.wire = Wire(("127.0.0.1", account["port"]), credentials, self._requested)
        self.line = self._dialogue(self._uri(""), f"<sip:{self.name}@{self.address}>")
        self.call: Call | None = None
        self.registered = False
        self._renewal = self._answering = _nothing_planned()

    def _dialogue(self, target: str, remote: str) -> Dialogue:
        return Dialogue(f"<sip:{self.name}@{self.address}>;tag={new()}", remote, target)

    def _uri(self, user: str) -> str:
        return f"sip:{user}{'@' if user else ''}127.0.0.1:{self.account['port']}"

    @property
    def _contact(self) -> str:
        return f"Contact: <sip:{self.name}@{self.wire.here}>"

    def _media(self) -> Media:
        return Media(self.address, self.recorder, self.microphone, lambda: tell("spoken"))

    # ------------------------------------------------------------------------------------------------------- registration
    def register(self, on: bool = True) -> None:
        self._renewal.cancel()
        expires = EXPIRES if on else 0

        def answered(answer: Message) -> None:
            if answer.status >= OK:
                self._registered(answer, on)

        Request(self.wire, self.line, "REGISTER", answered, headers=[self._contact, f"Expires: {expires}"])

    def _registered(self, answer: Message, on: bool) -> None:
        self.registered = on and answer.status == OK
        tell("registration", code=answer.status)
        granted = parameter(answer.get("contact"), "expires") or answer.get("expires") or EXPIRES
        passing = answer.status == 408 or answer.status >= 500
        if self.registered or (on and passing):
            wait = max(RETRIED, int(granted) - RENEWED) if self.registered else RETRIED
            self._renewal = asyncio.get_running_loop().call_later(wait, self.register)

    # --------------------------------------------------------------------------------------------------------- calling out
    def dial(self, number: str) -> None:
        if self.call is not None:
            raise ValueError("there is a call already")
        call = self.call = Call(self._dialogue(self._uri(number), f"<{self._uri(number)}>"), self._media())
        tell("dialled")
        call.request = Request(
            self.wire, call.dialogue, "INVITE", lambda answer: self._progress(call, answer),
            headers=[self._contact], body=call.offer(self.address),
        )

    def _progress(self, call: Call, answer: Message) -> None:
        if answer.status < OK:
            if answer.status > 100 and not call.early:
                call.early = True
                tell("ringing", caller="")
            if answer.body:
                call.agree(answer.body)
        elif answer.status >= 300:
            self._over(call, answer.status)
        else:
            assert call.request is not None
            call.request.accept(answer)
            call.agree(answer.body)
            self._connected(call)

    def _connected(self, call: Call) -> None:
        call.connected = True
        if call.leaving or call is not self.call:
            self._bye(call)
        else:
            tell("connected")

    # ---------------------------------------------------------------------------------------------------------- being asked
    def _requested(self, request: Message) -> None:
        call = self.call
        ours = call is not None and request.get("call-id") == call.dialogue.id
        name = f"_on_{request.method.lower()}"
        if request.method == "OPTIONS":
            self.wire.answer(request, OK, new())
        elif request.method == "INVITE" and not parameter(request.get("to"), "tag"):
            self._on_call(request)
        elif not hasattr(self, name):
            self.wire.answer(request, NO_METHOD, new())
        elif ours and call is not None:
            getattr(self, name)(call, request)
        elif request.method != "ACK":
            self.wire.answer(request, NO_CALL, new())

    def _on_call(self, request: Message) -> None:
        if self.call is not None:
            self.wire.answer(request, BUSY, new())
            return
        dialogue = Dialogue(f"{request.get('to')};tag={new()}", request.get("from"), request.target, request.get("call-id"))
        call = self.call = Call(dialogue, self._media())
        call.invitation = request
        tell("ringing", caller=request.get("from").partition(";tag")[0])
        if self.account["refuse"]:
            self._refuse(call, self.account["refuse"])
            return
        self.wire.answer(request, RINGING, call.tag, headers=[self._contact])
        if self.account["answer_after"] is not None:
            self._answering = asyncio.get_running_loop().call_later(self.account["answer_after"], self.answer)

    def _refuse(self, call: Call, status: int) -> None:
        assert call.invitation is not None
        self.wire.answer(call.invitation, status, call.tag)
        self._over(call, status)

    def _on_invite(self, call: Call, request: Message) -> None:
        """Within a call: the session is refreshed, or its sound goes elsewhere."""
        call.agree(request.body)
        self.wire.answer(request, OK, call.tag, headers=[self._contact], body=call.offer(self.address))

    def _on_update(self, call: Call, request: Message) -> None:
        call.agree(request.body)
        body = call.offer(self.address) if request.body else ""
        self.wire.answer(request, OK, call.tag, headers=[self._contact], body=body)

    def _on_ack(self, call: Call, request: Message) -> None:
        if not call.connected and call.invitation is not None and request.turn == call.invitation.turn:
            call.agree(request.body)
            self._connected(call)

    def _on_cancel(self, call: Call, request: Message) -> None:
        self.wire.answer(request, OK, call.tag)
        if call.invitation is not None and self._unanswered(call):
            self._refuse(call, CANCELLED)

    def _on_bye(self, call: Call, request: Message) -> None:
        self.wire.answer(request, OK, call.tag)
        self._over(call, OK)

    def _unanswered(self, call: Call) -> bool:
        return call.invitation is not None and not call.connected and call.media.ident is None

    # ------------------------------------------------------------------------------------------------------- other orders
    def answer(self) -> None:
        self._answering.cancel()
        call = self.call
        if call is None or call.invitation is None or not self._unanswered(call):
            return
        call.agree(call.invitation.body)
        self.wire.answer(
            call.invitation, OK, call.tag, headers=[self._contact], body=call.offer(self.address),
            given_up=lambda: self._bye(call),
        )

    def press(self, key: str, hold: float) -> None:
        if self.call is not None:
            self.call.media.press(key, hold)

    def speak(self, file: str) -> None:
        if self.call is None or self.call.media.ident is None:
            tell("spoken")
        else:
            self.call.media.speak(sound(Path(file)))

    def hang_up(self) -> None:
        call = self.call
        if call is None or call.leaving:
            return
        if self._unanswered(call):
            self._refuse(call, DECLINED)
            return
        call.leaving = True
        if call.connected:
            self._bye(call)
        elif call.request is not None:
            call.request.cancel()  # an answered call that waits for its ACK goes when it has it

    def _bye(self, call: Call) -> None:
        call.leaving = True

        def answered(answer: Message) -> None:
            if answer.status >= OK:
                self._over(call, answer.status)

        Request(self.wire, call.dialogue, "BYE", answered)

    def _over(self, call: Call, code: int) -> None:
        if call is self.call:
            self.call = None
            self._answering.cancel()
            call.media.stop()
            tell("ended", code=code)

    def behave(self, answer_after: float | None, refuse: int | None) -> None:
        """How the next calls are met."""
        self.account["answer_after"], self.account["refuse"] = answer_after, refuse
        tell("behaves")

    # --------------------------------------------------------------------------------------------------------------- life
    async def run(self) -> None:
        """Until standard input ends."""
        loop, over, pending = asyncio.get_running_loop(), asyncio.Event(), bytearray()

        def read() -> None:
            data = os.read(0, 65536)
            pending.extend(data)
            *lines, rest = pending.split(b"\n")
            pending[:] = rest
            for line in lines:
                self._obey(json.loads(line))
            if not data:
                loop.remove_reader(0)
                over.set()

        await loop.create_datagram_endpoint(lambda: self.wire, local_addr=(self.address, self.account["listen"]))
        tell("ready")
        loop.add_reader(0, read)
        await over.wait()

    def _obey(self, order: dict[str, Any]) -> None:
        name = order.pop("do")
        try:
            getattr(self, name)(**order)
        except (OSError, ValueError, EOFError, wave.Error) as error:
            tell("refused", order=name, reason=str(error))

    async def close(self) -> None:
        """Files are whole, the call is over and the registration is gone when this returns."""
        self.hang_up()
        if self.registered:
            self.register(False)
        self._renewal.cancel()
        end = time.monotonic() + LAST_WORDS
        while time.monotonic() < end and (self.call or self.registered):  # noqa: ASYNC110 - at most for a second
            await asyncio.sleep(0.01)
        if self.call is not None:
            self.call.media.stop()
        self.recorder.close()


def _nothing_planned() -> asyncio.TimerHandle:
    """A plan that can be cancelled, as those that will follow it."""
    planned = asyncio.get_running_loop().call_later(TIMEOUT, _nothing)
    planned.cancel()
    return planned


def _nothing() -> None: ...


async def live(account: dict[str, Any]) -> None:
    telephone = Telephone(account)
    await telephone.run()
    await telephone.close()
    tell("closed")


def main() -> None:
    with open(0, "rb", buffering=0, closefd=False) as orders:  # unbuffered: `Telephone.run` reads on
        account = json.loads(orders.readline())
    asyncio.run(live(account))
