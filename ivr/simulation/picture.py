"""A study as a picture: service level, waits and number waiting over the day, occupancy. Plain SVG, no library.

With one case a line is a queue, with several a line is a case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from ivr.core.metrics import QueueFigures
from ivr.simulation.report import Case
from ivr.simulation.scenario import DAY, Scenario

WIDTH, HEIGHT = 1110, 740
PANEL_WIDTH, PANEL_HEIGHT = 450, 220
COLOURS: Final = ("#0b6e99", "#d1495b", "#4f772d", "#b5651d", "#6a4c93", "#444444")
"""Told apart by people who see colours differently, and on a printer."""
GREY, LIGHT = "#555555", "#dddddd"
MOST_BARS = 24
Points = list[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    colour: str
    points: Points
    dashed: bool = False


@dataclass(slots=True)
class Panel:
    """One diagram. ``top``: the largest value of the vertical axis; ``unit`` is written after its numbers."""

    title: str
    left: float
    above: float
    top: float
    unit: str
    begin: float = 0.0
    end: float = 1.0
    parts: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        return self.left + PANEL_WIDTH * (value - self.begin) / (self.end - self.begin)

    def y(self, value: float) -> float:
        return self.above + PANEL_HEIGHT * (1 - min(value, self.top) / self.top)

    def frame(self) -> None:
        self.parts.append(_text(self.left, self.above - 14, self.title, size=15, weight="bold"))
        for part in range(5):
            value = self.top * part / 4
            height = self.y(value)
            self.parts.append(_rule(self.left, height, self.left + PANEL_WIDTH, height, LIGHT if part else GREY))
            self.parts.append(_text(self.left - 6, height + 4, f"{_number(value)}{self.unit}", anchor="end", colour=GREY))

    def hours(self, scenario: Scenario) -> None:
        """The horizontal axis: the time of the day, or hours since the beginning when a « day » is longer than one."""
        first = self.begin if scenario.length <= DAY else 0.0
        step = _step((self.end - self.begin) / 9)
        hour = math.ceil(first / step) * step
        while hour <= self.end + 1e-9:
            at = self.x(hour)
            self.parts.append(_rule(at, self.above + PANEL_HEIGHT, at, self.above + PANEL_HEIGHT + 4, GREY))
            self.parts.append(_text(at, self.above + PANEL_HEIGHT + 18, f"{_number(hour)} h", anchor="middle", colour=GREY))
            hour += step

    def draw(self, line: Line) -> None:
        """A line is interrupted where there is no value."""
        runs: list[list[str]] = [[]]
        for x, value in line.points:
            if value is None:
                runs.append([])
            else:
                runs[-1].append(f"{self.x(x):.1f},{self.y(value):.1f}")
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        self.parts += [
            f'<polyline points="{" ".join(run)}" fill="none" stroke="{line.colour}" stroke-width="2"{dash} '
            f'stroke-linejoin="round"/>' for run in runs if len(run) > 1
        ]

    def bars(self, values: Sequence[tuple[str, float]], colours: Sequence[str]) -> None:
        width = PANEL_WIDTH / max(1, len(values))
        for number, (name, value) in enumerate(values):
            left, height = self.left + number * width, self.y(value)
            body = min(width * 0.7, 60)
            middle = left + width / 2
            self.parts.append(f'<rect x="{middle - body / 2:.1f}" y="{height:.1f}" width="{body:.1f}" '
                              f'height="{self.above + PANEL_HEIGHT - height:.1f}" fill="{colours[number % len(colours)]}"/>')
            if len(values) <= MOST_BARS:
                if len(values) <= MOST_BARS // 2:
                    self.parts.append(_text(middle, height - 5, f"{value:.0f} %", anchor="middle", colour=GREY, size=11))
                self._name(middle, name, turned=len(values) > 6)

    def _name(self, x: float, name: str, *, turned: bool) -> None:
        y = self.above + PANEL_HEIGHT + 16
        turn = f' transform="rotate(-40 {x:.1f} {y:.1f})"' if turned else ""
        self.parts.append(_text(x, y, name if len(name) <= 14 else name[:13] + "…",
                                anchor="end" if turned else "middle", colour=GREY, size=11, more=turn))


def picture(cases: Sequence[Case]) -> str:
    """The whole picture, a text to be written to a file. ValueError when there is nothing to draw."""
    cases = [case for case in cases if case.study.whole.days]
    if not cases:
        raise ValueError("nothing was played, so there is nothing to draw")
    series = _series(cases)
    scenario = cases[0].scenario
    panels = [
        _over_the_day("Niveau de service", series, scenario, place=0, readings=[(_level, False)], unit=" %"),
        _over_the_day("Attente de 9 servis sur 10 (pointillé : 1 sur 2)", series, scenario,
                      place=1, readings=[(_p90, False), (_p50, True)], unit=" s"),
        _waiting(series, scenario),
        _occupancy(cases),
    ]
    body = "\n".join(part for panel in panels for part in panel.parts)
    legend = "\n".join(_legend(series))
    days = cases[0].study.whole.days
    title = _text(60, 34, "Simulation du 1364", size=20, weight="bold")
    under = _text(60, 56, f"{days} jour{'s' if days > 1 else ''} joué{'s' if days > 1 else ''} avec le distributeur de "
                  f"production ; niveau de service : réponses en {cases[0].study.whole.figures().target:.0f} s", colour=GREY)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="DejaVu Sans, Arial, sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        f"{title}\n{under}\n{legend}\n{body}\n</svg>\n"
    )


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    colour: str
    case: Case
    queue: str


def _series(cases: Sequence[Case]) -> list[Series]:
    if len(cases) == 1:
        labels = cases[0].scenario.rules
        named = [(labels[queue].label or queue, cases[0], queue) for queue in cases[0].queues if queue in labels]
    else:
        named = [(case.name, case, "") for case in cases]
    return [Series(name, colour, case, queue) for (name, case, queue), colour in zip(named, COLOURS, strict=False)]


def _legend(series: Sequence[Series]) -> Iterator[str]:
    x = 60.0
    for each in series:
        yield _rule(x, 76, x + 26, 76, each.colour, width=3)
        yield _text(x + 32, 80, each.name, size=13)
        x += 60 + 8.2 * len(each.name)


def _level(figures: QueueFigures) -> float | None:
    return None if figures.service_level is None else 100 * figures.service_level


def _p50(figures: QueueFigures) -> float | None:
    return figures.wait_p50


def _p90(figures: QueueFigures) -> float | None:
    return figures.wait_p90


Reading = tuple[Callable[[QueueFigures], float | None], bool]


def _slots(scenario: Scenario) -> list[tuple[int, float]]:
    """(number, hour of its middle) of the parts of the day."""
    first = scenario.opening if scenario.length <= DAY else 0.0
    count = math.ceil(scenario.length / scenario.slot - 1e-9)
    return [(slot, (first + (slot + 0.5) * scenario.slot) / 3600) for slot in range(count)]


def _panel(title: str, place: int, top: float, unit: str, scenario: Scenario) -> Panel:
    first = scenario.opening / 3600 if scenario.length <= DAY else 0.0
    panel = Panel(title, 80 + (place % 2) * 540, 130 + (place // 2) * 310, top, unit, first, first + scenario.length / 3600)
    panel.frame()
    return panel


def _over_the_day(
    title: str, series: Sequence[Series], scenario: Scenario, *, place: int, readings: Sequence[Reading], unit: str
) -> Panel:
    lines = []
    for each in series:
        figures = [(hour, each.case.study.whole.figures(each.queue, slot)) for slot, hour in _slots(scenario)]
        lines += [Line(each.name, each.colour, [(hour, read(one)) for hour, one in figures], dashed=dashed)
                  for read, dashed in readings]
    top = 100.0 if unit == " %" else _top(lines)
    return _filled(_panel(title, place, top, unit, scenario), lines, scenario)


def _waiting(series: Sequence[Series], scenario: Scenario) -> Panel:
    lines = []
    for each in series:
        whole = each.case.study.whole
        queues = [each.queue] if each.queue else each.case.queues
        points: Points = [
            (hour, math.fsum(whole.waiting(queue, slot) for queue in queues)) for slot, hour in _slots(scenario)
        ]
        lines.append(Line(each.name, each.colour, points))
    return _filled(_panel("Appelants en attente, en moyenne", 2, _top(lines), "", scenario), lines, scenario)


def _filled(panel: Panel, lines: Sequence[Line], scenario: Scenario) -> Panel:
    panel.hours(scenario)
    for line in lines:
        panel.draw(line)
    return panel


def _occupancy(cases: Sequence[Case]) -> Panel:
    if len(cases) == 1:
        whole = cases[0].study.whole
        values = [(agent, 100 * (whole.occupancy_of(agent) or 0.0)) for agent in sorted({*whole.busy, *whole.idle})]
        title = "Occupation de chaque agent"
        if len(values) > MOST_BARS:
            values, title = sorted(values, key=lambda each: -each[1]), "Occupation des agents, du plus au moins occupé"
    else:
        values, title = [(case.name, 100 * (case.study.whole.occupancy or 0.0)) for case in cases], "Occupation des agents"
    panel = Panel(title, 620, 440, 100.0, " %")
    panel.frame()
    panel.bars(values, COLOURS if len(cases) > 1 else COLOURS[:1])
    return panel


# --------------------------------------------------------------------------------------------------------------- drawing
def _top(lines: Sequence[Line]) -> float:
    """A round number not below any value."""
    most = max((value for line in lines for _x, value in line.points if value is not None), default=0.0)
    return 4 * _step(most / 4) if most > 0 else 4.0


def _step(least: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at least that."""
    if least <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least * (1 - 1e-9))


def _number(value: float) -> str:
    return f"{value:.6g}".replace(".", ",")


def _text(
    x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", colour: str = "#111111",
    weight: str = "normal", more: str = "",
) -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}"{more}>{escape(words)}</text>')


def _rule(x: float, y: float, to_x: float, to_y: float, colour: str, width: float = 1) -> str:  # noqa: PLR0917
    return (f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}" '
            f'stroke-width="{width:g}"/>')
