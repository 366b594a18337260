"""WooCommerce keeps the importer contract, and its variations become variants."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.rows import RawRow
from retrieval.importers.woocommerce import read_woocommerce
from retrieval.product import Product
from tests.contracts.importer import ImporterContract, Row
from tests.retrieval.importers.shop_files import read_shop, stated


class TestWooCommerce(ImporterContract):
    name = "woocommerce"
    suffix = ".csv"
    before = ('ID,Type,SKU,Name,Published,"In stock?","Regular price",Categories',)

    def row(self, row: Row) -> str:
        return f'{row["id"]},simple,,"{row["title"]}",1,1,{row["price"]},Camping > Tents'

    def broken_row(self) -> str:
        return "d,too,few"

    def told(self, row: RawRow) -> Row:
        return stated(row)


HEADER = (
    'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Visibility in catalog","Short description",Description,'
    '"Date sale price starts","Date sale price ends","In stock?",Stock,"Weight (lbs)","Sale price","Regular price",'
    'Categories,Tags,Images,Parent,"External URL",Position,Brands,"Attribute 1 name","Attribute 1 value(s)",'
    '"Meta: fit","Meta: _internal"'
)
NAMES = [name.strip('"') for name in next(csv.reader([HEADER]))]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def _column(name: str) -> str:
    """The column whose letters and digits are those of a Python name."""
    return next(column for column in NAMES if "".join(filter(str.isalnum, column)) == name.replace("_", ""))


def row(**values: str) -> str:
    """One row; names of the arguments are the columns' with underscores."""
    by_name = {"Type": "simple", "ID": "1", "Name": "Shirt", "Regular price": "10"}
    by_name |= {_column(name): value for name, value in values.items()}
    file = io.StringIO()
    csv.writer(file).writerow([by_name.get(name, "") for name in NAMES])
    return file.getvalue()


def read(*rows: str) -> tuple[list[Product], list[tuple[int, str]]]:
    return read_shop("woocommerce", HEADER + "\n" + "".join(rows))


@pytest.mark.parametrize("parent", ["SHIRT", "id:10", "ID: 10"])
@pytest.mark.parametrize("parent_first", [True, False])
def test_variations_find_their_parent_by_sku_or_id_wherever_it_stands(parent: str, parent_first: bool) -> None:
    variable = row(
        ID="10",
        Type="variable",
        SKU="SHIRT",
        Name="Linen &amp; Cotton",
        Regular_price="",
        Attribute_1_name="Size",
        Attribute_1_values="M, L",
    )
    medium = row(
        ID="11", Type="variation", Parent=parent, Position="2", Attribute_1_name="Size", Attribute_1_values="M"
    )
    large = row(
        ID="12",
        Type="variation",
        Parent=parent,
        Position="1",
        Attribute_1_name="Size",
        Attribute_1_values="L",
        Regular_price="12,50",
        In_stock="0",
        Stock="0",
    )
    rows = [variable, medium, large] if parent_first else [medium, large, variable]
    (shirt,), rejected = read(*rows)
    assert rejected == []
    assert (shirt.id, shirt.title) == ("10", "Linen & Cotton")
    assert [(v.id, dict(v.options), v.price.amount_minor, v.in_stock) for v in shirt.variants] == [
        ("12", {"size": "L"}, 1_250, False),
        ("11", {"size": "M"}, 1_000, None),
    ]
    assert "size" not in shirt.attributes


def test_every_field_comes_through() -> None:
    (shirt,), _ = read(
        row(
            Name="Shirt &amp;amp; tie",
            Short_description="Cool.",
            Description="<p>Cool.</p><p>Washable<br>at 30&deg;</p>",
            In_stock="1",
            Weight_lbs="2,5",
            Categories="Clothing > Shirts, Summer\\, sun > Linen",
            Tags="linen, light",
            Images="https://x.example/a,b.jpg, https://x.example/c.jpg",
            Brands="Norrfell",
            Attribute_1_name="pa_material",
            Attribute_1_values="Linen, Cotton",
            Meta_fit="loose",
            Meta_internal="secret",
        )
    )
    assert (shirt.title, shirt.description) == ("Shirt & tie", "Cool.\nWashable\nat 30°")
    assert (shirt.category, shirt.department, shirt.brand) == ("Shirts", "Clothing", "Norrfell")
    assert (shirt.image, shirt.more_images) == ("https://x.example/a,b.jpg", ("https://x.example/c.jpg",))
    assert {name: attribute.value for name, attribute in shirt.attributes.items()} == {
        "category_path": ("Clothing > Shirts", "Summer, sun > Linen"),
        "material": ("Linen", "Cotton"),
        "tags": ("linen", "light"),
        "weight": 2.5,
        "fit": "loose",
    }
    assert shirt.attributes["weight"].unit == "lbs"
    assert shirt.in_stock is True


@pytest.mark.parametrize(
    ("starts", "ends", "price"),
    [
        ("", "", 800),
        ("2026-06-01", "2026-06-15", 800),
        ("2026-06-16", "", 1_000),
        ("", "2026-06-14", 1_000),
        ("soon", "", 1_000),
    ],
)
def test_a_sale_holds_on_its_days_only(starts: str, ends: str, price: int) -> None:
    text = HEADER + "\n" + row(Sale_price="8", Date_sale_price_starts=starts, Date_sale_price_ends=ends)
    (found,) = read_woocommerce(io.BytesIO(text.encode()), lambda: NOW)
    assert isinstance(found, RawRow)
    product = RowReader(load_map(None), "USD").read(found.values)
    assert product.price.amount_minor == price
    assert (product.variants[0].list_price is not None) is (price == 800)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Published": "-1"}, "not published: a draft"),
        ({"Published": "0"}, "not published"),
        ({"Visibility_in_catalog": "hidden"}, "hidden in the shop's catalogue"),
        ({"Type": "grouped"}, "a grouped product has no price of its own; its parts stand in rows of their own"),
        ({"Type": "variation", "Parent": "id:99"}, "a variation of 'id:99', which is not in the file"),
        ({"Type": "variation"}, "a variation without a parent"),
        ({"Type": "variable"}, "a variable product without variations"),
        ({"Regular_price": ""}, "no price"),
        ({"Regular_price": "on request"}, "bad price 'on request'"),
        ({"Name": ""}, "no title"),
    ],
)
def test_what_cannot_be_sold_is_named_by_its_line(values: dict[str, str], reason: str) -> None:
    products, rejected = read(row(ID="2"), row(**values))
    assert rejected == [(3, reason)]
    assert len(products) == 1


def test_a_variation_that_is_not_published_is_left_out_of_its_product() -> None:
    (shirt,), rejected = read(
        row(ID="10", Type="variable"),
        row(ID="11", Type="variation", Parent="id:10"),
        row(ID="12", Type="variation", Parent="id:10", Published="-1"),
    )
    assert [v.id for v in shirt.variants] == ["11"]
    assert rejected == [(4, "not published")]
