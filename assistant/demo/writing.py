"""Titles and descriptions from sentence patterns: says only what the product states.

A pattern is used only where every place in it is a stated attribute and its condition holds, so a description cannot
contradict the attributes. Knows nothing of prices or stock.
"""

from __future__ import annotations

import itertools
import random
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.demo.attributes import holds
from assistant.demo.spec import BrandSpec, TypeSpec
from retrieval.product import Attribute

_GUARD = re.compile(r"^(!?\w+(?:=[^?]+)?)\?\s+(.*)$", re.DOTALL)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ARTICLE = re.compile(r"\b([Aa]) (?=(?:[aeiAEI]|[oO](?!ne\b)|8|11\b|18\b|u(?!ni|se)))")
_PLANS = ("lf", "lf", "lff", "lfp", "lp", "fl", "pfl", "lfpc", "lpf", "lfc", "lbf", "lfb", "plf", "lffp")
"""Orders of sentences: l lead, f fact, p point, c care, b the brand's own."""


class Words(str):
    """An attribute's text with other ways to say it: {weight}, {sleeps.n}, {sleeps.word}, {material.low}."""

    __slots__ = ()

    @property
    def n(self) -> str:
        """The number without its unit."""
        return self.split(" ")[0]

    @property
    def word(self) -> str:
        """A small whole number in letters; any other as it is."""
        return _WORDS[int(self.n)] if self.n.isdigit() and int(self.n) < len(_WORDS) else self.n

    @property
    def low(self) -> str:
        """With a small first letter, for use inside a sentence; abbreviations keep theirs."""
        return str(self) if self[:2].isupper() else self[:1].lower() + self[1:]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A filled pattern, and the attributes that it speaks of."""

    text: str
    about: frozenset[str]


def usable(patterns: Sequence[str], attributes: Mapping[str, Attribute], names: Mapping[str, str]) -> list[Sentence]:
    """Fill the patterns that may be said of a product; the others are left out.

    Args:
        patterns: see TypeSpec.
        attributes: what the product states.
        names: further places, e.g. {"model": "Kestrel 2"}.
    """
    places = {**{name: Words(attribute.text) for name, attribute in attributes.items()}, **names}
    said = []
    for pattern in patterns:
        guard = _GUARD.match(pattern)
        text = guard[2] if guard else pattern
        needed = {field.split(".")[0] for _, field, _, _ in string.Formatter().parse(text) if field}
        if needed <= places.keys() and (guard is None or holds(guard[1], attributes)):
            about = needed | ({guard[1].strip("!").split("=")[0]} if guard else set())
            said.append(Sentence(_ARTICLE.sub(r"\1n ", text.format_map(places)), frozenset(about - names.keys())))
    return said


def write_title(spec: TypeSpec, brand: str, model: str, attributes: Mapping[str, Attribute], rng: random.Random) -> str:
    """Write a title such as "Norrfell Kestrel 2 two-person tent"."""
    names = {"brand": brand, "model": model, "noun": spec.noun}
    return rng.choice(usable(spec.titles, attributes, names)).text


def write_description(
    spec: TypeSpec, brand: str, maker: BrandSpec, model: str, attributes: Mapping[str, Attribute], rng: random.Random
) -> str:
    """Write two to four sentences, in one of several orders; none repeats an attribute of another."""
    names = {"brand": brand, "model": model, "noun": spec.noun}
    kinds = {"l": spec.leads, "f": spec.facts, "p": spec.points, "c": spec.care, "b": maker.voice}
    pools = {kind: usable(patterns, attributes, names) for kind, patterns in kinds.items()}
    for pool in pools.values():
        rng.shuffle(pool)
    chosen: list[Sentence] = []
    for kind in rng.choice(_PLANS):
        _add_one(chosen, pools[kind])
    for kind in "pb":
        if len(chosen) < 2:
            _add_one(chosen, pools[kind])
    text = " ".join(sentence.text[:1].upper() + sentence.text[1:] for sentence in chosen)
    # A description does not open with a pronoun.
    return re.sub(r"^It (?=\w+s\b|is\b)", f"The {model} ", text)


def _add_one(chosen: list[Sentence], pool: Sequence[Sentence]) -> None:
    """Add the first sentence that speaks of nothing said yet, if there is one."""
    spoken = {name for sentence in chosen for name in sentence.about}
    fresh = (sentence for sentence in pool if not sentence.about & spoken and sentence not in chosen)
    chosen.extend(itertools.islice(fresh, 1))
