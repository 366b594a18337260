"""Drawings of the sport department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import METAL, METAL_DARK, METAL_LIGHT, NIGHT, NIGHT_LIGHT, PAPER, Ink
from assistant.demo.drawing.svg import both, dot, line, moved, oval, rect, ring, shape


def bands(i: Ink, rng: Random) -> str:
    """Draw a set of resistance bands in a row."""
    tones = (i.light, i.base, i.dark, i.deep, i.trim)
    n = rng.randint(3, 5)
    step = 290 / n
    parts = ""
    for k in range(n):
        x, w = 95 + k * step, 16 + k * 6
        parts += line(
            f"M{x + step / 2} 92 C{x + step + 4} 92 {x + step + 4} 296 "
            f"{x + step / 2} 296 C{x - 4} 296 {x - 4} 92 {x + step / 2} 92",
            tones[k],
            w,
        ) + line(f"M{x + step / 2} {92 - w / 4} C{x + step + 4} 92 {x + step + 4} 296 {x + step / 2} 296", PAPER, 2)
    return parts


def helmet(i: Ink, rng: Random) -> str:
    """Draw a bike helmet from the side."""
    spots = (
        "".join(dot(170 + (k * 61) % 150, 118 + (k * 43) % 90, 9, i.trim) for k in range(6))
        if rng.random() < 0.4
        else ""
    )
    vents = "".join(
        shape(
            f"M{172 + k * 44} {202 - k * 4} Q{176 + k * 40} {136 - k * 2} {216 + k * 34} "
            f"{112 + k * 4} Q{212 + k * 38} {160 + k * 2} {200 + k * 42} {206 - k * 4}z",
            i.deep,
        )
        for k in range(4)
    )
    visor = shape("M352 190 Q410 196 422 216 Q390 224 350 222z", NIGHT_LIGHT) if rng.random() < 0.5 else ""
    return (
        line("M166 226 Q176 282 228 308 M292 226 Q272 280 228 308", NIGHT_LIGHT, 6)
        + rect(214, 298, 30, 16, i.trim, 6)
        + visor
        + shape("M94 220 Q80 78 232 74 Q366 76 386 204 Q384 226 352 226 Q240 240 130 240 Q98 242 94 220z", i.base)
        + shape("M260 76 Q372 90 386 204 Q384 226 352 226 L300 231 Q350 150 260 76z", i.dark)
        + (spots or vents)
        + shape("M94 214 Q240 226 386 200 Q388 226 352 226 Q240 240 130 240 Q98 242 94 214z", i.deep)
        + line("M118 178 Q128 112 196 94", i.light, 7)
        + rect(84, 196, 20, 40, NIGHT, 8)
    )


def yoga_mat(i: Ink, rng: Random) -> str:
    """Draw a half-rolled yoga mat, with blocks on some."""
    strap = line("M96 232 Q130 232 144 272", i.trim, 9) if rng.random() < 0.6 else ""
    lotus = "".join(
        moved(shape("M240 230 Q226 204 240 180 Q254 204 240 230z", i.dark), 66, 62, turn, 0.8)
        for turn in (-60, -30, 0, 30, 60)
    )
    block = rect(316, 214, 74, 46, i.trim, 7) + rect(368, 214, 22, 46, i.deep, 7)
    return (
        shape("M112 298 H402 L440 222 V230 L404 306 H112z", i.deep)
        + shape("M112 298 L164 222 H440 L402 298z", i.base)
        + rng.choice((lotus, line("M210 236 H414 M186 284 H396", i.light, 3), block))
        + shape("M84 244 L134 172 A34 34 0 0 1 190 212 L140 284z", i.light)
        + shape("M112 224 L162 152 A40 40 0 0 1 190 212 L140 284z", i.base)
        + strap
        + dot(112, 264, 36, i.dark)
        + ring(112, 264, 26, i.light, 4)
        + ring(112, 264, 17, i.light, 4)
        + ring(112, 264, 8, i.light, 4)
    )


def dumbbell(i: Ink, rng: Random) -> str:
    """Draw a dumbbell with hexagonal or round ends."""
    if rng.random() < 0.6:
        end = (
            shape("M104 150 L140 116 H180 L204 150 V226 L180 260 H140 L104 226z", i.base)
            + shape("M176 116 H180 L204 150 V226 L180 260 H176z", i.dark)
            + shape("M120 156 L146 132 H166 V244 H146 L120 220z", i.dark)
            + line("M112 156 L142 126", i.light, 5)
        )
    else:
        end = (
            rect(96, 136, 28, 104, i.dark, 10)
            + rect(122, 112, 34, 152, i.base, 12)
            + rect(154, 124, 30, 128, i.dark, 10)
            + rect(128, 122, 8, 128, i.light, 4)
        )
    bar = (
        rect(170, 172, 140, 32, METAL, 12)
        + rect(170, 190, 140, 14, METAL_DARK, 7)
        + "".join(line(f"M{208 + k * 11} 176 v24", METAL_LIGHT, 3) for k in range(7))
    )
    return moved(bar + both(end), 0, 22, -12)


def ball(i: Ink, rng: Random) -> str:
    """Draw a football with pentagons or sweeping panels."""
    if rng.random() < 0.5:
        five = "M240 142 l36 26 -14 42 h-44 l-14 -42z"
        seams = both(line("M204 168 L160 150 M218 210 L190 252", NIGHT_LIGHT, 4)) + line("M240 142 V92", NIGHT_LIGHT, 4)
        edges = both(
            shape("M160 150 L128 172 Q124 128 156 98 L172 110z", NIGHT_LIGHT)
            + shape("M190 252 L206 292 Q166 284 146 252 L164 240z", NIGHT_LIGHT)
        )
        return (
            dot(240, 188, 116, i.dark)
            + dot(236, 184, 112, i.light)
            + shape(five, NIGHT_LIGHT)
            + seams
            + edges
            + shape("M212 78 L240 92 L268 78 Q240 66 212 78z", NIGHT_LIGHT)
            + oval(196, 118, 20, 12, PAPER)
        )
    return (
        dot(240, 188, 116, i.dark)
        + dot(236, 184, 112, i.base)
        + shape("M136 140 Q240 190 230 296 Q160 296 130 224z", i.trim)
        + shape("M262 76 Q236 170 346 210 Q360 160 328 114 Q300 84 262 76z", i.light)
        + line("M136 140 Q240 190 230 296 M262 76 Q236 170 346 210 M136 140 Q180 100 262 76", i.deep, 4)
        + oval(190, 118, 22, 13, PAPER)
    )


def goggles(i: Ink, rng: Random) -> str:
    """Draw swim goggles with clear lenses."""
    return _goggles(i, rng, "#cfe6ee")


def smoke_goggles(i: Ink, rng: Random) -> str:
    """Draw swim goggles with smoke lenses."""
    return _goggles(i, rng, "#5d6673")


def mirror_goggles(i: Ink, rng: Random) -> str:
    """Draw swim goggles with mirrored lenses."""
    return _goggles(i, rng, i.trim)


def _goggles(i: Ink, rng: Random, glass: str) -> str:
    top = rng.choice((34, 42, 50))
    gleam = rng.choice(("M130 170 Q136 154 162 154 L138 196 Q130 184 130 170z", "M134 168 Q140 154 156 152 L140 180z"))
    eye = (
        shape("M100 176 Q104 126 164 126 Q222 128 226 176 Q222 226 166 230 Q106 228 100 176z", i.base)
        + shape("M118 176 Q122 144 164 144 Q206 146 208 176 Q206 210 166 212 Q124 210 118 176z", glass)
        + shape(gleam, "#ffffff")
    )
    return (
        line(f"M104 164 Q28 120 92 84 Q240 {top} 388 84 Q452 120 376 164", i.deep, 12)
        + line("M104 186 Q40 160 84 112 Q240 64 396 112 Q440 160 376 186", i.dark, 9)
        + rect(222, top + 18, 36, 26, NIGHT_LIGHT, 6)
        + both(eye)
        + line("M224 172 Q240 158 256 172", i.deep, 11)
        + both(rect(88, 160, 20, 32, NIGHT, 6))
    )
