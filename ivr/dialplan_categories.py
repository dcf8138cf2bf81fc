"""categories.yaml: who treats a request, in how long, what must be given and how it may be closed, as checked data.

A category says for itself what its family does not; what it must have when requests are filed under it (a category that is
nobody's parent) is asked of it here, so that no request is ever without a direction, a promise and a closing text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ivr.core.fields import READERS, Path, Problem, Reader, Source, where
from ivr.dialplan_tables import reader_of, rows, section

UNITS: Final = ("business_days", "days", "immediate")
WORDS: Final = (
    "label", "parent", "direction", "circuit", "also", "note", "documents", "delay", "unit", "source", "walled", "closings",
)
CODE: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
MOTIF: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST: Final = 300
"""Letters of a closing text: what one listens to in twenty seconds."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a request may be sent. ``sigle`` is its short name."""

    code: str
    label: str
    sigle: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A motif: ``label`` is what an agent chooses, ``text`` what the requester reads or hears."""

    motif: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Category:
    """One LOGIREC category. ``circuit``: codes of the directions that treat it, one after the other; ``also``: who takes
    part. ``delay`` in ``unit`` (business_days, days, or immediate with a delay of 0); None for a head of a family.
    ``source`` says where the delay comes from; ``closings`` names its motifs, those of its family included."""

    code: str
    label: str
    parent: str = ""
    circuit: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    note: str = ""
    documents: tuple[str, ...] = ()
    delay: int | None = None
    unit: str = "days"
    source: str = ""
    walled: bool = False
    closings: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """The code of the one that treats it first; '' for a head of a family."""
        return self.circuit[0] if self.circuit else ""

    @property
    def illustrative(self) -> bool:
        """The delay is an example, to be replaced by the centre's own."""
        return "illustratif" in self.source


def read_directions(source: Source, problems: list[Problem]) -> dict[str, Direction]:
    found = _labelled(reader_of(source, problems), "directions", "sigle", CODE, 'CODE: {label: "…", sigle: "…"}')
    return {code: Direction(code, label, sigle) for code, (label, sigle) in found.items()}


def read_closings(source: Source, problems: list[Problem]) -> dict[str, Closing]:
    reader = reader_of(source, problems)
    found = _labelled(reader, "closings", "text", MOTIF, 'motif: {label: "…", text: "…"}')
    for motif, (_label, text) in found.items():
        if len(text) > LONGEST:
            reader.problem(("closings", motif, "text"), f"closings.{motif}: the text has {len(text)} letters.",
                           f"Nobody listens to more than {LONGEST}: shorten it.")
    return {motif: Closing(motif, label, text) for motif, (label, text) in found.items()}


def _labelled(reader: Reader, name: str, second: str, form: re.Pattern[str], advice: str) -> dict[str, tuple[str, str]]:
    """A section of entries that have a label and one more text."""
    written = section(reader, name)
    if not written:
        reader.problem((name,), f"the section {name!r} is missing or empty.", f"Write {advice}.")
        return {}
    found = {}
    for key, item in reader.mapping((name,), written).items():
        path = (name, key)
        _check_form(reader, path, key, form)
        body = reader.mapping(path, item)
        reader.only(path, body, ("label", second), f"an entry of {name}")
        found[key] = (_required(reader, path, body, "label"), _required(reader, path, body, second))
    _check_labels(reader, name, {key: label for key, (label, _text) in found.items()})
    return found


def read_categories(source: Source, problems: list[Problem]) -> dict[str, Category]:
    reader = reader_of(source, problems)
    written = {code: body for code, _path, body in rows(reader, "categories", ("directions", "closings"))}
    known = {name: _names(reader, name) for name in ("directions", "closings")} | {"categories": tuple(written)}
    own = {code: _category(reader, code, body, known) for code, body in written.items()}
    _check_labels(reader, "categories", {code: each.label for code, each in own.items()})
    _check_parents(reader, own)
    heads = {each.parent for each in own.values()}
    categories = {code: _with_closings(each, own) for code, each in own.items()}
    for code in categories.keys() - heads:
        _check_leaf(reader, categories[code], written[code])
    return categories


def _names(reader: Reader, name: str) -> tuple[str, ...]:
    written = section(reader, name)
    return tuple(map(str, written)) if isinstance(written, Mapping) else ()


def _category(reader: Reader, code: str, body: dict[str, Any], known: Mapping[str, tuple[str, ...]]) -> Category:
    path = ("categories", code)
    _check_form(reader, path, code, CODE)
    reader.only(path, body, WORDS, "a category")
    texts = {key: reader.text((*path, key), body[key]) if key in body else "" for key in ("note", "source")}
    parent = reader.known((*path, "parent"), body["parent"], known["categories"], "category") if "parent" in body else ""
    delay, unit = _promise(reader, path, body)
    return Category(
        code, _required(reader, path, body, "label"), parent, _circuit(reader, path, body, known["directions"]),
        _list(reader, path, body, "also", known=known["directions"], what="direction"), texts["note"],
        _list(reader, path, body, "documents"), delay, unit, texts["source"],
        READERS["flag"](reader, (*path, "walled"), body.get("walled", False), {}),
        _list(reader, path, body, "closings", known=known["closings"], what="motif"),
    )


def _circuit(reader: Reader, path: Path, body: dict[str, Any], directions: tuple[str, ...]) -> tuple[str, ...]:
    if "direction" in body and "circuit" in body:
        reader.problem((*path, "circuit"), f"{where(path)} has both a direction and a circuit.",
                       "Keep the circuit: its first direction begins.")
    if "direction" in body:
        return (reader.known((*path, "direction"), body["direction"], directions, "direction"),)
    return _list(reader, path, body, "circuit", known=directions, what="direction")


def _promise(reader: Reader, path: Path, body: dict[str, Any]) -> tuple[int | None, str]:
    """The delay and its unit; the one is nothing without the other."""
    unit = reader.known((*path, "unit"), body["unit"], UNITS, "unit") if "unit" in body else ""
    delay = body.get("delay")
    if unit == "immediate":
        if delay is not None:
            reader.problem((*path, "delay"), f"{where(path)}: what is answered at once has no delay.", "Take it out.")
        return 0, unit
    if delay is None:
        if unit:
            reader.problem((*path, "unit"), f"{where(path)} has a unit and no delay.", "Write delay: 5.")
        return None, unit or "days"
    if not unit:
        reader.problem((*path, "delay"), f"{where(path)}: {delay} of what?", f"Write unit: {' or '.join(UNITS[:2])}.")
    if isinstance(delay, float) and not delay.is_integer():
        reader.problem((*path, "delay"), f"{where(path)}: {delay} is no whole number of days.", "Write delay: 5.")
        return None, unit or "days"
    days: int = READERS["count"](reader, (*path, "delay"), delay, {"low": 1, "high": 3650})
    return days, unit or "days"


def _list(
    reader: Reader, path: Path, body: dict[str, Any], key: str, *, known: Iterable[str] | None = None, what: str = "",
) -> tuple[str, ...]:
    """A list of words, each written once; with ``known``, each one of them."""
    items, here = body.get(key, []), (*path, key)
    if not isinstance(items, list):
        reader.problem(here, f"{where(here)} must be a list, one item each.", f'Write {key}: ["…", "…"].')
        return ()
    found: list[str] = []
    for index, item in enumerate(items):
        place = (*here, str(index))
        word = reader.text(place, item) if known is None else reader.known(place, item, known, what)
        if word in found:
            reader.problem(place, f"{where(here)}: {word!r} is written twice.", "Take one out.")
        found.append(word)
    return tuple(word for word in found if word)


def _with_closings(category: Category, own: Mapping[str, Category]) -> Category:
    """With the motifs of the nearest of its family that has any. A circle of parents, told elsewhere, ends the search."""
    at, seen = category, {category.code}
    while not at.closings and at.parent in own and at.parent not in seen:
        at = own[at.parent]
        seen.add(at.code)
    return category if category.closings else Category(**{**_fields(category), "closings": at.closings})


def _fields(category: Category) -> dict[str, Any]:
    return {name: getattr(category, name) for name in Category.__dataclass_fields__}


# ------------------------------------------------------------------------------------------------------------------ checks
def _required(reader: Reader, path: Path, body: Mapping[str, Any], key: str) -> str:
    text = body.get(key)
    if isinstance(text, str) and text.strip():
        return text
    reader.problem((*path, key) if key in body else path, f"{where(path)} has no {key}.", f'Write {key}: "…".')
    return ""


def _check_form(reader: Reader, path: Path, key: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(key):
        example = "ATT-TRAVAIL" if form is CODE else "acte_delivre"
        reader.problem(path, f"{where(path)}: {key!r} is not written like {example}.", "Use its letters, digits and sign.")


def _check_labels(reader: Reader, name: str, labels: Mapping[str, str]) -> None:
    first: dict[str, str] = {}
    for key, label in labels.items():
        same = first.setdefault(label.casefold(), key)
        if label and same != key:
            reader.problem((name, key, "label"), f"{name}.{key} has the label of {same}, {label!r}.",
                           "People must be able to tell them apart.")


def _check_parents(reader: Reader, own: Mapping[str, Category]) -> None:
    """No category is its own ancestor."""
    told: set[str] = set()
    for code in own:
        line, at = [code], own[code].parent
        while at in own and at not in line:
            line.append(at)
            at = own[at].parent
        if at == code and code not in told:
            told.update(line)
            reader.problem(("categories", code, "parent"), f"categories.{code}: its parents go in a circle, "
                           f"{' > '.join((*line, code))}.", "A head of a family has no parent.")


def _check_leaf(reader: Reader, category: Category, body: Mapping[str, Any]) -> None:
    """What a category must have when requests are filed under it."""
    path = ("categories", category.code)
    lacking = (
        (not category.circuit and not {"direction", "circuit"} & set(body), "nobody treats it", "direction: CODE"),
        (category.delay is None and not {"delay", "unit"} & set(body), "it promises nothing",
         "delay: 5, unit: business_days"),
        (not category.source and "source" not in body, "nothing says where its delay comes from", "source: illustratif"),
        (not category.closings and not body.get("closings"), "nothing closes it", "closings: [motif, motif]"),
    )
    for lacks, what, advice in lacking:
        if lacks:
            reader.problem(path, f"{where(path)}: {what}.", f"Write {advice}.")
