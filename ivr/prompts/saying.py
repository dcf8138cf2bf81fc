"""Typed values said in French, as sequences of sound keys. Pure: no file, no clock.

A sound key is a prompt of the catalogue (`frag.heures`), a message of today (`moment:20261123-1`) or a recorded word
(`rec:digits/3`): human digits are understood
far better than synthetic ones, so numbers, references and matricules are made of recordings. Every function takes what
a flow can carry (str or int; dates and times also as such) and raises ValueError, in a full sentence, for anything else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from itertools import chain

Keys = tuple[str, ...]

PAUSE = "frag.pause"
SHORT_PAUSE = "frag.pause_courte"
UNE = "frag.une"
MOMENT = "moment:"
HEURES = "rec:digits/oclock"  # sounds the same in the singular

_ONES = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"]
_ONES += ["onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt"]
_TENS = {
    30: "trente",
    40: "quarante",
    50: "cinquante",
    60: "soixante",
    70: "soixante-dix",
    80: "quatre-vingt",
    90: "quatre-vingt-dix",
}
_MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin"]
_MONTHS += ["juillet", "août", "septembre", "octobre", "novembre", "décembre"]
_WEEKDAYS = ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"]
_WEEKDAY_CODES = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

# What each recording says: the names are those of asterisk-core-sounds-fr (which has no feminine « une »).
RECORDED: dict[str, str] = {
    **{f"rec:digits/{n}": word for n, word in [*enumerate(_ONES), *_TENS.items()]},
    **{f"rec:digits/mon-{n}": word for n, word in enumerate(_MONTHS)},
    **{f"rec:digits/day-{n}": word for n, word in enumerate(_WEEKDAYS)},
    "rec:digits/h-1": "premier",
    "rec:digits/oclock": "heures",
    **{f"rec:letters/{c.lower()}": c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    "rec:minute": "minute",
    "rec:minutes": "minutes",
    "rec:digits/et": "et",
    "rec:digits/hundred": "cent",
    "rec:digits/thousand": "mille",
    "rec:digits/today": "aujourd'hui",
    "rec:digits/tomorrow": "demain",
    "rec:digits/yesterday": "hier",
}

_DAYS = {
    "today": "rec:digits/today",
    "tomorrow": "rec:digits/tomorrow",
    "yesterday": "rec:digits/yesterday",
    **{code: f"rec:digits/day-{n}" for n, code in enumerate(_WEEKDAY_CODES)},
}


def say(kind: str, value: object) -> Keys:
    """The sounds that say `value` as `kind` (see KINDS). Raises ValueError for an unknown kind or an impossible value."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of argument {kind!r}. Use one of: {', '.join(sorted(KINDS))}.")
    return KINDS[kind](value)


def number(value: object, *, feminine: bool = False) -> Keys:
    """A cardinal from 0 to 999999; « une » closes a feminine one (vingt et une minutes)."""
    n = _integer(value, 0, 999_999)
    thousands, rest = divmod(n, 1000)
    head: Keys = ()
    if thousands:
        head = (*(_below_1000(thousands, feminine=False) if thousands > 1 else ()), "rec:digits/thousand")
    return (*head, *_below_1000(rest, feminine=feminine)) if rest or not head else head


def number_feminine(value: object) -> Keys:
    return number(value, feminine=True)


def digits(value: object) -> Keys:
    """Digit by digit, without a pause."""
    return tuple(f"rec:digits/{d}" for d in _matched(r"(\d+)", value, "digits only")[0])


def time(value: object) -> Keys:
    """A time of day, "16:30": « seize heures trente », « midi », « une heure »."""
    text = value.strftime("%H:%M") if isinstance(value, dt.time) else value
    hour, minute = (int(part) for part in _matched(r"(\d{1,2})[:h](\d{2})", text, "a time such as 16:30"))
    if hour > 24 or minute > 59:
        raise ValueError(f"{value!r} is not a time of day. Use 00:00 to 24:00.")
    return (*_hour(hour % 24), *(number_feminine(minute) if minute else ()))


def date(value: object) -> Keys:
    """A date, "2026-03-01": « premier mars deux mille vingt-six » (the article belongs to the sentence)."""
    day = _date(value)
    first = ("rec:digits/h-1",) if day.day == 1 else number(day.day)
    return (*first, f"rec:digits/mon-{day.month - 1}", *number(day.year))


def day(value: object) -> Keys:
    """today, tomorrow, yesterday, monday … sunday, or a date: « le trois mars… »."""
    known = _DAYS.get(str(value))
    return (known,) if known else ("frag.le", *date(value))


def minutes(value: object) -> Keys:
    """A count of minutes: « une minute », « deux minutes »."""
    n = _integer(value, 0, 999_999)
    return (*number_feminine(n), "rec:minute" if n < 2 else "rec:minutes")


def duration(value: object) -> Keys:
    """A wait in seconds, rounded up to the minute: « environ deux minutes », « environ une heure trente »."""
    total = max(1, -(-_integer(value, 0, 999_999) // 60))
    hours, rest = divmod(total, 60)
    if not hours:
        return ("frag.environ", *minutes(rest))
    return ("frag.environ", *number_feminine(hours), HEURES, *(number_feminine(rest) if rest else ()))


def days(value: object) -> Keys:
    """A count of days: « un jour », « quinze jours »."""
    n = _integer(value, 0, 999_999)
    return ("frag.un_jour",) if n == 1 else (*number(n), "frag.jours")


def calls(value: object) -> Keys:
    """How many calls come before: « aucun appel », « un appel », « deux appels »."""
    n = _integer(value, 0, 999_999)
    return (("frag.aucun_appel",), ("frag.un_appel",))[n] if n < 2 else (*number(n), "frag.appels")


def letter(value: object) -> Keys:
    """A letter with its word: « X, comme Xavier »."""
    sign = _matched(r"([A-Za-z])", value, "one letter from A to Z")[0].lower()
    return (f"rec:letters/{sign}", f"frag.comme_{sign}")


def matricule(value: object) -> Keys:
    """Six digits as 3 + 3, then the letter with its word; the letter may still be unknown."""
    figures, last = _matched(r"(\d{6})([A-Za-z]?)", _compact(value), "six digits and a letter")
    return _spelled((figures[:3], figures[3:], last))


def reference(value: object) -> Keys:
    """REQ-2026-000123: « R, comme Robert. Deux mille vingt-six. Zéro zéro zéro. Un, deux, trois. »"""
    year, figures = _matched(r"R(?:EQ)?-(\d{4})-(\d{6,9})", value, "a reference such as REQ-2026-000123")
    return (*letter("R"), PAUSE, *number(year), PAUSE, *_spelled(_threes(figures)))


def tracking_code(value: object) -> Keys:
    """Letters and digits by groups of three (four: two and two)."""
    code = _matched(r"([0-9A-Za-z]{1,24})", _compact(value), "letters and digits")[0]
    return _spelled((code[:2], code[2:]) if len(code) == 4 else _threes(code))


def phone(value: object) -> Keys:
    """A telephone number by pairs, as the French say it; +225 is left out."""
    figures = re.sub(r"^(?:\+|00)225(?=\d{10}$)", "", re.sub(r"[\s.\-]", "", str(value)))
    figures = _matched(r"\+?(\d{2,15})", figures, "a telephone number")[0]
    odd = len(figures) % 2
    pairs = [figures[:odd]] * odd + [figures[i : i + 2] for i in range(odd, len(figures), 2)]
    return _joined((digits(pair) if pair[0] == "0" else number(pair) for pair in pairs), SHORT_PAUSE)


def sound(value: object) -> Keys:
    """A message made at the moment, a file beside the prompts: its key is `moment:` and its name."""
    return (f"{MOMENT}{_matched(r'([a-z0-9][a-z0-9-]{0,63})', value, 'the name of a message')[0]}",)


def _hour(hour: int) -> Keys:
    if hour in (0, 12):
        return ("frag.midi",) if hour else ("frag.minuit",)
    return (*number_feminine(hour), HEURES)


def _below_1000(n: int, *, feminine: bool) -> Keys:
    hundreds, rest = divmod(n, 100)
    head: Keys = ()
    if hundreds:
        head = (*(digits(hundreds) if hundreds > 1 else ()), "rec:digits/hundred")
    return (*head, *_below_100(rest, feminine=feminine)) if rest or not hundreds else head


def _below_100(n: int, *, feminine: bool) -> Keys:
    if n == 1 and feminine:
        return (UNE,)
    if n <= 20 or n % 10 == 0:
        return (f"rec:digits/{n}",)
    tens = 60 if 70 < n < 80 else 80 if n > 80 else n - n % 10
    linked = n in (21, 31, 41, 51, 61, 71)
    return (f"rec:digits/{tens}", *(("rec:digits/et",) if linked else ()), *_below_100(n - tens, feminine=feminine))


def _spelled(groups: Iterable[str]) -> Keys:
    """Sign by sign, with a pause between groups."""
    said = (chain.from_iterable(digits(s) if s.isdecimal() else letter(s) for s in group) for group in groups if group)
    return _joined((tuple(group) for group in said), PAUSE)


def _threes(text: str) -> list[str]:
    return [text[i : i + 3] for i in range(0, len(text), 3)]


def _joined(groups: Iterable[Keys], pause: str) -> Keys:
    keys = [key for group in groups for key in (pause, *group)]
    return tuple(keys[1:])


def _compact(value: object) -> str:
    return re.sub(r"[\s-]", "", str(value))


def _integer(value: object, low: int, high: int) -> int:
    n = int(_matched(r"(\d+)", value, f"a whole number from {low} to {high}")[0])
    if not low <= n <= high:
        raise ValueError(f"{value!r} cannot be said. Expected a whole number from {low} to {high}.")
    return n


def _matched(pattern: str, value: object, expected: str) -> tuple[str, ...]:
    found = None if isinstance(value, bool) else re.fullmatch(pattern, str(value), re.ASCII)
    if not found:
        raise ValueError(f"{value!r} cannot be said. Expected {expected}.")
    return found.groups()


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} cannot be said. Expected a date such as 2026-03-01.") from None


# The types an argument of the catalogue may have; `prompt` (another prompt's id) is said by the catalogue itself.
KINDS: dict[str, Callable[[object], Keys]] = {
    "calls": calls,
    "code": tracking_code,
    "date": date,
    "day": day,
    "days": days,
    "digits": digits,
    "duration": duration,
    "letter": letter,
    "matricule": matricule,
    "minutes": minutes,
    "number": number,
    "number_feminine": number_feminine,
    "phone": phone,
    "position": number,
    "prompt": lambda value: (str(value),),
    "reference": reference,
    "sound": sound,
    "time": time,
    "tracking_code": tracking_code,
}
