"""Drawings of the toy department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import NIGHT, PAPER, WOOD_LIGHT, Ink
from assistant.demo.drawing.svg import both, dot, faint, line, moved, oval, rect, shape

_MEADOW = ((118, 96), (176, 128), (232, 92), (288, 122), (124, 168), (196, 196), (262, 176), (302, 222), (146, 228))


def board_game(i: Ink, rng: Random) -> str:
    """Draw a game's box with pieces and a die in front."""
    hills = shape("M110 226 L176 130 L222 190 L262 146 L322 226z", i.base) + dot(282, 118, 20, i.trim)
    tiles = "".join(
        shape(
            f"M{150 + (k % 4) * 44} {124 + (k // 4) * 38} l20 11 v22 l-20 11 -20 -11 v-22z",
            (i.light, i.trim, i.dark)[k % 3],
        )
        for k in range(8)
    )
    waves = "".join(
        line(f"M118 {132 + k * 26} q24 -20 48 0 t48 0 t48 0 t46 0", (i.light, i.trim, i.dark, PAPER)[k], 8)
        for k in range(4)
    )

    def pawn(x: float, colour: str) -> str:
        return dot(x, 244, 12, colour) + shape(
            f"M{x - 17} 300 Q{x - 4} 270 {x - 8} 252 H{x + 8} Q{x + 4} 270 {x + 17} 300z", colour
        )

    return (
        shape("M104 84 L326 84 L362 66 H142z", i.light)
        + shape("M326 84 L362 66 V250 L326 280z", i.deep)
        + rect(104, 84, 222, 196, i.base, 4)
        + rect(114, 94, 202, 144, rng.choice((i.light, i.deep)), 4)
        + rng.choice((hills, tiles, waves))
        + rect(114, 248, 202, 20, i.dark, 4)
        + pawn(300, i.trim)
        + pawn(346, i.base)
        + rect(366, 262, 40, 40, PAPER, 8)
        + "".join(dot(x, y, 4, NIGHT) for x, y in ((376, 272), (396, 292), (386, 282)))
    )


def blocks(i: Ink, rng: Random) -> str:
    """Draw a tower of building blocks."""
    colours = [i.base, "#e6bb47", "#4f8f6b", "#3f74b5", "#c8504b"]
    rng.shuffle(colours)
    a, b, c, d, e = colours
    return (
        rect(118, 232, 76, 70, a, 6)
        + rect(202, 232, 76, 70, b, 6)
        + rect(286, 232, 76, 70, c, 6)
        + shape("M160 232 V164 H318 V232 H286 Q284 190 240 190 Q196 190 192 232z", d)
        + rect(176, 118, 52, 46, e, 5)
        + rect(250, 118, 52, 46, a, 5)
        + shape("M166 118 L240 58 L314 118z", c)
        + shape("M240 58 L314 118 H240z", WOOD_LIGHT)
        + dot(156, 266, 15, WOOD_LIGHT)
        + shape("M226 280 l14 -28 14 28z", PAPER)
        + rect(312, 254, 24, 24, PAPER, 4)
        + dot(388, 284, 18, b)
        + faint(
            rect(118, 232, 10, 70, "#ffffff", 4)
            + rect(202, 232, 10, 70, "#ffffff", 4)
            + rect(286, 232, 10, 70, "#ffffff", 4),
            0.25,
        )
    )


def plush(i: Ink, rng: Random) -> str:
    """Draw a sitting soft-toy bear."""
    scarf = shape("M188 176 Q240 200 292 176 L296 194 Q240 218 184 194z", i.trim) + shape(
        "M268 196 l22 44 -22 8 -14 -46z", i.trim
    )
    bow = shape("M240 190 l-30 -16 v32z", i.trim) + shape("M240 190 l30 -16 v32z", i.trim) + dot(240, 190, 7, i.deep)
    return (
        both(dot(190, 74, 25, i.dark) + dot(190, 76, 14, i.light))
        + both(
            moved(oval(166, 226, 22, 48, i.dark), 0, 0)
            + oval(184, 284, 38, 28, i.dark)
            + oval(176, 286, 20, 17, i.light)
        )
        + oval(240, 236, 66, 66, i.base)
        + oval(240, 246, 40, 44, i.light)
        + oval(240, 126, 72, 64, i.base)
        + oval(240, 148, 34, 27, i.light)
        + both(dot(212, 118, 7, NIGHT) + dot(210, 116, 2.4, PAPER))
        + shape("M228 136 H252 Q252 150 240 150 Q228 150 228 136z", NIGHT)
        + line("M240 150 V158 Q228 168 222 160 M240 158 Q252 168 258 160", NIGHT, 3)
        + rng.choice((scarf, bow, ""))
        + line("M240 208 V276", i.dark, 2.5, "5 5")
    )


def puzzle(i: Ink, rng: Random) -> str:
    """Draw a puzzle with its last piece beside it."""
    piece = "v-30 q-22 8 -22 -13 q0 -21 22 -13 v-30"
    hills = (
        shape("M90 246 L150 150 L200 214 L250 130 L322 246z", i.dark)
        + shape("M250 130 L322 246 H282z", i.deep)
        + dot(138, 110, 20, PAPER)
    )
    flowers = "".join(
        dot(x, y, 17, (i.light, i.trim, i.dark)[k % 3]) + dot(x, y, 6, PAPER) for k, (x, y) in enumerate(_MEADOW)
    )
    grid = "".join(
        line(f"M{90 + k * 58} 66 v34 q10 -7 14 6 q2 16 -14 10 v58 q-10 -7 -14 6 q-2 16 14 10 v66", i.deep, 2)
        for k in range(1, 4)
    ) + "".join(
        line(f"M90 {66 + k * 61} h24 q-7 -10 6 -14 q16 -2 10 14 h58 q-7 10 6 14 q16 2 10 -14 h104", i.deep, 2)
        for k in range(1, 3)
    )
    return (
        rect(84, 62, 238, 194, i.deep, 5)
        + rect(90, 66, 232, 184, i.light, 3)
        + rng.choice((hills, flowers))
        + grid
        + moved(
            shape("M330 300 h-62 v-62 h20 q-8 -22 12 -22 q20 0 12 22 h18 z", i.trim)
            + line("M330 300 h-62 v-62 h20 q-8 -22 12 -22 q20 0 12 22 h18 v20 q22 -8 22 11 q0 19 -22 11 z", i.deep, 2.5)
            + shape(f"M330 300 {piece} z", i.trim),
            62,
            -4,
            14,
        )
    )
