"""Shopify: both CSV namings and JSON keep the importer contract, and become products with variants."""

from __future__ import annotations

import json

import pytest

from retrieval.importers.rows import RawRow
from tests.contracts.importer import ImporterContract, Row
from tests.retrieval.importers.shop_files import read_shop, stated, why_not


class TestOldCsv(ImporterContract):
    name = "shopify"
    suffix = ".csv"
    before = ("Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src",)

    def row(self, row: Row) -> str:
        return f'{row["id"]},"{row["title"]}",Title,Default Title,{row["price"]},https://x.example/{row["id"]}.jpg'

    def broken_row(self) -> str:
        return "d,too,many,fields,,,,"

    def told(self, row: RawRow) -> Row:
        return stated(row)


class TestNewCsv(TestOldCsv):
    before = ("URL handle,Title,Option1 name,Option1 value,Price,Product image URL",)


class TestJson(ImporterContract):
    name = "shopify"
    suffix = ".json"
    before = ('{"products": [',)
    after = ("]}",)
    separator = ","

    def row(self, row: Row) -> str:
        variant = {"id": int.from_bytes(row["id"].encode()), "option1": "Default Title", "price": row["price"]}
        product = {"id": 1, "handle": row["id"], "title": row["title"], "variants": [variant]}
        return json.dumps(product, ensure_ascii=False)

    def broken_row(self) -> str:
        return '{"id": 3, "title": '

    def told(self, row: RawRow) -> Row:
        return stated(row)


class TestJsonList(TestJson):
    before = ("[",)
    after = ("]",)


class TestJsonLines(TestJson):
    before = ()
    after = ()
    separator = ""


OLD = """Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,\
Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,\
Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Color (product.metafields.shopify.color-pattern),Status
jacket,Trail Jacket,"<p>Keeps rain out.</p>
<ul><li>Taped seams</li><li>Hood &amp; pockets</li></ul>",Norrfell,Apparel > Clothing > Coats & Jackets,Jackets,\
"outdoor, rain",true,Size,M,Color,Black,TJ-M,410,shopify,5,deny,129.00,159.00,'4006381333931,https://x.example/1.jpg,\
black; navy,active
mug,Enamel Mug,,Norrfell,,Mugs,,true,Title,Default Title,,,,,,,deny,14.50,,,,,active
jacket,,,,,,,,,L,,Black,TJ-L,420,shopify,0,deny,129.00,,,https://x.example/2.jpg,,
jacket,,,,,,,,,M,,Navy,TJ-N,410,shopify,-2,continue,119.00,,,,,
jacket,,,,,,,,,,,,,,,,,,,,https://x.example/3.jpg,,
"""


def test_rows_of_a_handle_become_one_product_wherever_they_lie() -> None:
    products, rejected = read_shop("shopify", OLD)
    assert rejected == []
    jacket, mug = products
    assert [(v.id, dict(v.options), v.price.amount_minor, v.stock) for v in jacket.variants] == [
        ("TJ-M", {"size": "M", "colour": "Black"}, 12_900, 5),
        ("TJ-L", {"size": "L", "colour": "Black"}, 12_900, 0),
        ("TJ-N", {"size": "M", "colour": "Navy"}, 11_900, None),
    ]
    assert jacket.variants[0].list_price is not None
    assert jacket.variants[0].list_price.amount_minor == 15_900
    assert jacket.variants[0].gtin == "4006381333931"
    assert jacket.description == "Keeps rain out.\n- Taped seams\n- Hood & pockets"
    assert (jacket.brand, jacket.category, jacket.department) == ("Norrfell", "Jackets", "Coats & Jackets")
    assert (jacket.image, jacket.more_images) == (
        "https://x.example/1.jpg",
        ("https://x.example/2.jpg", "https://x.example/3.jpg"),
    )
    assert jacket.attributes["tags"].value == ("outdoor", "rain")
    assert jacket.attributes["weight"].text == "410 g"
    assert "colour" not in jacket.attributes
    assert (mug.id, mug.variants[0].id, dict(mug.variants[0].options), mug.in_stock) == ("mug", "mug", {}, True)


def test_a_variant_that_sells_on_beyond_its_stock_is_neither_at_hand_nor_gone() -> None:
    products, _ = read_shop("shopify", OLD)
    assert products[0].variants[2].in_stock is None


def test_a_sku_that_two_variants_share_is_no_id() -> None:
    rows = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
    products, rejected = read_shop("shopify", rows + "a,A,Size,M,S1,1\na,,,L,S1,1\nb,B,Size,Extra Large,S2,1\n")
    assert rejected == []
    assert [v.id for p in products for v in p.variants] == ["a-m", "a-l", "S2"]


@pytest.mark.parametrize(
    ("row", "line", "reason"),
    [
        ("d,Draft,true,draft,,5", 3, "not published: its status is 'draft'"),
        ("d,Hidden,false,active,,5", 3, "not published"),
        (",Nameless,true,active,,5", 3, "no handle"),
        ("d,,true,active,M,5", 3, "no row of the product 'd' has a title"),
        ("d,Dear,true,active,,5.005.5", 3, "bad price '5.005.5'"),
        ("ok,,,,S,", 3, "no price"),
        ("ok,,,,L,7", 3, "the same product and options as line 2"),
    ],
)
def test_what_cannot_be_sold_is_named_by_its_line(row: str, line: int, reason: str) -> None:
    rows = "Handle,Title,Published,Status,Option1 Value,Variant Price\nok,Good,true,active,L,5\n"
    products, rejected = read_shop("shopify", rows + row + "\n")
    assert rejected == [(line, reason)]
    assert [product.title for product in products] == ["Good"]
    assert len(products[0].variants) == 1


JSON = {
    "id": 73,
    "title": "Trail Jacket",
    "handle": "jacket",
    "body_html": "<p>Rain &amp; wind</p>",
    "published_at": "2026-01-01T00:00:00Z",
    "vendor": "Norrfell",
    "product_type": "Jackets",
    "tags": ["rain", "hike"],
    "variants": [
        {
            "id": 1,
            "option1": "M",
            "option2": "Black",
            "available": True,
            "price": "129.00",
            "compare_at_price": "159.00",
        },
        {"id": 2, "option1": "L", "option2": "Black", "available": False, "price": "129.00", "compare_at_price": None},
        {"id": 3, "option1": "S", "option2": "Black", "available": True, "price": None},
    ],
    "images": [{"src": "https://x.example/1.jpg"}, {"src": "https://x.example/2.jpg"}],
    "options": [{"name": "Size"}, {"name": "Color"}],
}


@pytest.mark.parametrize("indent", [None, 0, 2, 4])
def test_products_json_becomes_products_however_it_is_laid_out(indent: int | None) -> None:
    products, rejected = read_shop(
        "shopify", json.dumps({"products": [JSON, {**JSON, "handle": "two"}]}, indent=indent)
    )
    jacket = products[0]
    assert len(products) == 2
    assert [reason for _, reason in rejected] == ["no price", "no price"]
    assert [(v.id, dict(v.options), v.in_stock) for v in jacket.variants] == [
        ("1", {"size": "M", "colour": "Black"}, True),
        ("2", {"size": "L", "colour": "Black"}, False),
    ]
    assert (jacket.id, jacket.description, jacket.more_images) == (
        "jacket",
        "Rain & wind",
        ("https://x.example/2.jpg",),
    )


def test_the_admin_form_states_stock_and_status() -> None:
    variant = {"id": 1, "price": "5.00", "inventory_management": "shopify", "inventory_quantity": 3}
    sold = {**JSON, "status": "active", "variants": [variant]}
    draft = {**JSON, "status": "draft"}
    products, rejected = read_shop("shopify", json.dumps([sold, draft], indent=1))
    assert [product.variants[0].stock for product in products] == [3]
    assert [reason for _, reason in rejected] == ["not published: its status is 'draft'"]


def test_a_product_broken_inside_is_told_by_the_line_it_begins_on() -> None:
    text = json.dumps({"products": [JSON, {**JSON, "handle": "two"}, {**JSON, "handle": "three"}]}, indent=2)
    lines = text.splitlines()
    begins = [number for number, line in enumerate(lines, 1) if line == "    {"]
    place = next(number for number in range(begins[1], len(lines)) if '"vendor"' in lines[number])
    lines[place] = lines[place].replace('"Norrfell"', "Norrfell")
    products, rejected = read_shop("shopify", "\n".join(lines))
    assert [product.id for product in products] == ["jacket", "three"]
    assert (begins[1], "not valid JSON") in rejected


def test_a_bracket_that_is_missing_inside_a_product_costs_that_product_only_even_on_one_line() -> None:
    one = json.dumps(JSON)
    broken = one.replace('}], "images"', '}, "images"')
    assert broken != one
    products, rejected = read_shop("shopify", f'{{"products":[{broken},{one}]}}')
    assert [product.id for product in products] == ["jacket"]
    assert (1, "not valid JSON") in rejected


def test_json_without_products_fails_as_a_whole() -> None:
    assert why_not("shopify", '{"orders": [\n{"id": 1}]}') == "The JSON file holds no list of products."
