"""One line of a directory, as an administration exports it and a spreadsheet mangles it, read or refused.

Nothing is guessed that could make somebody else of a person: a matricule that lost something is refused. Only what has one
reading is put right: the 0 that a spreadsheet takes from before a telephone number, a date kept as a serial number, small
letters, spaces. A refusal names the column and says in French what is wrong; the value stays apart, for it is personal.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from ivr.core.matricule import parse_matricule
from ivr.core.verbs.typed import national

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "matricule": ("matricule", "mat", "matricule agent", "matricule fonctionnaire", "numero matricule", "n matricule"),
    "last_name": ("nom", "noms", "last name", "lastname", "nom de famille", "surname", "nom agent"),
    "first_name": ("prenom", "prenoms", "first name", "first names", "firstname", "given name", "given names"),
    "birth": (
        "birth", "date de naissance", "naissance", "date naissance", "birth date", "birthdate", "date of birth",
        "ne le", "nee le", "ne e le", "dob",
    ),
    "phones": (
        "telephone", "telephones", "phones", "phone", "tel", "tels", "phone number", "numero de telephone", "n telephone",
        "contact", "contacts", "mobile", "mobiles", "portable", "cellulaire", "cel", "fixe",
    ),
    "direction": ("direction", "directions", "ministere", "service", "department", "ministry", "structure", "affectation"),
}
"""The columns that are read, and how their headers may be written once in small letters without accents."""
NEEDED: Final = ("matricule", "last_name", "first_name")
SEVERAL: Final = ("phones", "direction")
"""Columns that a file may have more than one of."""
FRENCH: Final = {
    "matricule": "matricule", "last_name": "nom", "first_name": "prénoms", "birth": "date de naissance",
    "phones": "téléphone", "direction": "direction",
}
LONGEST: Final = {"last_name": 120, "first_name": 160, "direction": 300}
MOST_PHONES: Final = 10
EPOCH: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet's dates, for all days after February 1900."""

Cell = str | float | int | bool | date | None


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One person. ``birth`` is an ISO date; ``phones`` are +225 and ten digits, sorted, each once."""

    matricule: str
    last_name: str
    first_name: str
    birth: str | None = None
    direction: str | None = None
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """``line`` is that of the file; ``column`` is French; ``value`` is as it was written, shortened."""

    line: int
    column: str
    value: str
    reason: str


class Unreadable(ValueError):
    """A cell that is refused; the message says why, in French, without the value."""


def column_of(header: Cell) -> str | None:
    """Which of `COLUMNS` this header means: « Prénom(s) », « TÉL. 2 », « last_name », « ministère/service »..."""
    apart = unicodedata.normalize("NFKD", str(header or "")[:100]).casefold()
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    meant = {_named(part) for part in (plain, *plain.split("/"))} - ({None} if "/" in plain else set())
    return meant.pop() if len(meant) == 1 else None


def _named(plain: str) -> str | None:
    words = re.sub(r"\(s\)|[^a-z0-9]+", " ", plain).strip()
    names = {words, re.sub(r" ?[0-9]$", "", words)}
    return next((column for column, known in COLUMNS.items() if names & set(known)), None)


def read_row(line: int, cells: Mapping[str, Sequence[Cell]], today: date) -> DirectoryRow | Refusal:
    """``cells`` by column of `COLUMNS`, in the order of the file."""
    read: dict[str, object] = {}
    for column, values in cells.items():
        try:
            read[column] = READERS[column](values, today)
        except Unreadable as why:
            value = " ; ".join(str(each) for each in values if each not in (None, ""))
            return Refusal(line, FRENCH[column], value[:60], str(why))
    return DirectoryRow(**read)  # type: ignore[arg-type]


def _one(values: Sequence[Cell]) -> Cell:
    value = values[0] if values else None
    return value.strip() if isinstance(value, str) else value


def _matricule(values: Sequence[Cell], _today: date) -> str:
    value = _one(values)
    if value in (None, ""):
        raise Unreadable("le matricule manque")
    if isinstance(value, bool | int | float | date):
        raise Unreadable("lu comme un nombre ou une date, la lettre manque : mettez la colonne au format texte")
    if found := parse_matricule(value):
        return found
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+", value):
        raise Unreadable("un tableur en a fait un nombre (notation scientifique) : mettez la colonne au format texte")
    if re.fullmatch(r"[0-9]{7,}", value):
        raise Unreadable("sept chiffres et plus, sans lettre : un matricule a six chiffres et une lettre")
    raise Unreadable("un matricule a six chiffres et une lettre, comme 000123X")


def _text(column: str, *, needed: bool) -> Callable[[Sequence[Cell], date], str]:
    def read(values: Sequence[Cell], _today: date) -> str:
        text = " / ".join(dict.fromkeys(filter(None, (_plain(value) for value in values))))
        if not text and needed:
            raise Unreadable(f"le {FRENCH[column]} manque")
        if len(text) > LONGEST[column]:
            raise Unreadable(f"plus de {LONGEST[column]} caractères")
        if needed and not any(letter.isalpha() for letter in text):
            raise Unreadable("aucune lettre")
        return text
    return read


@functools.lru_cache(maxsize=20_000, typed=True)
def _plain(value: Cell) -> str:
    """One line of text. Raises `Unreadable` for what no keyboard writes and for a spreadsheet's error."""
    text = " ".join(unicodedata.normalize("NFC", "" if value is None else str(value)).split())
    if not text.isprintable() or "\ufffd" in text:
        raise Unreadable("des caractères illisibles")
    if re.match(r"#(?:N/A|N/D|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NUM!|NOMBRE!|NULL!)", text):
        raise Unreadable("une erreur de formule du tableur")
    return text


def _direction(values: Sequence[Cell], today: date) -> str | None:
    return _text("direction", needed=False)(values, today) or None


# ------------------------------------------------------------------------------------------------------------------ birth
def _birth(values: Sequence[Cell], today: date) -> str | None:
    value = _one(values)
    if value in (None, ""):
        return None
    day = _day(value)
    if not date(1900, 1, 1) <= day <= today:
        raise Unreadable("avant 1900 ou dans l'avenir")
    return day.isoformat()


def _day(value: Cell) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        raise Unreadable("ni 24/12/1980 ni 1980-12-24")
    if isinstance(value, int | float):
        return _serial(float(value))
    return _written(str(value))


def _serial(number: float) -> date:
    """A spreadsheet's day. Below 1000 it would be before October 1902: rather a year or an age that lost its column."""
    if not 1000 <= number < 80_000 or 1900 <= number <= 2100:
        raise Unreadable("un nombre qui n'est pas une date du tableur")
    return EPOCH + timedelta(days=int(number))


def _written(text: str) -> date:
    text = re.sub(r"[T ]00:00(?::00(?:\.0+)?)?$", "", text)
    if re.fullmatch(r"[0-9]{4,5}(?:\.0)?", text):
        return _serial(float(text))
    if iso := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
        year, month, day = map(int, iso.groups())
    elif french := re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})", text):
        day, month, year = int(french[1]), int(french[3]), int(french[4])
    elif re.fullmatch(r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2}", text):
        raise Unreadable("année sur deux chiffres : écrivez 24/12/1980")
    else:
        raise Unreadable("ni 24/12/1980 ni 1980-12-24")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("ce jour n'existe pas (le jour vient avant le mois : 24/12/1980)") from None


# ----------------------------------------------------------------------------------------------------------------- phones
def _phones(values: Sequence[Cell], _today: date) -> tuple[str, ...]:
    found = sorted({phone for value in values for phone in _numbers(value)})
    if len(found) > MOST_PHONES:
        raise Unreadable(f"plus de {MOST_PHONES} numéros")
    return tuple(found)


def _numbers(value: Cell) -> Iterator[str]:
    if isinstance(value, bool | date):
        raise Unreadable("lu comme une date : mettez la colonne au format texte")
    if isinstance(value, int | float):
        yield phone(_digits(repr(value)))
        return
    counted = re.fullmatch(r"\s*[0-9],[0-9]+[eE][+-]?[0-9]+\s*", value or "")
    for part in [value] if counted and value else re.split(r"[;,/|\n]|\bou\b|\bet\b", value or ""):
        if written := part.strip():
            yield phone(_digits(written))


def _digits(written: str) -> str:
    """A number without what stands between its digits; one that a spreadsheet counted with becomes digits again."""
    if re.fullmatch(r"[0-9]+[.,]0|[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}", written):
        mantissa = re.sub(r"[^0-9]", "", re.split("[eE]", written)[0])
        try:
            number = Decimal(written.replace(",", "."))
        except InvalidOperation:
            raise Unreadable("un numéro illisible") from None
        if number != number.to_integral_value() or ("e" in written.casefold() and len(mantissa) < 9):
            raise Unreadable("le tableur a perdu des chiffres (notation scientifique) : mettez la colonne au format texte")
        return f"{int(number)}"
    return re.sub(r"\(0\)|[\s.()‐‑–_-]", "", written)


def phone(digits: str) -> str:
    """+225 and ten digits. Raises `Unreadable` for anything but an ordinary number of Côte d'Ivoire."""
    for meant in (digits, f"0{digits}", f"+{digits}", f"00{digits}"):
        if ten := national(meant):
            return f"+225{ten}"
    if re.fullmatch(r"(?:(?:\+|00)?225)?[0-9]{8}", digits):
        raise Unreadable("ancien numéro à huit chiffres : il en faut dix depuis 2021")
    if re.fullmatch(r"(?:\+|00)[0-9]+", digits):
        raise Unreadable("pas un numéro ordinaire de Côte d'Ivoire")
    raise Unreadable("un numéro a dix chiffres et commence par 01, 05, 07, 21, 25 ou 27")


READERS: Final[dict[str, Callable[[Sequence[Cell], date], object]]] = {
    "matricule": _matricule,
    "last_name": _text("last_name", needed=True),
    "first_name": _text("first_name", needed=False),
    "birth": _birth,
    "phones": _phones,
    "direction": _direction,
}
