"""The health of everything the service stands on, one line each, with what to do about it. Nothing is changed."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal

from ivr import control
from ivr.ari.asterisk.installation import FLOOR
from ivr.ari.asterisk.ports import PortTakenError, require_free
from ivr.check import findings
from ivr.config import ROOT, Settings
from ivr.ports import RecognizerUnavailable, StoreUnavailable
from ivr.prompts import CatalogueError
from ivr.prompts.saying import RECORDED
from ivr.site import CannotServe, find_asterisk, load_prompts
from ivr.speech.registry import open_recognizer
from storage import open_store, place

State = Literal["ok", "warn", "fail"]

LEAST_SPACE: Final = 500 * 2**20
LOW_SPACE: Final = 2 * 2**30
DRIFT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Health:
    """``advice`` is empty when nothing is to be done."""

    what: str
    state: State
    said: str
    advice: str = ""


async def examine(settings: Settings) -> AsyncIterator[Health]:
    """All checks, each as soon as it is done."""
    for fast in (python, packages, programs, asterisk, disk, prompts):
        yield fast(settings)
    for problem in _written(settings):
        yield problem
    yield await store(settings)
    try:
        service: dict[str, Any] | None = await control.ask(settings.var, "GET", "/status")
    except control.NotServing:
        service = None
    checks: tuple[Callable[[Settings], Awaitable[Health]], ...] = (ports, recognizer)
    for check in checks if service is None else ():
        yield await check(settings)
    for each in _service(service):
        yield each


def python(_settings: Settings) -> Health:
    version = ".".join(map(str, sys.version_info[:3]))
    return Health("Python", "ok", f"{version} (il faut au moins 3.11)")


def packages(_settings: Settings) -> Health:
    """Installed versions against the lock; what is only for some Pythons is left out."""
    lock = (ROOT / "requirements" / "all.txt").read_text("utf-8")
    wanted = re.findall(r"^([A-Za-z0-9._-]+)==(\S+) \\$", lock, re.MULTILINE)
    wrong = [f"{name} {version}" for name, version in wanted if _version(name) != version]
    if not wrong:
        return Health("Paquets Python", "ok", f"{len(wanted)} paquets, tous à la version du verrou")
    shown = ", ".join(wrong[:4]) + ("…" if len(wrong) > 4 else "")
    return Health("Paquets Python", "warn", f"{len(wrong)} diffèrent du verrou ({shown})", "Lancez `make setup`.")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def programs(_settings: Settings) -> Health:
    if shutil.which("espeak-ng"):
        return Health("espeak-ng", "ok", "présent")
    return Health("espeak-ng", "warn", "absent : aucun nouveau texte ne peut être dit", "apt-get install espeak-ng")


def asterisk(settings: Settings) -> Health:
    try:
        found = find_asterisk(settings)
    except CannotServe:
        return Health("Asterisk", "fail", "absent", "Lancez `make setup` ou `cruc asterisk install`.")
    floor = ".".join(map(str, FLOOR))
    where = "du système" if not found.loader else f"privé, dans {found.root}"
    return Health("Asterisk", "ok", f"{found.version} {where} (il faut au moins {floor})")


def disk(settings: Settings) -> Health:
    place = next(path for path in (settings.var, *settings.var.parents) if path.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / 2**30:.1f} Gio libres dans {place}"
    if free < LEAST_SPACE:
        return Health("Espace disque", "fail", said, "Libérez de l'espace : les fiches d'appel ne pourraient plus s'écrire.")
    return Health("Espace disque", "warn" if free < LOW_SPACE else "ok", said,
                  "Prévoyez de l'espace." if free < LOW_SPACE else "")


def prompts(settings: Settings) -> Health:
    try:
        catalogue = load_prompts(settings)
    except (CatalogueError, OSError) as error:
        return Health("Prompts", "fail", str(error).splitlines()[0], "Lancez `cruc check`.")
    if catalogue.manifest is None:
        return Health("Prompts", "fail", "aucun son n'est fait", "Lancez `cruc prompts build`.")
    if unbuilt := catalogue.unbuilt():
        return Health("Prompts", "fail", f"{len(unbuilt)} sans son de leur texte actuel", "Lancez `cruc prompts build`.")
    recorded = settings.path(settings.prompts) / "recorded"
    human = len(list(recorded.glob("*.wav"))) if recorded.is_dir() else 0
    return Health("Prompts", "ok", f"{len(catalogue.prompts)} textes et {len(RECORDED)} mots faits, "
                                   f"dont {human} textes enregistrés par une personne")


def _written(settings: Settings) -> tuple[Health, ...]:
    found = [problem for problem in findings(settings).problems if "cruc prompts build" not in problem]
    if not found:
        return (Health("Arbre d'appel", "ok", "aucune faute"),)
    return tuple(Health("Arbre d'appel", "fail", problem) for problem in found)


async def store(settings: Settings) -> Health:
    file = Path(settings.store_url.removeprefix("sqlite:///"))
    if settings.store_url.startswith("sqlite:") and not file.exists():  # noqa: ASYNC240 - one look, nothing else runs
        return Health("Base", "warn", f"{file} n'existe pas encore", "Elle sera faite au premier démarrage.")
    try:
        opened = open_store(settings.store_url)
        try:
            wrong = await opened.check()
            open_calls = len(await opened.open_calls())
        finally:
            await opened.close()
    except StoreUnavailable as error:
        return Health("Base", "fail", str(error))
    if wrong:
        return Health("Base", "fail", "; ".join(wrong[:3]), "Remettez la dernière sauvegarde.")
    where = place(settings.store_url).removeprefix("sqlite:///")
    return Health("Base", "ok", f"{where} saine, schéma à jour, {open_calls} appel(s) ouvert(s)")


async def ports(settings: Settings) -> Health:
    """Whether they are free, while no service of ours runs here."""
    try:
        require_free(settings.http_port, settings.sip_port, settings.sip_bind)
    except PortTakenError as error:
        return Health("Ports", "fail", str(error), "Un Asterisk laissé par un arrêt du service est repris au démarrage.")
    return Health("Ports", "ok", f"SIP {settings.sip_bind}:{settings.sip_port} et ARI {settings.http_port} libres")


async def recognizer(settings: Settings) -> Health:
    try:
        engine = open_recognizer(settings.recognizer, model=settings.recognizer_model, workers=1)
        try:
            async with asyncio.timeout(30):
                await engine.start()
        finally:
            await engine.stop()
    except (RecognizerUnavailable, TimeoutError) as error:
        return Health("Reconnaissance vocale", "warn", str(error) or "ne démarre pas en 30 s", "Le clavier suffit.")
    return Health("Reconnaissance vocale", "ok", f"{settings.recognizer} démarre")


def _service(said: dict[str, Any] | None) -> tuple[Health, ...]:
    if said is None:
        return (Health("Service", "warn", "ne tourne pas", "Démarrez-le par `cruc run`."),)
    process = said["asterisk"]["pid"]
    away = [each["agent"] for each in said["agents"] if not each["reachable"]]
    drift = abs(said["drift"])
    return (
        Health("Service", "ok", f"processus {said['pid']}, {len(said['calls'])} appel(s) en cours"),
        Health("ARI", "ok" if process else "fail", f"Asterisk {said['asterisk']['version']}, processus {process}",
               "" if process else "Voyez log/cruc.log."),
        Health("Horloge", "ok" if drift < DRIFT else "warn", f"déplacée de {drift:.0f} s depuis le démarrage",
               "" if drift < DRIFT else "Redémarrez le service quand il n'y a pas d'appel."),
        _ears(said["recognizer"]),
        Health("Postes des agents", "warn" if away else "ok", f"{len(said['agents']) - len(away)} joignables sur "
               f"{len(said['agents'])}", f"Non joignables : {', '.join(away)}." if away else ""),
    )


def _ears(said: dict[str, Any]) -> Health:
    """The running recogniser, whatever its engine says of itself."""
    ready, restarts = said.get("ready", True), said.get("restarts", 0)
    told = f"{said['name']}, {int(ready)} processus prêt(s), {restarts} redémarrage(s)"
    return Health("Reconnaissance vocale", "ok" if ready else "warn", told, "" if ready else "Le clavier suffit.")
