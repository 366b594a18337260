"""What a catalogue calls things: its kinds of product, brands, attributes, values and words, counted.

Everything is learned from products; nothing here knows what a word means. Where a catalogue states no categories, the
phrases that head its titles ("toner cartridge") take their place for counting, but are never a filter.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import Stemmer

from retrieval import currencies, vocabulary_learning
from retrieval.chinese.script import is_chinese
from retrieval.chinese.segmenter import cut
from retrieval.concepts import other_keys, other_ways
from retrieval.english import is_everyday_elsewhere, is_plain_english
from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.product import Product
from retrieval.spelling import SHORTEST, Speller
from retrieval.tokens import query_tokens
from retrieval.units import find_unit, unit_key
from retrieval.words import (
    ASKED,
    COMMON,
    GENERIC_HEADS,
    STOP,
    TALK,
    UNLIKE,
    Token,
    has_digit,
    is_cjk,
    phrase_key,
    tokens,
    word_key,
    word_set,
    words,
)


@dataclass(frozen=True, slots=True)
class AttributeStats:
    """How the catalogue uses one attribute or variant option.

    Args:
        name: snake_case key.
        count: products that state it.
        flags: products that say yes.
        numbers: numbers stated.
        unit: the most used unit of its numbers.
        low, high: the smallest and the largest number stated.
        by_kind: kind of product -> products that state it.
        yes_by_kind: kind of product -> products that say yes.
        ranges: kind of product -> the smallest and the largest number that it states.
    """

    name: str
    count: int
    flags: int
    numbers: int
    unit: str | None
    low: float
    high: float
    by_kind: dict[str, int]
    yes_by_kind: dict[str, int]
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueUse:
    """One stated value: its attribute, how the shop writes it, and how many products (of each kind) state it."""

    name: str
    value: str
    count: int
    by_kind: dict[str, int]


@dataclass(frozen=True, slots=True)
class SizeSpan:
    """A size that is stated as a span of numbers: "48-52 cm", "5-7" (unit None)."""

    use: ValueUse
    low: float
    high: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class BrandUse:
    """One brand: how the shop writes it, its products, and other brands' products whose title says the same word."""

    name: str
    count: int
    elsewhere: int
    by_kind: dict[str, int]


class Vocabulary:
    """The words of one catalogue and what they stand for.

    Built by `learn` or `load`; not changed afterwards, so it can be shared by threads.

    Args:
        data: what `vocabulary_learning.learn` returns.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self.n_products: int = data["n_products"]
        self.categories: dict[str, int] = data["categories"]
        self.departments: dict[str, list[str]] = data["departments"]
        self.types: dict[str, int] = data["types"]
        self.modifiers = frozenset[str](data["modifiers"])
        self.title_names: dict[str, str] = data.get("title_names", {})
        self.words: dict[str, int] = data["words"]
        self.currency: str | None = data["currency"]
        self.cheap_minor: dict[str, int] = data["cheap_minor"]
        self.brands = {key: BrandUse(**row) for key, row in data["brands"].items()}
        self.attributes = {row["name"]: AttributeStats(**row) for row in data["attributes"]}
        self.values = {key: [ValueUse(*row) for row in rows] for key, rows in data["values"].items()}

    @classmethod
    def learn(cls, products: Iterable[Product]) -> Vocabulary:
        """Read a catalogue; its size is limited by memory only."""
        return cls(vocabulary_learning.learn(tuple(products)))

    def save(self, path: Path) -> None:
        """Write it as gzipped JSON, replacing the file at once."""
        scratch = path.with_name(path.name + ".new")
        scratch.write_bytes(gzip.compress(json.dumps(self._data, ensure_ascii=False).encode(), compresslevel=1))
        scratch.replace(path)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read what `save` wrote.

        Raises:
            IndexBroken: the file is missing, damaged or of another version.
        """
        try:
            data = json.loads(gzip.decompress(path.read_bytes()))
            if data["version"] != vocabulary_learning.VERSION:
                raise ValueError(f"version {data['version']}")
            return cls(data)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise IndexBroken(f"The vocabulary {path.name} cannot be read; {IMPORT_AGAIN}.") from error

    def prepare(self) -> None:
        """Build all look-up tables now, so that the first message does not wait for them."""
        for table in (
            self.category_endings, self.category_words, self.department_keys, self.type_keys, self.value_heads,
            self.flag_keys, self.numeric, self.measured_words, self.measured_heads, self.unit_keys, self.sizes,
            self.size_spans, self.spans, self.attribute_words, self.word_keys, self.cjk_keys, self._stems,
        ):  # fmt: skip
            len(table)
        self.find_correction("preparre")

    # ------------------------------------------------------------ kinds of product

    @cached_property
    def category_endings(self) -> dict[str, tuple[str, ...]]:
        """Key of each ending of a category name -> categories, most products first.

        "boot" -> ("Hiking boots", "Rain boots"), "hikingboot" -> ("Hiking boots",). A word by which titles call a
        category's products names it too ("daypack").
        """
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name in self.categories:
            for part in _name_parts(name):
                for start in range(len(part)):
                    ending = part[start:]
                    if len(ending) > 1 or len(part) == 1 or ending[0] not in GENERIC_HEADS:
                        found["".join(ending)].add(name)
        others = {key: set(found[way]) for way in found for key in other_keys(way) if key not in found}
        found.update(others)
        found.update({key: {name} for key, name in self.title_names.items() if key not in found})
        return {key: tuple(sorted(names, key=lambda n: (-self.categories[n], n))) for key, names in found.items()}

    @cached_property
    def category_words(self) -> dict[str, frozenset[str]]:
        """Category -> keys of its words, for telling "boots for hiking" from other boots."""
        return {name: frozenset(key for token in tokens(name) for key in _word_keys(token)) for name in self.categories}

    @cached_property
    def department_keys(self) -> dict[str, str]:
        """Key of a department, or of a thing it lists ("toy" for "Toys & games") -> its name.

        A thing listed must be named in the plural: the "light" of "Home & light" is no department.
        """
        keys: dict[str, str] = {}
        for name in self.departments:
            listed = [token.key for token in tokens(name) if token.folded != token.key]
            keys |= {key: name for key in (*listed, phrase_key(name)) if key}
        exact = {phrase_key(name) for name in self.categories}
        return {key: name for key, name in keys.items() if key not in exact}

    @cached_property
    def type_keys(self) -> dict[str, str]:
        """Key of a mined kind, and of other ways to say it -> the kind, e.g. "tonercartridge" -> "toner cartridge"."""
        other = {phrase_key(way): name for name in self.types for way in other_ways(name)}
        return other | {phrase_key(name): name for name in self.types}

    def n_of_kind(self, kind: str) -> int:
        """Number of products of a category or mined kind."""
        return self.categories.get(kind) or self.types.get(kind, 0)

    # ------------------------------------------------------------ values

    @cached_property
    def value_heads(self) -> dict[str, tuple[ValueUse, ...]]:
        """Key of the last word of a two- or three-word value -> such values ("blue" -> "Navy blue").

        What begins with a preposition is only called so as a whole: "in ear" is no "Over-ear". The unit of a measure
        is no name of it: "58 cm" is no "48-52 cm".
        """
        found: defaultdict[str, list[ValueUse]] = defaultdict(list)
        for uses in self.values.values():
            for use in uses:
                parts = use.value.replace("-", " ").split()
                plain = parts != [] and not parts[0].isupper() and not {word_key(parts[0])} & (UNLIKE | STOP)
                measured = parts != [] and find_unit(parts[-1]) is not None and has_digit(parts[0])
                if plain and not measured and 2 <= len(parts) <= 3 and parts[-1].isalpha():
                    found[word_key(parts[-1])].append(use)
        return {key: tuple(uses) for key, uses in found.items()}

    @cached_property
    def flag_keys(self) -> dict[str, tuple[str, ...]]:
        """Key of a yes/no attribute's name -> the attributes ("waterproof" -> ("waterproof",))."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name, stats in self.attributes.items():
            if stats.flags:
                key = phrase_key(name.replace("_", " ").strip())
                for prefix in ("is", "has"):
                    key = key.removeprefix(prefix) if name.startswith(prefix + "_") else key
                if key and key not in STOP:
                    found[key].append(name)
        return {key: tuple(names) for key, names in found.items()}

    @cached_property
    def numeric(self) -> tuple[AttributeStats, ...]:
        """Attributes and options that state numbers with a unit, or are counts of what they are called ("pieces")."""
        numeric = (stats for stats in self.attributes.values() if stats.numbers >= _MOSTLY * stats.count)
        return tuple(stats for stats in numeric if stats.numbers and (stats.unit or stats.name.isalpha()))

    @cached_property
    def plain_numbers(self) -> tuple[AttributeStats, ...]:
        """Attributes that mostly state numbers without a unit ("r_value")."""
        numeric = (stats for stats in self.attributes.values() if stats.numbers >= _MOSTLY * stats.count)
        return tuple(stats for stats in numeric if stats.numbers and not stats.unit)

    @cached_property
    def spans(self) -> tuple[tuple[AttributeStats, AttributeStats], ...]:
        """Pairs of numbers that state the fewest and the most of something (min_players and max_players)."""
        stated = {stats.name: stats for stats in (*self.numeric, *self.plain_numbers)}
        pairs = ((stats, stated.get(f"max_{name.removeprefix('min_')}")) for name, stats in stated.items())
        return tuple((fewest, most) for fewest, most in pairs if most and fewest.name.startswith("min_"))

    @cached_property
    def measured_words(self) -> frozenset[str]:
        """Keys of the words that attributes with numbers are called by ("cable" and "length" of "cable_length")."""
        return frozenset(word_key(word) for stats in self._usual_numbers for word in stats.name.split("_")) - STOP

    @cached_property
    def measured_heads(self) -> frozenset[str]:
        """Keys of the last words of those names ("length")."""
        return frozenset(word_key(stats.name.split("_")[-1]) for stats in self._usual_numbers) - STOP

    @cached_property
    def _usual_numbers(self) -> tuple[AttributeStats, ...]:
        """Attributes with numbers, without those that hardly any product states."""
        stated = (*self.numeric, *self.plain_numbers)
        return tuple(stats for stats in stated if stats.count >= _RARE * self.n_products)

    @cached_property
    def unit_keys(self) -> frozenset[str]:
        """Keys of the units that the catalogue writes, and of what it counts."""
        return frozenset(unit_key(stats.unit or stats.name) for stats in self.numeric) - {""}

    @cached_property
    def sizes(self) -> frozenset[str]:
        """Names of attributes and options that are a size, other than measures ("display_size" in inches)."""
        measures = {stats.name for stats in self.numeric if stats.unit}
        return (
            frozenset(name for name in self.attributes if not _SIZE_WORDS.isdisjoint(name.casefold().split("_")))
            - measures
        )

    @cached_property
    def size_spans(self) -> tuple[SizeSpan, ...]:
        """The sizes that are stated as spans of numbers."""
        uses = (use for uses in self.values.values() for use in uses if use.name in self.sizes)
        found = ((use, _SPAN.fullmatch(use.value)) for use in uses)
        return tuple(SizeSpan(use, float(m["low"]), float(m["high"]), m["unit"] or None) for use, m in found if m)

    # ------------------------------------------------------------ words

    @cached_property
    def attribute_words(self) -> frozenset[str]:
        """Keys of the words that attributes are called by."""
        return frozenset(word_key(word) for name in self.attributes for word in words(_spaced(name)))

    @cached_property
    def word_keys(self) -> frozenset[str]:
        """Keys of all words of the catalogue, its attributes' names included."""
        return self.attribute_words.union(map(word_key, self.words))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(Stemmer.Stemmer("english").stemWords([word for word in self.words if word.isalpha()]))

    @cached_property
    def _speller(self) -> Speller:
        # Less than what a word needs that is two slips away: those are of the catalogue only.
        language = dict.fromkeys(COMMON, 0.5) | dict.fromkeys(STOP, 1.5)
        language = {word: count for word, count in language.items() if len(word) > _SHORT} | dict.fromkeys(ASKED, 3.0)
        named = {word: float(stats.count) for stats in self.attributes.values() for word in words(_spaced(stats.name))}
        stated = {word: float(count) for word, count in self.words.items() if word not in STOP}
        return Speller(language | named | stated)

    @cached_property
    def cjk_keys(self) -> frozenset[str]:
        """Keys that are written without spaces, for finding them inside a run of characters."""
        keys = [*self.brands, *self.category_endings, *self.department_keys, *self.values, *self.flag_keys]
        return frozenset(key for key in keys if is_cjk(key))

    def knows(self, word: str) -> bool:
        """Whether a word, in any number or ending, stands somewhere in the catalogue."""
        folded = word.casefold()
        if is_cjk(word):
            return all(token in self.words for token in query_tokens(word))
        if folded in self.words or word_key(folded) in self.word_keys:
            return True
        stem = Stemmer.Stemmer("english").stemWord(folded)
        return stem in self._stems and folded[len(stem) :] in _ENDINGS and len(folded) > len(stem)

    def _names(self, key: str) -> bool:
        """Whether something is called so, in one word or several ("tshirt" for "T-shirts")."""
        tables = (self.category_endings, self.department_keys, self.type_keys, self.brands, self.values, self.flag_keys)
        return any(key in table for table in tables)

    def find_correction(self, word: str) -> str | None:
        """Return the likely word for a misspelt one; None where it is right, short, a part number or far off.

        Never corrected are words of the language, units, currencies and words of the catalogue; the latter but for
        its own slips, where one product in hundreds writes "cartrigde".
        """
        folded = word.casefold()
        if len(folded) < SHORTEST or not folded.isalpha() or not folded.isascii():
            return None
        if is_plain_english(folded) or folded in _KEPT or find_unit(folded) or unit_key(folded) in self.unit_keys:
            return None
        slips = self.words.get(folded, 0)
        if not slips:
            if self.knows(folded) or self._names(phrase_key(folded)) or is_everyday_elsewhere(folded):
                return None
            right = self._speller.find(folded)
            # "iphones" and "ebikes" are other things than phones and bikes; before other letters it is a slip.
            return None if right == folded[1:] and folded[0] in _OWN_PREFIXES else right
        if slips > _SLIPS or len(folded) <= _SHORT or phrase_key(folded) in self.brands:
            return None
        found = self._speller.find(folded, only_one=True)
        likely = found is not None and found[0] == folded[0] and self.words.get(found, 0) >= _HUNDREDS * slips
        return found if likely else None


def _word_keys(token: Token) -> list[str]:
    """The key of a word; of a run without spaces, those of its words."""
    return [word_key(word) for word in cut(token.text)] if is_chinese(token.text) else [token.key]


_SPAN = re.compile(r"(?P<low>\d+(?:\.\d+)?)\s?[-–]\s?(?P<high>\d+(?:\.\d+)?)\s?(?P<unit>[^\W\d_]*)")
_MOSTLY = 0.5
_RARE = 0.001
_SIZE_WORDS = word_set("size 尺码 鞋码 码数")
_KEPT = TALK | frozenset(currencies.WORDS)
_SHORT = 4
_SLIPS = 2
_OWN_PREFIXES = frozenset("ei")
_HUNDREDS = 300
_ENDINGS = frozenset(
    ("s", "es", "ed", "d", "ing", "er", "ers", "r", "rs", "ly", "y", "ies", "ied", "ment", "ness", "able")
)
"""What a word of the catalogue may end with besides ("hooded" where it says "hood"); "printe" is a slip."""


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _name_parts(name: str) -> list[list[str]]:
    """Word keys of the things that a category's name lists: "Bags & backpacks" -> [["bag"], ["backpack"]]."""
    parts: list[list[str]] = [[]]
    previous_end = 0
    for token in tokens(name):
        joint = name[previous_end : token.start]
        if token.folded in ("and", "or") or any(sign in joint for sign in "&/,+>、"):
            parts.append([])
        if token.folded in ("for", "with", "of", "in", "to"):
            break
        if token.folded not in ("and", "or"):
            parts[-1] += _word_keys(token)
        previous_end = token.end
    return [part for part in parts if part]
