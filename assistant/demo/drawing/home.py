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


def bulb(i: Ink, rng: Random) -> str:
    """Draw a shining light bulb: round, candle-shaped or a filament one."""
    glass = rng.choice(
        (
            "M240 54 Q318 56 318 134 Q318 172 288 202 Q276 214 274 232 H206 Q204 214 192 202 Q162 172 162 134 "
            "Q162 56 240 54z",
            "M240 44 Q262 84 282 126 Q300 168 280 206 Q274 216 272 232 H208 Q206 216 200 206 Q180 168 198 126 "
            "Q218 84 240 44z",
            "M240 62 Q300 62 306 122 Q308 160 290 232 H190 Q172 160 174 122 Q180 62 240 62z",
        )
    )
    coil = line("M216 230 V158 L228 134 L240 162 L252 134 L264 158 V230", i.trim, 4)
    rays = "".join(moved(rect(236, 18, 8, 22, GLOW, 4), 0, -40, turn) for turn in (-72, -36, 36, 72))
    return (
        faint(dot(240, 140, 128, GLOW), 0.45)
        + rays
        + shape(glass, "#fff4d2")
        + faint(shape(glass, i.base), 0.16)
        + (coil if rng.random() < 0.6 else faint(dot(240, 140, 46, GLOW), 0.9))
        + line("M196 112 Q200 88 218 78", "#ffffff", 7)
        + rect(204, 230, 72, 16, METAL_LIGHT, 5)
        + "".join(rect(206, 246 + k * 14, 68, 10, METAL if k % 2 else METAL_DARK, 5) for k in range(3))
        + shape("M216 288 H264 L252 304 H228z", NIGHT_LIGHT)
    )


def pendant(i: Ink, rng: Random) -> str:
    """Draw a hanging lamp: a dome, a ball of ribs or a cone."""
    dome = (
        shape("M132 208 Q136 110 240 106 Q344 110 348 208z", i.base)
        + shape("M276 112 Q344 124 348 208 H300 Q300 150 276 112z", i.dark)
        + oval(240, 208, 108, 16, GLOW)
        + line("M152 186 Q160 138 204 122", i.light, 6)
    )
    ball = (
        dot(240, 184, 92, i.light)
        + faint(dot(240, 184, 60, GLOW), 0.8)
        + "".join(line(f"M240 92 Q{148 + k * 31} 184 240 276", i.dark, 3) for k in range(7))
        + line("M154 158 Q240 176 326 158 M154 212 Q240 230 326 212", i.base, 5)
    )
    cone = (
        shape("M212 110 H268 L338 218 H142z", i.base)
        + shape("M250 110 H268 L338 218 H290z", i.dark)
        + oval(240, 218, 98, 14, GLOW)
        + line("M208 132 L166 202", i.light, 6)
    )
    return (
        faint(shape("M150 218 L112 304 H368 L330 218z", GLOW), 0.45)
        + rect(204, 0, 72, 12, METAL, 4)
        + line("M240 10 V104", NIGHT, 4)
        + rect(228, 84, 24, 26, METAL_DARK, 6)
        + rng.choice((dome, ball, cone))
    )


def cushion(i: Ink, rng: Random) -> str:
    """Draw a plump cushion: plain with buttons, striped or with a sprig."""
    plain = line("M150 120 Q240 200 330 120 M150 280 Q240 196 330 280", i.dark, 3) + dot(240, 200, 8, i.deep)
    stripes = "".join(
        line(f"M{150 + k * 36} {114 if k % 2 else 110} Q{146 + k * 37} 200 {150 + k * 36} 286", i.trim, 9)
        for k in range(6)
    )
    sprig = line("M240 276 Q232 200 244 130", i.trim, 5) + "".join(
        moved(shape("M240 196 Q262 178 284 184 Q268 204 240 196z", i.trim), side * 4, y - 180, 0 if side > 0 else 180)
        for side, y in ((1, 150), (-1, 170), (1, 200), (-1, 226))
    )
    return (
        shape(
            "M108 104 Q140 84 240 96 Q340 84 372 104 Q392 118 380 202 Q392 286 372 298 Q340 316 240 304 "
            "Q140 316 108 298 Q88 286 100 202 Q88 118 108 104z",
            i.base,
        )
        + shape("M372 104 Q392 118 380 202 Q392 286 372 298 Q352 312 300 308 Q352 250 344 96 Q362 98 372 104z", i.dark)
        + rng.choice((plain, stripes, sprig))
        + line("M120 120 Q112 160 116 200", i.light, 6)
        + line("M108 104 Q140 84 240 96 Q340 84 372 104", i.light, 4)
        + both(shape("M100 100 l-14 -14 26 4z", i.deep) + shape("M100 302 l-14 14 26 -4z", i.deep))
    )


def rug(i: Ink, rng: Random) -> str:
    """Draw a rug on the floor with fringes, in one of three patterns."""
    diamonds = "".join(
        shape(f"M{170 + k * 70} 196 l30 34 -34 34 -30 -34z", (i.trim, i.light, i.trim)[k]) for k in range(3)
    )
    bands = "".join(
        shape(f"M{124 - k * 9} {190 + k * 30} H{356 + k * 9} l3 12 H{121 - k * 9}z", (i.trim, i.light, i.dark)[k % 3])
        for k in range(4)
    )
    frame = line("M140 178 H340 L364 282 H116z", i.light, 6) + line("M156 194 H324 L342 266 H138z", i.trim, 4)
    fringe = "".join(line(f"M{84 + k * 16} 300 l{-3 + k * 0.3:.1f} 16", i.light, 4) for k in range(20))
    back = "".join(line(f"M{124 + k * 12} 160 v-9", i.light, 3) for k in range(20))
    return (
        back
        + shape("M118 160 H362 L398 302 H82z", i.base)
        + shape("M300 160 H362 L398 302 H326z", i.dark)
        + rng.choice((diamonds, bands, frame))
        + shape("M82 302 H398 V308 H82z", i.deep)
        + fringe
    )
