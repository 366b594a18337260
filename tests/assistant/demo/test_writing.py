"""Sentence patterns: only what is stated is said."""

from __future__ import annotations

import pytest

from assistant.demo.attributes import holds
from assistant.demo.writing import Words, usable
from retrieval.product import Attribute

_TENT = {
    "sleeps": Attribute("sleeps", 2.0, "person"),
    "weight": Attribute("weight", 1850.0, "g"),
    "waterproof": Attribute("waterproof", True),
    "freestanding": Attribute("freestanding", False),
    "uses": Attribute("uses", ("Hiking", "Camping")),
}


def _texts(patterns: list[str], names: dict[str, str]) -> list[str]:
    return [sentence.text for sentence in usable(patterns, _TENT, names)]


def test_a_sentence_knows_which_attributes_it_speaks_of() -> None:
    (sentence,) = usable(["!freestanding? {model} weighs {weight}."], _TENT, {"model": "Tern"})
    assert sentence.about == {"freestanding", "weight"}


def test_a_pattern_whose_attribute_is_not_stated_is_left_out() -> None:
    assert _texts(["It is {colour}.", "It weighs {weight}."], {}) == ["It weighs 1850 g."]


def test_a_guarded_pattern_is_used_only_where_its_condition_holds() -> None:
    patterns = [
        "waterproof? Dry.",
        "!waterproof? Wet.",
        "!freestanding? Needs pegs.",
        "!mesh? No mesh.",
        "sleeps=2? Two.",
    ]
    assert _texts(patterns, {}) == ["Dry.", "Needs pegs.", "Two."]


def test_articles_follow_the_sound_of_the_next_word() -> None:
    names = {"noun": "umbrella", "kind": "one-person", "unit": "8 l"}
    said = _texts(["a {kind} tent", "a {unit} bag", "A aluminium pan", "a used pan"], names)
    assert said == ["a one-person tent", "an 8 l bag", "An aluminium pan", "a used pan"]


def test_words_can_be_said_in_other_ways() -> None:
    assert Words("2 person").word == "two"
    assert Words("1850 g").n == "1850"
    assert Words("Merino wool").low == "merino wool"
    assert Words("TPE foam").low == "TPE foam"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("waterproof", True),
        ("!waterproof", False),
        ("freestanding", False),
        ("!freestanding", True),
        ("missing", False),
        ("!missing", False),
        ("sleeps=2 person", True),
        ("sleeps=3", False),
        ("uses=Camping", True),
    ],
)
def test_conditions(condition: str, expected: bool) -> None:
    assert holds(condition, _TENT) is expected


def test_a_broken_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="not a condition"):
        holds("a b", _TENT)
