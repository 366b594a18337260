"""A few SVG elements as text, short and safe: numbers and colours only."""

from __future__ import annotations

import re

WIDTH, HEIGHT = 480, 360
_NUMBER = re.compile(r"-?\d+\.\d+")


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0) -> str:
    """Draw a rectangle with corners of radius `r`."""
    corner = f' rx="{_n(r)}"' if r else ""
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"{corner} fill="{fill}"/>'


def oval(cx: float, cy: float, rx: float, ry: float, fill: str) -> str:
    """Draw an ellipse."""
    return f'<ellipse cx="{_n(cx)}" cy="{_n(cy)}" rx="{_n(rx)}" ry="{_n(ry)}" fill="{fill}"/>'


def dot(cx: float, cy: float, r: float, fill: str) -> str:
    """Draw a filled circle."""
    return f'<circle cx="{_n(cx)}" cy="{_n(cy)}" r="{_n(r)}" fill="{fill}"/>'


def ring(cx: float, cy: float, r: float, stroke: str, w: float) -> str:
    """Draw a circle's line."""
    return f'<circle cx="{_n(cx)}" cy="{_n(cy)}" r="{_n(r)}" fill="none" stroke="{stroke}" stroke-width="{_n(w)}"/>'


def shape(d: str, fill: str) -> str:
    """Draw a filled path."""
    return f'<path d="{_short(d)}" fill="{fill}"/>'


def line(d: str, stroke: str, w: float, dash: str = "") -> str:
    """Draw an open path with round ends; `dash` as in stroke-dasharray, e.g. "6 5"."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{_short(d)}" fill="none" stroke="{stroke}" stroke-width="{_n(w)}"'
        f' stroke-linecap="round" stroke-linejoin="round"{dashes}/>'
    )


def both(half: str) -> str:
    """Draw a part and its mirror image about the middle of the picture."""
    return f'{half}<g transform="matrix(-1 0 0 1 {WIDTH} 0)">{half}</g>'


def moved(part: str, dx: float, dy: float, turn: float = 0, scale: float = 1) -> str:
    """Move a part, turn it by `turn` degrees about the middle of the picture, and scale it about the same point."""
    cx, cy = WIDTH / 2, HEIGHT / 2
    steps = f"translate({_n(cx + dx)} {_n(cy + dy)})"
    steps += f" rotate({_n(turn)})" if turn else ""
    steps += f" scale({_n(scale)})" if scale != 1 else ""
    return f'<g transform="{steps} translate({_n(-cx)} {_n(-cy)})">{part}</g>'


def faint(part: str, opacity: float) -> str:
    """Let a part shine through (opacity 0 to 1)."""
    return f'<g opacity="{_n(opacity)}">{part}</g>'


def _n(value: float) -> str:
    return f"{round(value, 2):g}"


def _short(d: str) -> str:
    return _NUMBER.sub(lambda match: _n(float(match.group())), d)
