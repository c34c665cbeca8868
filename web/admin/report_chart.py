"""A report's picture as plain lines, boxes and words: a template makes SVG of them, no script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from projections.reports.sheet import Picture, Series, Shape, Value

# Twice: for a desk and paper, and for a phone, where the same would be too small to read.
WIDE, NARROW = 960, 340
_TOP, _GAP, _ROW, _FOOT = 8, 8, 30, 44
_HEIGHT, _LETTER = 220, 7.2
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Box:
    """A bar. `series` is which pattern it has."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside a bar or an axis."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All there is to draw, in units of the drawing. `rules` are (x1, y1, x2, y2)."""

    width: int
    height: float
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    paths: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How labels and numbers are written."""

    label: Callable[[Value], str]
    number: Callable[[int], str]


def drawn(picture: Picture, width: int, scale: Scale) -> Drawing | None:
    """None where there is nothing to see."""
    values = [one for series in picture.series for one in series.values if one]
    if not picture.labels or not values:
        return None
    match picture.shape:
        case Shape.BARS:
            return _bars(picture, width, scale)
        case Shape.COLUMNS:
            return _columns(picture, width, scale)
        case Shape.LINES:
            return _lines(picture, width, scale)


def ticks(lowest: int, highest: int, most: int = 5) -> list[int]:
    """Round numbers from at most the lowest to at least the highest, nothing among them.

    >>> ticks(0, 7), ticks(-120, 900)
    ([0, 2, 4, 6, 8], [-500, 0, 500, 1000])
    """
    lowest, highest = min(lowest, 0), max(highest, 0, lowest + 1)
    size, step = 1, 1
    while (highest - lowest) // step >= most:
        step = next((size * one for one in _STEPS if size * one > step), 0)
        if not step:
            size, step = size * 10, size * 10
    first, last = lowest // step, -(-highest // step)
    return [step * at for at in range(first, last + 1)]


def _bars(picture: Picture, width: int, scale: Scale) -> Drawing:
    """A row for each label, its series one behind the other, with what they come to."""
    labels = [scale.label(one) for one in picture.labels]
    left = min(max(map(len, labels)) * _LETTER + _GAP, width * 0.42)
    sums = [sum(series.values[at] or 0 for series in picture.series) for at in range(len(labels))]
    scaled = ticks(min(0, *sums), max(1, *sums))
    told = max(len(scale.number(one)) for one in sums) * _LETTER + _GAP
    unit = (width - left - told) / (scaled[-1] or 1)
    drawing = Drawing(width=width, height=_TOP + _ROW * len(labels) + _GAP)
    drawing.rules.append((left, _TOP, left, drawing.height - _GAP))
    for at, label in enumerate(labels):
        y, x = _TOP + at * _ROW, left
        cut = int(left / _LETTER)
        shown = label if len(label) <= cut else f"{label[: cut - 1]}…"
        drawing.marks.append(Mark(left - _GAP, y + 19, shown, "end"))
        for nth, series in enumerate(picture.series):
            size = max(0, series.values[at] or 0) * unit
            if size:
                drawing.boxes.append(Box(x, y + 4, size, _ROW - 10, nth))
            x += size
        drawing.marks.append(Mark(x + 6, y + 19, scale.number(sums[at])))
    return drawing


def _frame(
    picture: Picture, width: int, scale: Scale
) -> tuple[Drawing, float, Callable[[int], float]]:
    """An upright axis with round numbers; how far right it stands, and where a number is."""
    values = [one for series in picture.series for one in series.values if one is not None]
    scaled = ticks(min(values), max(values))
    left = max(len(scale.number(one)) for one in scaled) * _LETTER + _GAP
    bottom, whole = _HEIGHT - _FOOT, scaled[-1] - scaled[0]

    def place(value: int) -> float:
        return _TOP + (scaled[-1] - value) * (bottom - _TOP) / whole

    drawing = Drawing(width=width, height=_HEIGHT)
    for one in scaled:
        y = place(one)
        drawing.rules.append((left, y, width, y))
        drawing.marks.append(Mark(left - 6, y + 4, scale.number(one), "end"))
    return drawing, left, place


def _foot(drawing: Drawing, labels: Sequence[str], left: float, step: float) -> None:
    """As many labels as there is room for, the first always."""
    room = max(map(len, labels)) * _LETTER + 14
    every = max(1, -(-int(room) // max(1, int(step))))
    for at, label in enumerate(labels):
        x = left + (at + 0.5) * step
        half = len(label) * _LETTER / 2
        if at % every == 0 and x + half <= drawing.width + 4:
            drawing.marks.append(Mark(max(x, half), _HEIGHT - _FOOT + 20, label, "middle"))


def _columns(picture: Picture, width: int, scale: Scale) -> Drawing:
    """A column for each label: up what came, down what went."""
    drawing, left, place = _frame(picture, width, scale)
    step = (width - left) / len(picture.labels)
    for nth, series in enumerate(picture.series):
        for at, value in enumerate(series.values):
            if value:
                top, low = sorted((place(value), place(0)))
                broad = min(step * 0.7, 64)
                x = left + (at + 0.5) * step - broad / 2
                drawing.boxes.append(Box(x, top, broad, low - top, nth))
    _foot(drawing, [scale.label(one) for one in picture.labels], left, step)
    return drawing


def _lines(picture: Picture, width: int, scale: Scale) -> Drawing:
    """A line for each series; where it has no number, it has no line."""
    drawing, left, place = _frame(picture, width, scale)
    step = (width - left) / len(picture.labels)
    for nth, series in enumerate(picture.series):
        path = _path(series, left, step, place)
        if path:
            drawing.paths.append((path, nth))
    _foot(drawing, [scale.label(one) for one in picture.labels], left, step)
    return drawing


def _path(series: Series, left: float, step: float, place: Callable[[int], float]) -> str:
    drawn_, parts = False, []
    for at, value in enumerate(series.values):
        if value is not None:
            x, y = left + (at + 0.5) * step, place(value)
            parts.append(f"{'L' if drawn_ else 'M'}{x:.1f} {y:.1f}")
        drawn_ = value is not None
    return " ".join(parts)
