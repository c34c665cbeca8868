"""A picture of what a ledger's length costs, drawn from what `long` measured.

`python -m tests.benchmarks.curve RESULT.json PICTURE.svg`
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from math import log10
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 56, 190, 56, 48
LINES = {
    "append_ms": ("append of one order", "#1d6f5c"),
    "feed_ms": ("100 stamps of the feed", "#8a5a00"),
    "list_ms": ("50 orders of the list", "#5b4bb5"),
    "order_ms": ("one order's page", "#b3361e"),
}
_SVG = "http://www.w3.org/2000/svg"
_TITLE = "Milliseconds, by stamps in the ledger"
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-size: 16px; font-weight: 600 }
  .grid { stroke: #ddd }
  .line { fill: none; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16181b } text { fill: #ddd } .grid { stroke: #3a3d42 }
  }
"""


class Paper:
    """Where a size and a time stand: sizes by their power of ten, times from zero."""

    def __init__(self, sizes: Sequence[int], *, most: float) -> None:
        self._low, self._high, self._most = log10(sizes[0]), log10(sizes[-1]), most

    def x(self, size: int) -> float:
        share = (log10(size) - self._low) / ((self._high - self._low) or 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, milliseconds: float) -> float:
        return round(HEIGHT - BOTTOM - milliseconds / self._most * (HEIGHT - TOP - BOTTOM), 1)


def drawn(rows: Sequence[Mapping[str, Any]]) -> str:
    """The picture as SVG: one line for each thing that was timed, median milliseconds."""
    sizes = [int(row["case"].split()[0]) for row in rows]
    most = max(row["ours"][name] for row in rows for name in LINES) * 1.15
    paper = Paper(sizes, most=most)
    inside = [*_grid(paper, sizes, most), *_lines(paper, sizes, rows)]
    return "\n".join(
        [
            f'<svg xmlns="{_SVG}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_TITLE}">',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<text class="title" x="{LEFT}" y="28">{_TITLE}</text>',
            *inside,
            "</svg>\n",
        ]
    )


def _grid(paper: Paper, sizes: Sequence[int], most: float) -> Iterator[str]:
    step = next(one for one in (0.1, 0.2, 0.5, 1, 2, 5, 10, 100) if most / one <= 8)
    for at in range(int(most / step) + 1):
        y, told = paper.y(at * step), f"{at * step:g}"
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{told}</text>'
    for size in sizes:
        x = paper.x(size)
        yield f'<text x="{x}" y="{HEIGHT - 20}" text-anchor="middle">{size:,}</text>'


def _lines(paper: Paper, sizes: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    free = 0.0
    ends = sorted((paper.y(rows[-1]["ours"][name]), name) for name in LINES)
    for y, name in ends:
        told, colour = LINES[name]
        times = zip(sizes, (row["ours"][name] for row in rows), strict=True)
        points = " ".join(f"{paper.x(size)},{paper.y(time)}" for size, time in times)
        free = max(y + 4, free + 16)
        yield f'<polyline class="line" points="{points}" stroke="{colour}"/>'
        yield f'<circle cx="{paper.x(sizes[-1])}" cy="{y}" r="4" fill="{colour}"/>'
        yield f'<text x="{WIDTH - RIGHT + 12}" y="{free}" style="fill:{colour}">{told}</text>'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path)
    parser.add_argument("picture", type=Path)
    asked = parser.parse_args()
    asked.picture.write_text(drawn(json.loads(asked.result.read_text())["rows"]))


if __name__ == "__main__":
    main()
