"""Drawings of the kitchen department."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import (
    COFFEE,
    CREAM,
    GLASS,
    GLASS_LIGHT,
    METAL,
    METAL_DARK,
    METAL_LIGHT,
    NIGHT,
    NIGHT_LIGHT,
    PAPER,
    SLATE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Ink,
)
from assistant.demo.drawing.svg import dot, faint, line, oval, rect, ring, shape


def espresso(i: Ink, rng: Random) -> str:
    """Draw an espresso machine pulling a shot."""
    gauge = ring(200, 106, 15, METAL, 5) + dot(200, 106, 12, PAPER) + line("M200 106 l6 -7", NIGHT, 2.5)
    buttons = "".join(dot(188 + k * 24, 106, 7, METAL_LIGHT) for k in range(2))
    return (
        rect(134, 70, 212, 222, i.base, 18)
        + shape("M300 70 H328 Q346 70 346 88 V292 H300z", i.dark)
        + rect(150, 142, 150, 118, i.deep, 8)
        + rect(134, 70, 212, 18, i.light, 9)
        + "".join(rect(166 + k * 44, 50, 34, 20, PAPER if k % 2 else CREAM, 5) for k in range(3))
        + (gauge if rng.random() < 0.6 else buttons)
        + dot(250, 106, 8, i.trim)
        + dot(276, 106, 8, METAL_LIGHT)
        + rect(190, 134, 70, 22, METAL, 6)
        + rect(198, 154, 54, 14, METAL_DARK, 5)
        + line("M198 161 h-48", NIGHT, 11)
        + line("M216 170 V206 M234 170 V206", COFFEE, 3)
        + shape("M202 206 H248 L243 236 Q241 242 234 242 H216 Q209 242 207 236z", PAPER)
        + line("M248 212 q16 4 4 18 l-7 2", PAPER, 5)
        + line("M316 128 V210 q-2 12 8 20", METAL_LIGHT, 6)
        + rect(126, 258, 228, 36, METAL, 8)
        + "".join(rect(150 + k * 18, 252, 10, 6, METAL_DARK, 2) for k in range(9))
        + rect(126, 280, 228, 16, METAL_DARK, 8)
    )


def hand_grinder(i: Ink, rng: Random) -> str:
    """Draw a coffee grinder to turn by hand."""
    drawer = rect(216, 236, 48, 40, WOOD_DARK, 5) + dot(240, 256, 5, METAL_LIGHT) if rng.random() < 0.5 else ""
    return (
        line("M240 88 V66 H312", METAL_DARK, 8)
        + dot(318, 66, 14, WOOD_DARK)
        + shape("M204 100 Q204 84 240 84 Q276 84 276 100z", METAL)
        + rect(198, 98, 84, 96, i.base, 8)
        + rect(254, 98, 28, 96, i.dark, 8)
        + rect(192, 190, 96, 14, METAL_LIGHT, 6)
        + rect(202, 204, 76, 96, WOOD, 8)
        + rect(252, 204, 26, 96, WOOD_DARK, 8)
        + drawer
        + rect(208, 108, 8, 76, i.light, 4)
        + rect(212, 212, 6, 78, WOOD_LIGHT, 3)
    )


def grinder(i: Ink, rng: Random) -> str:
    """Draw an electric coffee grinder with a hopper full of beans."""
    beans = "".join(oval(206 + (k * 23) % 70, 84 + (k * 17) % 48, 7, 5, COFFEE) for k in range(rng.randint(9, 16)))
    return (
        shape("M192 60 H288 L276 142 H204z", GLASS)
        + beans
        + shape("M196 60 H284 Q290 48 280 48 H200 Q190 48 196 60z", NIGHT_LIGHT)
        + faint(shape("M200 66 h16 l8 70 h-12z", "#ffffff"), 0.6)
        + shape(
            "M186 142 H294 Q304 142 304 154 V284 Q304 300 288 300 H192 Q176 300 176 284 V154 Q176 142 186 142z", i.base
        )
        + shape("M270 142 H294 Q304 142 304 154 V284 Q304 300 288 300 H266z", i.dark)
        + ring(240, 178, 18, i.light, 6)
        + line("M240 178 l8 -10", i.trim, 5)
        + shape("M206 222 H274 V286 Q240 296 206 286z", i.deep)
        + shape("M214 238 H266 L260 282 Q240 288 220 282z", GLASS)
        + shape("M217 258 H263 L260 282 Q240 288 220 282z", COFFEE)
    )


def french_press(i: Ink, rng: Random) -> str:
    """Draw a French press, more or less full."""
    full = rng.choice((140, 158, 186))
    return (
        line("M240 40 V96", METAL, 6)
        + dot(240, 40, 12, NIGHT)
        + shape("M180 100 Q184 80 240 80 Q296 80 300 100z", METAL)
        + shape("M180 104 H300 V288 Q300 300 288 300 H192 Q180 300 180 288z", GLASS)
        + shape(f"M186 {full} H294 V286 Q294 294 286 294 H194 Q186 294 186 286z", COFFEE)
        + rect(186, full - 6, 108, 10, METAL_LIGHT, 3)
        + line(f"M240 104 V{full - 6}", METAL_DARK, 4)
        + faint(rect(194, 112, 12, 170, "#ffffff", 6), 0.4)
        + line("M300 130 H334 Q346 130 346 146 V250 Q346 264 330 264 H300", i.base, 13)
        + rect(176, 98, 128, 12, i.base, 5)
        + rect(176, 268, 128, 12, i.base, 5)
        + rect(172, 296, 136, 10, i.dark, 5)
        + shape("M180 100 L162 92 L180 120z", METAL)
    )


def pour_over(i: Ink, rng: Random) -> str:
    """Draw a pour-over cone on its jug."""
    collar = rng.choice((WOOD, i.trim, NIGHT))
    return (
        shape("M176 72 H304 L258 158 H222z", i.base)
        + shape("M262 72 H304 L258 158 H242z", i.dark)
        + shape("M186 64 H294 L262 84 H218z", CREAM)
        + oval(240, 72, 34, 7, COFFEE)
        + rect(206, 154, 68, 12, i.deep, 6)
        + line("M304 84 q34 4 18 36 q-10 14 -34 16", i.dark, 9)
        + shape("M212 166 H268 V186 Q316 212 314 266 Q314 300 286 300 H194 Q166 300 166 266 Q164 212 212 186z", GLASS)
        + shape("M170 246 H310 Q316 256 314 270 Q312 296 286 296 H194 Q168 296 166 270z", COFFEE)
        + faint(shape("M196 210 Q178 230 180 276 l12 4 Q190 232 210 206z", "#ffffff"), 0.55)
        + rect(208, 176, 64, 14, collar, 6)
    )


def moka_pot(i: Ink, rng: Random) -> str:
    """Draw an eight-sided stove-top pot."""
    knob = rng.choice((NIGHT, WOOD_DARK, i.trim))
    return (
        line("M296 106 H330 Q350 106 346 132 L334 186", NIGHT, 14)
        + shape("M178 92 L146 108 L186 124z", i.dark)
        + shape("M182 88 H298 L276 190 H204z", i.base)
        + shape("M272 88 H298 L276 190 H256z", i.dark)
        + shape("M212 88 h26 l-8 102 h-14z", i.light)
        + shape("M182 88 L214 68 H266 L298 88z", i.light)
        + shape("M250 68 H266 L298 88 H266z", i.dark)
        + rect(230, 50, 20, 20, knob, 6)
        + rect(196, 186, 88, 20, METAL_DARK, 4)
        + "".join(line(f"M{206 + k * 14} 190 v12", METAL, 3) for k in range(6))
        + shape("M204 206 H276 L306 302 H174z", i.base)
        + shape("M254 206 H276 L306 302 H268z", i.dark)
        + shape("M216 206 h20 l-12 96 h-26z", i.light)
        + dot(194, 272, 5, METAL_LIGHT)
    )


def filter_machine(i: Ink, rng: Random) -> str:
    """Draw a filter coffee machine with its jug."""
    display = (
        rect(286, 88, 40, 18, NIGHT, 4) + dot(296, 97, 3, "#7fd08a") if rng.random() < 0.6 else dot(306, 97, 8, i.trim)
    )
    return (
        rect(140, 62, 204, 66, i.base, 14)
        + rect(270, 62, 74, 236, i.dark, 14)
        + rect(140, 62, 204, 14, i.light, 7)
        + display
        + shape("M160 128 H262 L240 168 H182z", i.deep)
        + shape("M166 180 H254 L266 262 Q266 278 250 278 H168 Q152 278 152 262z", GLASS)
        + shape("M159 222 H260 L266 262 Q266 278 250 278 H168 Q152 278 152 262z", COFFEE)
        + rect(164, 172, 92, 12, NIGHT_LIGHT, 5)
        + line("M158 192 Q118 198 126 244 Q130 258 152 256", NIGHT, 11)
        + faint(rect(176, 192, 10, 76, "#ffffff", 5), 0.4)
        + rect(284, 140, 12, 112, GLASS_LIGHT, 6)
        + rect(284, 190, 12, 62, "#8fc1d4", 6)
        + rect(128, 278, 222, 20, NIGHT_LIGHT, 8)
    )


def kettle(i: Ink, rng: Random) -> str:
    """Draw a kettle with a wide spout."""
    return _kettle(i, rng, thin=False)


def gooseneck(i: Ink, rng: Random) -> str:
    """Draw a kettle with a thin, curved spout."""
    return _kettle(i, rng, thin=True)


def _kettle(i: Ink, rng: Random, *, thin: bool) -> str:
    knob = rng.choice((WOOD, NIGHT, METAL_DARK))
    spout = (
        line("M170 254 Q118 246 122 180 Q122 150 88 146", i.dark, 13)
        if thin
        else shape("M178 118 L126 132 Q134 168 166 196z", i.dark)
    )
    return (
        line("M288 110 Q372 104 366 188 Q362 236 318 248", NIGHT, 17)
        + spout
        + shape("M188 104 H292 L322 274 Q324 290 306 290 H174 Q156 290 158 274z", i.base)
        + shape("M268 104 H292 L322 274 Q324 290 306 290 H276z", i.dark)
        + shape("M200 118 h14 l-16 154 h-16z", i.light)
        + shape("M188 104 Q190 84 240 84 Q290 84 292 104z", i.deep)
        + dot(240, 76, 11, knob)
        + rect(146, 286, 188, 16, NIGHT_LIGHT, 7)
        + rect(230, 262, 20, 12, i.trim, 5)
    )


def knife(i: Ink, rng: Random) -> str:
    """Draw a kitchen knife on a board."""
    tip = rng.choice(("Q360 168 404 232 L404 236 H204", "Q392 184 404 214 Q398 236 376 236 H204"))
    waves = (
        "".join(line(f"M{214 + k * 40} 216 q16 -12 32 0", "#a7b0ba", 2) for k in range(4)) if rng.random() < 0.4 else ""
    )
    return (
        rect(64, 112, 352, 176, WOOD_LIGHT, 20)
        + rect(64, 268, 352, 20, WOOD_DARK, 10)
        + "".join(line(f"M88 {y} H{392 - k * 20}", WOOD, 3) for k, y in enumerate((140, 166, 244)))
        + ring(388, 140, 9, WOOD_DARK, 4)
        + shape(f"M204 176 H300 {tip}z", METAL_LIGHT)
        + shape("M204 212 H396 L404 234 L400 236 H204z", METAL)
        + waves
        + rect(194, 174, 14, 64, METAL_DARK, 4)
        + shape("M196 182 H104 Q84 182 84 200 Q84 222 106 220 L196 216z", i.base)
        + shape("M196 202 Q140 208 86 204 Q88 222 106 220 L196 216z", i.dark)
        + "".join(dot(112 + k * 32, 200, 4.5, METAL_LIGHT) for k in range(3))
    )


def pan(i: Ink, rng: Random) -> str:
    """Draw a frying pan from above at an angle, with an egg in some."""
    egg = (
        shape("M176 176 Q180 146 216 150 Q252 138 264 164 Q284 186 252 198 Q216 216 190 202 Q168 196 176 176z", PAPER)
        + dot(222, 174, 17, "#f0b93f")
        + dot(216, 168, 5, "#f8d98a")
    )
    leaves = shape("M190 184 q20 -30 40 0 q-20 20 -40 0z", "#6c9a5e") + shape(
        "M236 166 q22 -20 36 6 q-22 14 -36 -6z", "#87b075"
    )
    return (
        line("M318 214 L418 272", NIGHT, 20)
        + line("M322 212 L414 266", NIGHT_LIGHT, 7)
        + dot(412, 268, 5, METAL)
        + oval(220, 206, 146, 92, i.deep)
        + oval(220, 190, 146, 88, i.base)
        + oval(220, 190, 130, 75, i.dark)
        + oval(220, 194, 122, 67, NIGHT_LIGHT)
        + line("M98 180 Q116 124 200 112", i.light, 5)
        + rng.choice((egg, leaves, ""))
    )


def mug(i: Ink, rng: Random) -> str:
    """Draw a travel mug with a lid and a sleeve."""
    handle = line("M290 142 Q344 140 338 196 Q334 234 286 236", i.dark, 13) if rng.random() < 0.5 else ""
    return (
        handle
        + line("M222 56 q-8 -12 0 -22 M246 58 q-8 -14 2 -26", METAL, 4)
        + shape("M184 96 H296 L282 288 Q280 302 264 302 H216 Q200 302 198 288z", i.base)
        + shape("M262 96 H296 L282 288 Q280 302 264 302 H250z", i.dark)
        + shape("M188 148 H292 L286 224 H194z", i.trim)
        + shape("M264 148 H292 L286 224 H260z", i.deep)
        + rect(176, 78, 128, 24, NIGHT_LIGHT, 9)
        + shape("M190 78 Q192 64 208 64 H272 Q288 64 290 78z", NIGHT)
        + rect(246, 62, 30, 10, METAL, 4)
        + shape("M200 112 h10 l4 30 h-10z", i.light)
    )


def blender(i: Ink, rng: Random) -> str:
    """Draw a stand blender with something in the jug."""
    juice = rng.choice(("#d98aa0", "#8fb56b", "#e0a456", "#9b7bb0"))
    return (
        rect(206, 40, 68, 18, NIGHT, 6)
        + rect(184, 54, 112, 14, NIGHT_LIGHT, 6)
        + shape("M184 68 H296 L278 206 H202z", GLASS_LIGHT)
        + shape("M190 116 Q216 106 240 116 T290 112 L278 202 H202z", juice)
        + "".join(dot(216 + (k * 19) % 52, 136 + (k * 23) % 54, 4, GLASS_LIGHT) for k in range(5))
        + faint(shape("M198 78 h14 l10 116 h-12z", "#ffffff"), 0.6)
        + line("M294 84 Q340 84 334 140 Q330 172 284 176", GLASS, 10)
        + line("M224 200 l16 -12 16 12", METAL_DARK, 5)
        + rect(198, 204, 84, 16, NIGHT_LIGHT, 4)
        + shape("M200 220 H280 L302 286 Q304 302 288 302 H192 Q176 302 178 286z", i.base)
        + shape("M258 220 H280 L302 286 Q304 302 288 302 H262z", i.dark)
        + dot(240, 262, 17, METAL_LIGHT)
        + line("M240 262 l7 -9", NIGHT, 4)
        + dot(206, 280, 5, i.trim)
    )


def toaster(i: Ink, rng: Random) -> str:
    """Draw a toaster with two slices."""
    slices = rng.choice((1, 2))
    toast = "".join(
        shape(
            f"M{156 + k * 88} 130 V88 Q{146 + k * 88} 62 {176 + k * 88} 62 "
            f"H{212 + k * 88} Q{242 + k * 88} 62 {232 + k * 88} 88 V130z",
            "#cf9a5b",
        )
        + shape(
            f"M{165 + k * 88} 130 V92 Q{160 + k * 88} 74 {178 + k * 88} 74 "
            f"H{210 + k * 88} Q{228 + k * 88} 74 {223 + k * 88} 92 V130z",
            "#efd0a0",
        )
        for k in range(slices)
    )
    return (
        toast
        + shape("M112 288 V164 Q112 116 160 116 H320 Q368 116 368 164 V288z", i.base)
        + shape("M310 116 H320 Q368 116 368 164 V288 H322z", i.dark)
        + rect(138, 112, 204, 16, i.deep, 8)
        + line("M134 178 Q134 140 170 138", i.light, 7)
        + rect(352, 160, 34, 16, NIGHT, 6)
        + rect(366, 148, 8, 94, i.deep, 4)
        + ring(340, 250, 14, METAL_LIGHT, 6)
        + line("M140 262 H300", i.trim if rng.random() < 0.4 else i.dark, 4)
        + rect(104, 284, 272, 14, SLATE, 6)
        + rect(126, 296, 28, 8, NIGHT, 3)
        + rect(326, 296, 28, 8, NIGHT, 3)
    )
