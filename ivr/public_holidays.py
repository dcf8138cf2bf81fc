"""Seeds the calendar of opening hours with public holidays: ``python -m ivr.public_holidays 2026 2027 2028``.

Only days that the calendar does not have yet are added, so what an admin has corrected, renamed or removed hours from is
never lost, comments included. The dates come from the `holidays` package (country CI); the Islamic ones are known for sure
only days ahead, so they are marked as estimated, in the data and by a comment.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import holidays
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

ISLAMIC = ("Destin", "Ramadan", "Tabaski", "Prophète")
HOURS = Path("dialplans/hours.yaml")


def seed_holidays(path: Path, years: Sequence[int], calendar: str = "cruc") -> list[date]:
    """Add the public holidays of ``years`` that are not there yet. Returns the days added, in order.

    Raises KeyError when there is no such calendar, OSError when the file cannot be read or written.
    """
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 200
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(path.read_text("utf-8"))
    body = data["calendars"][calendar]
    days = list(body.get("special") or [])
    known = {str(day["date"]) for day in days}
    added = [day for day in _holidays(years) if str(day["date"]) not in known]
    if added:
        body["special"] = _merged(body.get("special"), added)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(data, file)
    return [date.fromisoformat(str(day["date"])) for day in added]


def _holidays(years: Sequence[int]) -> Iterator[CommentedMap]:
    found = holidays.country_holidays("CI", years=list(years), language="fr")
    for day, name in sorted(found.items()):
        entry = CommentedMap({"date": Quoted(day.isoformat()), "name": Quoted(name)})
        if any(word in name for word in ISLAMIC):
            entry["estimated"] = True
        entry.fa.set_flow_style()
        yield entry


def _merged(special: CommentedSeq | None, added: list[CommentedMap]) -> CommentedSeq:
    """The days kept, each with its comments, and the new ones after the last earlier day."""
    merged = special or CommentedSeq()
    for day in added:
        later = (index for index, each in enumerate(merged) if str(each["date"]) > str(day["date"]))
        merged.insert(next(later, len(merged)), day)
    merged.fa.set_block_style()
    return merged


def main(years: Sequence[str]) -> int:
    if not years or not all(year.isdigit() for year in years):
        print("Dites les années : python -m ivr.public_holidays 2026 2027 2028", file=sys.stderr)
        return 2
    added = seed_holidays(HOURS, [int(year) for year in years])
    print(f"{len(added)} jours fériés ajoutés dans {HOURS} ; les dates estimées sont à confirmer.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
