"""Understanding on real texts: wishes of crowd workers, requests with known price limits, an electronics catalogue.

The first half of each set was looked at while the reader was written; the second half was only counted.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from retrieval.filters import CategoryIn, PriceRange, passes
from retrieval.importers.column_map import MAPS, RowReader, load_map
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_chinese_shop, make_shop

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
WEBSHOP = DATASETS / "webshop_instructions" / "human_goals.json.gz"
SHOPPINGBENCH = DATASETS / "shoppingbench" / "product.jsonl"
ICECAT = DATASETS / "icecat"
TAOBAO = DATASETS / "zh_taobao_queries" / "queries.tsv.gz"

pytestmark = [
    pytest.mark.datasets,
    pytest.mark.skipif(not DATASETS.is_dir(), reason="../shared/datasets is absent"),
]


@pytest.fixture(scope="module")
def icecat() -> dict[str, Product]:
    reader = RowReader(load_map(MAPS / "icecat.yaml"), "USD")
    with gzip.open(ICECAT / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        products = [reader.read(json.loads(line)) for line in lines]
    return {product.id: product for product in products}


@pytest.fixture(scope="module")
def icecat_reader(icecat: dict[str, Product]) -> QueryReader:
    return QueryReader(Vocabulary.learn(icecat.values()), "USD")


def test_no_price_is_read_into_wishes_that_hold_none() -> None:
    reader = QueryReader(Vocabulary.learn(make_shop()), "USD")
    texts: list[str] = json.loads(gzip.decompress(WEBSHOP.read_bytes()))
    wrong = [
        text
        for text in texts
        for need in reader.read(text)
        if any(isinstance(wish, PriceRange) for wish in need.constraints) and not _says_cheap(text)
    ]

    assert len(texts) == 4000
    assert wrong == []


def _says_cheap(text: str) -> bool:
    return any(word in text for word in ("cheap", "affordable", "inexpensive", "budget", "discounted", "low price"))


def test_price_limits_are_read_as_the_gold_says() -> None:
    reader = QueryReader(Vocabulary.learn([]), "PHP")
    rows = [json.loads(line) for line in SHOPPINGBENCH.read_text("utf-8").splitlines()]
    right = sum(_read_limits(reader, row["query"]) == _gold_limits(row) for row in rows)

    assert len(rows) == 100
    assert right >= 99


def _read_limits(reader: QueryReader, text: str) -> list[tuple[int | None, int | None]]:
    return [
        (wish.min_minor, wish.max_minor)
        for need in reader.read(text)
        for wish in need.constraints
        if isinstance(wish, PriceRange)
    ]


def _gold_limits(row: dict[str, Any]) -> list[tuple[int | None, int | None]]:
    gold = row["reward"].get("price")
    if not gold:
        return []
    kind, (low, high) = next(iter(gold[0].items()))
    low, high = (low, high) if kind != "less than" else (None, high if high is not None else low)
    return [(None if low is None else round(low * 100), None if high is None else round(high * 100))]


def test_no_filter_hides_what_people_judged_right(icecat: dict[str, Product], icecat_reader: QueryReader) -> None:
    judged = defaultdict(list)
    with (ICECAT / "judgments.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if int(row["rating"]) >= 2:
                judged[row["query"]].append(icecat[row["docid"]])
    hidden = [
        (query, product.title)
        for query, products in judged.items()
        for product in products
        if not passes(icecat_reader.read(query)[0].constraints, product)
    ]

    assert sum(map(len, judged.values())) == 671
    assert hidden == []


@pytest.mark.parametrize("text", ["a toner cartridge", "notebook", "kvm switch", "label making tape", "headphones"])
def test_kinds_are_mined_from_titles(icecat_reader: QueryReader, text: str) -> None:
    (understood,) = icecat_reader.read(text)

    assert understood.category_stated
    assert not any(isinstance(wish, CategoryIn) for wish in understood.constraints)
    assert understood.text == text.removeprefix("a ")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("black toner cartridge", ["Black"]),
        ("blue cat6 patch cable 3m", ["Blue", "cable length about 3 m"]),
        ("notebook with at least 16 GB memory", ["internal memory from 16 GB"]),
        ("Logitech mouse under $30", ["Logitech", "under $30"]),
        ("laser printer under 200 dollars", ["under $200"]),
        ("wireless mouse not Logitech", ["not Logitech"]),
    ],
)
def test_wishes_are_read_on_a_real_catalogue(icecat_reader: QueryReader, text: str, labels: list[str]) -> None:
    (understood,) = icecat_reader.read(text)

    assert [wish.label() for wish in understood.constraints] == labels


def test_a_misspelt_kind_is_corrected_on_a_real_catalogue(icecat_reader: QueryReader) -> None:
    (understood,) = icecat_reader.read("notebok")

    assert understood.corrected == {"notebok": "notebook"}


def test_real_chinese_queries_are_read() -> None:
    reader = QueryReader(Vocabulary.learn(make_chinese_shop()), "CNY")
    with gzip.open(TAOBAO, "rt", encoding="utf-8") as lines:
        queries = [line.rstrip("\n").split("\t")[1] for line in lines]
    needs = [reader.read(query)[0] for query in queries[:5000]]

    assert len(queries) == 20_000
    # The reader may drop grammar and politeness, but never all of a real query.
    assert sum(bool(need.text or need.constraints) for need in needs) >= 4990
