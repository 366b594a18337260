"""Products as the exports of shop platforms state them: what those importers yield, and how it becomes Aisle's form.

A price is an amount here, because such files seldom name a currency; it becomes minor units of the catalogue's currency
when the row is read. Knows no platform.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from retrieval.importers.plain_text import plain_text, unescape
from retrieval.importers.rows import RawRow, RejectedRow
from retrieval.product import Money
from retrieval.product_json import MAX_ID, MAX_SHORT, MAX_TEXT, BadRow, valid_currency


class NotForSale(BadRow):
    """A row that takes its product out of the shop: a draft, hidden, or marked as deleted.

    Args:
        reason: see BadRow.
        product_id: of the product; empty where the one who catches it knows.
    """

    def __init__(self, reason: str, product_id: str = "") -> None:
        super().__init__(reason)
        self.product_id = product_id


_NAMES = {"color": "colour"}
"""Names that the house writes in one way."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One buyable form.

    Args:
        id: of the variant.
        price: what it costs now, in major units.
        list_price: before a discount; None, or not above the price, without one.
        currency: ISO 4217 code; None where the file does not say: the catalogue's.
        options: what tells the variants apart.
        stock: units at hand; None where not stated.
        available: whether it is in stock, where only that is stated.
        gtin: barcode number.
        cost: what one costs the shop, in major units; None where not stated.
    """

    id: str
    price: Decimal
    list_price: Decimal | None = None
    currency: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    stock: int | None = None
    available: bool | None = None
    gtin: str | None = None
    cost: Decimal | None = None


class Offers:
    """The offers of one product: good ones kept, bad ones rejected by their own line."""

    def __init__(self) -> None:
        self.good: list[Offer] = []
        self.rejected: list[RejectedRow] = []
        self._lines: dict[object, int] = {}

    def add(self, line: int, make: Callable[[], Offer]) -> None:
        """Make an offer of a row and keep it, unless it is bad or was there already."""
        try:
            offer = make()
            if not offer.id:
                raise BadRow("no id")
            if len(offer.id) > MAX_ID:
                raise BadRow(f"id is longer than {MAX_ID} characters")
            if offer.id in self._lines:
                raise BadRow(f"duplicate id {offer.id!r}, first on line {self._lines[offer.id]}")
            _check_options(offer.options)
        except BadRow as error:
            self.rejected.append(RejectedRow(line, str(error)))
            return
        self._lines[offer.id] = line
        self.good.append(offer)


def counting(rejected: Sequence[RejectedRow], n_rows: int) -> list[RejectedRow]:
    """Let rejections of one product stand for this many rows of the file in all; the first one stands for the rest."""
    n_first = n_rows - max(0, min(n_rows, len(rejected)) - 1)
    return [
        replace(row, n_rows=n_first if number == 0 else int(number < n_rows)) for number, row in enumerate(rejected)
    ]


def _check_options(options: Mapping[str, str]) -> None:
    if any(len(value) > MAX_SHORT for value in options.values()):
        raise BadRow(f"an option is longer than {MAX_SHORT} characters")


def product_row(
    line: int, offers: Sequence[Offer], fields: Mapping[str, object], attributes: Mapping[str, object], n_rows: int = 1
) -> RawRow:
    """Put a product together.

    Args:
        line: physical line it begins on.
        offers: at least one.
        fields: text fields in Aisle's names; empty ones may stand.
        attributes: by any name; empty values may stand, and those that the offers have as an option are left out.
        n_rows: rows of the file that went into it.
    """
    values = {name: value for name, value in fields.items() if value}
    chosen = {name for offer in offers for name in offer.options}
    values["attributes"] = {name: value for name, value in _sound(attributes) if name not in chosen}
    values["variants"] = list(offers)
    return RawRow(line, values, n_rows)


def _sound(attributes: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in attributes.items():
        key = option_name(name)
        texts = list(dict.fromkeys(str(part) for part in value if part)) if isinstance(value, list) else None
        if not key or len(key) > MAX_SHORT or value in (None, "") or texts == []:
            continue
        yield key, value if texts is None else (texts[0] if len(texts) == 1 else texts)


def in_own_form(values: Mapping[str, object], currency: str) -> dict[str, object]:
    """Turn what `product_row` made into Aisle's own form, with prices in minor units of `currency`.

    Raises:
        BadRow: an offer names no real currency.
    """
    offers = values["variants"]
    assert isinstance(offers, list)
    return {**values, "variants": [_variant(offer, currency) for offer in offers]}


def _variant(offer: Offer, currency: str) -> dict[str, object]:
    code = offer.currency or currency
    if not valid_currency(code):
        raise BadRow(f"unknown currency {code[:10]!r}")
    before = offer.list_price if offer.list_price is not None and offer.list_price > offer.price else None
    return {
        "id": offer.id,
        "price_minor": Money.from_major(offer.price, code).amount_minor,
        "currency": code,
        "list_price_minor": None if before is None else Money.from_major(before, code).amount_minor,
        "options": dict(offer.options),
        "stock": offer.stock,
        "available": offer.available if offer.stock is None else None,
        "gtin": offer.gtin,
        "cost_minor": None if offer.cost is None else Money.from_major(offer.cost, code).amount_minor,
    }


# ---------------------------------------------------------------- parts of a product


@lru_cache(maxsize=1_024)
def option_name(name: str) -> str:
    """Write a name as Aisle writes attributes and options: "Shoe size" becomes "shoe_size", "Color" "colour"."""
    key = re.sub(r"[\W_]+", "_", unescape(name).casefold()).strip("_")
    return _NAMES.get(key, key)


def one_line(text: str) -> str:
    """Write a title or another short text without markup and line breaks."""
    return " ".join((plain_text(text) if "<" in text or "&" in text else text).split())


def description(*texts: str | None) -> str:
    """Join descriptions as plain text, each once, cut off at what a product holds."""
    told = list(dict.fromkeys(plain for text in texts if text and (plain := plain_text(text))))
    told = [one for one in told if not any(one in other for other in told if other != one)]
    return "\n".join(told)[:MAX_TEXT]


def shelves(paths: Sequence[Sequence[str]], brand: str | None) -> tuple[dict[str, object], dict[str, object]]:
    """Read category paths: the last level of the first says what the thing is, the level above is its shelf.

    A last level that is the product's own brand says nothing of what it is, and is passed over.

    Args:
        paths: levels from the top, e.g. [["Clothing", "Shirts"]].
        brand: of the product.

    Returns:
        Fields (category, department), and an attribute with the whole paths where the fields do not hold them.
    """
    whole = [[level for part in path if (level := one_line(part))] for path in paths]
    whole = [path for path in whole if path]
    if not whole:
        return {}, {}
    main = whole[0]
    if brand and len(main) > 1 and main[-1].casefold() == brand.casefold():
        main = main[:-1]
    told = {"category": main[-1], "department": main[-2] if len(main) > 1 else None}
    lost = len(whole) > 1 or len(whole[0]) > 2
    return dict(told), {"category_path": [" > ".join(path) for path in whole]} if lost else {}


def barcode(text: str | None) -> str | None:
    """Read a barcode number; spreadsheets put an apostrophe before it, and some shops write words."""
    digits = re.sub(r"[\s'-]", "", text or "")
    return digits if digits.isdigit() and 6 <= len(digits) <= 14 else None


def whole_number(text: str | None) -> int | None:
    """Read a count; None where there is none or it is no whole number."""
    try:
        number = float(text.replace(",", ".")) if text else None
    except ValueError:
        return None
    return int(number) if number is not None and number.is_integer() and abs(number) < 10**15 else None


def pictures(urls: Sequence[str]) -> dict[str, object]:
    """The first picture, and the others, each once."""
    told = list(dict.fromkeys(url.strip() for url in urls if url and url.strip()))
    return {"image": told[0] if told else None, "more_images": told[1:]}
