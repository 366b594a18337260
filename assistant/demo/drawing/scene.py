"""Puts a drawing in front of its panel: the whole picture of a product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from assistant.demo.drawing import (
    bags,
    clothing,
    electronics,
    home,
    kitchen,
    optics,
    outdoor,
    shoes,
    sport,
    table,
    toys,
)
from assistant.demo.drawing.ink import Ink, make_ink
from assistant.demo.drawing.svg import HEIGHT, WIDTH, dot, moved, oval, rect, shape

Drawing = Callable[[Ink, Random], str]

SHAPES: Mapping[str, Drawing] = {
    drawing.__name__: drawing
    for drawing in (
        *(outdoor.tent, outdoor.sleeping_bag, outdoor.sleeping_mat, outdoor.hiking_pack, outdoor.stove),
        *(outdoor.headlamp, outdoor.bottle),
        *(clothing.jacket, clothing.puffer, clothing.fleece, clothing.longsleeve, clothing.trousers),
        *(clothing.tshirt, clothing.beanie, clothing.gloves, clothing.socks, clothing.blanket),
        *(shoes.boot, shoes.runner, shoes.sneaker, shoes.sandal, shoes.closed_sandal),
        *(kitchen.espresso, kitchen.grinder, kitchen.hand_grinder, kitchen.french_press, kitchen.pour_over),
        *(kitchen.moka_pot, kitchen.filter_machine, kitchen.kettle, kitchen.gooseneck, kitchen.knife, kitchen.pan),
        *(kitchen.mug, kitchen.blender, kitchen.toaster),
        *(
            electronics.headphones,
            electronics.wired_headphones,
            electronics.earbuds,
            electronics.speaker,
            electronics.monitor,
        ),
        *(electronics.keyboard, electronics.mouse, electronics.power_bank, electronics.phone),
        *(electronics.phone_case, electronics.watch, electronics.bike_light, electronics.rear_light),
        *(home.desk_lamp, home.tripod_lamp, home.arc_lamp, home.chair, home.high_chair, home.clock, home.pot),
        *(sport.helmet, sport.yoga_mat, sport.dumbbell, sport.ball, sport.bands),
        *(bags.daypack, bags.duffel, bags.suitcase, bags.sleeve),
        *(toys.board_game, toys.blocks, toys.plush, toys.puzzle),
        *(optics.camera, optics.flat_camera, optics.lens, optics.lens_filter, optics.strap),
        *(home.bulb, home.pendant, home.cushion, home.rug),
        *(shoes.slipper, shoes.rain_boot, shoes.winter_boot),
        *(bags.tote, bags.hip_pack, bags.bottle_pack, bags.wash_bag, bags.wallet),
        *(toys.cards, toys.kite, toys.delta_kite, toys.train, toys.craft_kit),
        *(table.lid, table.teapot, table.lunch_box),
        *(outdoor.bladder, outdoor.poles, outdoor.camp_chair, outdoor.cup_chair, clothing.scarf),
        *(sport.goggles, sport.smoke_goggles, sport.mirror_goggles),
    )
}
"""Every drawing by its name."""

_ON_THE_WALL = frozenset(
    {
        *("clock", "jacket", "puffer", "fleece", "longsleeve", "trousers", "tshirt", "gloves", "socks"),
        *("scarf", "kite", "delta_kite", "pendant", "goggles", "smoke_goggles", "mirror_goggles", "strap"),
    }
)


def draw(name: str, *, colour: str | None, department: str, seed: str) -> str:
    """Draw a product.

    Args:
        name: a key of SHAPES.
        colour: name of its colour; None or an unknown one is chosen by the seed.
        department: sets the tint behind it.
        seed: any text, e.g. the product's id: the same one gives the same picture.

    Returns:
        An SVG document of 480 x 360 without text, scripts or references.
    """
    rng = Random(f"drawing:{seed}")
    ink = make_ink(colour, department, rng.randrange(1000))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        + rect(0, 0, WIDTH, HEIGHT, ink.ground)
        + _backdrop(ink, rng)
        + _shadow(name, ink)
        + SHAPES[name](ink, rng)
        + "</svg>\n"
    )


def _backdrop(ink: Ink, rng: Random) -> str:
    """Draw what gives depth behind the product: a disc, a soft blob or an arch."""
    blob = shape(
        "M92 196 C76 108 150 44 244 46 C342 46 412 110 398 204 C388 280 320 312 240 312 C156 312 104 276 92 196z",
        ink.halo,
    )
    arch = shape("M112 312 V168 Q112 40 240 40 Q368 40 368 168 V312z", ink.halo)
    return rng.choice((dot(240, 176, 142, ink.halo), moved(blob, 0, 0, rng.randint(-14, 14)), arch))


def _shadow(name: str, ink: Ink) -> str:
    if name in _ON_THE_WALL:
        return ""
    return oval(240, 304, 168, 15, ink.shadow)
