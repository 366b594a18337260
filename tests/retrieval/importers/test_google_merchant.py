"""Google Merchant feeds keep the importer contract as TSV, RSS and Atom, and groups become variants."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from html import escape

import pytest

from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.google_merchant import read_google
from retrieval.importers.rows import RawRow
from tests.contracts.importer import ImporterContract, Row
from tests.retrieval.importers.shop_files import read_shop, stated, why_not


def _priced(price: str) -> str:
    return f"{price} USD" if price else ""


class TestTsv(ImporterContract):
    name = "google"
    suffix = ".tsv"
    before = ("id\ttitle\tlink\timage link\tprice\tavailability",)

    def row(self, row: Row) -> str:
        return f"{row['id']}\t{row['title']}\thttps://x.example\thttps://x.example/i\t{_priced(row['price'])}\tin stock"

    def broken_row(self) -> str:
        return "d\ttoo few"

    def told(self, row: RawRow) -> Row:
        return stated(row)


class TestRss(TestTsv):
    suffix = ".xml"
    before = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>',
    )
    after = ("</channel></rss>",)
    element = "item"

    def row(self, row: Row) -> str:
        inside = "".join(
            f"<g:{name}>{escape(value)}</g:{name}>"
            for name, value in {**row, "price": _priced(row["price"]), "availability": "in_stock"}.items()
        )
        return f"<{self.element}>{inside}</{self.element}>"

    def broken_row(self) -> str:
        return f"<{self.element}><g:id>d</{self.element}>"


class TestAtom(TestRss):
    before = ('<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">',)
    after = ("</feed>",)
    element = "entry"


def feed(*items: str, head: str = "") -> str:
    """An RSS feed; its first item begins on line 2."""
    return (
        f'<?xml version="1.0"?>{head}<rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>\n'
        + "\n".join(f"<item>{item}</item>" for item in items)
        + "\n</channel></rss>\n"
    )


def item(**values: str) -> str:
    told = {"id": "a", "title": "Tent", "price": "10 USD"} | values
    return "".join(f"<g:{name}>{value}</g:{name}>" for name, value in told.items())


def test_every_field_comes_through() -> None:
    (tv,), rejected = read_shop(
        "google",
        feed(
            item(
                title="Stream &amp; watch",
                description="<![CDATA[In up to <b>4K</b><br>HDR]]>",
                link="https://x.example/tv",
                image_link="https://x.example/1.png",
                availability="in stock",
                sale_price="7.50 USD",
                gtin="4006381333931",
                brand="Norrfell",
                product_type="Screens &gt; TVs",
                google_product_category="404",
                color="Black/Red",
                shipping_weight="1.5 kg",
                size="",
            )
            + "<g:additional_image_link>https://x.example/2.png</g:additional_image_link>"
            + "<g:additional_image_link>https://x.example/3.png</g:additional_image_link>"
            + "<g:product_detail><g:section_name>General</g:section_name>"
            + "<g:attribute_name>Panel type</g:attribute_name>"
            + "<g:attribute_value>OLED</g:attribute_value></g:product_detail>"
            + "<g:shipping><g:country>US</g:country><g:price>6.49 USD</g:price></g:shipping>"
            + "<title>not this one</title><media:title xmlns:media='x'>nor this</media:title>"
        ),
    )
    assert rejected == []
    assert (tv.id, tv.title, tv.description) == ("a", "Stream & watch", "In up to 4K\nHDR")
    assert (tv.price.amount_minor, tv.default_variant.gtin, tv.in_stock) == (750, "4006381333931", True)
    assert tv.default_variant.list_price is not None
    assert (tv.brand, tv.category, tv.department, tv.url) == ("Norrfell", "TVs", "Screens", "https://x.example/tv")
    assert tv.image == "https://x.example/1.png"
    assert tv.more_images == ("https://x.example/2.png", "https://x.example/3.png")
    assert {name: attribute.text for name, attribute in tv.attributes.items()} == {
        "colour": "Black, Red",
        "shipping_weight": "1.5 kg",
        "panel_type": "OLED",
    }


def test_items_of_a_group_become_variants_wherever_they_lie() -> None:
    black = item(
        id="B", title="Trail jacket - black", item_group_id="J", color="Black", size="M", availability="in_stock"
    )
    other = item(id="C")
    red = item(
        id="R", title="Trail jacket - red", item_group_id="J", color="Red", size="M", availability="out_of_stock"
    )
    for content in (feed(black, other, red), feed(black, red, other)):
        products, rejected = read_shop("google", content)
        assert rejected == []
        jacket = next(product for product in products if product.id == "J")
        assert jacket.title == "Trail jacket"
        assert [(v.id, dict(v.options), v.in_stock) for v in jacket.variants] == [
            ("B", {"colour": "Black"}, True),
            ("R", {"colour": "Red"}, False),
        ]
        assert jacket.attributes["size"].value == "M"


def test_a_bad_item_of_a_group_costs_its_variant_only() -> None:
    products, rejected = read_shop(
        "google",
        feed(
            item(id="1", item_group_id="J"), item(id="2", item_group_id="J", price=""), item(id="1", item_group_id="J")
        ),
    )
    assert [v.id for v in products[0].variants] == ["1"]
    assert rejected == [(3, "no price"), (4, "duplicate id '1', first on line 2")]


def test_a_tab_separated_feed_says_the_same_in_columns() -> None:
    header = "ID\tTitle\tImage Link\tAvailability\tPrice\tItem Group ID\tSize\tProduct Detail\tAdditional image link\n"
    rows = (
        'x1\t24" screen "Nova", S\thttps://x.example/1\tin_stock\t1,299.00 EUR\tG\tS\t'
        "General:Inputs:HDMI, USB,:Panel:OLED\thttps://x.example/2,https://x.example/3\n"
        'x2\t24" screen "Nova", M\thttps://x.example/1\tpreorder\tEUR 99\tG\tM\t\t\n'
    )
    (screen,), rejected = read_shop("google", header + rows, "EUR")
    assert rejected == []
    assert screen.title == '24" screen "Nova"'
    assert [(v.price.amount_minor, v.in_stock) for v in screen.variants] == [(129_900, True), (9_900, None)]
    assert (screen.attributes["inputs"].value, screen.attributes["panel"].value) == ("HDMI, USB", "OLED")
    assert screen.more_images == ("https://x.example/2", "https://x.example/3")


@pytest.mark.parametrize(
    ("dates", "price"),
    [
        ("2026-06-01T00:00+0200/2026-06-30T23:59+0200", 500),
        ("2026-06-16T00:00Z/2026-06-30T23:59Z", 1_000),
        ("2026-05-01/2026-05-31", 1_000),
        ("whenever", 1_000),
    ],
)
def test_a_sale_price_holds_on_its_dates_only(dates: str, price: int) -> None:
    content = feed(item(sale_price="5 USD", sale_price_effective_date=dates)).encode()
    (row,) = read_google(io.BytesIO(content), lambda: datetime(2026, 6, 15, tzinfo=UTC))
    assert isinstance(row, RawRow)
    assert RowReader(load_map(None), "USD").read(row.values).price.amount_minor == price


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (item(title=""), "no title"),
        (item(price="9.99 EUR"), "currency EUR in a catalogue in USD"),
        (item(price="1,299 USD"), "the price '1,299' can be read in two ways: write it with two decimals"),
        (item(price="9.99 XQQ"), "unknown currency 'XQQ'"),
        (item(sale_price="5 EUR"), "the sale price is in EUR, the price in USD"),
        ("<g:id>a</g:title>", "not valid XML on line 3: mismatched tag"),
        (item(title="A & B"), "not valid XML on line 3: not well-formed (invalid token)"),
        (item(title="&nbsp;"), "not valid XML on line 3: undefined entity"),
        ("<a>" * 30 + "</a>" * 30, "elements nested more than 20 deep"),
    ],
)
def test_what_cannot_be_sold_is_named_by_the_line_of_its_element(content: str, reason: str) -> None:
    products, rejected = read_shop("google", feed(item(id="ok"), content, item(id="fine")))
    assert rejected == [(3, reason)]
    assert [product.id for product in products] == ["ok", "fine"]


def test_an_error_deep_inside_an_item_names_both_lines() -> None:
    _, rejected = read_shop("google", feed("\n<g:id>a</g:id>\n<g:title>A & B</g:title>\n"))
    assert rejected == [(2, "not valid XML on line 4: not well-formed (invalid token)")]


def test_what_is_commented_out_is_not_for_sale() -> None:
    text = feed(item(id="ok")).replace("<item>", f"<!-- <item>{item(id='gone')}</item> -->\n<item>")
    products, rejected = read_shop("google", text)
    assert ([product.id for product in products], rejected) == (["ok"], [])


BOMB = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "lol">{BOMB}]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss SYSTEM "https://evil.example/x.dtd">',
        "<!-- " + "x" * 200_000 + " --><!doctype rss>",
    ],
)
def test_a_document_type_is_refused_before_anything_is_parsed(head: str) -> None:
    assert "<!DOCTYPE" in why_not("google", feed(item(title="&l9;"), head=head))


def test_an_entity_that_an_item_declares_is_refused_with_it() -> None:
    products, rejected = read_shop("google", feed('<!DOCTYPE x [<!ENTITY y "z">]>' + item(), item(id="ok")))
    assert [product.id for product in products] == ["ok"]
    assert rejected[0][0] == 2


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_other_declared_encodings_are_read(encoding: str) -> None:
    text = feed(item(title="Größe")).replace('"1.0"?>', f'"1.0" encoding="{encoding}"?>', 1)
    products, _ = read_shop("google", text.encode(encoding))
    assert products[0].title == "Größe"


def test_an_encoding_that_is_not_known_is_named() -> None:
    text = feed(item()).replace('"1.0"?>', '"1.0" encoding="utf-7"?>', 1)
    assert why_not("google", text) == "The XML file says that it is written in 'utf-7': save it as UTF-8."


def test_xml_that_is_no_feed_is_told_as_such() -> None:
    assert "no <item> and no <entry>" in why_not("google", "<html><body>Not found</body></html>")
    assert "no <item> and no <entry>" in why_not("google", "<" + "x" * 300_000)
