"""What is learned from a catalogue, and that it survives a file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from retrieval.errors import IndexBroken
from retrieval.query import QueryReader
from retrieval.type_phrases import mine_types, title_types
from retrieval.vocabulary import Vocabulary
from retrieval.vocabulary_learning import split_measure
from retrieval.words import word_key, words
from tests.retrieval.reading_shop import make_product, make_shop


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.learn(make_shop())


def test_names_are_counted(vocabulary: Vocabulary) -> None:
    assert vocabulary.n_products == 216
    assert vocabulary.categories["Tents"] == 12
    assert vocabulary.brands["acme"].count == 54
    assert vocabulary.attributes["waterproof"].by_kind == dict.fromkeys(
        ["Hiking boots", "Hiking shoes", "Rain jackets", "Down jackets", "Sleeping bags", "Tents", "Backpacks"], 12
    )
    assert vocabulary.attributes["waterproof"].yes_by_kind["Tents"] == 6


def test_numbers_keep_their_unit_and_range(vocabulary: Vocabulary) -> None:
    memory = vocabulary.attributes["memory"]

    assert (memory.unit, memory.low, memory.high) == ("GB", 8.0, 32.0)


def test_categories_are_found_by_each_of_their_endings(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.category_endings["shoe"]) == {"Running shoes", "Hiking shoes"}
    assert vocabulary.category_endings["hikingboot"] == ("Hiking boots",)
    assert "hiking" not in vocabulary.category_endings


def test_things_that_a_category_lists_are_found_each() -> None:
    shop = [make_product("1", "A", category="Bags & backpacks"), make_product("2", "B", category="Cases for phones")]
    endings = Vocabulary.learn(shop).category_endings

    assert endings["bag"] == endings["backpack"] == ("Bags & backpacks",)
    assert endings["case"] == ("Cases for phones",)
    assert "phone" not in endings


def test_general_words_at_the_end_of_a_category_name_none(vocabulary: Vocabulary) -> None:
    endings = Vocabulary.learn([make_product("1", "A", category="Cookware sets")]).category_endings

    assert "cookwareset" in endings
    assert "set" not in endings


def test_cheap_is_a_third_of_the_kind(vocabulary: Vocabulary) -> None:
    assert vocabulary.cheap_minor["Headphones"] == 9500


def test_numbers_and_names_of_single_products_are_no_values() -> None:
    shop = [
        make_product(f"{i}", f"Thing {i}", stated=[("part", f"X{i}", None), ("ink", "Blue", None)]) for i in range(30)
    ]
    values = Vocabulary.learn(shop).values

    assert "blue" in values
    assert "x1" not in values


def test_what_is_saved_reads_the_same(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.json.gz"
    vocabulary.save(path)
    text = "two waterproof tents under 2.5 kg from Acme, not red, and a cheap backpack"

    assert QueryReader(Vocabulary.load(path), "USD").read(text) == QueryReader(vocabulary, "USD").read(text)
    assert [file.name for file in tmp_path.iterdir()] == ["vocabulary.json.gz"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b"not json", mtime=0),
        gzip.compress(b"[]", mtime=0),
        gzip.compress(json.dumps({"version": 0}).encode(), mtime=0),
    ],
    ids=["empty", "not packed", "not JSON", "no object", "another version"],
)
def test_a_damaged_file_is_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vocabulary.json.gz"
    path.write_bytes(content)

    with pytest.raises(IndexBroken, match="aisle import"):
        Vocabulary.load(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken):
        Vocabulary.load(tmp_path / "none.json.gz")


def test_kinds_are_mined_where_titles_agree_over_brands() -> None:
    titles = [
        "Acme T100 toner cartridge Black 2 pcs", "Bolt 5 toner cartridge Cyan", "Corda X9 toner cartridge 300 pages",
        "Dune toner cartridge", "Acme Z notebook 15 inch", "Bolt Y1 notebook",
        "Corda notebook Black", "Dune notebook 13",
    ]  # fmt: skip
    brands = ["Acme", "Bolt", "Corda", "Dune"] * 2
    types = mine_types([tuple(map(word_key, words(title))) for title in titles], brands, {"black", "cyan"})

    assert types["toner cartridge"] == 4
    assert types["notebook"] == 4
    assert not {"black", "pcs", "page", "acme"} & set(types)


def test_the_longest_kinds_of_a_title_are_taken() -> None:
    assert title_types(["acme", "toner", "cartridge", "usb", "cable"], {"cartridge", "toner cartridge", "cable"}) == (
        "toner cartridge",
        "cable",
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("256 GB", (256.0, "GB")), ("1,5 l", (1.5, "l")), ("42", (42.0, None)), ("M", None), ("2 x 4 GB", None),
        ("1.2.3", None), ("", None),
    ],
)  # fmt: skip
def test_measures_are_split_from_options(value: str, expected: tuple[float, str | None] | None) -> None:
    assert split_measure(value) == expected


@pytest.mark.parametrize("word", ["tents", "Tent", "HIKING", "waterproof", "Norrfell", "hikings"])
def test_words_of_the_catalogue_are_known_in_any_ending(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.knows(word)


def test_other_words_are_not_known(vocabulary: Vocabulary) -> None:
    assert not vocabulary.knows("fluxcapacitor")
