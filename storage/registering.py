"""How a request begins: by telephone, or by a person of the staff, who may leave nothing out that a request needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from ivr.core.lifecycle import Act, Actor
from ivr.core.matricule import parse_matricule
from ivr.core.messages import Facts
from ivr.core.verbs.typed import national
from storage.advancing import advanced, known, noted
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import UNASKED, Rules, insert, to_tell, write_history
from storage.rows import HistoryRow
from storage.texts import checked_text

ITSELF: Final = Actor("règle", "rule")
CHANNELS: Final = ("phone", "counter", "mail", "email", "web", "whatsapp")
LONGEST_NOTE: Final = 4000


# ------------------------------------------------------------------------------------------------------------ by telephone
def register(rules: Rules, call: str, draft: Facts, at: float) -> Steps[Facts]:
    """`ivr.ports.Requests.register`. Raises `Refused` when the draft has no category or key."""
    if not draft.get("category") or not draft.get("key"):
        raise Refused(f"The request of the call {call} needs a category and a key.")
    found = (yield _before(call, draft))[0]
    if found["before"] is not None:
        return _told(rules, (yield from known(found["before"])))
    row = yield from insert(rules, {
        "call": call, "key": draft["key"], "category": draft["category"], "matricule": draft.get("matricule"),
        "verified": int(bool(draft.get("verified"))), "name": draft.get("name"),
        "phone": draft.get("phone") or draft.get("caller"), "note": draft.get("note"),
        "voice_note": draft.get("voice_note"), "parent": draft.get("parent"),
    }, "registered", at, exam_number=draft.get("exam_number"), found=found)
    yield from _begun(row, HistoryRow(at, "svi", None, "registered", "enregistrement", call))
    if draft.get("duplicate_of"):
        row = yield from _duplicate(rules, row, str(draft["duplicate_of"]), ITSELF, at)
    else:
        yield from _maybe_double(row, found["same"], at)
    return _told(rules, row)


def _before(call: str, draft: Facts) -> Ask:
    """All that a registration must know in one question: a caller waits for each. Whether this one was made already, who
    asks, whether the directory knows the matricule, and an open request that this one may double."""
    return Ask("before_registering", {
        "call": call, "key": draft["key"], "category": draft["category"], "unasked": UNASKED,
        "matricule": draft.get("matricule") or None,
    })


def _begun(row: Row, happened: HistoryRow) -> Steps[None]:
    reference = str(row["reference"])
    yield write_history(reference, happened)
    if row["voice_note"]:
        yield Ask("insert_file", {
            "request": reference, "at": happened.at, "who": happened.who, "kind": "voice", "name": row["voice_note"],
            "call": row["call"],
        })
    yield to_tell("request_registered", reference, happened.at, call=row["call"])


def _told(rules: Rules, row: Row) -> dict[str, Any]:
    direction = row.get("direction") or rules.directions.get(row["category"], "")
    return {"reference": row["reference"], "code": row["code"], "due": row["due_at"], "direction": direction}


# -------------------------------------------------------------------------------------------------------------- duplicates
def same_open(row: Row) -> Steps[Row | None]:
    """An open request of the same requester in the same category, the oldest; never a mere call, never ``row`` itself."""
    if row["requester"] is None or row["key"] == UNASKED:
        return None
    rows = yield Ask("open_same_of_requester", {
        "requester": row["requester"], "category": row["category"], "unasked": UNASKED,
    })
    return next((each for each in rows if each["reference"] != row["reference"]), None)


def _maybe_double(row: Row, same: str | None, at: float) -> Steps[None]:
    """The staff is told, not the caller: who knows a matricule learns nothing about its owner's requests. So nothing is
    linked by itself either, for the owner's answer would be told with the new request's code."""
    if not row["matricule"]:
        other = yield from same_open(row)
        same = str(other["reference"]) if other else None
    if same is not None:
        yield noted(row, "doublon possible", ITSELF.name, at, why=same)


def _duplicate(rules: Rules, row: Row, original: str, actor: Actor, at: float) -> Steps[Row]:
    stored = yield from known(str(row["reference"]))
    return (yield from advanced(rules, stored, Act("merge", {"parent": original}), actor, at))


# ------------------------------------------------------------------------------------------------------------ by the staff
def register_for(rules: Rules, actor: Actor, draft: Facts, at: float) -> Steps[Facts]:
    """`storage.part_requests.RequestPart.register_for`. Raises `Refused` with the field and what is wrong, in French."""
    asked = checked(rules, draft)
    key = f"{actor.name}:{draft.get('key') or at}"
    before = yield Ask("request_by_staff_key", {"key": key})
    if before:
        return {**_told(rules, before[0]), "same": None}
    parent = str(draft["parent"]) if draft.get("parent") else None
    if parent:
        yield from known(parent)
    person = {name: asked.pop(name) for name in ("birth", "exam_number", "direction")}
    row = yield from insert(rules, {**asked, "key": key, "parent": parent}, "registered", at, **person)
    yield from _begun(row, HistoryRow(at, actor.name, None, "registered", "enregistrement"))
    same = yield from same_open(row)
    if draft.get("duplicate_of"):
        row = yield from _duplicate(rules, row, str(draft["duplicate_of"]), actor, at)
    return {**_told(rules, row), "same": _shown(same)}


def open_same(rules: Rules, draft: Facts) -> Steps[str | None]:
    """The reference of an open request that the draft would double, asked before registering it."""
    asked = checked(rules, draft)
    rows: list[Row] = []
    if asked["matricule"]:
        rows = yield Ask("requester_of_matricule", {"matricule": asked["matricule"]})
    elif asked["phone"]:
        rows = yield Ask("requester_at_number", {"number": asked["phone"]})
    if not rows:
        return None
    same = yield from same_open({**asked, "requester": rows[0]["id"], "key": "", "reference": ""})
    return _shown(same)


def _shown(same: Row | None) -> str | None:
    """A denunciation is nobody's to be told of: whoever registers a second one is not told of the first."""
    return str(same["reference"]) if same and not same["walled"] else None


def checked(rules: Rules, draft: Facts) -> dict[str, Any]:
    """The draft's fields as the store keeps them. Raises `Refused` naming the first that is wrong."""
    asked: dict[str, Any] = {name: _field(name, draft.get(name)) for name in FIELDS}
    category = asked["category"]
    if not category:
        raise Refused("La catégorie manque : dites laquelle, par exemple ATT-TRAVAIL.")
    if rules.categories and category not in rules.categories:
        raise Refused(f"La catégorie « {category[:40]} » n'existe pas : choisissez-en une de dialplans/categories.yaml.")
    asked["verified"] = 0
    asked["channel"] = asked["channel"] or "counter"
    if category not in rules.walled and not (asked["matricule"] or asked["phone"] or asked["name"]):
        raise Refused("Le requérant manque : dites son matricule, son téléphone ou son nom.")
    return asked


def _field(name: str, value: object) -> str | None:
    text = " ".join(str(value).split()) if name != "note" else str(value or "").strip()
    if value is None or not text:
        return None
    longest, check = FIELDS[name]
    return check(checked_text(LABELS[name], text, longest))


def _matricule(text: str) -> str:
    matricule = parse_matricule(text)
    if matricule is None:
        raise Refused("Le matricule n'a pas six chiffres et une lettre : vérifiez-le, ou laissez-le vide.")
    return matricule


def _phone(text: str) -> str:
    number = national(re.sub(r"[\s.()-]", "", text))
    if number is None:
        raise Refused("Le téléphone n'a pas dix chiffres commençant par 01, 05, 07, 21, 25 ou 27 : vérifiez-le.")
    return f"+225{number}"


def _birth(text: str) -> str:
    day = "-".join(reversed(re.split("[/.]", text))) if re.search("[/.]", text) else text
    try:
        born = date.fromisoformat(day)
    except ValueError:
        raise Refused("La date de naissance n'est pas comprise : écrivez 24/12/1980.") from None
    if not 1900 <= born.year <= 2100:
        raise Refused("La date de naissance n'est pas possible : vérifiez l'année.")
    return born.isoformat()


def _exam(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z /-]{3,20}", text):
        raise Refused("Le numéro de composition a de 3 à 20 chiffres ou lettres : vérifiez-le.")
    return text


def _channel(text: str) -> str:
    if text not in CHANNELS:
        raise Refused(f"Le canal « {text[:20]} » n'existe pas : dites {', '.join(CHANNELS)}.")
    return text


FIELDS: Final[Mapping[str, tuple[int, Callable[[str], str]]]] = {
    "category": (40, str), "matricule": (20, _matricule), "name": (200, str), "phone": (30, _phone),
    "birth": (20, _birth), "exam_number": (30, _exam), "direction": (200, str), "note": (LONGEST_NOTE, str),
    "channel": (20, _channel),
}
LABELS: Final = {
    "category": "catégorie", "matricule": "matricule", "name": "nom", "phone": "téléphone", "birth": "date de naissance",
    "exam_number": "numéro de composition", "direction": "direction", "note": "note", "channel": "canal",
}
