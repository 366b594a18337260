"""Drawings of the home department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import (
    GLOW,
    METAL,
    METAL_DARK,
    METAL_LIGHT,
    NIGHT,
    NIGHT_LIGHT,
    PAPER,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Ink,
)
from assistant.demo.drawing.svg import both, dot, faint, line, moved, oval, rect, shape

_LEAF, _LEAF_DARK = "#6f9f6a", "#4e7f57"


def desk_lamp(i: Ink, rng: Random) -> str:
    """Draw a jointed desk lamp with its cone of light."""
    if rng.random() < 0.5:
        return (
            faint(shape("M272 124 L196 300 H424 L352 150z", GLOW), 0.6)
            + oval(166, 296, 66, 13, i.deep)
            + shape("M104 292 Q110 272 166 272 Q222 272 228 292z", i.base)
            + line("M166 272 L134 176 L250 98", METAL_DARK, 9)
            + line("M166 268 L136 178", METAL_LIGHT, 3)
            + dot(134, 176, 11, i.trim)
            + moved(
                shape("M206 196 Q206 140 240 136 Q274 140 274 196 Q240 210 206 196z", i.base)
                + shape("M250 138 Q274 146 274 196 Q262 202 248 203z", i.dark)
                + oval(240, 198, 34, 9, GLOW)
                + rect(230, 124, 20, 16, i.deep, 6),
                68,
                -58,
                -32,
                1.28,
            )
        )
    return (
        faint(shape("M176 116 H396 L430 300 H130z", GLOW), 0.5)
        + rect(90, 282, 116, 18, i.deep, 9)
        + rect(90, 276, 116, 16, i.base, 8)
        + line("M132 278 V120 Q132 96 158 96", i.base, 13)
        + line("M128 270 V126", i.light, 4)
        + rect(150, 82, 254, 26, i.base, 13)
        + rect(190, 104, 200, 9, GLOW, 4)
        + rect(330, 82, 74, 26, i.dark, 13)
        + dot(132, 110, 12, i.trim)
        + rect(174, 281, 16, 7, NIGHT, 2)
        + dot(108, 284, 4, i.light)
    )


def tripod_lamp(i: Ink, rng: Random) -> str:
    """Draw a floor lamp on three wooden legs."""
    wood, edge = rng.choice(((WOOD, WOOD_DARK), (WOOD_DARK, "#7d5a38"), (WOOD_LIGHT, WOOD)))
    return (
        faint(shape("M182 140 L132 300 H348 L298 140z", GLOW), 0.5)
        + line("M240 140 V190", METAL_DARK, 7)
        + line("M240 186 L182 304 M240 186 L298 304", edge, 9)
        + line("M240 186 V300", wood, 9)
        + shape("M194 48 H286 L310 146 H170z", i.base)
        + shape("M264 48 H286 L310 146 H276z", i.dark)
        + line("M170 146 H310", i.light, 6)
        + line("M206 60 L192 130", i.light, 5)
        + dot(240, 188, 9, METAL)
    )


def arc_lamp(i: Ink, rng: Random) -> str:
    """Draw a floor lamp that bends over."""
    foot = rng.choice((NIGHT_LIGHT, METAL_DARK, i.deep))
    return (
        faint(shape("M286 150 L230 302 H424 L366 150z", GLOW), 0.55)
        + rect(110, 286, 112, 16, foot, 8)
        + line("M166 288 V140 Q170 58 258 60 Q326 62 326 100", METAL_DARK, 8)
        + line("M163 280 V144", METAL_LIGHT, 3)
        + shape("M274 156 Q276 98 326 96 Q376 98 378 156z", i.base)
        + shape("M340 97 Q376 102 378 156 H350z", i.dark)
        + oval(326, 156, 52, 10, GLOW)
        + line("M290 142 Q296 114 314 108", i.light, 5)
    )


def high_chair(i: Ink, rng: Random) -> str:
    """Draw an office chair with a headrest."""
    return rect(202, 34, 76, 34, i.dark, 14) + line("M240 66 V80", NIGHT, 8) + chair(i, rng)


def chair(i: Ink, rng: Random) -> str:
    """Draw an office chair."""
    mesh = "".join(line(f"M196 {96 + k * 16} Q240 {102 + k * 16} 284 {96 + k * 16}", i.dark, 2.5) for k in range(5))
    return (
        shape("M188 84 Q240 66 292 84 L286 182 Q240 196 194 182z", i.base)
        + shape("M266 76 Q280 79 292 84 L286 182 Q272 188 258 190z", i.dark)
        + (mesh if rng.random() < 0.6 else line("M196 152 Q240 166 284 152", i.light, 5))
        + line("M240 188 V216", NIGHT, 12)
        + both(line("M180 206 V166 H150", NIGHT_LIGHT, 9) + rect(134, 156, 48, 13, NIGHT, 6))
        + shape("M164 206 Q240 190 316 206 Q328 222 312 232 Q240 244 168 232 Q152 222 164 206z", i.base)
        + shape("M164 222 Q240 236 316 222 Q322 230 312 233 Q240 246 168 233 Q158 230 164 222z", i.deep)
        + line("M240 240 V276", METAL_DARK, 13)
        + line("M237 242 V272", METAL_LIGHT, 4)
        + both(line("M240 274 L166 290", NIGHT_LIGHT, 9) + dot(162, 298, 9, NIGHT))
        + line("M240 274 V292", NIGHT_LIGHT, 9)
        + dot(240, 300, 9, NIGHT)
    )


def clock(i: Ink, rng: Random) -> str:
    """Draw a wall clock; its time is by chance."""
    face = rng.choice((PAPER, i.light))
    marks = "".join(moved(rect(237, 82, 6, 20 if k % 3 == 0 else 11, NIGHT_LIGHT, 3), 0, -2, k * 30) for k in range(12))
    hour = moved(line("M240 180 V132", NIGHT, 9), 0, -2, rng.randint(0, 359))
    minute = moved(line("M240 180 V104", NIGHT, 6), 0, -2, rng.randint(0, 359))
    frame = rng.choice(((WOOD, WOOD_DARK), (i.base, i.dark)))
    return (
        dot(244, 186, 124, i.shadow)
        + dot(240, 178, 124, frame[1])
        + dot(240, 176, 120, frame[0])
        + dot(240, 178, 104, face if frame[0] == WOOD else PAPER)
        + marks
        + hour
        + minute
        + line("M240 178 L280 236", i.trim, 3)
        + dot(240, 178, 8, i.trim)
    )


def pot(i: Ink, rng: Random) -> str:
    """Draw a plant pot with one of three plants."""
    fan = "".join(
        moved(
            shape("M240 190 Q214 130 240 70 Q266 130 240 190z", _LEAF if k % 2 else _LEAF_DARK),
            (k - 2) * 12,
            -6,
            (k - 2) * 24,
        )
        for k in range(5)
    )
    cactus = (
        rect(214, 76, 52, 122, _LEAF, 26)
        + rect(244, 76, 22, 122, _LEAF_DARK, 11)
        + line("M214 146 H190 V112", _LEAF, 20)
        + line("M266 136 H292 V104", _LEAF_DARK, 20)
        + dot(240, 74, 9, "#e59aa8")
        + "".join(line(f"M{226 + k * 14} {104 + k * 18} v8", "#e8f0d8", 3) for k in range(3))
    )
    stems = line("M240 196 Q236 130 214 84 M240 196 Q246 140 276 96 M240 196 V70", _LEAF_DARK, 4) + "".join(
        oval(x, y, 19, 13, _LEAF if k % 2 else _LEAF_DARK)
        for k, (x, y) in enumerate(((208, 80), (282, 92), (240, 64), (214, 124), (268, 134), (228, 152), (254, 106)))
    )
    body = shape("M170 196 H310 L292 290 Q290 302 276 302 H204 Q190 302 188 290z", i.base)
    band = (
        line("M182 250 Q240 258 298 250", i.trim, 7)
        if rng.random() < 0.5
        else line("M182 246 l14 10 14 -10 14 10 14 -10 14 10 14 -10 14 10 14 -10", i.light, 4)
    )
    return (
        rng.choice((fan, cactus, stems))
        + body
        + shape("M272 196 H310 L292 290 Q290 302 276 302 H256z", i.dark)
        + band
        + rect(160, 184, 160, 26, i.light, 8)
        + shape("M276 184 h36 q8 0 8 8 v10 q0 8 -8 8 h-40z", i.base)
    )
