"""Drawings of lids, teapots and lunch boxes."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import (
    GLASS,
    GLASS_LIGHT,
    METAL,
    METAL_DARK,
    METAL_LIGHT,
    NIGHT,
    PAPER,
    WOOD,
    WOOD_DARK,
    Ink,
)
from assistant.demo.drawing.svg import both, dot, faint, line, oval, rect, shape


def lid(i: Ink, rng: Random) -> str:
    """Draw a pan lid of glass or metal, seen a little from above."""
    of_glass = rng.random() < 0.5
    cover, shade = (GLASS, GLASS_LIGHT) if of_glass else (i.base, i.light)
    vent = dot(318, 190, 7, METAL_DARK) + dot(318, 190, 3, NIGHT)
    knob = rng.choice(
        (
            rect(222, 108, 36, 26, NIGHT, 8) + oval(240, 106, 32, 13, i.deep) + oval(236, 103, 18, 5, i.light),
            line("M196 150 Q200 102 240 102 Q280 102 284 150", METAL_DARK, 13),
            dot(240, 112, 24, WOOD) + oval(234, 104, 10, 6, "#dcb98e") + rect(228, 132, 24, 12, METAL, 4),
        )
    )
    return (
        oval(240, 262, 172, 38, METAL_DARK)
        + oval(240, 254, 172, 38, METAL_LIGHT)
        + shape("M80 250 Q104 146 240 140 Q376 146 400 250 Q330 282 240 282 Q150 282 80 250z", cover)
        + (
            faint(shape("M300 146 Q376 168 400 250 Q370 268 330 274 Q340 200 300 146z", i.base), 0.35)
            if of_glass
            else shape("M300 146 Q376 168 400 250 Q370 268 330 274 Q340 200 300 146z", i.dark)
        )
        + line("M112 232 Q134 176 196 160", PAPER if of_glass else shade, 8)
        + line("M80 252 Q150 284 240 284 Q330 284 400 252", METAL, 7)
        + vent
        + knob
    )


def teapot(i: Ink, rng: Random) -> str:
    """Draw a teapot: round with a lug handle, or low with a bow of wood."""
    dots = "".join(dot(170 + (k * 47) % 140, 190 + (k * 29) % 84, 6, i.light) for k in range(9))
    band = line("M126 226 Q240 252 354 226", i.trim, 9)
    waves = "".join(line(f"M132 {204 + k * 26} q27 14 54 0 t54 0 t54 0 t54 0", i.dark, 3) for k in range(3))
    side = line("M350 170 Q424 160 412 222 Q402 262 342 262", i.dark, 15)
    bow = line("M164 148 Q170 58 240 56 Q310 58 316 148", WOOD_DARK, 10) + line("M200 78 Q240 64 280 78", WOOD, 5)
    return (
        rng.choice((side, bow))
        + shape("M136 236 Q84 226 70 160 Q66 150 82 150 Q102 190 146 186z", i.dark)
        + oval(240, 298, 70, 9, i.deep)
        + shape("M240 136 Q358 138 362 220 Q358 300 240 302 Q122 300 118 220 Q122 138 240 136z", i.base)
        + shape("M284 140 Q360 152 362 220 Q358 296 256 302 Q330 240 284 140z", i.dark)
        + rng.choice((dots, band, waves, ""))
        + shape("M180 146 Q186 118 240 116 Q294 118 300 146 Q240 162 180 146z", i.light)
        + line("M178 148 Q240 166 302 148", i.deep, 4)
        + dot(240, 106, 14, i.deep)
        + line("M140 196 Q150 164 182 154", i.light, 7)
    )


def lunch_box(i: Ink, rng: Random) -> str:
    """Draw a lunch box: closed with clips, or open with lunch in it."""
    if rng.random() < 0.5:
        return (
            rect(94, 170, 292, 132, i.base, 26)
            + shape("M340 170 H360 Q386 170 386 196 V276 Q386 302 360 302 H318 Q348 236 340 170z", i.dark)
            + rect(86, 140, 308, 48, i.light, 20)
            + rect(86, 166, 308, 22, i.base, 10)
            + both(rect(74, 158, 30, 66, METAL, 8) + rect(80, 200, 18, 16, METAL_DARK, 4))
            + line("M112 154 H292", PAPER, 4)
            + dot(240, 244, 20, i.trim)
            + shape("M240 228 q10 -16 22 -12 q-4 14 -22 12z", "#4f8f6b")
        )
    lunch = (
        rect(112, 150, 124, 56, "#e3c48e", 14)
        + rect(112, 170, 124, 9, "#7fa05c", 4)
        + rect(112, 180, 124, 7, "#c8504b", 3)
        + dot(286, 168, 30, "#c8504b")
        + line("M286 142 q4 -14 14 -18", WOOD_DARK, 5)
        + dot(342, 178, 20, "#e6bb47")
        + oval(276, 156, 8, 6, "#e79a94")
    )
    return (
        shape("M96 196 L72 96 Q72 84 88 84 H392 Q408 84 408 96 L384 196z", i.dark)
        + shape("M110 190 L92 102 H388 L370 190z", i.light)
        + lunch
        + rect(94, 190, 292, 112, i.base, 24)
        + shape("M342 190 H362 Q386 190 386 214 V278 Q386 302 362 302 H318 Q348 246 342 190z", i.dark)
        + line("M250 190 V132", i.deep, 6)
        + rect(88, 186, 304, 18, i.deep, 9)
        + rect(218, 196, 44, 36, METAL, 8)
    )
