"""Lines over two logarithmic axes, as a small SVG picture. Knows nothing of what is plotted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 760, 460
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 56, 190, 56
_COLOURS = ("#1b6ca8", "#2a9d6f", "#b8860b", "#c0392b", "#6c5b9e", "#555555")


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Args:
        name: for the legend.
        points: (x, y), all above zero.
        colour: number of its colour; lines that belong together share one.
        dashed: whether it is broken.
    """

    name: str
    points: Sequence[tuple[float, float]]
    colour: int
    dashed: bool = False


def log_plot(title: str, x_name: str, y_name: str, lines: Sequence[Line]) -> str:
    """Return the picture as SVG text.

    Args:
        title, x_name, y_name: what is shown, with units.
        lines: at least one point among them.
    """
    xs, ys = ([point[axis] for line in lines for point in line.points] for axis in (0, 1))
    across = _Axis.over(xs, _LEFT, _WIDTH - _RIGHT)
    up = _Axis.over(ys, _HEIGHT - _BOTTOM, _TOP)
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#222"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        _text(_WIDTH / 2, 20, title, "middle", 'font-size="14"'),
        *(_grid(across.place(value), _TOP, across.place(value), _HEIGHT - _BOTTOM) for value in across.decades()),
        *(_grid(_LEFT, up.place(value), _WIDTH - _RIGHT, up.place(value)) for value in up.decades()),
        *(_text(across.place(value), _HEIGHT - _BOTTOM + 18, f"{value:,.10g}", "middle") for value in across.decades()),
        *(_text(_LEFT - 8, up.place(value) + 4, f"{value:,.10g}", "end") for value in up.decades()),
        _text(middle, _HEIGHT - 14, x_name, "middle"),
        _text(14, _TOP - 8, y_name, "start"),
    ]
    for place, line in enumerate(lines):
        parts += _drawn(line, across, up)
        height = _TOP + 10 + 20 * place
        parts.append(_stroke(f"M{_WIDTH - _RIGHT + 14} {height}h28", line))
        parts.append(_text(_WIDTH - _RIGHT + 48, height + 4, line.name, "start"))
    return "\n".join([*parts, "</svg>\n"])


@dataclass(frozen=True, slots=True)
class _Axis:
    """Whole powers of ten from `low` to `high`, drawn between two places."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        low = math.floor(math.log10(min(values)))
        return cls(low, max(low + 1, math.ceil(math.log10(max(values)))), start, end)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]

    def place(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def _drawn(line: Line, across: _Axis, up: _Axis) -> list[str]:
    places = [(across.place(x), up.place(y)) for x, y in line.points]
    colour = _COLOURS[line.colour % len(_COLOURS)]
    dots = [f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>' for x, y in places]
    return [_stroke("M" + "L".join(f"{x} {y}" for x, y in places), line), *dots] if places else []


def _stroke(path: str, line: Line) -> str:
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    colour = _COLOURS[line.colour % len(_COLOURS)]
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'


def _grid(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="#ddd"/>'


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {more}>{escape(words)}</text>'
