"""A requester's name, number, date of birth or matricule is put right, in the requester and in the requests that still name
one. History says which field, who and why; neither it nor the access log repeats what was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from storage import search
from storage.advancing import noted
from storage.dossier import whose
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.privacy import log_access
from storage.registering import FIELDS, LABELS

RECTIFIED: Final = ("name", "phone", "birth", "matricule")


def rectify(asked: str, said: Mapping[str, str], access: Row) -> Steps[tuple[str, ...]]:
    """``said``: some of `RECTIFIED`, and 'wrong_phone' where there are several; ``access``: who, role, why, at. Returns the
    French names of what has changed. Raises `Refused`, with nothing changed."""
    if not str(access["why"]).strip():
        raise Refused("Dites pourquoi (par exemple la pièce qui le prouve) : la raison reste dans l'historique.")
    person = yield from whose(asked, walled=True)
    if person.requester is None:
        raise Refused("Cette personne n'a rien demandé : il n'y a rien à rectifier. L'annuaire se corrige par son import.")
    new = {name: _checked(name, said[name]) for name in RECTIFIED if said.get(name)}
    old = (yield Ask("requester", {"id": person.requester}))[0]
    wrong = _wrong_phone(person.numbers, new, said)
    changed = [name for name in new if name == "phone" or new[name] != old[name]]
    if not changed:
        raise Refused("Rien ne change : dites au moins un champ et sa nouvelle valeur.")
    standing = yield from _standing(old, new)
    yield Ask("rectify_requester", {
        "id": old["id"], **{name: new.get(name, old[name]) for name in ("name", "birth", "matricule")}, "standing": standing,
    })
    if "phone" in new:
        yield Ask("drop_requester_phone", {"requester": old["id"], "number": wrong or ""})
        yield Ask("keep_requester_phone", {"number": new["phone"], "requester": old["id"]})
    labels = tuple(LABELS[name] for name in changed)
    yield from _requests(old, new, wrong, f"rectification : {', '.join(labels)}", access)
    yield from log_access({**access, "act": "rectify"}, [new.get("matricule") or asked.strip().upper()])
    return labels


def _checked(name: str, value: str) -> str:
    longest, check = FIELDS[name]
    text = " ".join(value.split())
    if len(text) > longest:
        raise Refused(f"Le champ « {LABELS[name]} » a {len(text)} signes : {longest} au plus.")
    return check(text)


def _wrong_phone(numbers: tuple[str, ...], new: Mapping[str, str], said: Mapping[str, str]) -> str | None:
    """The number that the new one replaces; None when there was none."""
    if "phone" not in new:
        return None
    if said.get("wrong_phone"):
        wrong = _checked("phone", said["wrong_phone"])
        if wrong not in numbers:
            raise Refused("Le numéro à remplacer n'est pas celui de ce requérant : vérifiez-le.")
        return wrong
    if len(numbers) > 1:
        raise Refused("Ce requérant a plusieurs numéros : dites lequel est faux avec --wrong-phone.")
    return numbers[0] if numbers else None


def _standing(old: Row, new: Mapping[str, str]) -> Steps[str]:
    """What is known of the matricule. Raises `Refused` when it is another requester's."""
    if "matricule" not in new:
        return str(old["standing"])
    others = yield Ask("requester_of_matricule", {"matricule": new["matricule"]})
    if any(other["id"] != old["id"] for other in others):
        sentence = f"Ce matricule est déjà celui du requérant n° {others[0]['id']}"
        raise Refused(f"{sentence} : rattachez les requêtes à celui-ci plutôt que de le rectifier.")
    return "verified" if (yield Ask("person", {"matricule": new["matricule"]})) else "unverified"


def _requests(old: Row, new: Mapping[str, str], wrong: str | None, what: str, access: Row) -> Steps[None]:
    for row in (yield Ask("named_requests_of", {"requester": old["id"]})):
        put: dict[str, Any] = {name: new.get(name, row[name]) for name in ("name", "matricule")}
        put["phone"] = new.get("phone", row["phone"]) if row["phone"] == wrong else row["phone"]
        put["verified"] = 0 if put["matricule"] != row["matricule"] else row["verified"]
        yield Ask("rectify_request", {"reference": row["reference"], **put})
        yield noted(row, what, access["who"], access["at"], why=access["why"])
        yield from search.indexed({**row, **put})
