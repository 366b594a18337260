"""Drawings of the bag department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import METAL, METAL_DARK, METAL_LIGHT, NIGHT, NIGHT_LIGHT, WOOD, WOOD_DARK, Ink
from assistant.demo.drawing.svg import both, line, rect, shape


def daypack(i: Ink, rng: Random) -> str:
    """Draw a city backpack: with a zip, or with a flap and two buckles."""
    shared = (
        both(line("M180 108 Q140 150 152 270", i.deep, 14))
        + line("M222 72 Q240 44 258 72", i.deep, 9)
        + shape("M166 128 Q166 68 240 66 Q314 68 314 128 V280 Q314 302 292 302 H188 Q166 302 166 280z", i.base)
        + shape("M276 72 Q314 84 314 128 V280 Q314 302 292 302 H268 Q292 296 290 270 V130 Q290 92 276 72z", i.dark)
    )
    if rng.random() < 0.5:
        return (
            shared
            + line("M182 168 Q180 92 240 90 Q300 92 298 168", i.deep, 4)
            + line("M298 166 v20", i.trim, 6)
            + shape("M184 204 Q240 194 296 204 V278 Q296 288 286 288 H194 Q184 288 184 278z", i.light)
            + line("M188 222 Q240 214 292 222", i.deep, 4)
            + line("M206 222 v16", i.trim, 6)
            + rect(226, 126, 28, 20, i.trim, 3)
        )
    return (
        shared
        + shape("M184 220 H296 V278 Q296 288 286 288 H194 Q184 288 184 278z", i.dark)
        + shape("M162 120 Q164 62 240 60 Q316 62 318 120 V192 Q318 208 300 208 H180 Q162 208 162 192z", i.light)
        + both(rect(196, 150, 14, 92, WOOD, 3) + rect(193, 206, 20, 18, METAL, 3) + rect(199, 211, 8, 8, WOOD_DARK, 2))
        + line("M176 130 Q180 84 222 78", i.base, 4)
    )


def duffel(i: Ink, rng: Random) -> str:
    """Draw a duffel bag with handles."""
    patch = rect(212, 196, 56, 36, i.trim, 6) if rng.random() < 0.6 else line("M150 216 H330", i.trim, 9)
    return (
        line("M168 166 Q186 78 240 76 Q294 78 312 166", i.deep, 11)
        + line("M92 196 Q64 220 88 252", i.deep, 9)
        + shape("M88 180 Q88 142 132 142 H348 Q392 142 392 180 V262 Q392 298 348 298 H132 Q88 298 88 262z", i.base)
        + shape("M348 142 Q392 142 392 180 V262 Q392 298 348 298 Q324 298 324 220 Q324 142 348 142z", i.dark)
        + shape("M132 142 Q156 142 156 220 Q156 298 132 298 Q88 298 88 262 V180 Q88 142 132 142z", i.light)
        + line("M152 156 Q240 148 328 156", NIGHT, 5)
        + rect(300, 150, 22, 9, METAL_LIGHT, 3)
        + line("M182 146 V296 M298 146 V296", i.deep, 12)
        + patch
        + both(rect(174, 228, 16, 18, METAL, 3))
        + rect(140, 290, 200, 8, i.deep, 4)
    )


def suitcase(i: Ink, rng: Random) -> str:
    """Draw a wheeled case with ribs."""
    ribs = rng.choice(
        (
            "".join(rect(172 + k * 24, 114, 7, 162, i.dark, 3) for k in range(6)),
            "".join(rect(164, 126 + k * 26, 152, 7, i.dark, 3) for k in range(6)),
            line("M160 150 H320 M160 246 H320", i.trim, 10),
        )
    )
    return (
        line("M206 96 V40 H274 V96", METAL_DARK, 8)
        + rect(200, 32, 80, 15, NIGHT, 7)
        + both(rect(164, 288, 22, 18, NIGHT, 7) + rect(206, 288, 18, 18, NIGHT_LIGHT, 7))
        + rect(148, 92, 184, 202, i.base, 24)
        + shape("M300 92 H308 Q332 92 332 116 V270 Q332 294 308 294 H284 Q306 286 306 262 V116 Q306 98 300 92z", i.dark)
        + ribs
        + line("M162 118 Q162 106 176 106", i.light, 6)
        + rect(214, 84, 52, 14, i.deep, 6)
        + rect(316, 178, 20, 40, i.deep, 6)
        + rect(319, 184, 8, 12, METAL_LIGHT, 3)
        + both(rect(148, 270, 26, 24, i.deep, 10))
    )


def sleeve(i: Ink, rng: Random) -> str:
    """Draw a laptop sleeve with the laptop half out."""
    pocket = shape("M112 214 H330 V276 Q330 288 318 288 H124 Q112 288 112 276z", i.light) if rng.random() < 0.5 else ""
    return (
        rect(132, 64, 238, 168, METAL_DARK, 12)
        + rect(136, 64, 230, 160, METAL, 10)
        + rect(146, 74, 210, 3, METAL_LIGHT, 1)
        + shape("M100 128 H342 Q354 128 354 140 V286 Q354 302 338 302 H116 Q100 302 100 286z", i.base)
        + shape("M318 128 H342 Q354 128 354 140 V286 Q354 302 338 302 H300 Q326 290 318 128z", i.dark)
        + pocket
        + rect(96, 122, 262, 14, i.deep, 7)
        + rect(338, 118, 12, 34, i.trim, 4)
        + line("M116 146 V278", i.light, 4, "7 6")
        + rect(196, 196, 60, 26, i.trim, 4)
        + (line("M116 222 H326", i.deep, 3) if pocket else "")
    )
