"""Titles of a catalogue hold any words, also those that would be claims in a reply's own: told, they claim nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from assistant.grounding import Facts, Lexicon, split_sentences, unsupported
from assistant.llm.embedded.composer import Composer
from assistant.llm.embedded.product_answers import ProductAnswers
from assistant.prompts import load_prompts
from assistant.text import clean
from retrieval.product import Product
from tests.assistant.small_shop import DOME, english, slate

ICECAT = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "icecat" / "products.jsonl.gz"
EVERY = 20
TITLES = (
    "Norrfell PCI-Express 1x Left Slot Riser Card interface adapter",
    "Norrfell Twin Tower CPU Cooler, multi-compatible with everything",
    "Norrfell 2-Years Onsite Service Guarantee",
    "Norrfell Filter cartridges CLASSIC 3+1 free",
    "Norrfell Universal Heavyweight Coated Paper 120 g/m²-50 in/1270 mm x 30.5 m large format media roll, white",
    "Norrfell black toner cartridge. Equivalent to Bolt 12A7315, 12A7415. Compatible with Bolt T420 and others",
    'Norrfell Splitter Cable pwr_4pin_M pwr_4pin_F Black (4*C19), 24" long',
    "Norrfell Lower Tray",
    "Norrfell Notebook Security Service, delivered tomorrow, the lightest of all",
)


def _lost(products: Iterable[Product]) -> list[tuple[str, str]]:
    """Sentences of composed replies that would not be shown, with what speaks against them."""
    composer, rows = Composer(english(), ProductAnswers(english(), load_prompts().question_words())), list(products)
    lexicon, lost = Lexicon.of(rows), []
    for product in rows:
        evidence = (slate(product, total=1),)
        facts = Facts(evidence)
        for sentence in split_sentences(composer.compose(evidence)):
            if kind := unsupported(sentence, facts, lexicon):
                lost.append((kind, sentence))
    return lost


def _named(number: int, title: str, brand: str | None) -> Product:
    return replace(DOME, id=f"named-{number}", title=title, brand=brand, category=None, attributes={})


def test_a_product_may_be_named_whatever_its_title_says() -> None:
    assert _lost(_named(number, title, "Norrfell") for number, title in enumerate(TITLES)) == []


@pytest.mark.datasets
@pytest.mark.skipif(not ICECAT.exists(), reason="the Icecat data set is not beside the repository")
def test_products_of_a_real_shop_may_be_named() -> None:
    with gzip.open(ICECAT, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 0, None, EVERY)]
    products = [_named(i, clean(row["title"]), row.get("supplier")) for i, row in enumerate(rows) if row.get("title")]
    assert len(products) > 900
    assert _lost(products) == []


@pytest.mark.parametrize(
    "said",
    [
        "Only 3 Left!",
        "It is the lightest of all.",
        "**Norrfell 2-Years Onsite Service Guarantee** comes with a guarantee of ten years.",
        "**Norrfell Filter cartridges CLASSIC 3+1 free** ships free.",
        "**Norrfell PCI-Express 1x Left…** is the cheapest and only 2 are left.",
        "**Norrfell Twin Tower CPU Cooler…** fits everything.",
    ],
)
def test_what_a_title_says_is_no_claim_of_the_reply(said: str) -> None:
    shown = [_named(number, title, "Norrfell") for number, title in enumerate(TITLES)]
    assert unsupported(said, Facts((slate(*shown),)), Lexicon.of(shown)) is not None
