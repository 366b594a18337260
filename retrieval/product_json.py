"""Products as JSON lines: the form that Aisle keeps on disk, and that a shop may hand in directly.

Knows nothing of files: it turns one product into one JSON object and back. An object looks like

    {"id": "trail-jacket", "title": "Trail jacket", "brand": "Norrfell", "category": "Jackets",
     "attributes": {"waterproof": true, "weight": {"value": 410, "unit": "g"}, "colours": ["red", "blue"]},
     "variants": [{"id": "trail-jacket-m", "price_minor": 12900, "currency": "USD", "options": {"size": "M"}}],
     "rating": 4.6, "rating_count": 210}

Fields that hold their default are left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date

from babel.numbers import list_currencies

from retrieval.product import Attribute, AttributeValue, Money, Product, Variant

MAX_ID = 200
MAX_TITLE = 1_000
MAX_TEXT = 50_000
MAX_SHORT = 300
MAX_ATTRIBUTES = 2_000
MAX_ATTRIBUTE_TEXT = 10_000
MAX_VARIANTS = 2_000
MAX_PRICE_MINOR = 10**13
MAX_IMAGES = 100

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_CURRENCIES: frozenset[str] = frozenset(list_currencies())
_TEXT_KEYS = ("title", "description", "brand", "category", "department", "image", "url", "released")
_PRODUCT_KEYS = frozenset({"id", "attributes", "variants", "rating", "rating_count", "more_images", *_TEXT_KEYS})
_VARIANT_KEYS = frozenset(
    ["id", "price_minor", "currency", "options", "list_price_minor", "stock", "available", "gtin", "cost_minor"]
)

Pool = dict[tuple[object, ...], Attribute]
"""Attributes seen so far: equal ones are shared, which saves most of their memory."""


class BadRow(ValueError):
    """A row is no valid product; the message is the reason in a few plain words."""


def clean(text: str) -> str:
    """Remove what no shop text needs: control, bidirectional-override and tag characters, lone surrogates."""
    if text.isprintable():
        return text.strip()
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def valid_currency(code: object) -> bool:
    """Whether `code` is an ISO 4217 code."""
    return isinstance(code, str) and code in _CURRENCIES


def product_to_json(product: Product) -> str:
    """Write a product as one line of JSON, without its line end."""
    row: dict[str, object] = {"id": product.id}
    row |= {name: value for name in _TEXT_KEYS if (value := getattr(product, name))}
    if product.rating is not None:
        row["rating"] = product.rating
    if product.rating_count:
        row["rating_count"] = product.rating_count
    if product.more_images:
        row["more_images"] = list(product.more_images)
    if product.attributes:
        row["attributes"] = {a.name: _attribute_json(a) for a in product.attributes.values()}
    row["variants"] = [_variant_json(variant) for variant in product.variants]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _attribute_json(attribute: Attribute) -> object:
    if attribute.unit is None:
        return attribute.value
    return {"value": attribute.value, "unit": attribute.unit}


def _variant_json(variant: Variant) -> dict[str, object]:
    row: dict[str, object] = {
        "id": variant.id,
        "price_minor": variant.price.amount_minor,
        "currency": variant.price.currency,
    }
    if variant.options:
        row["options"] = dict(variant.options)
    if variant.list_price is not None:
        row["list_price_minor"] = variant.list_price.amount_minor
    if variant.stock is not None:
        row["stock"] = variant.stock
    if variant.available is not None:
        row["available"] = variant.available
    if variant.gtin is not None:
        row["gtin"] = variant.gtin
    if variant.cost_minor is not None:
        row["cost_minor"] = variant.cost_minor
    return row


def product_from_json(line: str, pool: Pool | None = None) -> Product:
    """Read one line that `product_to_json` wrote.

    Raises:
        BadRow: the line is no JSON object or no valid product.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRow("not valid JSON") from error
    if not isinstance(row, dict):
        raise BadRow("not a JSON object")
    return product_from_row(row, pool)


def product_from_row(row: Mapping[str, object], pool: Pool | None = None) -> Product:
    """Build a product from a JSON object and check every field.

    Raises:
        BadRow: a field is missing, unknown, of the wrong kind or too long.
    """
    unknown = row.keys() - _PRODUCT_KEYS
    if unknown:
        raise BadRow(f"unknown field {sorted(unknown)[0]!r}")
    product_id = _text(row, "id", MAX_ID) or _missing("id")
    raw_variants = row.get("variants")
    if not isinstance(raw_variants, list) or not raw_variants:
        raise BadRow("no variants")
    if len(raw_variants) > MAX_VARIANTS:
        raise BadRow(f"more than {MAX_VARIANTS} variants")
    variants = tuple(_variant(raw) for raw in raw_variants)
    if len({variant.id for variant in variants}) < len(variants):
        raise BadRow("two variants with one id")
    return Product(
        id=product_id,
        title=_line(row, "title", MAX_TITLE) or _missing("title"),
        variants=variants,
        description=_text(row, "description", MAX_TEXT) or "",
        brand=_line(row, "brand", MAX_SHORT),
        category=_line(row, "category", MAX_SHORT),
        department=_line(row, "department", MAX_SHORT),
        attributes=_attributes(row.get("attributes", {}), {} if pool is None else pool),
        rating=_rating(row.get("rating")),
        rating_count=_count(row.get("rating_count"), "rating_count") or 0,
        image=_text(row, "image", MAX_TITLE),
        url=_text(row, "url", MAX_TITLE),
        released=_date(_text(row, "released", 40)),
        more_images=_more_images(row.get("more_images")),
    )


def _missing(name: str) -> str:
    raise BadRow(f"no {name}")


def _text(row: Mapping[str, object], name: str, limit: int) -> str | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRow(f"{name} is not a text")
    if len(value) > limit:
        raise BadRow(f"{name} is longer than {limit:,} characters")
    return clean(value) or None


def _more_images(raw: object) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(isinstance(url, str) and len(url) <= MAX_TITLE for url in raw):
        raise BadRow("more_images is not a list of addresses")
    return tuple(told for url in raw[:MAX_IMAGES] if (told := clean(url)))


def _available(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise BadRow("available is neither true nor false")
    return value


def _line(row: Mapping[str, object], name: str, limit: int) -> str | None:
    """A text that stands in sentences and on cards: one line, single spaces."""
    text = _text(row, name, limit)
    return None if text is None else " ".join(text.split()) or None


def _date(text: str | None) -> str | None:
    """Keep the date of an ISO date or time."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError as error:
        raise BadRow("released is not an ISO date") from error


def _rating(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 5:
        raise BadRow("rating is not a number from 0 to 5")
    return float(value)


def _count(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**15:
        raise BadRow(f"{name} is not a whole number")
    # Some shops write oversold articles as a negative stock: there is none to sell.
    return max(0, value)


def _price(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRow(f"{name} is not a whole number of minor units")
    if value < 0:
        raise BadRow("negative price")
    if value > MAX_PRICE_MINOR:
        raise BadRow("price too large")
    return value


def _variant(raw: object) -> Variant:
    if not isinstance(raw, dict):
        raise BadRow("a variant is not an object")
    unknown = raw.keys() - _VARIANT_KEYS
    if unknown:
        raise BadRow(f"unknown variant field {sorted(unknown)[0]!r}")
    currency = raw.get("currency")
    if not isinstance(currency, str) or currency not in _CURRENCIES:
        raise BadRow(f"unknown currency {str(currency)[:10]!r}")
    if "price_minor" not in raw:
        raise BadRow("no price")
    list_price, cost = raw.get("list_price_minor"), raw.get("cost_minor")
    return Variant(
        id=_text(raw, "id", MAX_ID) or _missing("variant id"),
        price=Money(_price(raw["price_minor"], "price"), currency),
        options=_options(raw.get("options", {})),
        list_price=None if list_price is None else Money(_price(list_price, "list price"), currency),
        stock=_count(raw.get("stock"), "stock"),
        gtin=_text(raw, "gtin", 20),
        available=_available(raw.get("available")),
        cost_minor=None if cost is None else _price(cost, "cost"),
    )


def _options(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(v, str) and len(v) <= MAX_SHORT for v in raw.values()):
        raise BadRow("options are not short texts by name")
    return {clean(name): clean(value) for name, value in raw.items()}


def _attributes(raw: object, pool: Pool) -> dict[str, Attribute]:
    if not isinstance(raw, dict):
        raise BadRow("attributes are not an object")
    if len(raw) > MAX_ATTRIBUTES:
        raise BadRow(f"more than {MAX_ATTRIBUTES} attributes")
    result: dict[str, Attribute] = {}
    for name, stored in raw.items():
        if isinstance(stored, Attribute):
            # An importer that read the value has checked it.
            result[stored.name] = stored
            continue
        value, unit = (stored.get("value"), stored.get("unit")) if isinstance(stored, dict) else (stored, None)
        if isinstance(value, list):
            value = tuple(value)
        # The type stands in the key because 1 == 1.0 == True in Python.
        key = (name, value, unit, type(value))
        try:
            found = pool.get(key)
        except TypeError as error:
            raise BadRow(f"attribute {name!r} holds nested values") from error
        if found is None:
            found = pool[key] = make_attribute(name, value, unit)
        result[found.name] = found
    return result


def make_attribute(name: str, value: object, unit: object) -> Attribute:
    """Check what is stated and make an attribute of it.

    Args:
        name: not empty.
        value: text, number, flag, or a list of texts.
        unit: a short text or None.

    Raises:
        BadRow: one of them is of another kind or too long.
    """
    label = clean(name)
    if not label or len(label) > MAX_SHORT:
        raise BadRow("an attribute's name is empty or too long")
    if unit is not None and (not isinstance(unit, str) or len(unit) > 40):
        raise BadRow(f"unit of {label!r} is not a short text")
    return Attribute(label, _attribute_value(label, value), unit)


def _attribute_value(name: str, value: object) -> AttributeValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise BadRow(f"attribute {name!r} is not a finite number")
        return float(value)
    texts = value if isinstance(value, tuple | list) else (value,)
    if not texts or not all(isinstance(text, str) for text in texts):
        raise BadRow(f"attribute {name!r} is neither text, number, flag nor a list of texts")
    if sum(len(text) for text in texts) > MAX_ATTRIBUTE_TEXT:
        raise BadRow(f"attribute {name!r} is too long")
    return tuple(clean(text) for text in texts) if isinstance(value, tuple | list) else clean(str(value))
