"""Small pictures of the owner's page as SVG: shapes only, coloured by the style sheet; words stand in HTML beside them.

Knows numbers, not what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _HEIGHT, _BARS = 1000.0, 200.0, 60.0


@dataclass(frozen=True, slots=True)
class Point:
    """One day: a rate with its interval (None where there was nothing to count), and how much there was."""

    value: float | None
    low: float
    high: float
    amount: int


def daily_chart(points: Sequence[Point], top: float) -> Markup:
    """Draw a line with its band over bars of the amount below.

    Args:
        points: one per day, at least one.
        top: value at the upper edge, above 0.
    """
    step = _WIDTH / len(points)
    most = max((point.amount for point in points), default=0) or 1
    parts = []
    for i, point in enumerate(points):
        height = _BARS * point.amount / most
        parts.append(_bar(i * step + step * 0.15, _HEIGHT + _BARS - height, step * 0.7, height))
    for run in _runs(points):
        parts += _run(points, run, step, top)
    return _svg(parts, _HEIGHT + _BARS)


def nice_top(values: Sequence[float]) -> float:
    """Return a round number at or above all values, 0.01 at least."""
    most = max([*values, 0.01])
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    return next(step for step in steps if step >= min(most, 1.0))


def whisker(low: float, value: float, high: float, least: float, most: float) -> Markup:
    """Draw an interval as a line with a dot, with a mark at zero where zero is inside the picture.

    Args:
        low, value, high: of the interval.
        least, most: values at the edges of the picture.
    """
    span = (most - least) or 1.0

    def at(x: float) -> float:
        return round(min(1.0, max(0.0, (x - least) / span)) * _WIDTH, 1)

    zero = f'<path class="zero" d="M{at(0.0)} 0V40"/>' if least < 0.0 < most else ""
    line = f'<path class="span" d="M{at(low)} 20H{at(high)}"/><path class="dot" d="M{at(value)} 10V30"/>'
    return _svg([zero, line], 40.0)


def _svg(parts: Sequence[str], height: float) -> Markup:
    inside = "".join(parts)
    # Made of numbers only.
    return Markup(  # noqa: S704
        f'<svg viewBox="0 0 {_WIDTH:g} {height:g}" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false">{inside}</svg>'
    )


def _bar(x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="amount" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _runs(points: Sequence[Point]) -> list[list[int]]:
    """Group days that follow each other and have a value."""
    runs: list[list[int]] = []
    for i, point in enumerate(points):
        if point.value is None:
            continue
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _run(points: Sequence[Point], run: list[int], step: float, top: float) -> list[str]:
    def place(i: int, value: float) -> str:
        height = _HEIGHT - _BARS * 0.3
        return f"{(i + 0.5) * step:.1f} {height * (1.0 - min(value, top) / top) + 2:.1f}"

    values = [points[i].value or 0.0 for i in run]
    if len(run) == 1:
        i = run[0]
        band = f'<path class="span" d="M{place(i, points[i].low)}L{place(i, points[i].high)}"/>'
        return [band, f'<path class="dot" d="M{place(i, values[0])}h0"/>']
    upper = [place(i, points[i].high) for i in run]
    lower = [place(i, points[i].low) for i in reversed(run)]
    line = "L".join(place(i, value) for i, value in zip(run, values, strict=True))
    return [f'<path class="band" d="M{"L".join([*upper, *lower])}Z"/>', f'<path class="line" d="M{line}"/>']
