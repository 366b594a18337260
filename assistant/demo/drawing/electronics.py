"""Drawings of the electronics department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import (
    GLOW,
    METAL,
    METAL_DARK,
    METAL_LIGHT,
    NIGHT,
    NIGHT_LIGHT,
    SCREEN,
    SCREEN_LIGHT,
    SLATE,
    Ink,
)
from assistant.demo.drawing.svg import both, dot, faint, line, moved, oval, rect, ring, shape

_SKY = (("#f2b28a", "#d97f76", "#5b5f8f"), ("#9cc7d8", "#5f9bb5", "#2f5d7c"), ("#c9d8a4", "#86ab7c", "#3f6f63"))


def _picture(x: float, y: float, w: float, h: float, rng: Random) -> str:
    """Draw a little landscape as a screen's content."""
    sky, near, far = rng.choice(_SKY)
    base = y + h
    return (
        rect(x, y, w, h, sky)
        + dot(x + w * 0.7, y + h * 0.34, min(w, h) * 0.12, "#fff3d6")
        + shape(
            f"M{x} {base} V{y + h * 0.62} L{x + w * 0.28} {y + h * 0.38} L{x + w * 0.52} "
            f"{y + h * 0.66} L{x + w * 0.76} {y + h * 0.48} L{x + w} {y + h * 0.7} V{base}z",
            near,
        )
        + shape(
            f"M{x} {base} V{y + h * 0.84} Q{x + w * 0.35} {y + h * 0.66} "
            f"{x + w * 0.62} {y + h * 0.82} T{x + w} {y + h * 0.8} V{base}z",
            far,
        )
    )


def wired_headphones(i: Ink, rng: Random) -> str:
    """Draw headphones with a cable."""
    return line("M158 284 Q160 318 214 312 Q300 300 330 324", NIGHT_LIGHT, 5) + headphones(i, rng)


def headphones(i: Ink, rng: Random) -> str:
    """Draw over-ear headphones."""
    padding = rng.choice((NIGHT_LIGHT, SLATE))
    cup = (
        rect(132, 168, 52, 116, i.base, 24)
        + rect(132, 168, 26, 116, i.dark, 13)
        + rect(174, 162, 30, 128, padding, 15)
        + rect(188, 166, 14, 120, NIGHT, 7)
        + dot(150, 226, 7, i.trim)
    )
    return (
        line("M148 196 Q130 66 240 62 Q350 66 332 196", i.deep, 18)
        + line("M150 180 Q140 76 240 72 Q340 76 330 180", i.base, 9)
        + line("M184 86 Q206 72 240 71 Q274 72 296 86", i.light, 8)
        + both(rect(140, 146, 16, 42, METAL, 6))
        + both(cup)
    )


def earbuds(i: Ink, rng: Random) -> str:
    """Draw two buds above their open case."""
    bud = (
        oval(176, 112, 26, 24, i.base)
        + oval(196, 118, 13, 15, NIGHT_LIGHT)
        + rect(160, 116, 18, 62, i.base, 9)
        + rect(160, 116, 8, 62, i.light, 4)
        + dot(170, 104, 5, i.trim)
    )
    lid = shape("M138 214 Q138 176 186 176 H294 Q342 176 342 214z", i.dark)
    light = dot(240, 268, 4.5, rng.choice(("#7fd08a", "#f3cf73")))
    return (
        lid
        + shape("M150 212 Q152 190 188 188 H292 Q328 190 330 212z", i.deep)
        + moved(bud, 16, -22, -6)
        + moved(bud, 96, -10, 10)
        + shape("M132 212 H348 V256 Q348 300 300 300 H180 Q132 300 132 256z", i.base)
        + shape("M300 212 H348 V256 Q348 300 300 300 H280 Q316 292 300 212z", i.dark)
        + rect(132, 208, 216, 10, i.light, 5)
        + line("M148 240 Q150 276 182 284", i.light, 6)
        + light
    )


def speaker(i: Ink, rng: Random) -> str:
    """Draw a round portable speaker: a lying cylinder or a small standing one."""
    if rng.random() < 0.5:
        mesh = "".join(dot(140 + (k % 12) * 18 + (k // 12 % 2) * 9, 168 + (k // 12) * 17, 3, i.dark) for k in range(84))
        return (
            line("M338 128 Q400 96 404 150", i.trim, 9)
            + rect(96, 132, 288, 152, i.base, 70)
            + mesh
            + oval(116, 208, 34, 66, i.deep)
            + oval(112, 208, 24, 50, NIGHT_LIGHT)
            + oval(110, 208, 12, 26, SLATE)
            + rect(196, 136, 92, 16, i.deep, 8)
            + "".join(dot(216 + k * 26, 144, 4, i.light) for k in range(3))
            + line("M168 148 H188", i.light, 5)
            + rect(352, 216, 10, 40, i.trim, 4)
        )
    mesh = "".join(dot(176 + (k % 8) * 18 + (k // 8 % 2) * 9, 122 + (k // 8) * 18, 3.2, i.dark) for k in range(64))
    return (
        line("M204 84 Q240 30 276 84", i.trim, 10)
        + shape("M164 104 Q164 76 200 76 H280 Q316 76 316 104 V268 Q316 302 280 302 H200 Q164 302 164 268z", i.base)
        + mesh
        + shape("M284 76 Q316 78 316 104 V268 Q316 302 280 302 H268 Q296 296 294 262 V110 Q294 84 284 76z", i.deep)
        + oval(240, 84, 58, 12, i.deep)
        + oval(240, 82, 44, 8, i.dark)
        + rect(164, 272, 152, 8, i.deep)
        + dot(240, 256, 8, i.light)
    )


def monitor(i: Ink, rng: Random) -> str:
    """Draw a screen on its stand."""
    lower = rect(82, 234, 316, 12, i.dark) if rng.random() < 0.6 else ""
    wide = rng.choice((0, 0, 24))
    return (
        shape("M214 240 H266 L274 290 H206z", METAL_DARK)
        + rect(166, 286, 148, 14, METAL, 7)
        + rect(82 - wide, 58, 316 + 2 * wide, 190, i.base, 10)
        + _picture(90 - wide, 66, 300 + 2 * wide, 168 if lower else 174, rng)
        + (rect(82 - wide, 234, 316 + 2 * wide, 14, i.dark, 5) if lower else "")
        + faint(shape(f"M{90 - wide} 66 h120 L{140 - wide} 234 h-50z", "#ffffff"), 0.13)
        + dot(240, 241, 3, METAL_LIGHT)
        + line("M216 252 h48", METAL_LIGHT, 3)
    )


def keyboard(i: Ink, rng: Random) -> str:
    """Draw a keyboard seen from the front edge."""
    compact = rng.random() < 0.5
    left, columns = (112, 11) if compact else (74, 14)
    width = columns * 23 + 18
    caps = ""
    for row in range(4):
        for column in range(columns):
            special = (row, column) in {(0, 0), (2, columns - 1)} or (row == 3 and column in (1,))
            caps += rect(left + 10 + column * 23, 142 + row * 27, 20, 22, i.trim if special else i.light, 4)
    return (
        rect(left - 2, 128, width + 4, 164, i.deep, 14)
        + rect(left - 2, 124, width + 4, 156, i.base, 14)
        + rect(left + 6, 136, width - 12, 136, i.dark, 8)
        + caps
        + rect(left + 10, 250, 43, 16, i.light, 4)
        + rect(left + 56, 250, width - 130, 16, i.light, 4)
        + rect(left + width - 66, 250, 20, 16, i.light, 4)
        + rect(left + width - 43, 250, 20, 16, i.light, 4)
    )


def mouse(i: Ink, rng: Random) -> str:
    """Draw a computer mouse, with its cable on some."""
    cable = line("M240 66 Q240 30 290 34 Q340 38 352 24", NIGHT_LIGHT, 6) if rng.random() < 0.35 else ""
    return (
        cable
        + shape(
            "M240 62 C312 62 322 122 322 190 C322 262 292 304 240 304 C188 304 158 262 158 190 C158 122 168 62 240 62z",
            i.base,
        )
        + shape("M256 63 C314 70 322 124 322 190 C322 262 292 304 240 304 C300 262 296 130 256 63z", i.dark)
        + shape("M240 62 C188 62 162 100 158 172 H322 C318 100 292 62 240 62z", i.light)
        + line("M240 64 V172 M160 174 Q240 186 320 174", i.deep, 3)
        + rect(231, 94, 18, 46, NIGHT, 9)
        + rect(235, 102, 10, 26, i.trim, 5)
        + shape("M160 190 q12 18 2 46 q-4 -20 -2 -46z", i.deep)
        + faint(oval(206, 240, 20, 40, "#ffffff"), 0.14)
    )


def power_bank(i: Ink, rng: Random) -> str:
    """Draw a power bank with its charge lights and a short cable."""
    bolt = (
        shape("M248 120 l-34 58 h24 l-8 46 36 -62 h-26z", i.trim)
        if rng.random() < 0.6
        else ring(240, 172, 40, i.light, 5)
    )
    lights = rng.randint(2, 4)
    return (
        line("M278 66 Q278 36 318 40 Q372 48 366 106 Q364 136 384 142", NIGHT_LIGHT, 8)
        + rect(374, 136, 24, 34, METAL, 5)
        + rect(170, 64, 140, 236, i.base, 24)
        + shape("M282 64 H286 Q310 64 310 88 V276 Q310 300 286 300 H268 Q288 292 288 270 V88 Q288 70 282 64z", i.dark)
        + rect(182, 80, 10, 190, i.light, 5)
        + bolt
        + "".join(dot(214 + k * 17, 272, 4.5, "#f6f2e6" if k < lights else i.deep) for k in range(4))
        + rect(262, 58, 32, 10, NIGHT, 4)
        + rect(200, 60, 34, 8, NIGHT, 4)
    )


def phone(i: Ink, rng: Random) -> str:
    """Draw a phone, front and back."""
    lenses = rng.randint(2, 3)
    back = (
        rect(252, 66, 114, 228, i.dark, 20)
        + rect(256, 70, 106, 220, i.base, 17)
        + rect(264, 78, 46, 30 + lenses * 22, i.dark, 14)
        + "".join(dot(287, 101 + k * 26, 11, NIGHT) + dot(284, 98 + k * 26, 4, SCREEN_LIGHT) for k in range(lenses))
        + faint(shape("M320 70 h30 L290 290 h-30z", "#ffffff"), 0.12)
    )
    front = (
        rect(128, 52, 124, 250, i.deep, 22)
        + rect(134, 58, 112, 238, NIGHT, 18)
        + _picture(139, 66, 102, 222, rng)
        + rect(172, 70, 36, 9, NIGHT, 5)
        + "".join(
            rect(150 + (k % 3) * 29, 206 + (k // 3) * 30, 21, 21, ("#ffffff", i.trim, i.light)[k % 3], 6)
            for k in range(6)
        )
        + rect(164, 278, 52, 4, "#ffffff", 2)
    )
    return back + front


def phone_case(i: Ink, rng: Random) -> str:
    """Draw a phone case from behind."""
    pattern = rng.choice(("ring", "slot", "plain", "waves"))
    parts = {
        "ring": ring(240, 206, 38, i.light, 8) + rect(236, 252, 8, 22, i.light, 4),
        "slot": rect(196, 212, 88, 62, i.dark, 8) + line("M200 222 H280", i.deep, 4),
        "plain": line("M196 274 H284", i.dark, 4),
        "waves": "".join(
            line(f"M178 {186 + k * 24} q31 -16 62 0 t62 0", i.light if k % 2 else i.trim, 6) for k in range(4)
        ),
    }
    return moved(
        rect(166, 44, 148, 264, i.dark, 30)
        + rect(172, 46, 138, 258, i.base, 26)
        + rect(184, 58, 60, 78, i.deep, 18)
        + rect(190, 64, 48, 66, NIGHT, 14)
        + dot(206, 82, 10, SCREEN)
        + dot(206, 110, 10, SCREEN)
        + dot(203, 79, 3.5, SCREEN_LIGHT)
        + dot(203, 107, 3.5, SCREEN_LIGHT)
        + parts[pattern]
        + rect(308, 96, 8, 40, i.deep, 4)
        + line("M298 66 Q302 160 300 282", i.light, 4),
        0,
        2,
        rng.choice((-8, 0, 8)),
        0.97,
    )


def watch(i: Ink, rng: Random) -> str:
    """Draw a smartwatch, round or square."""
    round_face = rng.random() < 0.5
    face = (
        dot(240, 178, 72, METAL_DARK) + dot(240, 178, 66, METAL) + dot(240, 178, 58, NIGHT)
        if round_face
        else rect(174, 108, 132, 142, METAL_DARK, 34)
        + rect(178, 112, 124, 134, METAL, 31)
        + rect(186, 120, 108, 118, NIGHT, 26)
    )
    return (
        shape("M206 40 H274 L284 130 H196z", i.base)
        + shape("M196 226 H284 L272 316 Q240 324 208 316z", i.base)
        + shape("M252 40 H274 L284 130 H258z", i.dark)
        + shape("M258 226 H284 L272 316 Q262 320 252 320z", i.dark)
        + "".join(dot(240, 286 + k * 13, 3, i.deep) for k in range(3))
        + face
        + rect(308, 164, 12, 28, METAL_DARK, 5)
        + ring(240, 178, 40, SLATE, 7)
        + line(f"M240 138 A40 40 0 {rng.choice(('0 1 274 199', '1 1 206 199', '0 1 280 178'))}", i.trim, 7)
        + line("M240 178 V154 M240 178 L256 188", "#ffffff", 4)
        + dot(240, 178, 4, "#ffffff")
    )


def bike_light(i: Ink, rng: Random) -> str:
    """Draw a front light on a handlebar, shining."""
    return _bike_light(i, rng, GLOW)


def rear_light(i: Ink, rng: Random) -> str:
    """Draw a rear light, shining red."""
    return _bike_light(i, rng, "#f2968c")


def _bike_light(i: Ink, rng: Random, glow: str) -> str:
    fins = rng.randint(3, 5)
    return (
        faint(shape("M150 166 L40 96 V276 L150 208z", glow), 0.7)
        + line("M92 258 H388", METAL_DARK, 24)
        + line("M92 252 H388", METAL_LIGHT, 5)
        + rect(220, 226, 62, 58, NIGHT, 12)
        + rect(226, 232, 12, 46, NIGHT_LIGHT, 6)
        + rect(168, 130, 178, 100, i.base, 26)
        + shape("M310 130 H320 Q346 130 346 156 V204 Q346 230 320 230 H296 Q320 220 310 130z", i.dark)
        + rect(146, 124, 48, 112, METAL, 14)
        + rect(138, 132, 22, 96, glow, 10)
        + "".join(rect(214 + k * 18, 148, 8, 64, i.deep, 4) for k in range(fins))
        + dot(316, 180, 11, i.trim)
        + line("M206 140 H300", i.light, 5)
    )
