"""Which language a message is in, with the phrasebooks that are shipped."""

from __future__ import annotations

import pytest

from assistant.language import Languages
from assistant.prompts import load_prompts
from tests.assistant.small_shop import PRODUCTS


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages(load_prompts().languages(), titles=[product.title for product in PRODUCTS])


@pytest.mark.parametrize(
    ("said", "before", "language"),
    [
        ("ich suche ein zelt", "", "de"),
        ("wasserdichte stiefel für den winter", "", "de"),
        ("was kostet das", "en", "de"),
        ("M", "de", "de"),
        ("2", "de", "de"),
        ("ok", "de", "de"),
        ("Slate Grey", "de", "de"),
        ("A-10421", "de", "de"),
        ("", "", "en"),
        ("2", "", "en"),
        ("waterproof boots", "", "en"),
        ("usb c adapter", "", "en"),
        ("iphone x", "", "en"),
        ("y en azul", "", "es"),
        ("does it come in red?", "de", "en"),
        ("show me tents for the kids", "", "en"),
        ("rock climbing shoes, kind of bright", "", "en"),
        ("what is the second one made of", "de", "en"),
    ],
)
def test_the_language_is_told(languages: Languages, said: str, before: str, language: str) -> None:
    assert languages.read(said, before).language == language


@pytest.mark.parametrize("said", ["a red tent under $1,299", "die hard poster", "size 42,5"])
def test_english_is_left_alone(languages: Languages, said: str) -> None:
    assert languages.read(said).words == said


def test_the_language_of_the_catalogue_is_left_alone() -> None:
    shop = Languages(
        load_prompts().languages(), "de", ["Zelt für zwei Personen mit Vorzelt", "Stiefel aus Leder für den Winter"]
    )
    assert shop.read("ein zelt unter 1.200").words == "ein zelt unter 1.200"
