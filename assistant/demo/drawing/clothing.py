"""Drawings of clothing and other textiles."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import METAL, METAL_LIGHT, PAPER, Ink
from assistant.demo.drawing.svg import both, dot, line, moved, rect, shape

_TORSO = "M196 92 Q240 108 284 92 L316 112 L322 306 Q240 316 158 306 L164 112z"
_SHADE = "M262 99 L284 92 L316 112 L322 306 Q300 310 268 312 Q284 210 262 99z"


def _sleeves(i: Ink, cuff: str) -> str:
    left = shape("M166 110 Q138 118 128 156 L102 268 Q118 282 140 282 L170 176z", i.base)
    right = shape("M314 110 Q342 118 352 156 L378 268 Q362 282 340 282 L310 176z", i.dark)
    cuffs = shape("M104 260 L100 276 Q118 290 142 288 L146 272 Q122 274 104 260z", cuff)
    return left + right + both(cuffs)


def jacket(i: Ink, rng: Random) -> str:
    """Draw a hooded rain jacket."""
    yoke = (
        shape("M165 112 L196 92 Q240 108 284 92 L315 112 L317 152 Q240 168 163 152z", i.trim)
        if rng.random() < 0.4
        else ""
    )
    return (
        _sleeves(i, i.deep)
        + shape("M190 96 Q186 44 240 42 Q294 44 290 96 Q240 124 190 96z", i.dark)
        + shape("M206 92 Q204 60 240 58 Q276 60 274 92 Q240 112 206 92z", i.deep)
        + shape(_TORSO, i.base)
        + shape(_SHADE, i.dark)
        + yoke
        + shape("M190 94 Q240 122 290 94 L284 84 Q240 108 196 84z", i.light)
        + line("M240 108 V310", i.deep, 4)
        + rect(236, 108, 8, 22, METAL_LIGHT, 3)
        + line("M184 214 L204 250 M296 214 L276 250", i.deep, 4)
        + rect(180, 208, 8, 16, i.trim, 3)
        + line("M222 104 V138 M258 104 V138", PAPER, 2.5)
        + line("M160 296 Q240 306 320 296", i.deep, 3)
    )


def puffer(i: Ink, rng: Random) -> str:
    """Draw a quilted down jacket."""
    step = rng.choice((26, 30, 34))
    quilt = "".join(line(f"M163 {y} Q240 {y + 12} 318 {y}", i.deep, 2.5) for y in range(128, 300, step))
    arms = "".join(line(f"M{137 - k * 8} {152 + k * 32} q16 10 32 8", i.deep, 2.5) for k in range(4))
    return (
        _sleeves(i, i.deep)
        + both(arms)
        + shape("M192 96 Q192 62 240 60 Q288 62 288 96 Q240 122 192 96z", i.dark)
        + shape("M208 92 Q212 76 240 76 Q268 76 272 92 Q240 108 208 92z", i.deep)
        + shape(
            "M190 92 Q240 112 290 92 L318 112 Q334 160 324 200 Q332 260 "
            "324 304 Q240 318 156 304 Q148 260 156 200 Q146 160 162 112z",
            i.base,
        )
        + shape(
            "M264 100 L290 92 L318 112 Q334 160 324 200 Q332 260 324 304 Q300 310 270 312 Q288 210 264 100z", i.dark
        )
        + quilt
        + line("M172 122 Q164 160 170 196", i.light, 6)
        + line("M240 104 V312", i.deep, 5)
        + rect(236, 104, 8, 20, METAL, 3)
        + shape("M272 168 h26 v14 h-26z", i.trim)
    )


def fleece(i: Ink, rng: Random) -> str:
    """Draw a fleece jacket with a chest pocket."""
    end = rng.choice((206, 308))
    return (
        _sleeves(i, i.trim)
        + shape(_TORSO, i.base)
        + shape(_SHADE, i.dark)
        + shape("M196 94 Q196 66 240 64 Q284 66 284 94 Q240 114 196 94z", i.light)
        + shape("M210 90 Q214 78 240 78 Q266 78 270 90 Q240 104 210 90z", i.deep)
        + line(f"M240 102 V{end}", i.trim, 5)
        + shape("M176 150 h44 v44 q-22 8 -44 0z", i.trim)
        + line("M176 160 h44", i.deep, 3)
        + "".join(dot(178 + (k * 67) % 128, 214 + (k * 31) % 78, 2.4, i.light) for k in range(16))
        + line("M160 298 Q240 308 320 298", i.trim, 5)
    )


def longsleeve(i: Ink, rng: Random) -> str:
    """Draw a thin long-sleeved top."""
    half_zip = line("M240 100 V158", i.deep, 3) + rect(237, 100, 6, 12, METAL_LIGHT, 2)
    bands = (
        "".join(line(f"M164 {y} Q240 {y + 10} 316 {y}", i.trim, 5) for y in (176, 190)) if rng.random() < 0.5 else ""
    )
    return (
        _sleeves(i, i.deep)
        + shape(_TORSO, i.base)
        + shape(_SHADE, i.dark)
        + bands
        + shape("M196 92 Q240 122 284 92 L276 82 Q240 104 204 82z", i.deep)
        + (half_zip if rng.random() < 0.5 else "")
        + line("M172 122 Q184 170 168 226", i.light, 3)
        + line("M308 122 Q296 170 312 226", i.deep, 2.5)
        + rect(228, 286, 24, 12, i.trim, 2)
    )


def trousers(i: Ink, rng: Random) -> str:
    """Draw walking trousers with pockets."""
    zip_line = both(line("M166 214 Q196 222 228 214", i.deep, 3)) if rng.random() < 0.4 else ""
    return (
        shape("M178 60 H302 L318 306 Q290 314 262 306 L240 138 L218 306 Q190 314 162 306z", i.base)
        + shape("M240 84 V138 L262 306 Q290 314 318 306 L302 60 H272 Q290 180 280 308z", i.dark)
        + rect(176, 52, 128, 22, i.deep, 5)
        + rect(226, 54, 28, 18, i.trim, 4)
        + line("M240 74 V138", i.deep, 3)
        + both(line("M188 82 Q190 112 180 128", i.deep, 4))
        + shape("M166 176 l40 4 -2 46 -40 -2z", i.dark)
        + line("M168 190 l38 4", i.light, 3)
        + zip_line
        + both(line("M200 58 v12", i.base, 5))
        + line("M196 140 Q202 200 190 290", i.light, 3)
    )


def tshirt(i: Ink, rng: Random) -> str:
    """Draw a t-shirt, plain or with a small print."""
    prints = (
        "",
        dot(240, 190, 30, i.trim) + shape("M210 190 a30 30 0 0 0 60 0z", i.light),
        "".join(rect(164, y, 152, 10, i.trim) for y in (168, 190, 212)),
        shape("M204 216 l36 -56 36 56z", i.trim) + shape("M240 160 l36 56 h-24z", i.light),
        rect(268, 150, 26, 30, i.dark, 4),
    )
    return (
        shape(
            "M196 76 L132 100 L92 166 L134 194 L164 160 V308 Q240 318 316 308 V160 L346 194 L388 166 L348 100 L284 76z",
            i.base,
        )
        + rng.choice(prints)
        + shape("M284 76 L348 100 L388 166 L346 194 L316 160 V308 Q296 312 278 312 Q296 190 284 76z", i.dark)
        + shape("M192 78 Q240 132 288 78 L276 72 Q240 106 204 72z", i.deep)
        + line("M98 172 L136 198 M382 172 L344 198", i.deep, 2.5)
        + line("M164 160 L170 128 M316 160 L310 128", i.deep, 3)
        + line("M164 298 Q240 308 316 298", i.deep, 2)
        + line("M178 176 Q190 230 176 282", i.light, 4)
    )


def beanie(i: Ink, rng: Random) -> str:
    """Draw a knitted hat, with a bobble on some."""
    knit = "".join(line(f"M{150 + k * 20} 222 Q{176 + k * 14} 130 {226 + k * 3} 86", i.dark, 3) for k in range(10))
    bobble = dot(240, 70, 30, i.trim) + "".join(dot(226 + k * 9, 58 + (k % 2) * 18, 4, i.light) for k in range(4))
    return (
        (bobble if rng.random() < 0.55 else "")
        + shape("M136 240 Q132 86 240 82 Q348 86 344 240z", i.base)
        + shape("M262 84 Q348 98 344 240 H300 Q312 150 262 84z", i.dark)
        + knit
        + rect(122, 218, 236, 74, i.light, 24)
        + "".join(line(f"M{146 + k * 21} 228 v54", i.base, 5) for k in range(10))
        + shape("M300 218 h34 q24 0 24 24 v26 q0 24 -24 24 h-34z", i.base)
        + rect(292, 240, 34, 28, i.trim, 4)
    )


def gloves(i: Ink, rng: Random) -> str:
    """Draw a pair of gloves."""
    tips = shape("M176 84 q0 -18 14 -18 q14 0 14 18 v16 h-28z", i.trim) if rng.random() < 0.5 else ""
    glove = (
        shape(
            "M146 208 V112 q0 -15 13 -15 q13 0 13 15 v-14 q0 -32 18 -32 q16 0 16 32 v8 q2 -22 16 -22 q14 0 14 24 v26 "
            "q4 -14 15 -12 q11 2 10 18 V208 q0 12 14 4 l22 -24 q14 -12 24 0 q6 8 -4 20 l-46 62 H150z",
            i.base,
        )
        + tips
        + shape(
            "M236 134 q4 -14 15 -12 q11 2 10 18 V208 q0 12 14 4 l22 "
            "-24 q14 -12 24 0 q6 8 -4 20 l-46 62 h-28 Q250 220 236 134z",
            i.dark,
        )
        + line("M172 116 v48 M206 108 v52 M236 134 v34", i.deep, 3)
        + rect(144, 262, 130, 42, i.deep, 8)
        + line("M156 283 h106", i.trim, 6)
    )
    return moved(glove, -40, 2, -10, 0.86) + moved(glove, 78, 18, 8, 0.86)


def socks(i: Ink, rng: Random) -> str:
    """Draw a pair of socks."""
    stripes = "".join(rect(176, y, 72, 9, i.trim) for y in ((98, 116) if rng.random() < 0.6 else (98, 116, 134)))
    sock = (
        shape("M176 60 H248 V196 L300 226 Q330 244 318 270 Q306 296 268 290 L196 262 Q172 250 174 216z", i.base)
        + stripes
        + shape(
            "M228 60 H248 V196 L300 226 Q330 244 318 270 Q306 296 268 290 Q300 262 246 226 Q226 212 228 190z", i.dark
        )
        + shape("M268 290 Q306 296 318 270 Q328 250 310 234 Q280 246 268 290z", i.trim)
        + shape("M174 206 Q206 206 214 236 Q206 258 190 258 Q172 246 174 206z", i.trim)
        + rect(172, 54, 80, 22, i.deep, 6)
        + "".join(line(f"M{184 + k * 11} 58 v14", i.base, 2.5) for k in range(6))
    )
    return moved(sock, -62, -6, -4, 0.88) + moved(sock, 40, 16, 6, 0.92)


def blanket(i: Ink, rng: Random) -> str:
    """Draw a folded throw with a fringe."""
    check = "".join(line(f"M{140 + k * 40} 124 V296", i.trim, 5) for k in range(6))
    rows = "".join(
        line(f"M112 {y} H372", i.trim if k % 3 == 1 else i.dark, 4)
        for k, y in enumerate((142, 156, 204, 218, 264, 278))
    )
    bobbles = "".join(dot(130 + k * 36, 152 + (k % 2) * 104, 5, i.light) for k in range(7))
    layers = "".join(
        rect(96 + k * 4, 236 - k * 56, 288 - k * 8, 62, tone, 28) + line(f"M122 {290 - k * 56} H376", i.deep, 3)
        for k, tone in enumerate((i.dark, i.base, i.light))
    )
    fringe = "".join(line(f"M{132 + k * 13} 180 v17", i.deep, 3.5) for k in range(18))
    return layers + rng.choice((check, rows, bobbles)) + fringe + line("M128 138 Q200 128 330 132", PAPER, 3)


def scarf(i: Ink, rng: Random) -> str:
    """Draw a scarf in a loop: plain, striped or checked."""
    stripes = "".join(line(f"M{150 - k} {206 + k * 26} L{214 - k} {212 + k * 26}", i.trim, 8) for k in range(3))
    check = "".join(line(f"M{164 + k * 18} 178 L{154 + k * 18} 288", i.trim, 4) for k in range(3)) + "".join(
        line(f"M146 {206 + k * 26} L214 {212 + k * 26}", i.light, 4) for k in range(3)
    )
    fringe = "".join(line(f"M{142 + k * 11} 290 l-3 26", i.deep, 4) for k in range(7))
    short = "".join(line(f"M{268 + k * 10} 258 l3 24", i.deep, 4) for k in range(6))
    return (
        shape("M262 160 Q300 180 330 250 L262 262 Q252 206 236 176z", i.dark)
        + short
        + shape("M112 118 Q240 64 368 118 Q388 150 354 178 Q240 226 126 178 Q92 150 112 118z", i.base)
        + shape("M150 122 Q240 92 330 122 Q336 136 320 142 Q240 166 160 142 Q144 136 150 122z", i.deep)
        + shape("M304 100 Q340 106 368 118 Q388 150 354 178 Q318 194 288 199 Q352 150 304 100z", i.dark)
        + shape("M154 168 L222 184 L210 294 L138 288z", i.light)
        + rng.choice(("", stripes, check))
        + fringe
        + line("M128 136 Q150 166 196 178", i.light, 5)
        + line("M182 116 Q240 100 296 116", i.dark, 3)
    )
