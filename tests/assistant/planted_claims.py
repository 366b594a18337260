"""Sentences as a chat model would write them about shown products: true ones, and false ones planted by kind.

Truth is read from the products alone; nothing of the checker is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.product import Product

NAMED = ("Titanium", "Carbon fibre", "Bamboo")


@dataclass(frozen=True)
class Said:
    """One sentence, the kind of claim it makes, and what the reply said before it."""

    kind: str
    sentence: str
    before: str = ""


def _name(product: Product) -> str:
    """The title's model name with its brand, the way people shorten it."""
    return " ".join(product.title.split()[:2])


def _price(product: Product) -> int:
    return product.price.amount_minor


def _number(product: Product, name: str) -> float | None:
    attribute = product.attributes.get(name)
    return attribute.value if attribute and isinstance(attribute.value, float) else None


def _buyable(product: Product) -> bool:
    return any((variant.stock or 0) > 0 for variant in product.variants)


def true_sentences(shown: Sequence[Product]) -> Iterator[Said]:
    """Sentences that the shown products make true."""
    yield Said("talk", "Here are a few that should suit you.")
    yield Said("talk", f"I would start with the {_name(shown[0])}, because it fits what you asked for.")
    yield Said("talk", f"The {_name(shown[0])} is a solid choice for everyday use.")
    yield Said("talk", "Take a look at the cards for pictures, sizes and prices.")
    yield Said("talk", "If you tell me your budget, I can narrow it down.")
    yield Said("talk", "The shop does not state where it is made.", f"The {shown[0].title} is my first pick.")
    yield Said("talk", "I can't give you a discount, but some of these may suit your budget.")
    yield Said("talk", f"Would you like to see the {_name(shown[1])} in another colour?")
    cheapest = min(shown, key=_price)
    if sum(_price(product) == _price(cheapest) for product in shown) == 1:
        yield Said("most", f"The {_name(cheapest)} is the cheapest of these.")
        yield Said("most", f"At {cheapest.price.format()}, the {cheapest.title} costs the least.")
        yield Said("most", f"The most affordable one is the **{cheapest.title}** at {cheapest.price.format()}.")
    rated = [product for product in shown if product.rating is not None]
    best = max(rated, key=lambda p: p.rating or 0)
    if sum(p.rating == best.rating for p in rated) == 1:
        yield Said("most", f"The {_name(best)} has the highest rating, {best.rating} out of 5.")
    weighed = [p for p in shown if _number(p, "weight") is not None]
    for one, other in pairwise(weighed):
        light, heavy = sorted((one, other), key=lambda p: _number(p, "weight") or 0)
        if _number(light, "weight") != _number(heavy, "weight"):
            yield Said("than", f"The {_name(light)} is lighter than the {_name(heavy)}.")
    for index, product in enumerate(shown):
        yield from _true_of(product, index)
    if all(map(_buyable, shown)):
        yield Said("stock", "All of them are in stock.")
    for name in shown[0].attributes:
        flags = [p.attributes[name].value if name in p.attributes else None for p in shown]
        if _adjective(name) and all(flag is True for flag in flags):
            yield Said("count", f"All of them are {name.replace('_', ' ')}.")
        elif _adjective(name) and flags.count(True) >= 2 and None not in flags:
            yield Said("count", f"{_word(flags.count(True)).capitalize()} of them are {name.replace('_', ' ')}.")


def _true_of(product: Product, index: int) -> Iterator[Said]:
    name, before = _name(product), f"My pick is the {product.title}. "
    yield Said("price", f"The {name} costs {product.price.format()}.")
    yield Said("price", f"It is yours for {product.price.format()}.", before)
    if product.rating is not None:
        yield Said("rating", f"Shoppers rate the {name} {product.rating} out of 5.")
        yield Said("rating", f"It's rated {product.rating} of 5 stars by {product.rating_count} people.", before)
    for attribute in product.attributes.values():
        label = attribute.label.lower()
        if attribute.name == "material":
            yield Said("value", f"The {name} is made of {attribute.text.lower()}.")
            yield Said("value", f"It's crafted from {attribute.text.lower()}, so it should last.", before)
        elif attribute.name == "weight":
            yield Said("measure", f"It weighs just {attribute.text}, which makes it easy to carry.", before)
            yield Said("measure", f"The {name} weighs about {_rounded(attribute)}.")
        elif attribute.value is True and _adjective(attribute.name):
            yield Said("value", f"The {name} is {label}, which is handy in bad weather.")
        elif attribute.value is False and _adjective(attribute.name):
            yield Said("value", f"Note that the {name} is not {label}.")
        elif isinstance(attribute.value, float) and attribute.unit:
            yield Said("measure", f"It has a {label} of {attribute.text}.", before)
    colours = list(dict.fromkeys(v.options["colour"] for v in product.variants if "colour" in v.options))
    if len(colours) > 1:
        yield Said("value", f"The {name} comes in {', '.join(colours[:-1]).lower()} and {colours[-1].lower()}.")
        yield Said("value", f"You can choose from {_word(len(colours))} colours.", before)
    if _buyable(product):
        yield Said("stock", f"The {name} is in stock.")
    else:
        yield Said("stock", f"Unfortunately, the {name} is sold out.")
    variant = product.default_variant
    if variant.list_price is not None:
        saved = (variant.list_price.amount_minor - variant.price.amount_minor) / 100
        yield Said("offer", f"The {name} is on sale, down from {variant.list_price.format()}.")
        yield Said("offer", f"You save ${saved:.2f} on it.", before)
    if index < 3:
        yield Said("price", f"The {('first', 'second', 'third')[index]} one costs {product.price.format()}.")


def false_sentences(shown: Sequence[Product]) -> Iterator[Said]:
    """Sentences that nothing of the shown products makes true, over the kinds of claims."""
    dearest = max(shown, key=_price)
    yield Said("most", f"The {_name(dearest)} is the cheapest of these.")
    yield Said("most", f"The most affordable one is the {dearest.title}.")
    weighed = sorted((p for p in shown if _number(p, "weight")), key=lambda p: _number(p, "weight") or 0)
    if len(weighed) > 1 and _number(weighed[0], "weight") != _number(weighed[-1], "weight"):
        yield Said("than", f"The {_name(weighed[-1])} is lighter than the {_name(weighed[0])}.")
        yield Said("most", f"The {_name(weighed[-1])} is the lightest one.")
        yield Said("than", "It weighs less than all the others.", f"Look at the {weighed[-1].title}. ")
    if min(map(_price, shown)) != _price(dearest):
        yield Said("than", f"The {_name(dearest)} is cheaper than the {_name(min(shown, key=_price))}.")
    for sentence in (
        "All of them ship tomorrow.",
        "It arrives on Friday.",
        "You get it by the weekend.",
        "They are half price today.",
        "We deliver it overnight.",
        "I will give you a discount of ten percent with code SAVE.",
        "You get 20% off today.",
        "Use the code WELCOME at checkout.",
        "A free gift comes with it.",
        "Buy two and get one free.",
    ):
        yield Said("offer", sentence)
    for sentence in (
        "The Nike Air Max is even better.",
        "Amazon sells it for more.",
        "Salomon makes a lighter version.",
        "The North Face has something similar.",
        "You may also like the Garmin Fenix.",
    ):
        yield Said("name", sentence)
    for sentence in ("Customers love it, rated five stars.", "It has five-star reviews.", "It is rated 5 out of 5."):
        if not any(p.rating == 5.0 for p in shown):
            yield Said("rating", sentence)
    for name in shown[0].attributes:
        flags = [p.attributes[name].value if name in p.attributes else None for p in shown]
        if _adjective(name) and False in flags and None not in flags:
            yield Said("count", f"All of them are {name.replace('_', ' ')}.")
            yield Said("count", f"{_word(flags.count(True) + 2).capitalize()} of them are {name.replace('_', ' ')}.")
    for index, product in enumerate(shown):
        yield from _false_of(product, shown[index - 1], index)


def _false_of(product: Product, other: Product, index: int) -> Iterator[Said]:
    name, before = _name(product), f"My pick is the {product.title}. "
    made = NAMED[index % 3].lower()
    yield Said("value", f"The {name} is made of {made}.")
    for sentence in (
        "It was made in Italy.",
        "It weighs about half a tonne.",
        "It is vegan and PFAS-free.",
        "It comes in turquoise.",
        "It lasts a lifetime.",
        "It holds a dozen bottles.",
        "It is rated to minus forty degrees.",
        "It has a GPS tracker.",
        "It is certified by the army.",
        "It measures 3 by 7 feet.",
        "It comes with a spare battery.",
    ):
        yield Said("value", sentence, before)
    prices = {variant.price.amount_minor for variant in product.variants}
    if _price(other) not in prices:
        yield Said("price", f"The {name} costs {other.price.format()}.")
        yield Said("price", f"The {('first', 'second', 'third', 'fourth')[index]} one costs {other.price.format()}.")
    mine, theirs = _number(product, "weight"), other.attributes.get("weight")
    if mine and theirs and theirs.value != mine:
        yield Said("measure", f"The {name} weighs {theirs.text}.")
    for attribute in product.attributes.values():
        if isinstance(attribute.value, bool) and _adjective(attribute.name):
            stated = "not " if attribute.value else ""
            yield Said("value", f"The {name} is {stated}{attribute.label.lower()}.")
    if _buyable(product):
        yield Said("stock", f"The {name} is sold out.")
        yield Said("stock", "It is out of stock.", before)
    else:
        yield Said("stock", f"The {name} is in stock.")
    if all(variant.list_price is None for variant in product.variants):
        yield Said("offer", f"The {name} is on sale.")
    yield Said("offer", "You save half on it.", before)


def _adjective(name: str) -> bool:
    return name in {
        "waterproof",
        "water_repellent",
        "leakproof",
        "rechargeable",
        "hooded",
        "dishwasher_safe",
        "resoleable",
    }


def _rounded(attribute: object) -> str:
    value, unit = getattr(attribute, "value", 0.0), getattr(attribute, "unit", "")
    return f"{round(value, -1):g} {unit}" if value > 100 else f"{value:g} {unit}"


def _word(count: int) -> str:
    return ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")[count]
