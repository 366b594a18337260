"""Drawings of the toy department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import GLOW, NIGHT, PAPER, WOOD_LIGHT, Ink
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


def cards(i: Ink, rng: Random) -> str:
    """Draw a fan of cards before their box."""
    marks = rng.choice(
        (
            shape("M240 130 l24 34 -24 34 -24 -34z", i.base),
            dot(240, 164, 26, i.base) + dot(240, 164, 12, i.trim),
            shape("M240 136 l9 20 22 2 -17 14 6 22 -20 -12 -20 12 6 -22 -17 -14 22 -2z", i.base),
        )
    )
    back = rect(186, 92, 108, 150, i.base, 12) + rect(196, 102, 88, 130, i.light, 8)
    back += rect(206, 112, 68, 110, i.base, 6)
    face = (
        rect(186, 92, 108, 150, i.shadow, 12)
        + rect(184, 90, 108, 150, PAPER, 12)
        + marks
        + dot(200, 106, 6, i.trim)
        + dot(276, 224, 6, i.trim)
    )
    return (
        rect(300, 128, 108, 172, i.deep, 8)
        + rect(292, 122, 108, 178, i.dark, 8)
        + rect(304, 150, 84, 56, i.trim, 6)
        + moved(back, -84, 42, -34)
        + moved(back, -58, 26, -18)
        + moved(face, -28, 22, -2)
        + moved(face, 8, 30, 14)
    )


def kite(i: Ink, rng: Random) -> str:
    """Draw a kite on one line: a diamond with a tail, in one of three cuts."""
    bows = "".join(
        moved(shape("M240 180 l-18 -10 v20z", i.trim) + shape("M240 180 l18 -10 v20z", i.trim), dx, dy, turn)
        for dx, dy, turn in ((-12, 84, 40), (-54, 112, 10), (-96, 112, -20))
    )
    panels = rng.choice(((i.light, i.dark, i.trim), (i.trim, i.base, i.dark), (i.light, i.trim, i.base)))
    return _clouds(rng) + (
        line("M232 236 Q226 300 170 290 Q120 280 88 316", i.deep, 4)
        + bows
        + shape("M256 36 L346 130 L236 240 L172 120z", i.base)
        + shape("M256 36 L346 130 L244 128z", panels[0])
        + shape("M346 130 L236 240 L244 128z", panels[1])
        + shape("M172 120 L236 240 L244 128z", panels[2])
        + line("M256 36 L236 240 M172 120 L346 130", i.deep, 3)
    )


def delta_kite(i: Ink, rng: Random) -> str:
    """Draw a kite on two lines."""
    return _clouds(rng) + (
        line("M222 206 Q220 270 260 340 M262 206 Q268 270 270 340", i.deep, 2.5)
        + shape("M242 60 L420 214 L286 190 L242 216 L198 190 L64 214z", i.base)
        + shape("M242 60 L420 214 L286 190z", i.dark)
        + shape("M242 60 L286 190 L242 216 L198 190z", i.trim)
        + line("M242 60 L420 214 M242 60 L64 214 M242 60 V216", i.deep, 4)
        + rng.choice(
            (shape("M64 214 L198 190 L160 160z", i.light), line("M160 144 L216 190 M324 144 L268 190", i.light, 5))
        )
    )


def _clouds(rng: Random) -> str:
    first, second = rng.randint(64, 110), rng.randint(250, 290)
    return faint(both(oval(92, first, 40, 13, PAPER)) + oval(130, second, 46, 13, PAPER), 0.9)


def train(i: Ink, rng: Random) -> str:
    """Draw a toy engine on its track, with a puff or a wagon."""
    puff = faint(dot(150, 62, 20, PAPER) + dot(120, 48, 15, PAPER) + dot(172, 48, 14, PAPER), 0.95)
    wagon = (
        rect(318, 196, 92, 56, i.trim, 8)
        + "".join(dot(338 + k * 26, 190, 15, WOOD_LIGHT) for k in range(3))
        + dot(340, 268, 18, NIGHT)
        + dot(390, 268, 18, NIGHT)
        + dot(340, 268, 7, i.trim)
        + dot(390, 268, 7, i.trim)
        + rect(300, 234, 22, 10, NIGHT, 4)
    )
    sleepers = "".join(rect(60 + k * 32, 292, 14, 14, i.shadow, 3) for k in range(12))
    engine = (
        shape("M132 108 L126 76 H166 L160 108z", i.deep)
        + rect(104, 108, 138, 104, i.base, 22)
        + rect(104, 168, 138, 44, i.dark, 10)
        + line("M122 128 H196", i.light, 8)
        + rect(220, 84, 84, 140, i.base, 8)
        + rect(210, 72, 104, 20, i.deep, 8)
        + rect(236, 108, 50, 46, PAPER, 8)
        + rect(96, 210, 212, 34, i.trim, 8)
        + dot(108, 146, 13, GLOW)
        + shape("M96 214 L70 256 H110z", NIGHT)
        + "".join(dot(x, 262, 24, NIGHT) + dot(x, 262, 10, i.trim) for x in (138, 204, 270))
        + line("M138 262 H270", WOOD_LIGHT, 7)
    )
    return sleepers + rect(48, 286, 388, 8, NIGHT, 3) + rng.choice((puff, wagon, wagon + puff)) + engine


def craft_kit(i: Ink, rng: Random) -> str:
    """Draw an open box with wool, brushes or beads."""
    wool = dot(196, 148, 40, i.trim) + "".join(
        line(f"M{162 + k * 6} {130 + k * 9} Q196 {110 + k * 14} {230 - k * 4} {136 + k * 9}", i.light, 3)
        for k in range(5)
    )
    brushes = "".join(
        line(f"M{190 + k * 34} 190 L{180 + k * 38} {84 + (k % 2) * 18}", WOOD_LIGHT, 8)
        + oval(180 + k * 38, 76 + (k % 2) * 18, 9, 17, ("#c8504b", "#e6bb47", "#3f74b5", "#4f8f6b")[k])
        for k in range(4)
    )
    tones = ("#c8504b", "#e6bb47", "#3d8a8d", "#db8fa3")
    beads = "".join(dot(166 + (k % 6) * 30, 170 - (k // 6) * 26 - (k % 2) * 8, 13, tones[k % 4]) for k in range(12))
    return (
        shape("M112 190 L76 112 L364 96 L368 190z", i.dark)
        + shape("M124 182 L94 120 L352 106 L356 182z", i.light)
        + rng.choice((wool + moved(wool, 74, 8, 40, 0.8), brushes, beads))
        + rect(104, 186, 272, 114, i.base, 8)
        + rect(336, 186, 40, 114, i.dark, 8)
        + rect(140, 212, 150, 62, PAPER, 8)
        + shape("M180 262 l20 -36 20 36z", i.trim)
        + dot(246, 244, 17, i.base)
        + line("M104 194 H376", i.deep, 5)
    )
