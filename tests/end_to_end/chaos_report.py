"""What happened on a bad day, for people: a table, a document, a picture."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_WIDE, _HIGH, _EDGE = 900, 320, 48
_BANDS = ("#f1f5f9", "#ffffff", "#f8fafc")
_COLOURS = {
    "web": "#c2410c",
    "worker": "#1d4ed8",
    "postgres": "#7e22ce",
    "postgres backend": "#a855f7",
    "sessions regenerate": "#15803d",
}


@dataclass
class Day:
    """One run. `moments`: seconds since the start, lives begun, lives ended, stamps."""

    orders: int
    seed: int
    blows: Counter[str] = field(default_factory=Counter)
    struck: list[tuple[float, str]] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)
    lives: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    bank: Counter[str] = field(default_factory=Counter)
    looked: dict[str, int] = field(default_factory=dict)
    moments: list[tuple[float, int, int, int]] = field(default_factory=list)
    parts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.findings:
            return f"{len(self.findings)} findings."
        return "Nothing is lost, and nothing was done twice."


_COUNTS = {
    "blows": "kill -9 and other blows",
    "troubles": "the provider's troubles",
    "lives": "lives",
    "ended": "how orders ended",
    "cases": "open cases",
    "bank": "refunds that the bank settled later",
    "looked": "looked at",
}


def show(day: Day, console: Console) -> None:
    """The table, and every finding in full."""
    table = Table(title=f"{day.orders} orders, seed {day.seed}", show_lines=True)
    table.add_column("what")
    table.add_column("how often", overflow="fold")
    until = ", ".join(f"{part} until {at} s" for part, at in day.parts.items())
    table.add_row("time", until.replace("_", " "))
    for name, title in _COUNTS.items():
        counted = Counter(getattr(day, name))
        told = ", ".join(f"{times:,} {what}" for what, times in counted.most_common())
        table.add_row(title, told or "none")
    console.print(table)
    for one in day.findings:
        console.print(f"FINDING {one}", markup=False, highlight=False)
    console.print(day.verdict)


def write_json(day: Day, file: Path) -> None:
    document: dict[str, Any] = vars(day) | {"verdict": day.verdict}
    file.write_text(json.dumps(document, indent=1) + "\n")


def write_svg(day: Day, file: Path) -> None:
    """Lives begun and ended over time, with a mark for every blow."""
    last = max([day.seconds, *(at for at, _ in day.struck), 1.0])
    begun = _line([(at, began) for at, began, _, _ in day.moments], last, day.orders)
    ended = _line([(at, done) for at, _, done, _ in day.moments], last, day.orders)
    most = max([1, *(stamps for *_, stamps in day.moments)])
    stamps = _line([(at, count) for at, _, _, count in day.moments], last, most)
    marks = _parts(day, last) + "".join(_mark(at, name, last) for at, name in day.struck)
    legend = "".join(_legend(number, name) for number, name in enumerate(_COLOURS))
    title = f"{day.orders} orders, seed {day.seed}: {day.verdict}"
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH + 70}" role="img">'
        f"<title>{title}</title>"
        "<style>text{font:13px system-ui,sans-serif;fill:#222}"
        "polyline{fill:none;stroke-width:2}</style>"
        f'<rect width="{_WIDE}" height="{_HIGH + 70}" fill="#fff"/>'
        f'<text x="{_EDGE}" y="20">{title}</text>{marks}'
        f'<polyline points="{begun}" stroke="#94a3b8"/>'
        f'<polyline points="{ended}" stroke="#0f172a"/>'
        f'<polyline points="{stamps}" stroke="#0d9488" stroke-dasharray="4 3"/>'
        f'<text x="{_EDGE}" y="{_HIGH + 20}">0 s</text>'
        f'<text x="{_WIDE - _EDGE}" y="{_HIGH + 20}" text-anchor="end">{last:.0f} s</text>'
        f'<text x="{_EDGE}" y="{_HIGH + 40}">grey: orders begun, black: lives ended (of '
        f"{day.orders}), green: stamps (of {most:,})</text>{legend}</svg>\n"
    )


def _x(at: float, last: float) -> float:
    return _EDGE + (_WIDE - 2 * _EDGE) * at / last


def _parts(day: Day, last: float) -> str:
    """A band for each part of the day: storm, afterwards, look."""
    bands, began = "", 0.0
    for (part, until), colour in zip(day.parts.items(), _BANDS, strict=False):
        x, wide = _x(began, last), _x(until, last) - _x(began, last)
        bands += (
            f'<rect x="{x:.1f}" y="{_EDGE}" width="{wide:.1f}" height="{_HIGH - _EDGE}" '
            f'fill="{colour}"/>'
            f'<text x="{x + 4:.1f}" y="{_EDGE - 5}">{part.replace("_", " ")}</text>'
        )
        began = until
    return bands


def _line(points: list[tuple[float, int]], last: float, most: int) -> str:
    high = _HIGH - _EDGE
    every = [(0.0, 0), *points]
    found = ((_x(at, last), _HIGH - high * count / max(most, 1)) for at, count in every)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in found)


def _mark(at: float, name: str, last: float) -> str:
    x = _x(at, last)
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_EDGE}" y2="{_HIGH}" '
        f'stroke="{_COLOURS[name]}" stroke-opacity="0.35"/>'
    )


def _legend(number: int, name: str) -> str:
    x = _EDGE + number * 165
    return (
        f'<rect x="{x}" y="{_HIGH + 51}" width="10" height="10" fill="{_COLOURS[name]}"/>'
        f'<text x="{x + 15}" y="{_HIGH + 60}">{name}</text>'
    )
