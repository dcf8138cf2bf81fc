"""Spelling for the synthesiser: what is written one way and said another (1364, LOGIREC, 16h30)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from ivr.prompts.saying import RECORDED, time

_HOUR = re.compile(r"\b(\d{1,2})\s?h(?:\s?(\d{2}))?\b")
_WORDS = {
    **RECORDED,
    "frag.midi": "midi",
    "frag.minuit": "minuit",
    "frag.une": "une",
}


def read_lexicon(path: Path) -> dict[str, str]:
    """written → spoken, from a CSV with the columns ecrit, prononce, note."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {row["ecrit"]: row["prononce"] for row in csv.DictReader(rows)}


def spoken(text: str, lexicon: Mapping[str, str]) -> str:
    """`text` as it goes to the engine: words of the lexicon replaced, hours said (7h30: sept heures trente)."""
    text = _HOUR.sub(_hour, text)
    for written, said in sorted(lexicon.items(), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", said, text)
    return text


def _hour(found: re.Match[str]) -> str:
    """Said by `time`, so that a text and an argument say an hour alike (the plural is not heard)."""
    return " ".join(_WORDS[key] for key in time(f"{found[1]}:{found[2] or '00'}"))
