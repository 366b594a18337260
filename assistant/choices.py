"""Which size, which colour: options of a product that a shopper's words choose, and those that are still open.

Words only; whether a variant can be bought is the cart's question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from assistant.cart_request import amount
from retrieval.filters import AttributeIn, fold
from retrieval.product import Product, Variant
from retrieval.query import QueryReader
from retrieval.words import tokens, word_key, word_set

MAX_ANSWER_WORDS = 8
MAX_QUESTION_WORDS = 12
_ANSWER_WORDS = word_set(
    """ok okay the a an in please pls plz then i i'll ill i'd id take want would like it yes yeah yep um uh hm hmm sure
    so my is think maybe one ones for me go going with let's lets get give need make that's thats that this just and
    how about well actually rather good fine be will should could can you we'll thanks thank great colour color said
    add put cart to into same also change switch swap instead but"""
)
_SIZE = re.compile(r"x{0,4}[sl]|m|small|medium|large|\d{1,3}(?:[.,]5)?(?:-\d{1,3})?", re.I)
_THINGS = r"(?:sizes?|colou?rs?|options?|choices|versions?|variants?)"
_MEASURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d]+)", re.I)
_NUMBER_ALONE = re.compile(
    r"(?:^\W*|\b(?:in|of|with|the|one)\s+)(\d+(?:[.,]\d+)?)(?=\W*$|\s*[,.!?]|\s+(?:please|pls|to|into|in|and|one|version|model)\b)"
)
_WHICH_ARE_THERE = re.compile(
    rf"\b(?:what|which)\s+(?:other\s+)?{_THINGS}\b.{{0,30}}\b(?:there|left|available|have|has|come|comes|offer|choose|got|exist|possible|stock)\b"
    rf"|^\W*(?:what|which)\s+(?:are\s+(?:the|my)\s+)?{_THINGS}\W*$|^\W*(?:the\s+)?(?:sizes|colou?rs|options|choices)\W*\?"
    rf"|\bwhat (?:is|are|do you have|have you got) (?:there|left|available|the {_THINGS}|my {_THINGS})\b"
    r"|\bwhat can i (?:choose|pick|have)\b",
    re.I,
)
_NO_PREFERENCE = re.compile(
    r"\b(?:any|whatever|whichever|either|no preference|you (?:choose|decide|pick)|(?:do not|don'?t) (?:care|mind)"
    r"|(?:does not|doesn'?t) matter|(?:forget|never ?mind)(?: about)? (?:the )?(?:sizes?|colou?rs?))\b",
    re.I,
)
ANY = ""
"""The value of an option that is left to us."""
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
_LESS = re.compile(rf"\b{_NUMBER}\s+(?:less|fewer)\b", re.I)


def option_values(product: Product) -> dict[str, tuple[str, ...]]:
    """The values of each option of a product, folded, in the order of its variants."""
    rows: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for name, value in variant.options.items():
            rows.setdefault(name, {})[fold(value)] = None
    return {name: tuple(values) for name, values in rows.items()}


def chosen_options(product: Product, words: str) -> dict[str, str]:
    """Find the option values of a product that stand in the words, folded, e.g. {"size": "m"}."""
    said, held = fold(words), option_values(product)
    chosen = {name: value for name, values in held.items() for value in values if _says(said, fold(name), value)}
    for name, values in held.items():
        # A letter in capitals ("white M"), or a number right behind another value ("black 9"), is no other word.
        for value in values if name not in chosen else ():
            capital = value.isalpha() and len(value) <= 3 and re.search(rf"(?<![\w'’]){value.upper()}(?![\w'’])", words)
            if capital or any(
                re.search(rf"\b{re.escape(other)},?\s+{re.escape(value)}(?![\w.])", said) for other in chosen.values()
            ):
                chosen[name] = value
    return chosen


def _says(said: str, name: str, value: str) -> bool:
    """Whether the words say the value; a bare number or letter only where it cannot be a quantity or part of a word."""
    word = re.escape(value)
    measure = _MEASURE.fullmatch(value)
    if measure and measure[1] in _numbers_alone(said):
        return True
    if len(value) > 2:
        return re.search(rf"(?<!\w){word}(?!\w)", said) is not None
    first = rf"^\W*{word}(?=\W*$|\s*[,.!]|\s+(?:in|and|please)\b)"
    named = rf"\b(?:size|in|the|{re.escape(name)})\s+{word}(?![\w.])"
    return re.search(f"{first}|{named}", said) is not None


def _numbers_alone(said: str) -> list[str]:
    """The numbers without a unit that may be one's: "512" of "the first one in 512"; folded words."""
    return _NUMBER_ALONE.findall(said)


def answered_options(product: Product, words: str) -> dict[str, str]:
    """The values that a message which says nothing else chooses, e.g. {"size": "9"} for "ok 9 then"."""
    said = _content(words)
    chosen = chosen_options(product, words)
    for name, values in option_values(product).items():
        found = [value for value in values if f" {value} " in f" {' '.join(said)} "]
        if name not in chosen and found:
            chosen[name] = max(found, key=len)
    names = {word for name in option_values(product) for word in fold(name.replace("_", " ")).split()}
    left = " ".join(said)
    for value in sorted(chosen.values(), key=len, reverse=True):
        left = re.sub(rf"(?<!\S){re.escape(value)}(?!\S)", " ", left)
    rest = [word for word in left.split() if word not in names and word.rstrip("s") not in names]
    return chosen if all(word in _COUNT or word.isdigit() or word in {"x", "of"} for word in rest) else {}


def answers_choice(product: Product, words: str, reader: QueryReader | None = None) -> bool:
    """Whether a short message answers "which size?" for the product: by a value that it has or (where `reader` knows
    it) has not, a quantity, "any", or by asking what there is."""
    if asks_options(words):
        return True
    if len(words.split()) > MAX_ANSWER_WORDS:
        return False
    if answered_options(product, words) or no_preference(words) or quantity_said(words) is not None:
        return True
    return bool(unmet_answer(product, words, reader))


def quantity_said(words: str) -> float | None:
    """The number of a message that only says how many, in more or fewer words; None for any other message."""
    whole = only_quantity(words)
    return amount(words) if whole is None else float(whole)


def options_said(product: Product, words: str, reader: QueryReader) -> tuple[dict[str, str], dict[str, str]]:
    """The options that the words choose, and those that they ask for and the product does not come in.

    Args:
        product: to be added.
        words: e.g. "the first in purple".
        reader: of the catalogue, which knows the values of other products.
    """
    chosen, unmet = chosen_options(product, words), dict[str, str]()
    held = option_values(product)
    for wish in _option_wishes(words, reader):
        if wish.name not in held or wish.name in chosen:
            continue
        values = {fold(value) for value in wish.values}
        fitting = [value for value in held[wish.name] if value in values]
        if len(fitting) == 1:
            chosen[wish.name] = fitting[0]
        elif not fitting and not any(value in fold(product.title) for value in values):
            unmet[wish.name] = wish.values[0]
    unmet |= _measures_missing(product, {*chosen, *unmet}, fold(words))
    size = re.search(r"\bsize\s+([\w.,-]+)", fold(words))
    if size and "size" in held and "size" not in chosen and _SIZE.fullmatch(size[1].strip(".,-")):
        unmet["size"] = size[1].strip(".,-")
    return chosen, unmet


def _measures_missing(product: Product, known: Collection[str], said: str) -> dict[str, str]:
    """Measures asked for by their number alone that no variant has: {"storage": "512 GB"} of "the first in 512"."""
    rows = {}
    for name in option_values(product).keys() - known:
        measures = [_MEASURE.fullmatch(variant.options.get(name, "")) for variant in product.variants]
        numbers = [n for n in _numbers_alone(said) if len(n) > 1 and n not in fold(product.title).split()]
        if numbers and all(measures) and measures[0]:
            rows[name] = f"{numbers[0]} {measures[0][2]}"
    return rows


def unmet_answer(product: Product, words: str, reader: QueryReader | None) -> dict[str, str]:
    """What a message that says nothing else asks for and the product does not come in, e.g. {"size": "42"}."""
    held, said = option_values(product), _content(words)
    sizes = [word for word in said if word not in {"size", "sized"}]
    numbered = any(value.replace(".", "").isdigit() for value in held.get("size", ()))
    if (
        "size" in held
        and len(sizes) == 1
        and (numbered or not sizes[0].isdigit())
        and _SIZE.fullmatch(sizes[0])
        and sizes[0] not in held["size"]
    ):
        return {"size": sizes[0]}
    unmet = options_said(product, words, reader)[1] if reader else {}
    known = {fold(value) for wish in (_option_wishes(words, reader) if reader else ()) for value in wish.values}
    parts = {word for value in known for word in value.split()} | {
        word for name in held for word in fold(name).split("_")
    }
    return unmet if all(word in parts or word.rstrip("s") in parts for word in said) else {}


def _option_wishes(words: str, reader: QueryReader) -> list[AttributeIn]:
    wishes = [wish for reading in reader.read(words) for wish in reading.constraints]
    return [wish for wish in wishes if isinstance(wish, AttributeIn) and not wish.exclude]


def asks_options(words: str) -> bool:
    """Whether a message asks between which sizes, colours or others it can choose."""
    return len(words.split()) <= MAX_QUESTION_WORDS and _WHICH_ARE_THERE.search(words) is not None


def _content(words: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:[-./'’][^\W_]+)*", fold(words))
    return [word for word in found if word not in _ANSWER_WORDS]


def no_preference(words: str) -> bool:
    """Whether the words leave the choice to us."""
    return _NO_PREFERENCE.search(words) is not None


def left_to_us(product: Product, words: str) -> dict[str, str]:
    """The options whose choice the words leave to us, each as `ANY`: those that they name ("any colour"), else all."""
    if not no_preference(words):
        return {}
    said, names = {token.key for token in tokens(words)}, tuple(option_values(product))
    named = [name for name in names if said & {word_key(word) for word in name.split("_")}]
    return dict.fromkeys(named or names, ANY)


def only_quantity(words: str) -> int | None:
    """The number of a message that only says how many, e.g. 2 for "make it two"; None for any other message."""
    match = _ONLY_QUANTITY.match(words)
    return _number(match[1]) if match else None


def units_to_remove(words: str) -> int | None:
    """How many units the words take out, e.g. 1 for "take one out" or "one less"; None where they mean all of it."""
    match = _UNITS_OUT.search(words) or _LESS.search(words)
    return _number(match[1]) if match else None


def _number(word: str) -> int:
    return _COUNT.get(word.lower()) or int(word)


def fitting_variants(variants: Sequence[Variant], chosen: Mapping[str, str]) -> tuple[Variant, ...]:
    """The variants that have every chosen value."""
    said = {name: value for name, value in chosen.items() if value != ANY}
    return tuple(v for v in variants if all(fold(v.options.get(name, "")) == value for name, value in said.items()))


def open_option(variants: Sequence[Variant], decided: Collection[str]) -> tuple[str, tuple[str, ...]] | None:
    """The first option with more than one value left that is not decided yet: its name, and the values."""
    for name in variants[0].options:
        values = tuple(dict.fromkeys(v.options[name] for v in variants if name in v.options))
        if len(values) > 1 and name not in decided:
            return name, values
    return None
