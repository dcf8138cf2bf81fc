"""A call's timeline as a picture: an SVG that reads like a conversation, the caller on the right, the centre on the left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from textwrap import wrap
from typing import Final

from ivr.timeline import Line

WIDTH: Final = 860
ROW: Final = 19
PAD: Final = 10
TEXT_COLUMNS: Final = 58
"""Characters of a line inside a bubble."""

SIDES: Final = {"appelant": "right", "1364": "left", "agent": "left"}
COLOURS: Final = {"appelant": "#dcf3e1", "1364": "#e3ecfb", "agent": "#fdeed6"}
QUIET: Final = frozenset({"étape"})
"""What only says where in the flow we are: drawn small, in the middle."""


def picture(title: str, lines: Iterable[Line]) -> str:
    """The SVG's text. ``lines`` come from `ivr.timeline`."""
    drawn: list[str] = []
    y = 58
    for line in _gathered(lines):
        parts, height = _row(line, y)
        drawn += parts
        y += height
    return "\n".join([*_head(title, y + PAD), *drawn, "</svg>", ""])


def _gathered(lines: Iterable[Line]) -> Iterator[Line]:
    """Keys pressed in a row become one bubble; what a key chose is said by the key and the step that follows."""
    keys: Line | None = None
    for line in lines:
        if line.what.startswith("choisit "):
            continue
        if line.what.startswith("touche "):
            key = line.what.removeprefix("touche ")
            keys = replace(keys, what=f"{keys.what} {key}") if keys else line
            continue
        if keys:
            yield keys
            keys = None
        yield line
    if keys:
        yield keys


def _head(title: str, height: int) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="14">'
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield f'<text x="20" y="34" font-size="19" font-weight="bold" fill="#1d2b45">{escape(title)}</text>'


def _row(line: Line, y: int) -> tuple[list[str], int]:
    if line.who in QUIET:
        return [_text(WIDTH // 2, y + 12, line.what, "#9aa5b8", anchor="middle", size=11)], ROW
    side = SIDES.get(line.who)
    if side is None:
        return [_text(WIDTH // 2, y + 14, f"{line.who} : {line.what}", "#4a5670", anchor="middle", size=13)], ROW + 4
    return _bubble(line, side, y)


def _bubble(line: Line, side: str, y: int) -> tuple[list[str], int]:
    texts = wrap(line.what, TEXT_COLUMNS) or [""]
    width = min(560, 40 + 8 * max(map(len, texts)))
    height = ROW * len(texts) + 12
    left = 74 if side == "left" else WIDTH - 74 - width
    clock = 16 if side == "left" else WIDTH - 62
    parts = [
        f'<rect x="{left}" y="{y}" width="{width}" height="{height}" rx="9" fill="{COLOURS[line.who]}"/>',
        _text(clock, y + 18, f"{int(line.after // 60):02d}:{line.after % 60:04.1f}", "#8791a5", size=12),
    ]
    parts += [_text(left + 14, y + 20 + ROW * number, text, "#1d2b45") for number, text in enumerate(texts)]
    return parts, height + 6


def _text(x: int, y: int, text: str, colour: str, *, anchor: str = "start", size: int = 14) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
