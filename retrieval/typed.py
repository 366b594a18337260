"""Wishes that come typed, from a language model or another program, in the catalogue's own words and units.

"navy", "colour" and "2 kg" mean what they would mean in a message. What the catalogue does not know stays as it was
given, so that the search can say that nothing is so. Knows one wish at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, Constraint, fold
from retrieval.units import convert
from retrieval.vocabulary import Vocabulary
from retrieval.vocabulary_learning import split_measure
from retrieval.words import phrase_key

_FLAGS = {"true": "yes", "false": "no"}


def in_own_words(wish: Constraint, vocabulary: Vocabulary, corrected: Callable[[str], str]) -> Constraint:
    """Return a typed wish in the words and units of a catalogue; the same wish where it says no other.

    Args:
        wish: e.g. AttributeRange("Weight", max=2, unit="kg").
        vocabulary: of the catalogue.
        corrected: corrects the spelling of a text.

    Returns:
        E.g. AttributeRange("weight", max=2000.0, unit="g"). A range whose unit does not convert keeps it.
    """
    if isinstance(wish, BrandIn):
        return replace(wish, values=_each(wish.values, lambda name: _brand(name, vocabulary), corrected))
    if isinstance(wish, CategoryIn):
        return replace(wish, values=_each(wish.values, lambda name: _kinds(name, vocabulary), corrected))
    if isinstance(wish, AttributeIn):
        return _stated(replace(wish, name=_attribute(wish.name, vocabulary, corrected)), vocabulary, corrected)
    if isinstance(wish, AttributeRange):
        return _converted(replace(wish, name=_attribute(wish.name, vocabulary, corrected)), vocabulary)
    return wish


def _each(
    values: Sequence[str], known: Callable[[str], tuple[str, ...]], corrected: Callable[[str], str]
) -> tuple[str, ...]:
    found = (known(value) or known(corrected(value)) or (value,) for value in values)
    return tuple(dict.fromkeys(name for names in found for name in names))


def _brand(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    brand = vocabulary.brands.get(phrase_key(name))
    return (brand.name,) if brand else ()


def _kinds(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Categories or departments of a name: of exactly that one, else all that end with it ("boots")."""
    exact = tuple(known for known in (*vocabulary.categories, *vocabulary.departments) if fold(known) == fold(name))
    key = phrase_key(name)
    department = vocabulary.department_keys.get(key)
    return exact[:1] or ((department,) if department else vocabulary.category_endings.get(key, ()))


def _attribute(name: str, vocabulary: Vocabulary, corrected: Callable[[str], str]) -> str:
    if name in vocabulary.attributes:
        return name
    keys = {phrase_key(known.replace("_", " ")): known for known in vocabulary.attributes}
    said = name.replace("_", " ")
    return keys.get(phrase_key(said)) or keys.get(phrase_key(corrected(said))) or name


def _stated(wish: AttributeIn, vocabulary: Vocabulary, corrected: Callable[[str], str]) -> Constraint:
    """Values as the catalogue states them: exactly so, else those that end with the word ("Navy blue" for "blue")."""

    def known(value: str) -> tuple[str, ...]:
        key = phrase_key(value)
        exact = tuple(use.value for use in vocabulary.values.get(key, ()) if use.name == wish.name)
        return exact or tuple(use.value for use in vocabulary.value_heads.get(key, ()) if use.name == wish.name)

    values = tuple(_FLAGS.get(fold(value), value) for value in wish.values)
    stats = vocabulary.attributes.get(wish.name)
    measured = split_measure(values[0]) if len(values) == 1 and not wish.exclude and stats and stats.unit else None
    if measured and not known(values[0]):
        number, unit = measured
        return _converted(AttributeRange(wish.name, number, number, unit), vocabulary)
    return replace(wish, values=_each(values, known, corrected))


def _converted(wish: AttributeRange, vocabulary: Vocabulary) -> AttributeRange:
    stats = vocabulary.attributes.get(wish.name)
    if stats is None or stats.unit is None or wish.unit is None:
        return wish
    ends = [None if end is None else convert(end, wish.unit, stats.unit) for end in (wish.min, wish.max)]
    if [end is None for end in ends] != [end is None for end in (wish.min, wish.max)]:
        return wish
    low, high = (None if end is None else float(f"{end:.6g}") for end in ends)
    return replace(wish, min=low, max=high, unit=stats.unit)
