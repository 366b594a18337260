"""Column maps: what each key does, and that mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import MapError
from retrieval.importers.column_map import MAPS, RowReader, attribute_name, load_map
from retrieval.product import Attribute, Product
from retrieval.product_json import BadRow

BASE = "fields: {id: sku, title: name}\nprice: {column: cost, unit: %s}\n"


def read(tmp_path: Path, text: str, values: dict[str, object], currency: str = "USD") -> Product:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    return RowReader(load_map(path), currency).read({"sku": "a", "name": "A", "cost": "12.50"} | values)


@pytest.mark.parametrize(
    ("unit", "currency", "cost", "minor"),
    [
        ("major", "USD", "12.50", 1250),
        ("major", "USD", 12.5, 1250),
        ("major", "USD", "12,50", 1250),
        ("major", "USD", "5.990", 599),
        ("major", "JPY", "1999", 1999),
        ("major", "KWD", "1.999", 1999),
        ("major", "EUR", " 1 299,90 ", 129_990),
        ("minor", "USD", 1250, 1250),
        ("minor", "USD", "1250", 1250),
        ("minor", "USD", 1250.0, 1250),
        ("minor", "USD", 0, 0),
    ],
)
def test_prices_are_read_in_minor_or_major_units(
    tmp_path: Path, unit: str, currency: str, cost: object, minor: int
) -> None:
    price = read(tmp_path, BASE % unit, {"cost": cost}, currency).price
    assert (price.amount_minor, price.currency) == (minor, currency)


@pytest.mark.parametrize(
    ("unit", "cost", "why"),
    [
        ("major", "free", "bad price"),
        ("major", "1.299,90", "bad price"),
        ("major", "1,299.90", "bad price"),
        ("major", "NaN", "bad price"),
        ("major", "1e99", "bad price"),
        ("major", True, "bad price"),
        ("major", [1], "bad price"),
        ("major", "-3", "negative price"),
        ("major", "5.999", "more decimals than USD has"),
        ("major", 0.005, "more decimals than USD has"),
        ("major", "", "no price"),
        ("major", None, "no price"),
        ("minor", "12.5", "minor units are whole"),
    ],
)
def test_prices_that_could_be_misread_are_rejected(tmp_path: Path, unit: str, cost: object, why: str) -> None:
    with pytest.raises(BadRow, match=why):
        read(tmp_path, BASE % unit, {"cost": cost})


def test_a_price_with_decimals_in_a_currency_without_any_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(BadRow, match="more decimals than JPY has"):
        read(tmp_path, BASE % "major", {"cost": "12.5"}, "JPY")


@pytest.mark.parametrize(("column", "field"), [("sku", "id"), ("name", "title"), ("cost", "price")])
def test_a_column_that_the_file_does_not_have_is_named(tmp_path: Path, column: str, field: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(BASE % "major")
    values = {"sku": "a", "name": "A", "cost": "1"}
    del values[column]
    with pytest.raises(BadRow, match=f"no {field}: the column '{column}' is empty or missing"):
        RowReader(load_map(path), "USD").read(values)


def test_a_map_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no such file"):
        load_map(tmp_path / "nomap")


def test_a_title_with_a_line_break_becomes_one_line(tmp_path: Path) -> None:
    assert read(tmp_path, BASE % "major", {"name": "Red\n  tent"}).title == "Red tent"


def test_attributes_come_from_columns_and_prefixes_with_units(tmp_path: Path) -> None:
    text = BASE % "major" + (
        "attributes:\n"
        "  - {column: wt, name: weight, kind: number}\n"
        "  - {column: tags, kind: text, split: ','}\n"
        "  - {prefix: x_, kind: flag}\n"
        "  - {prefix: y_}\n"
        "units: {weight: g, size: cm}\n"
        "drop_attributes: [secret]\n"
        "drop_values: [n/a]\n"
    )
    values = {"wt": "2,5", "tags": "a,b,a", "x_dry": "Yes", "y_size": "7", "y_kind": "N/A", "y_secret": "1", "z": "no"}
    assert list(read(tmp_path, text, values).attributes.values()) == [
        Attribute("weight", 2.5, "g"),
        Attribute("tags", ("a", "b")),
        Attribute("dry", True),
        Attribute("size", 7.0, "cm"),
    ]


def test_running_text_is_not_split(tmp_path: Path) -> None:
    text = BASE % "major" + "attributes: [{prefix: t_, kind: text, split: ','}]\n"
    values: dict[str, object] = {"t_a": "red,blue", "t_b": "good, bad, ugly", "t_c": "red,"}
    found = {name: attribute.value for name, attribute in read(tmp_path, text, values).attributes.items()}
    assert found == {"a": ("red", "blue"), "b": "good, bad, ugly", "c": "red"}


def test_a_value_of_the_wrong_kind_is_left_out(tmp_path: Path) -> None:
    text = BASE % "major" + "attributes: [{prefix: n_, kind: number}, {prefix: b_, kind: flag}]\n"
    assert read(tmp_path, text, {"n_a": "about 3", "n_b": True, "b_c": "perhaps"}).attributes == {}


def test_names_are_written_as_names() -> None:
    assert attribute_name("Contrast ratio (typical)") == "contrast_ratio_typical"
    assert attribute_name("__") == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fields: {id: a}\nprice: {column: p}\n", "id and title"),
        ("fields: {id: a, title: b, colour: c}\nprice: {column: p}\n", "fields.colour"),
        ("fields: {id: a, title: b}\n", "price: Field required"),
        ("fields: {id: a, title: b}\nprice: {column: p}\ncurrency: XQQ\n", "unknown currency"),
        ("fields: {id: a, title: b}\nprice: {column: p}\ncolour: x\n", "colour"),
        ("fields: {id: a, title: b}\nprice: {column: p}\nattributes: [{kind: text}]\n", "either column or prefix"),
        (
            "fields: {id: a, title: b}\nprice: {column: p}\nattributes: [{prefix: a, name: b}]\n",
            "name goes with column",
        ),
        ("[", "cannot be read"),
        ("", "not valid"),
        ("!!python/object/apply:os.system ['true']", "cannot be read"),
    ],
)
def test_a_mistake_in_a_map_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(MapError, match=why):
        load_map(path)


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_maps_that_we_ship_are_valid(path: Path) -> None:
    assert load_map(path).fields["id"]
