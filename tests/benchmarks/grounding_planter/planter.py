"""Fills frames, truly or wrongly."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from assistant.evidence import Evidence
from retrieval.product import Product
from tests.benchmarks.grounding_planter.claim import KINDS, Claim, Frame, frames
from tests.benchmarks.grounding_planter.scenes import (
    CARRIERS,
    Scene,
    World,
    fact,
    make_order,
    pairs,
    slate,
    tracked,
)
from tests.benchmarks.grounding_planter.words import (
    BEFORE,
    CONVERT,
    ORDER,
    figure,
    in_words,
    written_date,
    written_day,
)

_EITHER = re.compile(r"\[\[(.*?)\]\]")
_FIGURE = re.compile(r"\{#(\d+)\}")
_MOST_IN_WORDS = 99
_MOST_ML = 10_000
_PRINTERS = ("HP", "Epson", "Canon", "Brother", "Xerox", "Lexmark", "Kyocera", "OKI")
_NO_SOCKET = "Built-in LED"
_SAID_OF = {
    "lens_mount": ("Lenses",),
    "filter_diameter": ("Lenses",),
    "strap_width": ("Watch straps",),
    "fits_screen_size": ("Phone cases",),
    "laptop_size": ("Laptop sleeves", "Backpacks"),
    "socket": ("Desk lamps", "Floor lamps", "Pendant lamps"),
}
"""Kinds of which a fit is said, where others state the same attribute in another sense (a watch takes straps)."""
_LOOSE = ("Kettles", "Coffee grinders")
"""What goes with other things by taste: that it does not would be no plain truth."""
_FAR = 0.1
"""A wrong value in another unit differs by more than this share: rounding is no lie."""
Filled = tuple[str, str, tuple[Evidence, ...]]
"""Sentence, what was said before, evidence."""


def number_of(product: Product, name: str) -> float | None:
    """Read a stated number; the price in whole units of its currency; None where nothing or no number is stated."""
    if name == "price":
        prices = {variant.price.amount_minor for variant in product.variants}
        return prices.pop() / 100 if len(prices) == 1 else None
    if name == "rating":
        return product.rating
    attribute = product.attributes.get(name)
    return attribute.value if attribute and isinstance(attribute.value, float) else None


def flag_of(product: Product, name: str) -> bool | None:
    """Read a yes or no; None where nothing is stated."""
    if name == "stock":
        return product.in_stock
    if name == "offer":
        reduced = {variant.list_price is not None for variant in product.variants}
        return reduced.pop() if len(reduced) == 1 else None
    attribute = product.attributes.get(name)
    return attribute.value if attribute and isinstance(attribute.value, bool) else None


def text_of(product: Product, name: str) -> str | None:
    """Read a value as the shop states it; None where it states none, or several."""
    if name == "price":
        return product.price.format() if number_of(product, name) is not None else None
    if name == "rating":
        return None if product.rating is None else str(product.rating)
    if name == "brand":
        return product.brand
    attribute = product.attributes.get(name)
    return None if attribute is None or isinstance(attribute.value, tuple) else attribute.text


def nice(number: float) -> float:
    """Round to two significant digits, as people do with limits."""
    return float(f"{number:.2g}")


class Planter:
    """Makes claims; the same seed makes the same.

    Args:
        world: what they are about.
        seed: of all chance.
    """

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._seed = seed
        self._pairs = pairs(world.relations)
        self._products = {product.id: product for product in world.demo}
        self._fill: dict[str, Callable[[Frame, bool, random.Random], Filled | None]] = {
            "number_words": self._of_product(_number_word),
            "ranges": self._of_product(_range),
            "units": self._of_product(_unit),
            "other_product": self._of_product(_other),
            "negation": self._of_product(_negation),
            "superlatives": self._superlative,
            "delivery": self._delivery,
            "compatibility": self._compatibility,
            "policy": self._policy,
        }

    def plant(self, n: int, *, wrong: bool) -> Iterator[Claim]:
        """Make `n` claims, as many of each kind, and within a kind as many of each frame, no two the same.

        Args:
            n: how many; the first kinds get one more where it does not divide.
            wrong: whether the evidence is to make them false.
        """
        for number, kind in enumerate(KINDS):
            share = n // len(KINDS) + (number < n % len(KINDS))
            yield from self._of_kind(kind, share, wrong)

    def _of_kind(self, kind: str, n: int, wrong: bool) -> Iterator[Claim]:
        made: set[tuple[str, str, str]] = set()
        usable = list(frames(kind))
        round_number = 0
        while len(made) < n and usable:
            round_number += 1
            for frame in list(usable):
                rng = random.Random(f"{self._seed}:{kind}:{frame.language}:{frame.number}:{round_number}:{wrong}")
                claim = self._claim(frame, wrong, rng, made)
                if claim is None:
                    usable.remove(frame)
                    continue
                yield claim
                if len(made) == n:
                    return

    def _claim(self, frame: Frame, wrong: bool, rng: random.Random, made: set[tuple[str, str, str]]) -> Claim | None:
        """Fill a frame in a way that was not made yet; None where there seems to be none left."""
        for _ in range(60):
            filled = self._fill[frame.kind](frame, wrong, rng)
            if filled is None:
                return None
            sentence, before, evidence = filled
            key = (sentence, before, repr(evidence))
            if key in made:
                continue
            made.add(key)
            shop = _shop(evidence, self._products)
            return Claim(frame.kind, frame.language, shop, frame.number, _capital(sentence), before, evidence, wrong)
        return None

    # ------------------------------------------------------------ about a product among others

    def _of_product(
        self, fill: Callable[[Frame, bool, random.Random, Scene, Product], str | None]
    ) -> Callable[[Frame, bool, random.Random], Filled | None]:
        def of_scene(frame: Frame, wrong: bool, rng: random.Random) -> Filled | None:
            for scene in _shuffled(self._world.scenes, rng):
                for product in _shuffled(scene.shown, rng):
                    text = fill(frame, wrong, rng, scene, product)
                    if text is not None:
                        sentence = text.replace("{name}", scene.name(product))
                        about_it = "{name}" not in frame.text and frame.about != "prices"
                        before = BEFORE[frame.language].format(product.title) if about_it else ""
                        return sentence, before, scene.evidence
            return None

        return of_scene

    def _superlative(self, frame: Frame, wrong: bool, rng: random.Random) -> Filled | None:
        for scene in _shuffled(self._world.scenes, rng):
            text = (_extreme if frame.how in ("least", "most") else _count)(frame, wrong, rng, scene)
            if text is not None:
                return text.replace("{n}", in_words(len(scene.shown), frame.language)), "", scene.evidence
        return None

    # ------------------------------------------------------------ about orders and policies

    def _delivery(self, frame: Frame, wrong: bool, rng: random.Random) -> Filled | None:
        if "#" in frame.about:
            return self._policy(frame, wrong, rng)
        order = make_order(rng, rng.choice(self._world.demo))
        text = frame.text.replace("{order}", ORDER[frame.language].format(order.id))
        if frame.about == "carrier":
            told = rng.choice([name for name in CARRIERS if (name != order.carrier) is wrong])
            return text.replace("{v}", told), "", (tracked(order),)
        at = {"expected": order.expected_at, "placed": order.placed_at, "shipped": order.shipped_at}[frame.about]
        assert at is not None
        day: date = at.date() + timedelta(days=rng.choice((-3, -2, 2, 3, 4, 7)) if wrong else 0)
        if wrong and day in {moment.date() for moment in (order.placed_at, order.shipped_at, at) if moment}:
            day += timedelta(days=14)
        text = text.replace("{date}", written_date(day, frame.language))
        return text.replace("{day}", written_day(day, frame.language)), "", (tracked(order),)

    def _policy(self, frame: Frame, wrong: bool, rng: random.Random) -> Filled | None:
        """Fill numbers and words rightly, or all but one of them."""
        blanks = [*_FIGURE.finditer(frame.text), *_EITHER.finditer(frame.text)]
        lie = rng.randrange(len(blanks)) if wrong else -1
        text = frame.text
        for number, blank in enumerate(blanks):
            right, others = _choices(blank)
            text = text.replace(blank.group(), rng.choice(others) if number == lie else right, 1)
        return text, "", (self._world.policy(frame.about, rng),)

    # ------------------------------------------------------------ about what goes with what

    def _compatibility(self, frame: Frame, wrong: bool, rng: random.Random) -> Filled | None:
        if frame.about != "pair":
            return self._of_product(self._stated_fit)(frame, wrong, rng)
        for target_id in _shuffled(list(self._pairs), rng):
            fitting = self._pairs[target_id]
            target, source = self._products[target_id], self._products[rng.choice(list(fitting))]
            shelf = [p for p in self._world.demo if p.category == source.category and p.id not in fitting]
            if len(shelf) < 2 or source.category in (target.category, *_LOOSE):
                continue
            shown = (source, *rng.sample(shelf, 2))
            told = rng.choice(shown[1:]) if wrong else source
            scene = Scene("demo", shown)
            text = frame.text.replace("{name}", scene.name(told)).replace("{other}", target.title.split(",")[0])
            before = "" if "{name}" in frame.text else BEFORE[frame.language].format(told.title)
            return text, before, (slate(shown, {source.id: fitting[source.id]}), fact(target))
        return None

    def _stated_fit(self, frame: Frame, wrong: bool, rng: random.Random, scene: Scene, product: Product) -> str | None:
        stated = product.attributes.get(frame.about)
        if stated is None or isinstance(stated.value, bool):
            return None
        if product.category not in _SAID_OF.get(frame.about, (product.category,)):
            return None
        right = list(stated.value) if isinstance(stated.value, tuple) else [stated.text]
        if frame.about == "brand_compatibility":
            others = [brand for brand in _PRINTERS if not any(brand in text for text in right)]
        else:
            shelf = [p for p in self._world.demo if p.category == product.category]
            others = sorted({str(text_of(p, frame.about)) for p in shelf if frame.about in p.attributes} - {*right})
        told = [value for value in (others if wrong else right) if value != _NO_SOCKET]
        return frame.text.replace("{v}", rng.choice(told)) if told else None


# ---------------------------------------------------------------- one product


def _number_word(frame: Frame, wrong: bool, rng: random.Random, scene: Scene, product: Product) -> str | None:
    value = number_of(product, frame.about)
    if value is None or value != int(value) or not 2 <= value <= _MOST_IN_WORDS:
        return None
    others = [n for n in (value + 1, value + 2, value * 2, value - 1, value + 5) if 2 <= n <= _MOST_IN_WORDS]
    return frame.text.replace("{v}", in_words(int(rng.choice(others) if wrong else value), frame.language))


def _range(frame: Frame, wrong: bool, rng: random.Random, scene: Scene, product: Product) -> str | None:
    if frame.about == "prices":
        return _price_range(frame, wrong, rng, scene)
    value = number_of(product, frame.about)
    if value is None or value <= 0:
        return None
    if not wrong:
        low, high = nice(value * 0.8), nice(value * 1.25)
        holds = low < value < high
    elif "{lo}" not in frame.text or ("{hi}" in frame.text and rng.random() < 0.5):
        low, high = nice(value * 0.4), nice(value * 0.75)
        holds = high < value
    else:
        low, high = nice(value * 1.3), nice(value * 1.7)
        holds = value < low
    if not holds or low == high:
        return None
    text = frame.text.replace("{lo}", figure(low, frame.language))
    return text.replace("{hi}", figure(high, frame.language))


def _price_range(frame: Frame, wrong: bool, rng: random.Random, scene: Scene) -> str | None:
    if any(number_of(product, "price") is None for product in scene.shown):
        return None
    prices = sorted({product.price.amount_minor: product.price for product in scene.shown}.items())
    if len(prices) < 3:
        return None
    low, high = prices[0][1], prices[-1][1]
    if wrong:
        low, high = (prices[1][1], high) if rng.random() < 0.5 else (low, prices[-2][1])
    return frame.text.replace("{lo}", low.format()).replace("{hi}", high.format())


def _unit(frame: Frame, wrong: bool, rng: random.Random, scene: Scene, product: Product) -> str | None:
    attribute = product.attributes.get(frame.about)
    value = number_of(product, frame.about)
    convert = CONVERT.get((str(attribute.unit), frame.how)) if attribute else None
    if value is None or convert is None:
        return None
    right = convert(value)
    if frame.how == "ml" and right > _MOST_ML:
        return None
    mistakes = [value, right * 10, right / 10, right * 1.5, right * 0.6]
    if frame.how == "F":
        mistakes = [value, right + 18, right - 14, value * 2]
    others = [other for other in mistakes if abs(other - right) > _FAR * max(abs(right), abs(other))]
    return frame.text.replace("{v}", figure(rng.choice(others) if wrong else right, frame.language))


def _other(frame: Frame, wrong: bool, rng: random.Random, scene: Scene, product: Product) -> str | None:
    right = text_of(product, frame.about)
    others = sorted({str(text) for p in scene.shown if (text := text_of(p, frame.about))} - {str(right)})
    if right is None or (wrong and not others):
        return None
    return frame.text.replace("{v}", rng.choice(others) if wrong else right)


def _negation(frame: Frame, wrong: bool, rng: random.Random, scene: Scene, product: Product) -> str | None:
    holds = flag_of(product, frame.about)
    if holds is None:
        return None
    place = int(holds is wrong)
    return _EITHER.sub(lambda either: either.group(1).split("|")[place], frame.text)


# ---------------------------------------------------------------- all that are shown


def _extreme(frame: Frame, wrong: bool, rng: random.Random, scene: Scene) -> str | None:
    values = [number_of(product, frame.about) for product in scene.shown]
    stated = [value for value in values if value is not None]
    if len(stated) < len(values):
        return None
    extreme = (min if frame.how == "least" else max)(stated)
    if stated.count(extreme) > 1:
        return None
    told = [p for p, value in zip(scene.shown, values, strict=True) if (value != extreme) is wrong]
    return frame.text.replace("{name}", scene.name(rng.choice(told)))


def _count(frame: Frame, wrong: bool, rng: random.Random, scene: Scene) -> str | None:
    flags = [flag_of(product, frame.about) for product in scene.shown]
    if None in flags:
        return None
    if frame.how in ("all", "none"):
        holds = all(flags) if frame.how == "all" else not any(flags)
        return None if holds is wrong else frame.text
    count = flags.count(True)
    told = [k for k in range(2, len(flags)) if (k != count) is wrong]
    return frame.text.replace("{k}", in_words(rng.choice(told), frame.language)) if told else None


# ---------------------------------------------------------------- small things


def _choices(blank: re.Match[str]) -> tuple[str, Sequence[str]]:
    """What stands rightly in a blank of a policy, and what does wrongly."""
    if blank.re is _EITHER:
        right, *others = blank.group(1).split("|")
        return right, others
    number = int(blank.group(1))
    return str(number), [str(n) for n in (number + 2, number * 2, number * 3, number + 11, number * 10)]


def _shuffled(rows: Sequence, rng: random.Random) -> list:  # type: ignore[type-arg]
    return rng.sample(rows, len(rows))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _shop(evidence: Sequence[Evidence], demo: dict[str, Product]) -> str:
    items = getattr(evidence[0], "items", ())
    return "demo" if all(item.product.id in demo for item in items) else "icecat"
