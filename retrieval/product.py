"""What a shop sells: products, their variants, and money in minor units.

Knows nothing of files, indexes or shoppers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, get_currency_precision

AttributeValue = str | float | bool | tuple[str, ...]


@lru_cache(maxsize=256)
def _exponent(currency: str) -> int:
    return int(get_currency_precision(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit.

    Args:
        amount_minor: whole minor units, e.g. 1999 for $19.99, 1999 for ¥1,999, 1999 for 1.999 KWD.
        currency: ISO 4217 code, e.g. "USD".
    """

    amount_minor: int
    currency: str

    @property
    def exponent(self) -> int:
        """Number of decimals of the currency (0, 2 or 3; ISO 4217)."""
        return _exponent(self.currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.amount_minor).scaleb(-self.exponent)

    @classmethod
    def from_major(cls, amount: Decimal | float | int | str, currency: str) -> Money:
        """Round a major-unit amount half up to the currency's minor unit."""
        exponent = _exponent(currency)
        scaled = Decimal(str(amount)).scaleb(exponent)
        return cls(int(scaled.to_integral_value(rounding="ROUND_HALF_UP")), currency)

    def format(self, locale: str = "en_US") -> str:
        """Write the amount for people, e.g. "$19.99"."""
        return str(format_currency(self.amount, self.currency, locale=locale))

    def short(self, locale: str = "en_US") -> str:
        """Write the amount without decimals where they are all zero, e.g. "$150" (for limits, not for prices)."""
        if self.amount != self.amount.to_integral_value():
            return self.format(locale)
        pattern = re.sub(r"\.0+", "", str(Locale.parse(locale).currency_formats["standard"].pattern))
        return str(format_currency(self.amount, self.currency, pattern, locale=locale, currency_digits=False))


@dataclass(frozen=True, slots=True)
class Attribute:
    """One stated fact of a product.

    Args:
        name: snake_case key, e.g. "cable_length".
        value: text, number, yes/no, or several texts.
        unit: unit of a number, e.g. "m"; None for the rest.
    """

    name: str
    value: AttributeValue
    unit: str | None = None

    @property
    def label(self) -> str:
        """The name for people, e.g. "Cable length"."""
        return attribute_label(self.name)

    @property
    def text(self) -> str:
        """The value for people, e.g. "2 m", "yes", "red, blue"."""
        return attribute_text(self.value, self.unit)


def attribute_label(name: str) -> str:
    """Write a snake_case attribute name for people."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def attribute_text(value: AttributeValue, unit: str | None = None) -> str:
    """Write an attribute's value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    text = f"{value:g}" if isinstance(value, float | int) else value
    return f"{text} {unit}" if unit else text


@dataclass(frozen=True, slots=True)
class Variant:
    """One buyable form of a product.

    Args:
        id: unique over the whole catalogue, e.g. "trail-jacket-m-black".
        options: what tells the variants apart, e.g. {"size": "M", "colour": "Black"}.
        price: what it costs now.
        list_price: the price before a discount; None without one.
        stock: units at hand; 0 sold out; None where the shop does not say.
        gtin: barcode number, digits only.
        available: whether it is in stock, where the shop says only that and not how many; counts where stock is None.
        cost_minor: what one costs the shop, minor units of the price's currency; None where not stated. For the owner's
            rules alone: no shopper, no model and no page gets it.
    """

    id: str
    price: Money
    options: Mapping[str, str] = field(default_factory=dict)
    list_price: Money | None = None
    stock: int | None = None
    gtin: str | None = None
    available: bool | None = None
    cost_minor: int | None = field(default=None, repr=False)

    @property
    def in_stock(self) -> bool | None:
        """True or False where the shop states it, None where it does not."""
        return self.available if self.stock is None else self.stock > 0


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the catalogue, with at least one variant.

    Args:
        id: unique, e.g. "trail-jacket".
        title: as the shop writes it; untrusted text.
        description: as the shop writes it; untrusted text; may be empty.
        brand: e.g. "Norrfell"; None where not stated.
        category: what the thing is, e.g. "Hiking boots"; None where not stated.
        department: the shelf above it, e.g. "Outdoor"; None where not stated.
        attributes: by name; options of variants are not repeated here.
        variants: at least one; order as the shop gave it.
        rating: mean of 1 to 5 stars; None without reviews.
        rating_count: number of reviews.
        image: path or address of the main image; None without one.
        more_images: further ones, in the order of the shop.
        url: the product's page in the shop; None without one.
        released: ISO date of first sale; None where not stated.
    """

    id: str
    title: str
    variants: tuple[Variant, ...]
    description: str = ""
    brand: str | None = None
    category: str | None = None
    department: str | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    rating: float | None = None
    rating_count: int = 0
    image: str | None = None
    url: str | None = None
    released: str | None = None
    more_images: tuple[str, ...] = ()

    @property
    def default_variant(self) -> Variant:
        """The cheapest variant that can be bought; the cheapest at all where none can."""
        # `min` keeps the shop's own order where prices are equal: its first variant is the one that is pictured.
        return min(self.variants, key=lambda v: (v.in_stock is False, v.price.amount_minor))

    @property
    def price(self) -> Money:
        """Price of the default variant."""
        return self.default_variant.price

    @property
    def in_stock(self) -> bool | None:
        """True if any variant is in stock, False if all are sold out, None where nothing is stated."""
        states = {variant.in_stock for variant in self.variants}
        return True if True in states else (None if None in states else False)

    def get_variant(self, variant_id: str) -> Variant:
        """Return the variant with this id.

        Raises:
            KeyError: no such variant.
        """
        for variant in self.variants:
            if variant.id == variant_id:
                return variant
        raise KeyError(variant_id)
