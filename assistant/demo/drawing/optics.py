"""Drawings of cameras, what screws onto them, and watch straps."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import METAL, METAL_DARK, METAL_LIGHT, NIGHT, NIGHT_LIGHT, SCREEN, SCREEN_LIGHT, Ink
from assistant.demo.drawing.svg import dot, faint, line, moved, oval, rect, ring, shape


def _glass(cx: float, cy: float, r: float) -> str:
    """Draw a front lens that catches two lights."""
    return (
        dot(cx, cy, r, NIGHT)
        + dot(cx, cy, r * 0.82, SCREEN)
        + dot(cx, cy, r * 0.52, SCREEN_LIGHT)
        + dot(cx, cy, r * 0.26, NIGHT)
        + oval(cx - r * 0.34, cy - r * 0.36, r * 0.2, r * 0.13, "#cfe0f2")
        + dot(cx + r * 0.34, cy + r * 0.38, r * 0.08, "#b48fc4")
    )


def camera(i: Ink, rng: Random) -> str:
    """Draw a camera with dials and a hump for the viewfinder."""
    hump = (
        shape("M192 122 L210 78 H270 L288 122z", METAL_LIGHT)
        + shape("M250 78 H270 L288 122 H262z", METAL)
        + rect(222, 90, 36, 18, NIGHT, 4)
    )
    return _camera(i, rng, hump)


def flat_camera(i: Ink, rng: Random) -> str:
    """Draw a camera with dials, without a viewfinder."""
    return _camera(i, rng, rect(116, 104, 60, 22, METAL_LIGHT, 6))


def _camera(i: Ink, rng: Random, top: str) -> str:
    body = rng.choice((i.base, i.base, NIGHT_LIGHT))
    return (
        line("M100 150 Q56 190 84 252", i.deep, 7)
        + line("M380 150 Q424 190 396 252", i.deep, 7)
        + top
        + rect(312, 98, 42, 26, METAL, 5)
        + "".join(line(f"M{318 + k * 8} 102 v18", METAL_DARK, 2.5) for k in range(5))
        + dot(140, 116, 15, METAL)
        + dot(140, 112, 11, i.trim)
        + rect(96, 118, 288, 176, METAL_LIGHT, 22)
        + rect(96, 150, 288, 112, body, 4)
        + shape("M384 150 V262 H330 Q352 240 352 206 Q352 172 330 150z", i.dark if body == i.base else NIGHT)
        + rect(96, 262, 288, 12, METAL, 2)
        + "".join(dot(112 + (k % 4) * 12, 168 + (k // 4) * 14, 2.2, i.deep) for k in range(24))
        + dot(244, 206, 78, METAL_DARK)
        + dot(244, 206, 72, NIGHT_LIGHT)
        + ring(244, 206, 60, METAL, 4)
        + _glass(244, 206, 50)
        + dot(358, 136, 7, i.trim)
        + rect(106, 128, 46, 12, i.deep, 4)
    )


def lens(i: Ink, rng: Random) -> str:
    """Draw a lens standing on its mount, short or long."""
    tall = rng.choice((0, 26, 46))
    top = 150 - tall
    band = rng.choice((i.trim, METAL_LIGHT, "#c8504b"))
    ribs = "".join(line(f"M{174 + k * 12} {top + 62} v40", NIGHT, 4) for k in range(12))
    return (
        rect(186, 276, 108, 26, METAL, 6)
        + rect(186, 290, 108, 12, METAL_DARK, 5)
        + shape(f"M164 {top + 50} H316 L306 282 H174z", i.base)
        + shape(f"M276 {top + 50} H316 L306 282 H270z", i.dark)
        + rect(160, top + 56, 160, 52, NIGHT_LIGHT, 6)
        + ribs
        + rect(168, top + 118, 144, 7, band, 2)
        + line(f"M240 {top + 134} v10 M216 {top + 136} v7 M264 {top + 136} v7", METAL_LIGHT, 3)
        + rect(152, top, 176, 62, i.base, 12)
        + shape(f"M292 {top} H316 Q328 {top} 328 {top + 12} V{top + 50} Q328 {top + 62} 316 {top + 62} H288z", i.dark)
        + oval(240, top + 4, 88, 26, i.deep)
        + oval(240, top + 4, 76, 21, SCREEN)
        + oval(240, top + 6, 50, 13, SCREEN_LIGHT)
        + oval(214, top - 2, 16, 5, "#cfe0f2")
        + line(f"M168 {top + 30} v20", i.light, 5)
    )


def lens_filter(i: Ink, rng: Random) -> str:
    """Draw a round glass in a milled ring, leaning on its pouch."""
    glass = rng.choice(("#9fc3d6", "#b7b2d8", "#8d98a6", "#c7d8b0"))
    teeth = "".join(moved(rect(236, 52, 8, 12, METAL_DARK, 2), 0, 0, k * 15) for k in range(24))
    return (
        rect(296, 150, 112, 150, i.base, 14)
        + rect(378, 150, 30, 150, i.dark, 14)
        + shape("M296 164 Q352 208 408 164 V158 Q408 150 396 150 H308 Q296 150 296 158z", i.deep)
        + dot(352, 188, 6, METAL_LIGHT)
        + moved(
            teeth
            + dot(240, 180, 122, NIGHT_LIGHT)
            + ring(240, 180, 112, METAL, 6)
            + dot(240, 180, 100, glass)
            + faint(shape("M164 232 L262 84 Q300 90 322 118 L218 276 Q182 262 164 232z", "#ffffff"), 0.34)
            + ring(240, 180, 100, NIGHT, 3)
            + dot(240, 66, 4, i.trim),
            -34,
            10,
        )
    )


def strap(i: Ink, rng: Random) -> str:
    """Draw a watch strap in two pieces: stitched, ribbed or linked."""
    kinds = (
        line("M190 92 V286 M222 92 V286", i.light, 3, "8 7"),
        "".join(line(f"M186 {110 + k * 22} h40", i.deep, 5) for k in range(8)),
        "".join(rect(180, 96 + k * 24, 52, 18, i.light if k % 2 else i.dark, 4) for k in range(8)),
    )
    style = rng.choice(kinds)
    long_piece = (
        shape("M178 70 H234 L230 292 Q230 306 206 306 Q182 306 182 292z", i.base)
        + shape("M216 70 H234 L230 292 Q230 304 214 306z", i.dark)
        + style
        + "".join(dot(206, 188 + k * 20, 4, NIGHT) for k in range(5))
        + rect(174, 58, 64, 16, METAL, 5)
    )
    short_piece = (
        shape("M178 110 H234 L230 270 H182z", i.base)
        + shape("M216 110 H234 L230 270 H214z", i.dark)
        + rect(174, 98, 64, 16, METAL, 5)
        + rect(176, 216, 60, 14, i.deep, 5)
        + rect(172, 262, 68, 44, METAL_LIGHT, 10)
        + rect(184, 274, 44, 20, i.halo, 5)
        + line("M206 262 V298", METAL_DARK, 5)
    )
    return moved(long_piece, -26, -6, -9) + moved(short_piece, 100, -4, 9)
