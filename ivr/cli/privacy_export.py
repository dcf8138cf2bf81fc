"""All that is kept about one requester, as a ZIP file: JSON for a machine, French text to read, and the recordings."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ivr.cli.console import moment
from ivr.core.lifecycle import STATUSES
from ivr.timeline import timeline
from storage import codec
from storage.dossier import Dossier

README: Final = "dossier.txt"
DATA: Final = "dossier.json"
HIDDEN: Final = frozenset({"record", "closed_nr", "key", "words", "year", "history", "files", "events", "recordings"})
"""Columns that say nothing to a reader; the JSON has them."""


def written(
    found: Dossier, recordings: Path, place: Path, said: Mapping[str, str], texts: Mapping[str, str],
) -> list[str]:
    """Write the ZIP into the new file ``place``, which its owner alone may read. ``said``: who made it, why, and how the
    requester's identity was checked; ``texts``: what each prompt says. Returns the names of recordings that are no longer
    there. Raises OSError."""
    missing: list[str] = []
    place.parent.mkdir(parents=True, exist_ok=True)
    made = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(DATA, json.dumps(_as_data(found, said), ensure_ascii=False, indent=1, default=str))
        pack.writestr(README, "\n".join(_text(found, said, texts)) + "\n")
        for name in found.voices:
            paths = _named(recordings, name)
            for path in paths:
                pack.write(path, f"audio/{path.name}")
            if not paths:
                missing.append(name)
    return missing


def _named(folder: Path, name: str) -> list[Path]:
    """A recording by its name, whatever its format; never a path that leads out of the folder."""
    if not re.fullmatch(r"[\w.-]+", name):
        return []
    return sorted(path for path in folder.glob(f"{name}*") if name in {path.stem, path.name} and path.is_file())


def _as_data(found: Dossier, said: Mapping[str, str]) -> dict[str, Any]:
    return {
        **said, "requester": found.requester, "numbers": found.whose.numbers,
        "directory": asdict(found.person) if found.person else None,
        "requests": found.requests, "calls": [_call(call) for call in found.calls], "callbacks": found.callbacks,
        "lost_calls": found.work_items, "accesses": [asdict(line) for line in found.accesses],
    }


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    return {**call, "events": [json.loads(codec.to_json(event)) for event in call["events"]]}


# ------------------------------------------------------------------------------------------------------------------ to read
def _text(found: Dossier, said: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[str]:
    yield "DONNÉES CONSERVÉES PAR LE 1364 SUR UN REQUÉRANT"
    yield f"Établi le {said['at']} par {said['who']}. Identité vérifiée par : {said['checked']}. Motif : {said['why']}."
    yield from _section("Requérant", [found.requester] if found.requester else [])
    yield f"Numéros : {', '.join(found.whose.numbers) or 'aucun'}"
    yield from _section("Annuaire", [asdict(found.person)] if found.person else [])
    for request in found.requests:
        yield from _section(f"Requête {request['reference']} ({STATUSES[request['status']]})", [request])
        yield from _lines("Historique", (
            (moment(line["at"]), line["who"], line["what"], line["why"]) for line in request["history"]
        ))
        yield from _lines("Pièces", ((moment(file["at"]), file["kind"], file["name"]) for file in request["files"]))
    for call in found.calls:
        yield from _section(f"Appel {call['id']}", [call])
        yield from _lines("Déroulement", ((line,) for line in timeline(call["events"], texts)))
    yield from _section("Rappels", found.callbacks)
    yield from _section("Appels perdus", found.work_items)
    yield from _lines("Qui a consulté ces données", (
        (moment(line.at), line.who, line.role, line.act, line.why) for line in found.accesses
    ))


def _section(title: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("", title, "-" * len(title))
    empty = True
    for row in rows:
        empty = False
        for name, value in row.items():
            if name not in HIDDEN and value not in (None, "", [], ()):
                yield f"  {name} : {_value(name, value)}"
    if empty:
        yield "  (rien)"


def _value(name: str, value: object) -> object:
    return moment(value) if isinstance(value, float) and (name.endswith("_at") or name in {"since", "at", "due"}) else value


def _lines(title: str, rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield f"{title} :"
    for row in rows:
        yield "  " + " · ".join(str(value) for value in row if value not in (None, ""))
