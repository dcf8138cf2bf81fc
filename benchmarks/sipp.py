"""Callers by SIPp: real SIP, and real RTP (A-law silence at 50 packets a second, keys as RFC 4733 events) from a pcap file.

SIPp runs on the same cores as what it measures: its own processor time is told beside every figure that it could touch.
"""

from __future__ import annotations

import asyncio
import csv
import resource
import signal
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig import TRUNK, Rig

EVENT = 101
"""Payload type of telephone-event in our offers."""

_DIGITS = "0123456789*#"
_PACKET = 0.02

OFFER = f"""v=0
o=- 1 1 IN IP4 {TRUNK}
s=-
c=IN IP4 {TRUNK}
t=0 0
m=audio [media_port] RTP/AVP 8 {EVENT}
a=rtpmap:8 PCMA/8000
a=rtpmap:{EVENT} telephone-event/8000
a=ptime:20
"""


def message(method: str, body: str = "", to: str = "[peer_tag_param]", cseq: int = 1) -> str:
    allow = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE" if method == "INVITE" else ""
    return f"""
{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]x[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>{to}
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:[field0]@[local_ip]:[local_port]>
{allow}
{"Content-Type: application/sdp" if body else ""}
Content-Length: [len]

{body}"""


_GRANTED = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: [len]\n"


def _send(text: str, *, retrans: bool = False, attributes: str = "") -> str:
    lines = text.strip("\n").split("\n")
    blank = lines.index("Content-Length: [len]")
    lines = [line for line in lines[:blank] if line] + lines[blank:]
    words = 'retrans="500"' if retrans else ""
    return f"<send {words} {attributes}><![CDATA[\n" + "\n".join(lines) + "\n]]></send>"


def scenario(pcap: Path, held: float, *, hangs_up: bool) -> str:
    """A caller who lets the pcap file play for ``held`` seconds, then hangs up, or waits until hung up on.

    A refusal with 503 is acknowledged and ends the call; counters tell it from an answer. Asterisk's refreshes of the
    session (UPDATE, RFC 4028) are granted by SIPp itself: a caller who waits in a queue outlives the first.
    """
    ends = (
        _send(message("BYE", cseq=2), retrans=True) + '<recv response="200" timeout="20000"/>'
        if hangs_up else
        f'<recv request="BYE" timeout="{round((held + 60) * 1000)}"/>' + _send(_GRANTED)
    )
    early = f'<pause milliseconds="{round(held * 1000)}"/>' if hangs_up else ""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="caller">
{_send(message("INVITE", OFFER, to=""), retrans=True)}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="503" optional="true" next="refused"/>
<recv response="200" rtd="true" timeout="32000"/>
{_send(message("ACK"))}
<nop><action><exec play_pcap_audio="{pcap}"/></action></nop>
{early}
{ends}
<nop next="end"/>
<label id="refused"/>
{_send(message("ACK"))}
<label id="end"/>
<ResponseTimeRepartition value="10, 20, 50, 100, 200, 500, 1000, 2000"/>
</scenario>
"""


def write_pcap(file: Path, seconds: float, keys: Sequence[tuple[float, str]], every: float = _PACKET) -> None:
    """RTP as a telephone sends it: A-law silence, and at each (second, digit) a key of 100 ms. ``every``: seconds between
    two packets of silence, more for a caller whose sound does not matter."""
    packets: list[tuple[float, bytes]] = []
    pressed, spacing = {round(at / _PACKET): digit for at, digit in keys}, round(every / _PACKET)
    number, event, at_event = 0, 0, 0
    for tick in range(round(seconds / _PACKET)):
        now, stamp = tick * _PACKET, tick * 160
        if tick in pressed:
            event, at_event = 6, stamp
            digit = _DIGITS.index(pressed[tick])
        if event:
            event -= 1
            payload = struct.pack("!BBH", digit, 10 | (0x80 if event < 1 else 0), stamp - at_event + 160)
            copies = 3 if event < 1 else 1
            for copy in range(copies):
                packets.append((now + copy * 1e-4, rtp(EVENT, number, at_event, payload, mark=event == 5)))
                number += 1
        elif tick % spacing == 0:
            packets.append((now, rtp(8, number, stamp, b"\xd5" * 160)))
            number += 1
    with file.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, packet in packets:
            frame = _frame(packet)
            out.write(struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame)


def rtp(payload_type: int, number: int, stamp: int, payload: bytes, *, mark: bool = False, source: int = 0x1364) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type | (mark << 7), number & 0xFFFF, stamp & 0xFFFFFFFF, source) + payload


def _frame(packet: bytes) -> bytes:
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(packet), 0) + packet
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), bytes(4))
    return bytes(12) + b"\x08\x00" + ip + udp


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the callers saw. ``cpu``: SIPp's own processor seconds."""

    offered: int
    answered: int
    refused: int
    ended: int
    failed: int
    retransmitted: int
    setup: dict[str, int]
    cpu: float


class Callers:
    """``calls`` calls at ``rate`` a second to ``number``; each presses ``keys`` and stays ``held`` seconds."""

    count = 0
    _child: asyncio.subprocess.Process | None = None

    def __init__(
        self, rig: Rig, number: str, *, rate: float, calls: int, held: float, keys: Sequence[tuple[float, str]],
        hangs_up: bool = True, at_most: int = 5000, patience: float = 0, every: float = _PACKET,
    ) -> None:
        Callers.count += 1
        self.rig, self.number, self.rate, self.calls, self.at_most = rig, number, rate, calls, at_most
        self.folder = rig.home / f"sipp{Callers.count}"
        self.folder.mkdir()
        self.patience = patience or calls / rate + held + 90
        write_pcap(self.folder / "caller.pcap", held, keys, every)
        (self.folder / "caller.xml").write_text(scenario(self.folder / "caller.pcap", held, hangs_up=hangs_up))
        first = Callers.count * 100000
        numbers = "\n".join(f"07{first + n:08d}" for n in range(min(calls, 99999)))
        (self.folder / "numbers.csv").write_text(f"SEQUENTIAL\n{numbers}\n")
        self.numbers = [f"07{first + n:08d}" for n in range(calls)]

    def _command(self) -> list[str]:
        period = 1000
        rate = self.rate
        while rate != int(rate) and period < 100000:
            rate, period = rate * 10, period * 10
        port = 7000 + Callers.count % 400 * 10
        return [
            "sipp", f"127.0.0.1:{self.rig.settings.sip_port}", "-sf", "caller.xml", "-inf", "numbers.csv",
            "-s", self.number, "-i", TRUNK, "-mi", TRUNK, "-mp", str(port + 20000), "-p", str(port),
            "-r", str(int(rate)), "-rp", str(period), "-m", str(self.calls), "-l", str(self.at_most), "-nostdin",
            "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_counts", "-timeout", f"{round(self.patience)}s",
            "-trace_err", "-error_file", "errors.log", "-max_retrans", "7", "-aa",
        ]

    async def run(self) -> Outcome:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with (self.folder / "output").open("wb") as output:
            child = await asyncio.create_subprocess_exec(
                *self._command(), cwd=self.folder, stdout=output, stderr=output, stdin=asyncio.subprocess.DEVNULL,
            )
            self._child = child
            try:
                await child.wait()
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return self._outcome(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def stop(self) -> None:
        """Let no more calls begin; those under way go on to their end."""
        if self._child is not None and self._child.returncode is None:
            self._child.send_signal(signal.SIGUSR1)

    def rows(self, pattern: str) -> list[dict[str, str]]:
        """The lines of a statistics file of SIPp."""
        file = next(self.folder.glob(pattern))
        with file.open() as lines:
            return list(csv.DictReader(lines, delimiter=";"))

    def _outcome(self, cpu: float) -> Outcome:
        last, counts = self.rows("stat.csv")[-1], self.rows("*counts.csv")[-1]

        def count(*names: str) -> int:
            return sum(int(value) for key, value in counts.items() if key and key.endswith(names) and value.isdigit())

        return Outcome(
            offered=int(last["TotalCallCreated"]), answered=count("_200_Recv") - count("_BYE_Sent"),
            refused=count("_503_Recv"), ended=int(last["SuccessfulCall(C)"]) - count("_503_Recv"),
            failed=int(last["FailedCall(C)"]), retransmitted=int(last["Retransmissions(C)"]),
            setup={key: int(value) for key, value in last.items() if key and key.startswith("ResponseTimeRepartition1_")},
            cpu=round(cpu, 2),
        )
