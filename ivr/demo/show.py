"""``make demo``: the real thing on this machine, with a real agent and a real caller, told as it happens.

Ctrl-C at any time takes everything down: the telephones, the application, then Asterisk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any, Final

from ivr.app import Service
from ivr.ari.asterisk.plan import kept_secret
from ivr.config import Settings
from ivr.control import claim
from ivr.core.offers import WishChanged
from ivr.demo import stage
from ivr.demo.people import AGENT
from ivr.demo.scenario import caller_and_agent
from ivr.demo.softphone import Softphone
from ivr.demo.witness import Witness
from ivr.running import running
from ivr.site import secret_file
from storage import CallFile

CALLER: Final = "demo"
INTERRUPTED: Final = 130
COMPLETE: Final = ("matricule", "request", "agent", "path", "started_at", "ended_at", "waited", "talked")


def tell(line: str) -> None:
    print(line, flush=True)


def show(settings: Settings, *, once: bool) -> int:
    """The exit code: 0 when the record is in the store and complete. The last line of ``once`` is the record as JSON."""
    return asyncio.run(_interruptible(settings, once))


async def _interruptible(settings: Settings, once: bool) -> int:
    """One Ctrl-C (or SIGTERM) ends the show in order; more of them change nothing."""
    loop = asyncio.get_running_loop()
    playing = asyncio.create_task(_show(settings, once))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, playing.cancel)
    try:
        record = await playing
    except asyncio.CancelledError:
        tell("Arrêté.")
        return INTERRUPTED
    missing = lacking(record)
    if missing:
        tell(f"La fiche n'est pas complète : {', '.join(missing)}.")
    elif once:
        tell(json.dumps(record, ensure_ascii=False))
    return 1 if missing else 0


def lacking(record: dict[str, Any]) -> list[str]:
    """What a whole record of the demonstration call would have and this one has not."""
    wrong = [] if record.get("outcome") == "TRANSFERE" else ["outcome"]
    return wrong + [name for name in COMPLETE if not record.get(name) and record.get(name) != 0.0]


async def _show(settings: Settings, once: bool) -> dict[str, Any]:
    began = time.monotonic()
    tell("Démonstration du 1364 : préparation…")
    with claim(settings.var):
        if await stage.end_asterisk(settings):
            tell("Un Asterisk resté d'un arrêt précédent a été terminé.")
    settings = stage.always_open(stage.with_free_ports(settings, tell), tell)
    await stage.with_people(settings)
    voices = stage.voices(settings)
    tell("Démarrage d'Asterisk, du service et de la reconnaissance vocale…")
    try:
        async with (
            running(settings) as (service, _control), _witnessed(service) as witness, _agent(service, voices) as agent,
        ):
            tell(f"Prêt en {time.monotonic() - began:.1f} s : Asterisk {service.asterisk.installation.version}, "
                 f"arbre {service.dialplan.flow.version}, agente {AGENT.name} connectée. Un appel au 1364 :")
            file = await _call(service, witness, agent, voices)
            if not once:
                await _stay(service)
            return _record(file)
    finally:
        await stage.end_asterisk(settings)


@contextlib.asynccontextmanager
async def _witnessed(service: Service) -> AsyncIterator[Witness]:
    texts = {prompt.id: prompt.text or prompt.sound for prompt in service.catalogue.prompts.values()}
    witness = Witness(service, texts, tell)
    watching = asyncio.create_task(witness.run())
    try:
        yield witness
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@contextlib.asynccontextmanager
async def _agent(service: Service, voices: Any) -> AsyncIterator[Softphone]:
    """The demonstration's agent: registered, and ready as `cruc agent ready` makes it."""
    settings = service.settings
    secret = kept_secret(secret_file(settings, AGENT.id))
    folder = settings.var / "demo"
    async with Softphone(
        AGENT.id, secret, settings.sip_port, microphone=voices["agent"], answer_after=4.0, folder=folder
    ) as phone:
        await phone.register()
        desk = service.house.distributor
        desk.post(WishChanged(service.clock.now(), AGENT.id, "ready"))
        async with asyncio.timeout(10):
            while not desk.acd.agents[AGENT.id].takes_offers:  # noqa: ASYNC110 - Asterisk's news of the phone is on its way
                await asyncio.sleep(0.05)
        try:
            yield phone
        finally:
            await service.store.set_wish(AGENT.id, "offline")


async def _call(service: Service, witness: Witness, agent: Softphone, voices: Any) -> CallFile:
    settings = service.settings
    secret = kept_secret(secret_file(settings, CALLER))
    async with Softphone(CALLER, secret, settings.sip_port, folder=settings.var / "demo") as caller:
        file = await caller_and_agent(witness, caller, agent, voices["caller"], tell)
        heard = caller.heard.likeness(*service.catalogue.render("accueil.bienvenue"), span=(0, 1.5))[0]
    await witness.look()
    tell(f"          agente : {service.house.distributor.acd.agents[AGENT.id].state} ; "
         f"l'appelante a bien entendu l'accueil (ressemblance {heard:.2f})")
    tell("\nLa fiche LOGIREC de cet appel :")
    for name, value in _record(file).items():
        if value not in (None, "", [], False):
            tell(f"  {name:<16} {' → '.join(value) if isinstance(value, list) else value}")
    return file


def _record(file: CallFile) -> dict[str, Any]:
    """The record as the store keeps it, with the request it was written into."""
    kept: dict[str, Any] = asdict(file.record) if file.record else {}
    kept.update(path=list(kept.get("path", ())), goals=list(kept.get("goals", ())), request=file.call.request)
    return kept


async def _stay(service: Service) -> None:
    """Until Ctrl-C."""
    settings = service.settings
    secret = kept_secret(secret_file(settings, CALLER))
    tell(f"""
Le service reste en marche. Pour appeler vous-même, avec un téléphone SIP (Linphone, Baresip, MicroSIP…) :
  serveur       {settings.sip_bind}, port {settings.sip_port}, UDP
  compte        {CALLER}
  mot de passe  {secret}
  puis composez le 1364 (matricule à essayer : 000123, touche 9, puis la lettre X).
Depuis un autre ordinateur : CRUC_SIP_BIND=<adresse de cette machine> et CRUC_AGENT_NETWORKS='["<votre réseau>"]'.
Dans un autre terminal : cruc status, cruc records --follow, cruc call ID --replay.
L'agente {AGENT.id} répond toute seule. Ctrl-C arrête tout.""")
    with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C is how this ends well
        await asyncio.Event().wait()
