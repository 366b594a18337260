"""The Icecat catalogue: 19,406 real products through the importer and the search by words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, PriceRange, passes
from retrieval.importers.column_map import MAPS
from retrieval.loader import ImportReport, import_file
from retrieval.results import SearchRequest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "icecat"
pytestmark = [
    pytest.mark.datasets,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the Icecat data set is not beside the repository"),
]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[ImportReport, Retrieval]:
    root = tmp_path_factory.mktemp("icecat")
    report = import_file(FOLDER / "products.jsonl.gz", root=root, name="icecat", column_map=MAPS / "icecat.yaml")
    return report, Retrieval.open(root, "icecat")


@pytest.fixture(scope="module")
def icecat(imported: tuple[ImportReport, Retrieval]) -> Retrieval:
    return imported[1]


def test_every_row_is_loaded(imported: tuple[ImportReport, Retrieval]) -> None:
    report, retrieval = imported
    assert (report.rows, report.loaded, report.rejected) == (19_406, 19_406, ())
    assert retrieval.catalogue.currency == "USD"
    assert len({name for item in retrieval.catalogue.rows for name in item.attributes}) > 5_000


def test_ids_are_those_of_the_judgments(icecat: Retrieval) -> None:
    with (FOLDER / "judgments.csv").open() as file:
        judged = {row["docid"] for row in csv.DictReader(file)}
    assert all(icecat.catalogue.find(product_id) for product_id in judged)


def test_fields_come_through_with_units(icecat: Retrieval) -> None:
    notebook = icecat.catalogue.get("2101957")
    assert notebook.brand == "HP"
    assert notebook.category is None
    assert notebook.price.format() == "$109.95"
    assert notebook.default_variant.gtin == "0884420588030"
    assert notebook.released == "2008-12-19"
    assert notebook.attributes["internal_memory"].text == "4 GB"
    assert notebook.attributes["part_number"].text == "dv7-1211ea"
    assert notebook.attributes["touchscreen"].value is False
    assert notebook.attributes["wi_fi_standards"].value == ("802.11b", "802.11g")


@pytest.mark.parametrize("text", ["dv7-1211ea", "DV7 1211EA", "dv71211ea"])
def test_a_part_number_finds_its_product_first(icecat: Retrieval, text: str) -> None:
    assert icecat.search(SearchRequest(text)).hits[0].product_id == "2101957"


@pytest.mark.parametrize("text", ["fitbit", "rolex watch", "nike running shoes", "lego star wars", "lawn mower"])
def test_what_the_shop_does_not_sell_finds_nothing(icecat: Retrieval, text: str) -> None:
    assert icecat.search(SearchRequest(text)).total == 0


@pytest.mark.parametrize(
    "wishes",
    [
        (PriceRange("USD", max_minor=30_000), AttributeRange("internal_memory", min=4)),
        (BrandIn(("Lenovo",)), AttributeIn("product_colour", ("Black",))),
        (BrandIn(("HP",), exclude=True), AttributeIn("touchscreen", ("yes",))),
        (AttributeIn("product_colour", ("Silver", "Grey"), exclude=True), PriceRange("USD", min_minor=50_000)),
    ],
)
def test_filters_agree_with_a_look_at_every_product(icecat: Retrieval, wishes) -> None:  # type: ignore[no-untyped-def]
    expected = sum(passes(wishes, item) for item in icecat.catalogue.rows)
    assert expected > 0
    assert icecat.search(SearchRequest("", wishes)).total == expected
