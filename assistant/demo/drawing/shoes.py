"""Drawings of the shoe department: side views, toe to the right."""

from __future__ import annotations

from random import Random

from assistant.demo.drawing.ink import GUM, METAL, METAL_LIGHT, NIGHT, NIGHT_LIGHT, PAPER, SOLE, WOOD, WOOD_DARK, Ink
from assistant.demo.drawing.svg import dot, line, moved, oval, rect, shape


def boot(i: Ink, rng: Random) -> str:
    """Draw a hiking boot."""
    lugs = "".join(rect(96 + k * 30, 292, 20, 14, NIGHT, 4) for k in range(10))
    laces = "".join(line(f"M{226 + k * 17} {116 + k * 25} l34 -9", i.trim, 6) for k in range(4))
    hooks = "".join(dot(224 + k * 17, 118 + k * 25, 5, METAL) for k in range(4))
    return (
        lugs
        + shape("M92 262 Q88 296 104 298 H388 Q404 296 400 268 L300 250z", NIGHT_LIGHT)
        + shape(
            "M122 82 Q116 74 128 70 H232 Q242 72 242 84 L262 166 Q284 190 "
            "340 202 Q400 214 400 270 H92 Q86 230 104 190 Q120 150 122 82z",
            i.base,
        )
        + shape("M340 202 Q400 214 400 270 H322 Q314 226 340 202z", i.dark)
        + shape("M104 190 Q128 196 140 228 Q146 256 142 270 H92 Q86 230 104 190z", i.dark)
        + shape("M206 70 H232 Q242 72 242 84 L262 166 Q284 190 318 198 L296 216 Q226 200 206 70z", i.light)
        + laces
        + hooks
        + shape("M120 86 Q114 66 130 62 H234 Q248 66 244 88 Q180 98 120 86z", i.deep)
        + line("M146 112 Q148 160 132 192", i.deep, 3, "6 5")
        + line("M150 232 Q230 246 318 232", i.deep, 3, "6 5")
        + shape("M92 258 H400 Q402 268 400 276 H92 Q90 266 92 258z", i.trim if rng.random() < 0.4 else SOLE)
        + line("M128 60 q-16 -14 -4 -22", i.trim, 6)
    )


def runner(i: Ink, rng: Random) -> str:
    """Draw a running shoe with a swept sole."""
    side = (
        line("M170 246 Q220 210 236 164", i.trim, 10) + line("M204 250 Q252 220 268 180", i.trim, 10)
        if rng.random() < 0.5
        else shape("M140 246 Q240 236 286 196 Q274 240 330 248z", i.trim)
    )
    return (
        shape("M70 268 Q64 296 96 298 H372 Q420 292 424 262 Q300 288 70 268z", NIGHT_LIGHT)
        + shape("M68 250 Q62 284 96 286 H366 Q418 280 424 254 Q412 232 380 226 L90 226z", PAPER)
        + shape(
            "M86 176 Q86 136 112 136 Q136 152 168 150 Q206 144 222 118 Q240 112 252 "
            "128 Q280 178 344 206 Q404 218 412 246 Q300 262 76 250 Q76 206 86 176z",
            i.base,
        )
        + shape("M344 206 Q404 218 412 246 Q372 254 322 254 Q318 224 344 206z", i.dark)
        + shape("M86 176 Q86 136 112 136 Q132 150 140 250 Q100 252 76 250 Q76 206 86 176z", i.dark)
        + side
        + shape("M112 136 Q136 152 168 150 Q206 144 222 118 L236 130 Q214 172 162 174 Q124 172 104 152z", i.deep)
        + "".join(line(f"M{238 + k * 17} {140 + k * 15} l-20 18", PAPER, 5) for k in range(5))
        + line("M92 268 Q240 284 404 262", i.trim, 5)
        + line("M96 132 q-14 -8 -8 -18", i.deep, 6)
    )


def sneaker(i: Ink, rng: Random) -> str:
    """Draw a low sneaker with a cupped sole."""
    sole = rng.choice((PAPER, SOLE, GUM))
    stripe = "".join(line(f"M{206 + k * 24} 242 l18 -52", i.trim, 8) for k in range(2)) if rng.random() < 0.5 else ""
    return (
        shape("M78 250 H408 Q416 292 384 296 H100 Q74 292 78 250z", sole)
        + shape(
            "M88 252 Q80 196 96 140 Q132 152 178 148 Q214 140 226 "
            "124 Q244 118 254 134 Q282 184 350 196 Q406 210 406 252z",
            i.base,
        )
        + shape("M350 196 Q406 210 406 252 H306 Q306 212 330 190z", i.light)
        + shape("M88 252 Q80 196 96 140 Q118 148 138 149 Q146 200 140 252z", i.dark)
        + stripe
        + shape("M178 148 Q214 140 226 124 Q244 118 254 134 Q268 160 292 176 L258 206 Q214 200 178 148z", i.dark)
        + "".join(line(f"M{224 + k * 16} {150 + k * 12} l26 -12", PAPER, 5) for k in range(4))
        + line("M82 270 H408", i.deep if sole == GUM else i.dark, 3)
        + shape("M94 144 h34 v26 h-38z", i.trim)
        + "".join(dot(334 + k * 13, 226 + (k % 2) * 8, 2.6, i.dark) for k in range(4))
        + line("M144 240 Q220 246 300 240", i.deep, 2.5, "5 5")
    )


def sandal(i: Ink, rng: Random) -> str:
    """Draw a walking sandal with three straps."""
    return _sandal(i, rng, "")


def closed_sandal(i: Ink, rng: Random) -> str:
    """Draw a walking sandal with a toe cap."""
    return _sandal(
        i,
        rng,
        shape("M330 214 Q400 208 416 256 Q380 266 336 262z", i.deep) + line("M340 228 Q380 228 396 250", i.dark, 4),
    )


def _sandal(i: Ink, rng: Random, toe: str) -> str:
    bed, edge = rng.choice(((WOOD, WOOD_DARK), (SOLE, GUM), (NIGHT_LIGHT, NIGHT)))
    return (
        shape("M76 262 Q72 296 100 298 H384 Q418 294 414 266z", NIGHT_LIGHT)
        + shape("M74 256 Q72 238 96 238 Q200 262 330 246 Q404 236 416 256 Q420 276 388 278 H100 Q74 276 74 256z", bed)
        + shape("M74 262 Q240 288 416 262 Q418 278 388 278 H100 Q76 278 74 262z", edge)
        + shape("M86 246 Q76 168 112 132 L142 138 Q112 184 124 250z", i.dark)
        + shape("M104 150 Q160 108 226 138 L222 168 Q160 142 112 180z", i.base)
        + shape("M190 254 Q196 176 236 134 L264 146 Q232 190 236 258z", i.dark)
        + shape("M262 254 Q262 196 300 188 Q350 190 366 246 L332 254 Q322 218 306 216 Q292 220 296 256z", i.base)
        + shape("M306 190 Q350 194 366 246 L346 250 Q338 206 306 190z", i.light)
        + rect(214, 136, 24, 30, i.trim, 5)
        + rect(220, 144, 12, 14, i.deep, 3)
        + toe
        + "".join(rect(104 + k * 36, 288, 22, 10, NIGHT, 3) for k in range(8))
    )


def slipper(i: Ink, rng: Random) -> str:
    """Draw a pair of slippers, with a fleece collar on some."""
    fluff = "".join(dot(166 + k * 14, 196 - (k % 2) * 8 + abs(k - 4) * 2, 13, SOLE) for k in range(9))
    seam = line("M292 204 Q344 198 380 236", i.light, 4, "7 6")
    one = (
        shape("M90 262 H404 Q420 264 416 282 Q412 296 388 296 H104 Q84 294 84 280z", GUM)
        + shape("M92 264 Q92 214 132 206 Q220 232 262 196 Q360 176 404 246 Q410 258 404 264z", i.base)
        + shape("M316 190 Q380 202 404 246 Q410 258 404 264 H352 Q356 216 316 190z", i.dark)
        + shape("M116 212 Q196 240 264 198 Q250 176 214 184 Q160 196 116 212z", i.deep)
        + (fluff if rng.random() < 0.5 else line("M114 212 Q200 242 266 198", i.trim, 9))
        + seam
    )
    return moved(one, 26, -58, 0, 0.82) + moved(one, -26, 4, 0, 0.96)


def rain_boot(i: Ink, rng: Random) -> str:
    """Draw a rubber boot, shiny, with a band or a buckle."""
    band = line("M178 92 H288", i.trim, 12)
    buckle = rect(262, 84, 34, 26, METAL_LIGHT, 6) + rect(270, 91, 18, 12, i.deep, 3)
    return (
        shape("M176 58 H290 L292 196 Q344 206 386 226 Q410 240 408 270 H176 Q170 160 176 58z", i.base)
        + shape(
            "M256 58 H290 L292 196 Q344 206 386 226 Q410 240 408 270 H338 Q330 226 270 210 Q252 140 256 58z", i.dark
        )
        + oval(233, 58, 57, 11, i.deep)
        + rng.choice((band, buckle, band + buckle))
        + line("M192 110 Q188 170 192 232", i.light, 9)
        + line("M350 226 Q380 236 388 256", i.light, 5)
        + shape("M172 266 H410 V288 Q410 302 396 302 H280 L268 292 H252 L248 302 H186 Q172 302 172 288z", i.deep)
        + "".join(rect(292 + k * 24, 290, 13, 12, NIGHT, 3) for k in range(5))
    )


def winter_boot(i: Ink, rng: Random) -> str:
    """Draw a lined boot with laces and a thick sole."""
    fur = "".join(dot(172 + k * 15, 84 + (k % 2) * 8, 14, SOLE) for k in range(9))
    laces = "".join(
        line(f"M{262 + k * 6} {120 + k * 24} l34 8", i.trim, 5) + dot(298 + k * 5, 128 + k * 24, 4, METAL_LIGHT)
        for k in range(4)
    )
    quilt = "".join(line(f"M172 {120 + k * 26} Q214 {132 + k * 26} 250 {120 + k * 26}", i.dark, 3) for k in range(4))
    return (
        shape("M164 88 H300 L302 186 Q360 198 394 226 Q412 246 408 272 H166 Q160 180 164 88z", i.base)
        + shape(
            "M252 88 H300 L302 186 Q360 198 394 226 Q412 246 408 272 H338 Q338 224 274 210 Q250 150 252 88z", i.dark
        )
        + shape("M332 206 Q398 214 408 272 H352 Q356 236 332 206z", i.deep)
        + (quilt if rng.random() < 0.5 else line("M176 150 Q200 210 176 260", i.light, 5, "8 7"))
        + fur
        + laces
        + shape("M160 262 H412 V286 Q412 304 394 304 H178 Q160 304 160 286z", NIGHT_LIGHT)
        + line("M164 268 H408", SOLE, 6)
        + "".join(rect(172 + k * 30, 294, 18, 12, NIGHT, 3) for k in range(8))
    )
