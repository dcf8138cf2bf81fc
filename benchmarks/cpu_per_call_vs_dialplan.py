"""Processor time of a menu call through the service, against the same menu written in plain dialplan.

The service runs the real 1364 flow; the dialplan says the same files and takes the same keys at the same moments: welcome,
notice, main menu, 3 (pay), its menu, 1 (pay slip), the answer, until the caller hangs up. SIPp's callers send RTP and keys
all the time. Rounds alternate on one Asterisk; a short call (two keys in four seconds) is measured beside: the worst case.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.results import keep
from benchmarks.rig import Rig, rig
from benchmarks.sipp import Callers

LOOP = Path(__file__).with_name("boucle.yaml")
KEYS = ((19.0, "3"), (24.0, "1"))
HELD = 31.0
SHORT_KEYS = ((1.0, "1"), (2.5, "2"))

REAL = """
[bench]
exten => 1365,1,Answer()
 same => n,Background({welcome})
 same => n,Playback({notice})
 same => n,Goto(bench-main,s,1)
[bench-main]
exten => s,1,Background({main})
 same => n,WaitExten(5)
 same => n,Goto(s,1)
exten => _[12459],1,Hangup()
exten => 3,1,Goto(bench-pay,s,1)
[bench-pay]
exten => s,1,Background({pay})
 same => n,WaitExten(5)
 same => n,Goto(s,1)
exten => _[2345],1,Hangup()
exten => 1,1,Playback({answer})
 same => n,Hangup()
[from-trunk](+)
exten => 1365,1,Goto(bench,1365,1)
"""

SHORT = """
[bench]
exten => 1365,1,Answer()
 same => n,Goto(bench-menu,s,1)
[bench-menu]
exten => s,1,Background({menu})
 same => n,WaitExten(5)
 same => n,Goto(s,1)
exten => 1,1,Background({information})
 same => n,Goto(s,1)
exten => 2,1,Playback({bye})
 same => n,Hangup()
[from-trunk](+)
exten => 1365,1,Goto(bench,1365,1)
"""


def real_menu(made: Rig) -> str:
    sounds = made.sounds
    return REAL.format(
        welcome=sounds("accueil.bienvenue", "accueil.numero_gratuit"),
        notice=sounds("accueil.notice_courte", "accueil.droits"),
        main=sounds("principal.suivi", "principal.carriere", "principal.solde", "principal.concours", "principal.autres",
                    "menu.agent", "menu.repeter"),
        pay=sounds("solde.intro", "solde.bulletin", "solde.premier_salaire", "solde.suspension", "solde.rappels",
                   "solde.controle", "menu.retour"),
        answer=sounds("info.bulletin_solde"),
    )


def short_menu(made: Rig) -> str:
    sounds = made.sounds
    return SHORT.format(
        menu=sounds("menu.repeter"), information=sounds("menu.retour"), bye=sounds("fin.bonne_journee")
    )


@dataclass
class Side:
    """What one side's rounds cost, in milliseconds a call."""

    asterisk: list[float]
    application: list[float]

    @property
    def total(self) -> float:
        return median(a + b for a, b in zip(self.asterisk, self.application, strict=True))

    def __str__(self) -> str:
        return f"{self.total:.1f} ms (Asterisk {median(self.asterisk):.1f}, application {median(self.application):.1f})"


@dataclass(frozen=True)
class Load:
    """``calls`` calls at ``rate`` a second, each with ``keys``, hanging up after ``held`` seconds or waiting for the end."""

    rate: float
    calls: int
    held: float
    keys: Sequence[tuple[float, str]]
    hangs_up: bool


async def one_round(made: Rig, number: str, side: Side, load: Load) -> None:
    before = made.spent()
    outcome = await Callers(
        made, number, rate=load.rate, calls=load.calls, held=load.held, keys=load.keys, hangs_up=load.hangs_up
    ).run()
    await made.no_calls()
    if outcome.ended != load.calls or outcome.failed:
        raise RuntimeError(f"{number}: {outcome}")
    used = [(now - start) / load.calls * 1000 for now, start in zip(made.spent(), before, strict=True)]
    side.asterisk.append(used[0])
    side.application.append(used[1])


async def compare(flow: Path | None, dialplan: str, rounds: int, load: Load) -> tuple[Side, Side]:
    """(service, dialplan), after one unmeasured round of each."""
    async with rig(flow) as made:
        await made.add_dialplan({"real": real_menu, "short": short_menu}[dialplan](made))
        measured: dict[str, Side] = {}
        for turn in range(rounds + 1):
            if turn <= 1:  # the first round warms up
                measured = {"1364": Side([], []), "1365": Side([], [])}
            for number in ("1364", "1365") if turn % 2 else ("1365", "1364"):
                some = load if turn else replace(load, calls=max(4, load.calls // 8))
                await one_round(made, number, measured[number], some)
        return measured["1364"], measured["1365"]


async def main(quick: bool) -> None:
    rounds, calls = (1, 24) if quick else (4, 60)
    service, plain = await compare(None, "real", rounds, Load(4, calls, HELD, KEYS, hangs_up=True))
    short, plain_short = await compare(LOOP, "short", rounds, Load(8, calls * 4, 6, SHORT_KEYS, hangs_up=False))
    ratio, worst = service.total / median(plain.asterisk), short.total / median(plain_short.asterisk)
    keep(
        "cpu_per_call_vs_dialplan", round(ratio, 3), "ratio", "<= 1.25", met=ratio <= 1.25,
        how=f"processor time (user and system, /proc) of Asterisk and application for a menu call of {HELD:.0f} s with two "
            f"keys on the real 1364 flow, over that of Asterisk for the same sounds and keys in plain dialplan; "
            f"{rounds} rounds of {calls} calls each way, alternating on one Asterisk, medians; SIPp is not counted",
        note="most of a call's cost is Asterisk sending sound; ours is a fixed cost for each call and key (Stasis and REST "
             "in Asterisk, the application, the journal), so it weighs more on a very short call; what the application "
             "costs at rest, shared by few calls at this rate, is in the figure",
        service=str(service), dialplan=f"{median(plain.asterisk):.1f} ms", short_call=f"{worst:.2f}: {short} against "
        f"{median(plain_short.asterisk):.1f} ms for a call of 3.5 s with two keys",
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
