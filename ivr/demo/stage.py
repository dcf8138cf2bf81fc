"""What the demonstration needs before it starts: free ports, an open centre, people, voices. What is unusual is said."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from ivr.ari.asterisk.ports import PortTakenError, free_ports, require_free
from ivr.ari.asterisk.process import AsteriskProcess
from ivr.config import Settings
from ivr.demo.people import AGENT, demonstration
from ivr.dialplan_tables import WEEK
from ivr.prompts import audio
from ivr.prompts.synthesis import EspeakNg
from ivr.site import asterisk_plan, find_asterisk, load_flow, load_prompts
from storage import open_store

Tell = Callable[[str], None]

SENTENCES: Final = {
    "agent": "Bonjour Madame Koné, Aya du Centre de Relation Usagers-Clients, je vous écoute. Je vois votre demande "
             "d'attestation de travail. Elle est bien enregistrée, elle sera prête dans trois jours ouvrés.",
    "caller": "Bonjour. Je voudrais savoir quand mon attestation de travail sera prête. Merci beaucoup, bonne journée.",
}
STAYS_OPEN: Final = 1800.0
"""Seconds for which the centre must still be open: a demonstration that closes in the middle shows something else."""

VOICES: Final = {"agent": "roa/fr+f3", "caller": "roa/fr+f4"}


async def end_asterisk(settings: Settings) -> bool:
    """End the Asterisk of this home; True when there was one."""
    process = AsteriskProcess(find_asterisk(settings), asterisk_plan(settings, load_prompts(settings), ()))
    if not await process.attach(answering=False):
        return False
    await process.stop()
    return True


def with_free_ports(settings: Settings, tell: Tell) -> Settings:
    try:
        require_free(settings.http_port, settings.sip_port, settings.sip_bind)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", settings.media_port))
    except (PortTakenError, OSError) as reason:
        ports = free_ports(settings.sip_bind)
        tell(f"Ports habituels occupés ({reason}) La démonstration prend SIP {ports.sip_port} et ARI {ports.http_port}.")
        return settings.model_copy(update=asdict(ports))
    return settings


def always_open(settings: Settings, tell: Tell, now: float | None = None) -> Settings:
    """The settings as they are while the centre is open, and stays so for a while; else with a copy of the dialplans whose
    calendars never close. ``now``: UTC seconds, the clock's unless given."""
    calendars = load_flow(settings, load_prompts(settings)).calendars
    moment = time.time() if now is None else now
    if all(calendar.at(at).open for calendar in calendars.values() for at in (moment, moment + STAYS_OPEN)):
        return settings
    tell("Le centre est fermé ou va fermer : la démonstration se sert d'un calendrier toujours ouvert.")
    source, folder = settings.path(settings.dialplans), settings.var / "demo" / "dialplans"
    folder.mkdir(parents=True, exist_ok=True)
    for each in source.glob("*.yaml"):
        shutil.copyfile(each, folder / each.name)
    week = {day: ["00:00-24:00"] for day in WEEK}
    with (folder / "hours.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"calendars": {name: {"zone": each.zone, "week": week} for name, each in calendars.items()}}, file)
    return settings.model_copy(update={"dialplans": folder})


async def with_people(settings: Settings) -> None:
    """The demonstration's people and its agent, in the installation's store."""
    store = open_store(settings.store_url)
    try:
        await demonstration(store)
        await store.put_agent(AGENT)
    finally:
        await store.close()


def voices(settings: Settings) -> dict[str, Path]:
    """Recorded speech of the agent and of the caller, made once: 8 kHz mono WAV by name."""
    folder = settings.var / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _spoken(text, folder / f"{name}.wav") for name, text in SENTENCES.items()}


def _spoken(text: str, file: Path) -> Path:
    if not file.exists():
        voice = EspeakNg(voice=VOICES[file.stem], words_per_minute=155)
        rough = file.with_suffix(".rough.wav")
        voice.render(text, rough)
        audio.write(audio.prepare(audio.read(rough)), file.with_suffix(""))
        rough.unlink()
    return file
