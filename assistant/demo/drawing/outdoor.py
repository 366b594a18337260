"""Drawings of the outdoor department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import GLOW, METAL, METAL_DARK, METAL_LIGHT, NIGHT, NIGHT_LIGHT, SLATE, Ink
from assistant.demo.drawing.svg import both, dot, faint, line, moved, oval, rect, ring, shape


def tent(i: Ink, rng: Random) -> str:
    """Draw a dome tent with an open door."""
    apex = rng.randint(-18, 18)
    top = 240 + apex
    flag = line(f"M{top} 84 V66", i.deep, 3) + shape(f"M{top} 66 l26 7 -26 8z", i.trim) if rng.random() < 0.5 else ""
    return (
        line("M92 284 L60 302 M388 284 L420 302", i.deep, 2.5)
        + shape(f"M84 290 Q130 150 {top} 84 Q350 150 396 290z", i.base)
        + shape(f"M{top} 84 Q350 150 396 290 H316 Q310 170 {top} 84z", i.dark)
        + shape(f"M84 290 Q130 150 {top} 84 Q170 170 158 290z", i.light)
        + shape(f"M184 290 Q196 190 {top - 4} 132 Q282 200 290 290z", i.deep)
        + shape(f"M184 290 Q196 190 {top - 4} 132 Q226 220 216 290z", i.trim)
        + shape(f"M290 290 Q282 200 {top - 4} 132 Q262 230 276 290z", i.light)
        + line(f"M84 290 Q130 150 {top} 84 Q350 150 396 290", i.deep, 3)
        + line("M120 236 q12 4 22 2 M338 238 q14 4 26 0", i.deep, 2)
        + flag
        + "".join(line(f"M{x} 302 l{d} -12", METAL_DARK, 3) for x, d in ((60, 6), (420, -6)))
    )


def sleeping_bag(i: Ink, rng: Random) -> str:
    """Draw a mummy bag, half open."""
    seams = "".join(line(f"M{182 + k * 3} {140 + k * 34} q58 {14 + k} {116 - k * 6} 0", i.dark, 2.5) for k in range(5))
    bag = (
        shape(
            "M240 52 C306 52 330 104 322 168 C314 236 296 296 282 "
            "312 C270 324 210 324 198 312 C184 296 166 236 158 168 "
            "C150 104 174 52 240 52z",
            i.base,
        )
        + shape(
            "M240 52 C306 52 330 104 322 168 C314 236 296 296 282 "
            "312 C276 318 262 321 248 321 C280 240 300 130 240 52z",
            i.dark,
        )
        + seams
        + oval(240, 112, 56, 50, i.deep)
        + oval(240, 116, 46, 42, i.trim)
        + shape("M196 120 q44 34 88 0 q-4 40 -44 40 q-40 0 -44 -40z", i.light)
        + line("M292 150 Q286 220 262 296", METAL_LIGHT, 3, "5 4")
        + dot(291, 156, 5, METAL_DARK)
    )
    return moved(bag, 0, 2, 64 + rng.randint(-6, 6), 0.98)


def sleeping_mat(i: Ink, rng: Random) -> str:
    """Draw a mat that is partly rolled up."""
    step = rng.choice((26, 34))
    ribs = "".join(line(f"M{x} 294 l48 -68", i.dark, 3) for x in range(190, 384, step))
    return (
        shape("M112 298 H392 L430 222 V232 L394 308 H112z", i.deep)
        + shape("M112 298 L164 222 H430 L392 298z", i.base)
        + ribs
        + shape("M84 244 L134 172 A34 34 0 0 1 190 212 L140 284z", i.light)
        + shape("M112 222 L162 150 A42 42 0 0 1 190 212 L140 284z", i.base)
        + "".join(line(f"M{110 + k * 17} {214 - k * 24} q30 8 36 42", i.dark, 3) for k in range(3))
        + dot(112, 264, 36, i.dark)
        + ring(112, 264, 25, i.light, 5)
        + ring(112, 264, 14, i.light, 5)
        + dot(112, 264, 5, i.deep)
        + dot(404, 240, 7, i.trim)
        + dot(404, 240, 3, i.deep)
    )


def hiking_pack(i: Ink, rng: Random) -> str:
    """Draw a trekking rucksack with lid, pockets and a rolled mat."""
    mat = oval(240, 302, 92, 17, i.trim) + oval(158, 302, 12, 17, i.deep) if rng.random() < 0.6 else ""
    return (
        both(line("M176 120 Q136 170 148 262", i.deep, 15))
        + shape("M168 108 Q240 84 312 108 L322 284 Q240 304 158 284z", i.base)
        + shape("M266 96 Q292 100 312 108 L322 284 Q300 291 276 294z", i.dark)
        + shape("M164 118 Q240 98 316 118 Q326 74 296 62 Q240 50 184 62 Q154 74 164 118z", i.dark)
        + shape("M176 104 Q240 90 304 104 Q306 78 288 72 Q240 62 192 72 Q174 78 176 104z", i.base)
        + line("M196 84 Q240 74 284 84", i.light, 3)
        + line("M204 116 V196 M276 116 V196", NIGHT_LIGHT, 8)
        + rect(197, 148, 14, 16, METAL, 3)
        + rect(269, 148, 14, 16, METAL, 3)
        + shape("M188 202 Q240 192 292 202 L298 272 Q240 284 182 272z", i.light)
        + line("M192 220 Q240 210 288 220", i.deep, 3)
        + rect(282, 216, 6, 18, i.trim, 3)
        + both(shape("M162 206 Q146 214 148 270 L160 274z", i.deep))
        + mat
        + line("M226 64 Q240 44 254 64", NIGHT_LIGHT, 5)
    )


def stove(i: Ink, rng: Random) -> str:
    """Draw a gas stove on its cartridge, with a pot on some of them."""
    pot = (
        rect(176, 82, 128, 78, METAL, 10)
        + rect(262, 82, 42, 78, METAL_DARK, 10)
        + rect(168, 76, 144, 12, METAL_LIGHT, 6)
        + line("M304 108 h52", NIGHT, 9)
        + dot(240, 70, 8, NIGHT)
    )
    flame = shape("M214 180 q8 -30 26 -36 q18 6 26 36z", "#6fa8dc") + shape(
        "M228 180 q4 -18 12 -22 q8 4 12 22z", "#d8ecff"
    )
    return (
        (pot if rng.random() < 0.7 else "")
        + flame
        + both(line("M232 196 L182 166 h-8", METAL_DARK, 6))
        + rect(216, 178, 48, 14, METAL_DARK, 5)
        + rect(228, 190, 24, 34, METAL, 3)
        + line("M252 206 h34", METAL_DARK, 5)
        + ring(296, 206, 9, i.trim, 5)
        + rect(222, 220, 36, 12, METAL_LIGHT, 4)
        + shape("M176 262 Q176 230 240 230 Q304 230 304 262 V290 Q304 304 240 304 Q176 304 176 290z", i.base)
        + shape("M258 231 Q304 234 304 262 V290 Q304 301 262 303z", i.dark)
        + shape("M176 256 h128 v16 h-128z", i.trim)
        + line("M190 246 Q196 238 214 236", i.light, 5)
    )


def headlamp(i: Ink, rng: Random) -> str:
    """Draw a lamp on its headband, shining."""
    stripe = line("M96 176 Q112 92 240 88 Q368 92 384 176", i.trim, 5, "14 9" if rng.random() < 0.5 else "")
    return (
        line("M104 190 Q92 264 240 270 Q388 264 376 190", i.deep, 20)
        + line("M96 180 Q112 94 240 90 Q368 94 384 180 Q384 196 376 206", i.base, 26)
        + stripe
        + faint(shape("M240 206 L120 322 H360z", GLOW), 0.55)
        + shape(
            "M176 150 Q176 128 198 128 H282 Q304 128 304 150 V214 Q304 236 282 236 H198 Q176 236 176 214z", NIGHT_LIGHT
        )
        + shape("M266 128 H282 Q304 128 304 150 V214 Q304 236 282 236 H262z", NIGHT)
        + rect(208, 118, 36, 14, i.trim, 6)
        + dot(240, 184, 38, METAL)
        + dot(240, 184, 30, GLOW)
        + dot(240, 184, 15, "#fff8df")
        + ring(240, 184, 23, "#f3cf73", 2)
    )


def bottle(i: Ink, rng: Random) -> str:
    """Draw a drinking bottle with a loop lid."""
    mark = (
        shape("M226 232 l14 -22 14 22z", i.light)
        if rng.random() < 0.5
        else dot(240, 222, 11, i.light) + dot(240, 222, 5, i.base)
    )
    return (
        line("M222 78 Q222 48 240 48 Q258 48 258 78", SLATE, 9)
        + rect(208, 72, 64, 34, NIGHT_LIGHT, 8)
        + rect(244, 72, 28, 34, NIGHT, 8)
        + shape(
            "M206 106 H274 Q300 118 300 150 V286 Q300 306 280 306 H200 Q180 306 180 286 V150 Q180 118 206 106z", i.base
        )
        + shape(
            "M262 106 H274 Q300 118 300 150 V286 Q300 306 280 306 H256 Q270 300 270 280 V150 Q270 124 262 106z", i.dark
        )
        + rect(192, 146, 10, 118, i.light, 5)
        + rect(180, 276, 120, 8, i.deep)
        + mark
        + rect(206, 104, 68, 6, METAL_LIGHT)
    )


def bladder(i: Ink, rng: Random) -> str:
    """Draw a hydration bladder with its tube."""
    level = rng.choice((150, 178, 206))
    tube = rng.choice((i.trim, NIGHT_LIGHT, i.deep))
    return (
        line("M240 292 Q240 326 300 314 Q392 296 372 180 Q362 120 398 84", tube, 10)
        + moved(rect(380, 56, 24, 40, NIGHT, 8) + rect(384, 46, 16, 16, i.trim, 5), 4, 0, 0)
        + rect(150, 44, 180, 30, i.deep, 8)
        + rect(214, 26, 52, 26, NIGHT_LIGHT, 8)
        + shape("M154 70 H326 Q336 200 318 272 Q308 302 240 302 Q172 302 162 272 Q144 200 154 70z", "#d6e6ee")
        + faint(
            shape(
                f"M150 {level} Q196 {level - 12} 240 {level} T330 {level} Q332 240 318 272 Q308 302 240 302 "
                f"Q172 302 162 272 Q150 230 150 {level}z",
                i.base,
            ),
            0.82,
        )
        + line("M176 100 Q168 190 182 264", "#ffffff", 7)
        + "".join(line(f"M296 {110 + k * 34} h18", i.deep, 4) for k in range(5))
        + dot(240, 280, 13, NIGHT)
    )


def poles(i: Ink, rng: Random) -> str:
    """Draw a pair of trekking poles, crossed or side by side."""
    cork = rng.choice(("#c59a6b", NIGHT, "#5d6673"))
    one = (
        line("M240 120 V292", METAL, 7)
        + line("M240 120 V206", i.base, 11)
        + rect(232, 202, 16, 22, NIGHT, 4)
        + line("M240 292 V316", METAL_DARK, 5)
        + oval(240, 286, 26, 6, i.deep)
        + rect(229, 52, 22, 74, cork, 10)
        + rect(226, 44, 28, 18, NIGHT, 8)
        + line("M250 58 Q290 92 252 122", i.trim, 6)
        + "".join(line(f"M232 {78 + k * 12} h16", NIGHT_LIGHT, 2.5) for k in range(4))
    )
    turn = rng.choice((14, 20, 6))
    return moved(one, -40, 4, -turn) + moved(one, 46, 4, turn)


def camp_chair(i: Ink, rng: Random) -> str:
    """Draw a folding chair for the camp."""
    return _camp_chair(i, rng, "")


def cup_chair(i: Ink, rng: Random) -> str:
    """Draw a folding chair with a cup in its holder."""
    return _camp_chair(i, rng, rect(338, 190, 34, 34, i.deep, 6) + rect(344, 176, 22, 28, METAL_LIGHT, 4))


def _camp_chair(i: Ink, rng: Random, cup: str) -> str:
    quilt = "".join(line(f"M176 {104 + k * 24} H304", i.dark, 3) for k in range(4))
    return (
        both(line("M150 304 L322 214", METAL_DARK, 8))
        + both(line("M158 88 L138 304", NIGHT_LIGHT, 8))
        + shape("M160 66 Q240 82 320 66 L312 212 H168z", i.base)
        + shape("M278 74 Q302 72 320 66 L312 212 H270z", i.dark)
        + (quilt if rng.random() < 0.5 else rect(196, 92, 88, 30, i.trim, 6))
        + shape("M160 204 H320 L352 234 Q240 256 128 234z", i.light)
        + shape("M128 234 Q240 256 352 234 L350 246 Q240 268 130 246z", i.deep)
        + both(line("M128 174 H188", i.deep, 14) + line("M136 176 L132 236", NIGHT_LIGHT, 7))
        + cup
        + both(dot(142, 302, 8, NIGHT))
    )
