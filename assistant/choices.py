"""Which size, which colour: options of a product that a shopper's words choose, and those that are still open.

Words only; whether a variant can be bought is the cart's question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from retrieval.filters import fold
from retrieval.product import Product, Variant

MAX_ANSWER_WORDS = 8
_NO_PREFERENCE = re.compile(
    r"\b(?:any|whatever|whichever|either|no preference|you (?:choose|decide|pick)|(?:do not|don'?t) (?:care|mind)"
    r"|(?:does not|doesn'?t) matter)\b",
    re.I,
)
_COUNT = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_NUMBER = rf"({'|'.join(_COUNT)}|[1-9]\d?)"
_POLITE = r"(?:(?:ok|okay|no|yes|actually|please|sorry|rather|just|and)[,.]?\s+)*"
_MAKE_IT = (
    r"make (?:it|that|them)|(?:change|set) (?:it|that|the (?:quantity|number)) to|i (?:want|need|'?d like)|(?:take|get)"
)
_OF_IT = r"(?:\s+(?:of (?:it|them|those|these)|pieces?|units?|instead|then|please))*"
_ONLY_QUANTITY = re.compile(rf"^\s*{_POLITE}(?:{_MAKE_IT})\s+{_NUMBER}{_OF_IT}\s*[.!]?\s*$", re.I)
_UNITS_OUT = re.compile(
    rf"\b(?:take|remove|drop|delete)\s+(?:just\s+|only\s+)?{_NUMBER}\b(?!\s*(?:st|nd|rd|th|%))(?!\s+(?:and|with))", re.I
)


def chosen_options(product: Product, words: str) -> dict[str, str]:
    """Find the option values of a product that stand in the words, folded, e.g. {"size": "m"}."""
    said = fold(words)
    chosen: dict[str, str] = {}
    for variant in product.variants:
        for name, value in variant.options.items():
            if _says(said, fold(name), fold(value)):
                chosen[name] = fold(value)
    return chosen


def _says(said: str, name: str, value: str) -> bool:
    """Whether the words say the value; a bare number or letter only where it cannot be a quantity or part of a word."""
    word = re.escape(value)
    if len(value) > 2:
        return re.search(rf"(?<!\w){word}(?!\w)", said) is not None
    first = rf"^\W*{word}(?=\W*$|\s*[,.!]|\s+(?:in|and|please)\b)"
    named = rf"\b(?:size|in|the|{re.escape(name)})\s+{word}(?![\w.])"
    return re.search(f"{first}|{named}", said) is not None


def answers_choice(product: Product, words: str) -> bool:
    """Whether a short message answers "which size?" for the product: by a value, a quantity, or "any"."""
    if len(words.split()) > MAX_ANSWER_WORDS:
        return False
    return bool(chosen_options(product, words)) or no_preference(words) or only_quantity(words) is not None


def no_preference(words: str) -> bool:
    """Whether the words leave the choice to us."""
    return _NO_PREFERENCE.search(words) is not None


def only_quantity(words: str) -> int | None:
    """The number of a message that only says how many, e.g. 2 for "make it two"; None for any other message."""
    match = _ONLY_QUANTITY.match(words)
    return _number(match[1]) if match else None


def units_to_remove(words: str) -> int | None:
    """How many units the words take out, e.g. 1 for "take one out"; None where they mean all of it."""
    match = _UNITS_OUT.search(words)
    return _number(match[1]) if match else None


def _number(word: str) -> int:
    return _COUNT.get(word.lower()) or int(word)


def fitting_variants(variants: Sequence[Variant], chosen: Mapping[str, str]) -> tuple[Variant, ...]:
    """The variants that have every chosen value."""
    return tuple(v for v in variants if all(fold(v.options.get(name, "")) == value for name, value in chosen.items()))


def open_option(variants: Sequence[Variant], decided: Collection[str]) -> tuple[str, tuple[str, ...]] | None:
    """The first option with more than one value left that is not decided yet: its name, and the values."""
    for name in variants[0].options:
        values = tuple(dict.fromkeys(v.options[name] for v in variants if name in v.options))
        if len(values) > 1 and name not in decided:
            return name, values
    return None
