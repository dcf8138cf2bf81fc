"""One SIP telephone on pjsua2, alone in its process: a crash, a lock or a busy machine there touches nobody here.

Orders come in as JSON lines on standard input, what happens goes out as JSON lines on standard output; the end of standard
input is the end of the telephone. `ivr.demo.softphone` is the other side of both.
"""

from __future__ import annotations

import json
import os
import select
import time
from typing import Any, Final

import pjsua2 as pj

POLL: Final = 10
"""Milliseconds of one look at SIP; orders wait no longer than that."""

BUSY: Final = 486
LAST_WORDS: Final = 1.0
"""Seconds for the answers to our goodbyes."""


NEWS: Final = os.dup(1)
"""Our own way out: pjlib writes on standard output before it can be told not to."""


def tell(event: str, **more: Any) -> None:
    os.write(NEWS, json.dumps({"event": event, "at": time.monotonic(), **more}).encode() + b"\n")


class Line(pj.Account):  # type: ignore[misc]
    """The account: it registers, and is called."""

    def __init__(self, telephone: Telephone) -> None:
        super().__init__()
        self.telephone = telephone

    def onRegState(self, result: Any) -> None:  # noqa: N802 - pjsua2's name
        self.telephone.registered = result.code == 200 and result.expiration > 0
        tell("registration", code=result.code)

    def onIncomingCall(self, incoming: Any) -> None:  # noqa: N802
        self.telephone.called(incoming.callId)


class Conversation(pj.Call):  # type: ignore[misc]
    """One call, in or out."""

    def __init__(self, telephone: Telephone, call: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(telephone.line, call)
        self.telephone = telephone

    def onCallState(self, _change: Any) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            tell("connected")
        elif info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            tell("ringing", caller="")
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.telephone.over(self, info.lastStatusCode)

    def onCallTransferStatus(self, result: Any) -> None:  # noqa: N802
        if result.statusCode >= 200:  # the first report only says that it is being tried
            tell("transferred", code=result.statusCode)

    def onCallMediaState(self, _change: Any) -> None:  # noqa: N802
        info = self.getInfo()  # must outlive its parts: they are views into it
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self.telephone.audio(self.getAudioMedia(index))


class Speech(pj.AudioMediaPlayer):  # type: ignore[misc]
    """A file said once."""

    def onEof2(self) -> None:  # noqa: N802
        tell("spoken")


class Telephone:
    """One line, at most one call. ``account`` is what `softphone.Softphone` was given, as JSON."""

    def __init__(self, account: dict[str, Any]) -> None:
        self.account = account
        self.endpoint = pj.Endpoint()
        self.call: Conversation | None = None
        self.ear: Any = None
        self.answer_at: float | None = None
        self.speech: Any = None
        self.registered = False
        self._start()
        self.line = Line(self)
        self.line.create(self._line_settings())
        self.microphone = pj.AudioMediaPlayer()
        self.microphone.createPlayer(account["microphone"])
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(account["heard"])

    def _start(self) -> None:
        settings = pj.EpConfig()
        settings.uaConfig.threadCnt = 0  # events are taken where the orders are: nothing here needs a lock
        settings.uaConfig.mainThreadOnly = False
        settings.logConfig.level = settings.logConfig.consoleLevel = 0
        settings.medConfig.clockRate = settings.medConfig.sndClockRate = 8000
        settings.medConfig.noVad = True
        settings.medConfig.ecTailLen = 0
        self.endpoint.libCreate()
        self.endpoint.libInit(settings)
        transport = pj.TransportConfig()
        transport.boundAddress, transport.port = self.account["address"], self.account["listen"]
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMA/8000") else 0)

    def _line_settings(self) -> Any:
        name, secret, address = (self.account[key] for key in ("account", "secret", "address"))
        settings = pj.AccountConfig()
        settings.idUri = f"sip:{name}@{address}"
        settings.regConfig.registrarUri = self._uri("")
        settings.regConfig.registerOnAdd = False
        settings.regConfig.retryIntervalSec = 2
        settings.mediaConfig.transportConfig.boundAddress = address
        if secret:
            settings.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", name, 0, secret))
        return settings

    def _uri(self, user: str) -> str:
        at = f"{user}@" if user else ""
        return f"sip:{at}127.0.0.1:{self.account['port']}"

    # ------------------------------------------------------------------------------------------------------- what happens
    def called(self, call: int) -> None:
        conversation = Conversation(self, call)
        if self.call is not None:
            conversation.hangup(status(BUSY))
            return
        self.call = conversation
        tell("ringing", caller=conversation.getInfo().remoteUri)
        if self.account["refuse"]:
            conversation.hangup(status(self.account["refuse"]))
            return
        conversation.answer(status(180))
        if self.account["answer_after"] is not None:
            self.answer_at = time.monotonic() + self.account["answer_after"]

    def audio(self, ear: Any) -> None:
        self.ear = ear
        self.microphone.startTransmit(ear)
        ear.startTransmit(self.recorder)

    def over(self, conversation: Conversation, code: int) -> None:
        if conversation is self.call:
            self.call, self.ear, self.answer_at = None, None, None
            tell("ended", code=code)

    # ------------------------------------------------------------------------------------------------------------- orders
    def register(self, on: bool = True) -> None:
        self.line.setRegistration(on)

    def dial(self, number: str) -> None:
        self.call = Conversation(self)
        tell("dialled")
        self.call.makeCall(self._uri(number), pj.CallOpParam(True))

    def answer(self) -> None:
        self.answer_at = None
        if self.call is not None:
            self.call.answer(status(200))

    def press(self, key: str, hold: float) -> None:
        if self.call is None:
            return
        order = pj.CallSendDtmfParam()
        order.method, order.duration, order.digits = pj.PJSUA_DTMF_METHOD_RFC2833, round(hold * 1000), key
        self.call.sendDtmf(order)

    def speak(self, file: str) -> None:
        if self.ear is None:
            tell("spoken")
            return
        self.speech = Speech()
        self.speech.createPlayer(file, pj.PJMEDIA_FILE_NO_LOOP)
        self.speech.startTransmit(self.ear)

    def hold(self, on: bool) -> None:
        """The hold key, or the same key again."""
        if self.call is None:
            return
        order = pj.CallOpParam(True)
        if on:
            self.call.setHold(order)
        else:
            order.opt.flag = pj.PJSUA_CALL_UNHOLD
            self.call.reinvite(order)
        tell("held" if on else "resumed")

    def transfer(self, to: str) -> None:
        """The transfer key (blind)."""
        if self.call is not None:
            self.call.xfer(self._uri(to), pj.CallOpParam(True))
        tell("transferring")

    def hang_up(self) -> None:
        if self.call is not None:
            self.call.hangup(pj.CallOpParam(True))

    def behave(self, answer_after: float | None, refuse: int | None) -> None:
        """How the next calls are met."""
        self.account["answer_after"], self.account["refuse"] = answer_after, refuse
        tell("behaves")

    # --------------------------------------------------------------------------------------------------------------- life
    def run(self) -> None:
        """Until standard input ends."""
        pending = b""
        while True:
            self.endpoint.libHandleEvents(POLL)
            if self.answer_at is not None and time.monotonic() >= self.answer_at:
                self.answer()
            if select.select([0], [], [], 0)[0]:
                read = os.read(0, 65536)
                if not read:
                    return
                *lines, pending = (pending + read).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _obey(self, order: dict[str, Any]) -> None:
        name = order.pop("do")
        try:
            getattr(self, name)(**order)
        except pj.Error as error:
            tell("refused", order=name, reason=error.reason)

    def close(self) -> None:
        """Files are whole, the call is over and the registration is gone when this returns."""
        self.hang_up()
        if self.registered:
            self.line.setRegistration(False)
        end = time.monotonic() + LAST_WORDS
        while time.monotonic() < end and (self.call is not None or self.registered):
            self.endpoint.libHandleEvents(POLL)
        del self.recorder, self.microphone
        self.speech = None
        self.line.shutdown()
        self.endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)  # all that had to be said is said; else it waits a second


def status(code: int) -> Any:
    order = pj.CallOpParam()
    order.statusCode = code
    return order


def main() -> None:
    os.dup2(2, 1)
    with open(0, "rb", buffering=0, closefd=False) as orders:  # unbuffered: `run` reads on
        telephone = Telephone(json.loads(orders.readline()))
    tell("ready")
    telephone.run()
    telephone.close()
    tell("closed")
    os._exit(0)  # pjsua2's objects must not be freed again by the interpreter's end
