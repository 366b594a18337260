"""Column maps: which column of a file gives which field of a product. Written in YAML, checked when they are read.

Knows nothing of file formats: it gets rows of named values. docs/add-importer.md explains every key.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retrieval.errors import MapError
from retrieval.importers.shop_rows import NotForSale, Offer, in_own_form
from retrieval.product import Attribute, Money, Product
from retrieval.product_json import BadRow, Pool, make_attribute, product_from_row, valid_currency

MAPS = Path(__file__).parent / "maps"
TextField = Literal["id", "title", "description", "brand", "category", "department", "image", "url", "released"]
_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_LONGEST_KEPT = 200
"""Longer values hardly come again, so they are read each time."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriceRule(_Strict):
    """Where the price stands and what it is written in."""

    column: str
    unit: Literal["minor", "major"] = "major"
    list_price: str | None = None
    """Column of the price before a discount."""
    cost: str | None = None
    """Column of what one costs the shop, written as the price is; for the owner's rules alone."""
    currency_column: str | None = None


class AttributeRule(_Strict):
    """One attribute column, or all columns that begin with a prefix."""

    column: str | None = None
    prefix: str | None = None
    name: str | None = None
    kind: Literal["text", "number", "flag", "auto"] = "auto"
    split: str | None = None
    """Separator of several texts in one cell; a cell with white space behind it is running text and stays whole."""

    def names(self, column: str) -> bool:
        """Whether it speaks of a column."""
        return column == self.column or (self.prefix is not None and column.startswith(self.prefix))

    @model_validator(mode="after")
    def _one_source(self) -> AttributeRule:
        if (self.column is None) == (self.prefix is None):
            raise ValueError("give either column or prefix")
        if self.prefix is not None and self.name is not None:
            raise ValueError("name goes with column, not with prefix")
        return self


class ColumnMap(_Strict):
    """A column map. `fields` gives text fields of the product their columns."""

    fields: dict[TextField, str]
    price: PriceRule
    variants: str | None = None
    """Column that may hold a list of variants in Aisle's own form; a row that has it is read as Aisle's own form."""
    currency: str | None = None
    deleted: str | None = None
    """Column that says yes where the product is no longer sold; such a row needs nothing but the id."""
    stock: str | None = None
    gtin: str | None = None
    rating: str | None = None
    rating_count: str | None = None
    attributes: tuple[AttributeRule, ...] = ()
    units: dict[str, str] = Field(default_factory=dict)
    drop_attributes: frozenset[str] = frozenset()
    drop_values: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _complete(self) -> ColumnMap:
        if not {"id", "title"} <= self.fields.keys():
            raise ValueError("fields must name the columns of id and title")
        if self.currency is not None and not valid_currency(self.currency):
            raise ValueError(f"unknown currency {self.currency!r}")
        return self

    @cached_property
    def columns(self) -> frozenset[str]:
        """Columns that a field of the product is read from; those of attributes are told by `attributes`."""
        rest = (self.variants, self.deleted, self.stock, self.gtin, self.rating, self.rating_count)
        price = (self.price.column, self.price.list_price, self.price.cost, self.price.currency_column)
        return frozenset(self.fields.values()) | {column for column in (*rest, *price) if column}

    @cached_property
    def dropped(self) -> frozenset[str]:
        """`drop_values`, folded for comparison."""
        return frozenset(value.casefold() for value in self.drop_values)


def load_map(path: Path | None) -> ColumnMap:
    """Read a column map; without a path, the one for files in Aisle's own column names.

    Raises:
        MapError: it is missing or not valid.
    """
    path = path or MAPS / "aisle.yaml"
    try:
        return ColumnMap.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise MapError(f"The column map {path.name} cannot be read: there is no such file.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise MapError(f"The column map {path.name} cannot be read.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MapError(f"The column map {path.name} is not valid: {where or 'map'}: {first['msg']}.") from error


class RowReader:
    """Turns rows into products by a column map.

    Args:
        currency: of the catalogue; a row that states another one is rejected.
    """

    def __init__(self, column_map: ColumnMap, currency: str) -> None:
        self._map = column_map
        self._currency = currency
        self._pool: Pool = {}
        self._sources: dict[str, tuple[AttributeRule, str] | None] = {}
        self._read: dict[tuple[str, type, object], Attribute | None] = {}
        """What was read from a value of a column: most values come many times."""

    def read(self, values: Mapping[str, object]) -> Product:
        """Build the product of a row.

        Raises:
            BadRow: with the reason.
        """
        if self._map.deleted is not None and _flag(values.get(self._map.deleted)):
            raise NotForSale("marked as deleted", _as_text(values.get(self._map.fields["id"])) or "")
        product = product_from_row(self._in_own_form(values), self._pool)
        for variant in product.variants:
            if variant.price.currency != self._currency:
                raise BadRow(f"currency {variant.price.currency} in a catalogue in {self._currency}")
        return product

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns of the rows read so far that the map does not name, in the order in which they came."""
        strange = (column for column in self._sources if column not in self._map.columns)
        return tuple(column for column in strange if not any(rule.names(column) for rule in self._map.attributes))

    def _in_own_form(self, values: Mapping[str, object]) -> Mapping[str, object]:
        variants = values.get(self._map.variants) if self._map.variants is not None else None
        if not isinstance(variants, list):
            return self._mapped(values)
        # A shop format's rows are complete but for the currency; a file in Aisle's own form cannot hold an Offer.
        return in_own_form(values, self._currency) if any(isinstance(v, Offer) for v in variants) else values

    def _mapped(self, values: Mapping[str, object]) -> dict[str, object]:
        fields = self._map.fields
        self._check_stated(values)
        row: dict[str, object] = {name: _as_text(values.get(column)) for name, column in fields.items()}
        row["variants"] = [self._variant(row["id"], values)]
        row["attributes"] = self._attributes(values)
        if self._map.rating is not None:
            row["rating"] = _number(values.get(self._map.rating), "rating")
        if self._map.rating_count is not None:
            row["rating_count"] = _whole(values.get(self._map.rating_count), "rating_count")
        return row

    def _check_stated(self, values: Mapping[str, object]) -> None:
        """Name the column that must hold something and does not: it may be the map that names a wrong one."""
        needed = {"id": self._map.fields["id"], "title": self._map.fields["title"], "price": self._map.price.column}
        for name, column in needed.items():
            if column != name and values.get(column) in (None, ""):
                raise BadRow(f"no {name}: the column {column!r} is empty or missing")

    def _variant(self, product_id: object, values: Mapping[str, object]) -> dict[str, object]:
        rule = self._map.price
        currency = self._map.currency or self._currency
        if rule.currency_column is not None and values.get(rule.currency_column) is not None:
            currency = (_as_text(values[rule.currency_column]) or "").upper()
        if not valid_currency(currency):
            raise BadRow(f"unknown currency {currency[:10]!r}")
        price = self._price(values.get(rule.column), currency)
        if price is None:
            raise BadRow("no price")
        return {
            "id": product_id,
            "price_minor": price,
            "currency": currency,
            "list_price_minor": self._price(values.get(rule.list_price), currency) if rule.list_price else None,
            "cost_minor": self._price(values.get(rule.cost), currency) if rule.cost else None,
            "stock": _whole(values.get(self._map.stock), "stock") if self._map.stock else None,
            "gtin": _first_text(values.get(self._map.gtin)) if self._map.gtin else None,
        }

    def _price(self, value: object, currency: str) -> int | None:
        if value is None or value == "":
            return None
        amount = _decimal(value)
        if amount is None or abs(amount) > 10**15:
            raise BadRow(f"bad price {str(value)[:20]!r}")
        if amount < 0:
            raise BadRow("negative price")
        if self._map.price.unit == "major":
            money = Money.from_major(amount, currency)
            if money.amount != amount:
                raise BadRow(f"the price {str(value)[:20]!r} has more decimals than {currency} has")
            return money.amount_minor
        if amount != amount.to_integral_value():
            raise BadRow(f"bad price {str(value)[:20]!r}: minor units are whole")
        return int(amount)

    # ------------------------------------------------------------ attributes

    def _attributes(self, values: Mapping[str, object]) -> dict[str, Attribute]:
        found: dict[str, Attribute] = {}
        for column, value in values.items():
            source = self._source(column)
            if source is None or source[1] in found:
                continue
            attribute = self._attribute(column, *source, value)
            if attribute is not None:
                found[source[1]] = attribute
        return found

    def _attribute(self, column: str, rule: AttributeRule, name: str, value: object) -> Attribute | None:
        if isinstance(value, list | dict) or (isinstance(value, str) and len(value) > _LONGEST_KEPT):
            return self._read_attribute(rule, name, value)
        key = (column, type(value), value)
        try:
            return self._read[key]
        except KeyError:
            attribute = self._read[key] = self._read_attribute(rule, name, value)
            return attribute

    def _read_attribute(self, rule: AttributeRule, name: str, value: object) -> Attribute | None:
        read = self._attribute_value(rule, value)
        if read is None:
            return None
        return make_attribute(name, read, self._map.units.get(name) if isinstance(read, float) else None)

    def _source(self, column: str) -> tuple[AttributeRule, str] | None:
        if column not in self._sources:
            self._sources[column] = self._find_source(column)
        return self._sources[column]

    def _find_source(self, column: str) -> tuple[AttributeRule, str] | None:
        for rule in self._map.attributes:
            if rule.names(column):
                name = rule.name or attribute_name(column.removeprefix(rule.prefix or ""))
                return None if not name or name in self._map.drop_attributes else (rule, name)
        return None

    def _attribute_value(self, rule: AttributeRule, value: object) -> object:
        if isinstance(value, str) and (not value.strip() or value.strip().casefold() in self._map.dropped):
            return None
        match rule.kind:
            case "number":
                return _attribute_number(value)
            case "flag":
                return _flag(value)
            case "text":
                return _texts(value, rule.split)
            case _:
                return value if isinstance(value, bool) else _guess(value, rule.split)


def attribute_name(column: str) -> str:
    """Write a column name as an attribute name: "Contrast ratio (typical)" becomes "contrast_ratio_typical"."""
    return re.sub(r"[\W_]+", "_", column.casefold()).strip("_")


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRow("a text field holds a nested value or a flag")
    return str(value)


def _first_text(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return _as_text(value)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip().replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[-+]?\d+,\d{1,2}", text):
        text = text.replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _number(value: object, name: str) -> float | None:
    if value is None or value == "":
        return None
    amount = _decimal(value)
    if amount is None:
        raise BadRow(f"{name} is not a number")
    return float(amount)


def _whole(value: object, name: str) -> int | None:
    number = _number(value, name)
    if number is not None and (not number.is_integer() or abs(number) > 10**15):
        raise BadRow(f"{name} is not a whole number")
    return None if number is None else int(number)


def _attribute_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip())
        return float(found.group().replace(",", ".")) if found else None
    return float(value) if math.isfinite(value) else None


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    return True if word in _TRUE else (False if word in _FALSE else None)


def _texts(value: object, split: str | None) -> str | list[str] | None:
    if isinstance(value, list):
        texts = [str(part).strip() for part in value if isinstance(part, str | int | float)]
    else:
        text = str(value).strip()
        running = split is not None and re.search(re.escape(split) + r"\s", text) is not None
        texts = [part.strip() for part in text.split(split)] if split and not running else [text]
    texts = list(dict.fromkeys(text for text in texts if text))
    return None if not texts else (texts[0] if len(texts) == 1 else texts)


def _guess(value: object, split: str | None) -> object:
    if isinstance(value, str) and value.strip().casefold() in {"true", "false", "yes", "no"}:
        return _flag(value)
    number = _attribute_number(value)
    return number if number is not None else _texts(value, split)
