"""The owner's page in words: nothing of the recommender stays without a name."""

from __future__ import annotations

import pytest

from recommender.events import EventType
from recommender.owner_rules import read_rule
from recommender.reasons import Code
from ui.owner_words import HAPPENED, PARTS, SURFACES, acted_words, removed_words, rule_words, scope_words

TITLES = {"tent-1": "Trail tent", "mug": "Camp mug"}


def test_every_part_and_every_deed_has_a_name() -> None:
    assert set(PARTS) >= {str(code) for code in Code}
    assert set(HAPPENED) == {kind.value for kind in EventType} - {"impression", "not_shown", "edit"}


@pytest.mark.parametrize(
    ("rule", "words", "scope"),
    [
        ({"kind": "pin", "item_id": "tent-1", "slot": 0}, "Put “Trail tent” into slot 1", "everywhere"),
        (
            {"kind": "bury", "brands": ["Alp"], "categories": ["Tents", "Mugs"], "words": ["camp"]},
            "Show products of Alp in Tents or Mugs last",
            "where “camp” is asked for",
        ),
        (
            {"kind": "exclude", "item_ids": ["tent-1", "mug"], "surfaces": ["search", "recommend"]},
            "Never show “Trail tent” or “Camp mug”",
            "in search and suggestions",
        ),
        ({"kind": "min_stock", "units": 3}, "Do not show products with fewer than 3 in stock", "everywhere"),
        ({"kind": "margin_floor", "share": 0.1}, "Do not show products that keep less than 10% of the price",
         "everywhere"),
        (
            {"kind": "age_limit", "years": 18, "categories": ["Knives"]},
            "Show products in Knives only to shoppers of 18 and older",
            "everywhere",
        ),
    ],
)  # fmt: skip
def test_rules_are_sentences(rule: dict[str, object], words: str, scope: str) -> None:
    made = read_rule(rule)
    assert (rule_words(made, TITLES), scope_words(made)) == (words, scope)


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        ("pin:7:tent-1@0", "A rule put “Trail tent” into slot 1"),
        ("pin_skipped:7:gone@2", "A rule wanted “gone” in slot 3, but it is sold out or the slot was taken"),
        ("sponsored:1:mug@4", "A campaign paid for “Camp mug” in slot 5"),
        ("no_explore:cap", "Nothing was tried out: this shopper has had the day’s share of trials"),
        ("no_explore:intent_checkout", "Nothing was tried out: the intent is checkout"),
        ("something_new", "something_new"),
    ],
)
def test_what_acted_is_told(guard: str, words: str) -> None:
    assert acted_words(guard, TITLES) == words


def test_what_was_removed_is_told() -> None:
    assert (removed_words("exclude:3"), removed_words("dismissed")) == ("by rule 3", "dismissed in this visit")


@pytest.mark.parametrize(
    "surface",
    [
        "search",
        "recommend",
        "more_like_this",
        "goes_with",
        "better",
        "beside",
        "complement",
        "resume",
        "starters",
        "banners",
    ],
)
def test_every_surface_has_words_of_its_own(surface: str) -> None:
    assert surface in SURFACES


def test_a_given_order_is_not_taken_for_a_purchase() -> None:
    guard = "Nothing was tried out: the order of the cards was given"
    assert acted_words("no_explore:order_asked_for", {}) == guard
