"""Drawings of the bag department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import METAL, METAL_DARK, METAL_LIGHT, NIGHT, NIGHT_LIGHT, WOOD, WOOD_DARK, Ink
from assistant.demo.drawing.svg import both, dot, line, moved, rect, shape


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


def tote(i: Ink, rng: Random) -> str:
    """Draw a tote bag with long handles: plain, with a leather base, or with a print."""
    base = shape("M122 248 H358 L364 292 Q364 302 354 302 H126 Q116 302 116 292z", WOOD_DARK)
    disc = dot(240, 216, 40, i.trim) + shape("M200 216 a40 40 0 0 0 80 0z", i.light)
    pocket = rect(188, 190, 104, 74, i.light, 6) + line("M188 204 H292", i.deep, 3)
    return (
        line("M186 148 Q180 46 240 44 Q300 46 294 148", i.deep, 10)
        + shape("M134 138 H346 L364 292 Q364 302 354 302 H126 Q116 302 116 292z", i.base)
        + shape("M300 138 H346 L364 292 Q364 302 354 302 H306 Q318 220 300 138z", i.dark)
        + rng.choice((base, disc, pocket))
        + line("M190 150 Q186 66 240 64 Q294 66 290 150", WOOD, 9)
        + both(rect(180, 140, 20, 32, WOOD, 4) + line("M185 146 l10 18 M195 146 l-10 18", WOOD_DARK, 2.5))
        + line("M136 144 H344", i.light, 4)
    )


def hip_pack(i: Ink, rng: Random) -> str:
    """Draw a hip pack with its belt."""
    return _hip_pack(i, rng, "")


def bottle_pack(i: Ink, rng: Random) -> str:
    """Draw a hip pack with a bottle at its side."""
    return _hip_pack(i, rng, rect(348, 128, 38, 96, METAL, 10) + rect(354, 112, 26, 20, NIGHT, 5))


def _hip_pack(i: Ink, rng: Random, bottle: str) -> str:
    front = rng.choice(
        (
            line("M158 196 Q240 184 322 196", i.deep, 4) + rect(300, 194, 10, 24, i.trim, 4),
            shape("M160 190 Q240 178 320 190 L314 244 Q240 258 166 244z", i.light),
            line("M166 176 V262 M314 176 V262", i.trim, 6),
        )
    )
    return (
        shape("M128 178 Q60 176 48 140 Q44 122 64 120 Q86 150 136 156z", i.deep)
        + shape("M352 178 Q420 176 432 140 Q436 122 416 120 Q394 150 344 156z", i.deep)
        + rect(46, 106, 30, 34, NIGHT, 6)
        + rect(404, 106, 30, 34, NIGHT, 6)
        + bottle
        + shape("M124 156 Q240 130 356 156 Q368 216 340 274 Q240 306 140 274 Q112 216 124 156z", i.base)
        + shape("M306 146 Q334 148 356 156 Q368 216 340 274 Q312 288 280 291 Q326 220 306 146z", i.dark)
        + front
        + line("M140 166 Q240 144 340 166", i.deep, 5)
        + rect(150, 160, 12, 24, i.trim, 4)
    )


def wash_bag(i: Ink, rng: Random) -> str:
    """Draw a toiletry bag with a brush or a bottle looking out."""
    out = rng.choice(
        (
            line("M212 146 L184 62", METAL_DARK, 11) + line("M180 50 L174 32", i.trim, 22),
            rect(270, 70, 48, 80, i.light, 8) + rect(282, 52, 24, 22, NIGHT_LIGHT, 4),
            rect(190, 66, 48, 90, i.trim, 10) + rect(200, 48, 28, 20, NIGHT, 4) + rect(190, 98, 48, 24, METAL_LIGHT),
        )
    )
    return (
        out
        + line("M360 176 Q420 186 396 236", i.deep, 9)
        + shape("M112 148 Q240 128 368 148 L378 276 Q374 302 348 302 H132 Q106 302 102 276z", i.base)
        + shape("M326 142 Q350 144 368 148 L378 276 Q374 302 348 302 H310 Q338 230 326 142z", i.dark)
        + line("M118 152 Q240 132 362 152", NIGHT, 6)
        + rect(150, 138, 14, 28, METAL_LIGHT, 5)
        + line("M120 232 Q240 248 366 232", i.light, 4)
        + rect(216, 192, 48, 26, i.trim, 5)
    )


def wallet(i: Ink, rng: Random) -> str:
    """Draw a wallet: folded with a clasp, or open with cards."""
    if rng.random() < 0.5:
        cards = "".join(
            rect(140 + k * 8, 108 + k * 18, 180, 60, tone, 8) for k, tone in enumerate((i.trim, METAL_LIGHT, i.light))
        )
        return (
            moved(cards, 6, -26, -4)
            + rect(112, 150, 256, 152, i.base, 16)
            + shape("M330 150 H352 Q368 150 368 166 V286 Q368 302 352 302 H310 Q338 226 330 150z", i.dark)
            + rect(118, 156, 244, 140, "none", 14)
            + line("M128 168 H352 M128 284 H352", i.light, 3, "8 6")
            + rect(206, 210, 68, 34, i.deep, 6)
        )
    return (
        rect(104, 128, 272, 174, i.dark, 18)
        + rect(104, 112, 272, 174, i.base, 18)
        + shape("M336 112 H358 Q376 112 376 130 V268 Q376 286 358 286 H320 Q346 200 336 112z", i.dark)
        + line("M120 130 H352 M120 270 H352", i.light, 3, "8 6")
        + rect(296, 172, 96, 50, i.deep, 12)
        + dot(330, 197, 11, METAL_LIGHT)
        + dot(330, 197, 5, METAL)
        + line("M126 150 V244", i.light, 5)
    )
