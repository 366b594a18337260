"""Two real shops as WooCommerce exports come in without loss, counted against the csv module."""

from __future__ import annotations

import csv
import html
import re
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.catalogue import Catalogue
from retrieval.engine import Retrieval
from retrieval.loader import ImportReport, import_file

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "webmall_catalogs"
SHOPS = {"webmall_1": 323, "webmall_2": 258}
pytestmark = [
    pytest.mark.datasets,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the WebMall data set is not beside the repository"),
]
Rows = dict[str, dict[str, str]]


def rows_of(name: str) -> Rows:
    """Rows of the file by ID, as the csv module reads them."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["ID"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module", params=SHOPS)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rows, ImportReport, Catalogue]:
    root = tmp_path_factory.mktemp("webmall")
    report = import_file(FOLDER / f"{request.param}.csv", root=root, name=request.param, currency="EUR")
    assert len(rows_of(request.param)) == SHOPS[request.param]
    return rows_of(request.param), report, Retrieval.open(root, request.param).catalogue


def test_every_row_is_a_product(shop: tuple[Rows, ImportReport, Catalogue]) -> None:
    rows, report, catalogue = shop
    assert (report.format, report.rows, report.loaded, report.rejected) == ("woocommerce", len(rows), len(rows), ())
    assert list(catalogue.products) == list(rows)


def test_prices_are_those_of_the_file_in_either_decimal_style(shop: tuple[Rows, ImportReport, Catalogue]) -> None:
    rows, _, catalogue = shop
    for product_id, row in rows.items():
        variant = catalogue.get(product_id).default_variant
        regular, sale = (
            Decimal(row[name].replace(",", ".")) if row[name] else None for name in ("Regular price", "Sale price")
        )
        assert variant.price.amount == (sale if sale is not None else regular)
        assert (variant.list_price.amount if variant.list_price else None) == (regular if sale is not None else None)
        assert variant.in_stock is (row["In stock?"] == "1")


def test_descriptions_hold_every_word_and_no_markup(shop: tuple[Rows, ImportReport, Catalogue]) -> None:
    rows, _, catalogue = shop
    for product_id, row in rows.items():
        text = catalogue.get(product_id).description
        expected = re.sub(r"</?[a-zA-Z][^>]*>", " ", html.unescape(html.unescape(row["Description"])))
        assert re.findall(r"\w+", text) == re.findall(r"\w+", expected)
        assert not re.search(r"</?(?:p|br|ul|li|div|span|strong)\b|&(?:amp|nbsp|quot|#\d+);", text)


def test_titles_pictures_and_shelves_come_through(shop: tuple[Rows, ImportReport, Catalogue]) -> None:
    rows, _, catalogue = shop
    for product_id, row in rows.items():
        product = catalogue.get(product_id)
        assert "&amp;" not in product.title
        assert re.findall(r"\w+", product.title) == re.findall(r"\w+", html.unescape(html.unescape(row["Name"])))
        assert [product.image, *product.more_images] == [url.strip() for url in row["Images"].split(", ")]
        levels = html.unescape(row["Categories"]).split(", ")[0].split(" > ")
        assert product.category == levels[-1]
        assert product.department == (levels[-2] if len(levels) > 1 else None)
        assert product.attributes["webmall_id"].text == row["Meta: webmall_id"]
