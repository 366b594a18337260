"""A message in the planner's English: patterns, phrases, words, endings, compounds, and what stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.errors import ConfigError
from assistant.language.gloss import Gloss, gloss
from assistant.language.phrasebook import Phrasebook, read_phrasebook

GERMAN: dict[str, Any] = {
    "decimal_comma": True,
    "letters": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
    "endings": {"er": "", "e": "", "n": ""},
    "links": ["", "s", "n"],
    "numbers": {"drei": 3},
    "patterns": [
        {"unter {number} (euro|dollar)": r"under \1 \2"},
        {"kann man {words} falten": r"is \1 foldable"},
        {"{number}er pack": r"pack of \1"},
    ],
    "phrases": {"in den korb": "to my cart", "den zweiten": "the second one"},
    "words": {"rot": "red", "grün": "green", "reise": "travel", "tasche": "bag", "größe": "size", "korb": "basket",
              "dollar": "dollar", "euro": "euro", "mal": "", "lege": "put", "kilo": "kg", "tisch": "table"},
}  # fmt: skip
CHINESE: dict[str, Any] = {
    "spaced": False,
    "patterns": [{"{number}(?:块|元)以下": r"under \1 dollars"}],
    "phrases": {"红色": "red", "背包": "backpack", "的": ""},
}


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    return read_phrasebook("de", {"all": GERMAN})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("rote Tasche", "red bag"),
        ("GRÜNE tasche", "green bag"),
        ("gruene tasche", "green bag"),
        ("grune tasche", "green bag"),
        ("Reisetasche", "travel bag"),
        ("Reisentasche, bitte!", "travel bag, bitte!"),
        ("lege den zweiten in den korb", "put the second one to my cart"),
        ("unter 1.250,50 Euro", "under 1250.50 euro"),
        ("unter drei dollar", "under 3 dollar"),
        ("kann man die rote tasche falten?", "is die red bag foldable?"),
        ("mal drei kilo", "3 kg"),
        ("2,5kilo", "2.5 kg"),
        ("6er pack, rot", "pack of 6, red"),
        ("", ""),
    ],
)
def test_what_is_said_is_said_in_english(book: Phrasebook, said: str, words: str) -> None:
    assert gloss(said, book).words == words


@pytest.mark.parametrize(
    "said",
    ["Bluetooth 5.3 Norrfell", "bestellung a-10421 an rot@example.com", "https://shop.example/rot", "WH-1000-XM4"],
)
def test_what_the_book_does_not_know_stays(book: Phrasebook, said: str) -> None:
    assert gloss(said, book).words == said


def test_a_title_stays_as_the_shop_writes_it(book: Phrasebook) -> None:
    said = "lege die Rote Reise Tasche in den korb"
    assert gloss(said, book, ("Rote Reise Tasche",)).words == "put die Rote Reise Tasche to my cart"


def test_chinese_is_read_by_the_longest_phrase() -> None:
    book = read_phrasebook("zh", {"all": CHINESE})
    assert gloss("200元以下的红色背包", book).words == "under 200 dollars red backpack"
    assert gloss("红色Acme背包，谢谢", book).words == "red Acme backpack, 谢谢"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("两百块以下", "under 200 dollars"),
        ("一千五元以下", "under 1500 dollars"),
        ("三十个背包", "30 个 backpack"),
        ("一般的背包", "一般 backpack"),
        ("红色 背包", "red, backpack"),
        ("红色 200元以下", "red under 200 dollars"),
    ],
)
def test_chinese_numerals_are_numbers_and_spaces_part(said: str, words: str) -> None:
    book = read_phrasebook("zh", {"all": CHINESE})
    assert gloss(said, book).words == words


def test_parts_stand_for_what_patterns_share() -> None:
    parts = {"which": "(?:den|die) (ersten|zweite)", "end": "(?=[?.]|$)"}
    patterns = [{"ist {which} {words}{end}": r"is the \1 \2"}, {"wo ist {kept}": r"where is order \1"}]
    book = read_phrasebook("de", {"all": {**GERMAN, "parts": parts, "patterns": patterns}})
    assert gloss("ist die zweite rot?", book).words == "is the zweite red?"
    assert gloss("wo ist A-10421", book).words == "where is order A-10421"


def test_what_says_nothing_in_english_leaves_no_stops_behind(book: Phrasebook) -> None:
    assert gloss("mal, rot", book).words == "red"
    assert gloss("rot, mal. Tasche", book).words == "red. bag"
    assert gloss("¿rot?", book).words == "red?"


def test_what_was_said_is_found_again(book: Phrasebook) -> None:
    found = gloss("eine grüne Reisetasche", book)
    assert found.as_said("green") == "grüne"
    assert found.as_said("travel bag") == "Reisetasche"
    assert found.as_said("yellow hat") == "yellow hat"


def test_a_slip_is_read_as_the_word_that_was_meant(book: Phrasebook) -> None:
    found = gloss("rote tsche", book, correct={"tsche": "tasche"}.get)
    assert (found.words, dict(found.corrected)) == ("red bag", {"tsche": "tasche"})


def test_a_gloss_never_gets_longer_than_the_book_says(book: Phrasebook) -> None:
    assert gloss("unter 5 euro " * 300, book).words.count("under") == 300
    assert gloss("kann man " * 300 + "falten", book).words.endswith("foldable")


@pytest.mark.parametrize("broken", [{"wrods": {}}, {"patterns": [{"(": "x"}]}, {"numbers": {"drei": "many"}}])
def test_a_broken_file_is_named(broken: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="languages/de"):
        read_phrasebook("de", {"all": broken})


def test_without_a_book_nothing_is_said_otherwise() -> None:
    assert Gloss("en", "a red bag", "a red bag").as_said("bag") == "bag"
