"""Wishes as typed constraints: one small closed set, each able to judge a product and to be shown as a chip.

A constraint's verdict on a product is MET, NOT_MET or NOT_STATED. A search lets through what is MET; for an
exclusion ("not wool") it also lets through NOT_STATED, because only known offenders can be excluded.
Constraints on price, stock and variant options must be met by one and the same variant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from retrieval.product import Money, Product, Variant, attribute_label, attribute_text
from retrieval.units import convert

_TELLS_NOTHING = re.compile(r"yes|no|[\d.,]*")
"""What a title may hold without saying it of any attribute: "Boot 42", "Yes! crisps"."""
_OPTION_NUMBER = re.compile(r"\s*(\d+(?:\.\d+|,\d{1,2}|,\d{4,})?)\s*(\D{0,12})")
"""A number and its unit. "1,500 mAh" may be meant in two ways, and "48-52 cm" is no number."""


class Verdict(StrEnum):
    """How a product stands to one wish."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_STATED = "not_stated"


def _stated(flag: bool | None) -> Verdict:
    return Verdict.NOT_STATED if flag is None else (Verdict.MET if flag else Verdict.NOT_MET)


def fold(text: str) -> str:
    """Lower-case and squeeze white space, for comparing values as people write them."""
    return " ".join(text.casefold().split())


def states_word(text: str, value: str) -> bool:
    """Whether `value` stands in `text` as whole words; a value without any stands nowhere."""
    wanted = fold(value)
    return bool(wanted) and word_pattern(wanted).search(fold(text)) is not None


def word_pattern(folded: str) -> re.Pattern[str]:
    """Return what finds a folded value as whole words in folded texts."""
    return re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")


def title_states(title: str, value: str) -> bool:
    """Whether a title says `value` of its product: as whole words, not denied ("wool-free"), no bare number."""
    pattern = title_pattern(fold(value))
    return pattern is not None and pattern.search(fold(title)) is not None


def title_pattern(folded: str) -> re.Pattern[str] | None:
    """Return what finds a folded value that a folded title says of its product; None for what no title can say."""
    if _TELLS_NOTHING.fullmatch(folded):
        return None
    denied = r"(?<!\bnon-)(?<!\bnon )(?<!\bnot )(?<!\bno )(?<!\bwithout )"
    return re.compile(rf"(?<!\w){denied}{re.escape(folded)}(?!\w)(?![- ]free\b)")


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Price limits in minor units, both ends included; None leaves an end open."""

    currency: str
    min_minor: int | None = None
    max_minor: int | None = None
    kind: Literal["price"] = "price"

    @property
    def key(self) -> str:
        return "price"

    def label(self, locale: str = "en_US") -> str:
        low = None if self.min_minor is None else Money(self.min_minor, self.currency).short(locale)
        high = None if self.max_minor is None else Money(self.max_minor, self.currency).short(locale)
        if low and high:
            return f"{low} to {high}"
        return f"under {high}" if high else f"from {low}"

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        if variant.price.currency != self.currency:
            return Verdict.NOT_STATED
        amount = variant.price.amount_minor
        return _stated(
            (self.min_minor is None or amount >= self.min_minor)
            and (self.max_minor is None or amount <= self.max_minor)
        )


@dataclass(frozen=True, slots=True)
class BrandIn:
    """Brand is one of `values`; with `exclude`, none of them."""

    values: tuple[str, ...]
    exclude: bool = False
    kind: Literal["brand"] = "brand"

    @property
    def key(self) -> str:
        return "not_brand" if self.exclude else "brand"

    def label(self, locale: str = "en_US") -> str:
        return ("not " if self.exclude else "") + " or ".join(self.values)

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        if product.brand is None:
            return Verdict.NOT_STATED
        return _stated((fold(product.brand) in {fold(value) for value in self.values}) is not self.exclude)


@dataclass(frozen=True, slots=True)
class CategoryIn:
    """Category or department is one of `values`; with `exclude`, none of them."""

    values: tuple[str, ...]
    exclude: bool = False
    kind: Literal["category"] = "category"

    @property
    def key(self) -> str:
        return "not_category" if self.exclude else "category"

    def label(self, locale: str = "en_US") -> str:
        return ("not " if self.exclude else "") + " or ".join(self.values)

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        stated = {fold(name) for name in (product.category, product.department) if name}
        if not stated:
            return Verdict.NOT_STATED
        return _stated(bool(stated & {fold(value) for value in self.values}) is not self.exclude)


@dataclass(frozen=True, slots=True)
class InStock:
    """Can be bought now."""

    kind: Literal["in_stock"] = "in_stock"

    @property
    def key(self) -> str:
        return "in_stock"

    def label(self, locale: str = "en_US") -> str:
        return "in stock"

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        return _stated(variant.in_stock)


@dataclass(frozen=True, slots=True)
class MinRating:
    """Mean rating of at least `value` stars (0 to 5)."""

    value: float
    kind: Literal["rating"] = "rating"

    @property
    def key(self) -> str:
        return "rating"

    def label(self, locale: str = "en_US") -> str:
        return f"rated {self.value:g}+"

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        return _stated(None if product.rating is None else product.rating >= self.value)


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """Attribute or variant option `name` has one of `values` (texts; "yes"/"no" for flags); with `exclude`, none.

    Where the attribute itself is not stated, a value that the title states counts as met: the title is the shop's word.
    See `title_states` for what a title cannot say.
    """

    name: str
    values: tuple[str, ...]
    exclude: bool = False
    kind: Literal["attribute"] = "attribute"

    @property
    def key(self) -> str:
        return f"{'not_' if self.exclude else ''}attribute:{self.name}"

    def label(self, locale: str = "en_US") -> str:
        values = " or ".join(self.values)
        if set(self.values) <= {"yes", "no"}:
            values = (
                f"{attribute_label(self.name).lower()}: {values}"
                if "no" in self.values
                else attribute_label(self.name).lower()
            )
        elif fold(self.name) == "size":
            values = f"size {values}"
        return f"not {values}" if self.exclude else values

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        wanted = {fold(value) for value in self.values}
        stated = stated_values(product, variant, self.name)
        if stated is None:
            found = any(title_states(product.title, value) for value in wanted)
            return (Verdict.NOT_MET if self.exclude else Verdict.MET) if found else Verdict.NOT_STATED
        return _stated(bool(stated & wanted) is not self.exclude)


@dataclass(frozen=True, slots=True)
class AttributeRange:
    """Numeric attribute `name` lies between `min` and `max`, both included; None leaves an end open.

    Args:
        unit: of `min` and `max`; what is stated in another unit is converted, and a number without one is not stated.
            None takes the numbers as they stand.
    """

    name: str
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    kind: Literal["attribute_range"] = "attribute_range"

    @property
    def is_about(self) -> bool:
        """Whether it is one number with some room, and not limits: "about 13 inch"."""
        return self.min is not None and self.max is not None and self.max * 0.9 <= self.min and self.max > 0

    @property
    def key(self) -> str:
        return f"attribute:{self.name}"

    def label(self, locale: str = "en_US") -> str:
        name = attribute_label(self.name).lower()
        if self.min is not None and self.min == self.max:
            return f"{name} {_limit_text(self.min, self.unit)}"
        if self.min is not None and self.max is not None and self.is_about:
            return f"{name} about {_limit_text((self.min + self.max) / 2, self.unit)}"
        if self.min is not None and self.max is not None:
            divisor, unit = _told_unit(self.max, self.unit)
            return f"{name} {_short(self.min / divisor)} to {attribute_text(_short(self.max / divisor), unit)}"
        if self.max is not None:
            return f"{name} up to {_limit_text(self.max, self.unit)}"
        return f"{name} from {_limit_text(self.min or 0.0, self.unit)}"

    def verdict(self, product: Product, variant: Variant) -> Verdict:
        number = stated_number(product, variant, self.name, self.unit)
        if number is None:
            return Verdict.NOT_STATED
        return _stated((self.min is None or number >= self.min) and (self.max is None or number <= self.max))


_LARGER = {"mg": (1_000, "g"), "g": (1_000, "kg"), "ml": (1_000, "l"), "m": (1_000, "km")}
"""Units that people leave for a larger one: so many make one of it."""


def _limit_text(number: float, unit: str | None) -> str:
    """Write a limit for people, in three digits and a unit that suits it: 3000 g are "3 kg"."""
    divisor, unit = _told_unit(number, unit)
    return attribute_text(_short(number / divisor), unit)


def _told_unit(number: float, unit: str | None) -> tuple[int, str | None]:
    divisor, larger = _LARGER.get(unit or "", (1, unit))
    return (divisor, larger) if abs(number) >= divisor else (1, unit)


def _short(number: float) -> str:
    """Write a number in three digits; those before the point all count ("1366 pixels")."""
    return f"{number:.0f}" if abs(number) >= 100 or number.is_integer() else f"{number:.3g}"


Constraint = Annotated[
    PriceRange | BrandIn | CategoryIn | InStock | MinRating | AttributeIn | AttributeRange, Field(discriminator="kind")
]
CONSTRAINTS: TypeAdapter[tuple[Constraint, ...]] = TypeAdapter(tuple[Constraint, ...])
"""Reads and writes constraints as JSON: `validate_python(rows)`, `dump_python(constraints, mode="json")`."""


def stated_values(product: Product, variant: Variant, name: str) -> set[str] | None:
    """Folded values that product or variant state for `name`; None where neither does."""
    if name in variant.options:
        return {fold(variant.options[name])}
    attribute = product.attributes.get(name)
    if attribute is None:
        return None
    if isinstance(attribute.value, tuple):
        return {fold(value) for value in attribute.value}
    texts = {fold(attribute.text)}
    if not isinstance(attribute.value, bool):
        texts.add(fold(attribute_text(attribute.value)))
    return texts


def stated_number(product: Product, variant: Variant, name: str, unit: str | None = None) -> float | None:
    """The number that variant or product state for `name`, in `unit`; None where neither does or it is no such number.

    Args:
        unit: wanted, e.g. "g"; None takes the number in whatever unit it is stated.
    """
    if name in variant.options:
        found = number_of(variant.options[name])
        if found is None:
            return None
        number, stated = found
    else:
        attribute = product.attributes.get(name)
        if attribute is None or isinstance(attribute.value, bool | str | tuple):
            return None
        number, stated = float(attribute.value), attribute.unit or ""
    if unit is None or unit == stated:
        return number
    converted = convert(number, stated, unit) if stated else None
    # 7 cm are 70 mm, and not the 70.00000000000001 of floating point, which "up to 70 mm" would keep out.
    return None if converted is None else float(f"{converted:.12g}")


def number_of(text: str) -> tuple[float, str] | None:
    """Split "256 GB" or "42" into its number and unit ("" without one); None for anything but one number."""
    match = _OPTION_NUMBER.fullmatch(text)
    return (float(match.group(1).replace(",", ".")), match.group(2).strip()) if match else None


def lets_through(constraint: Constraint, verdict: Verdict) -> bool:
    """Whether a search shows a product with this verdict."""
    return verdict is Verdict.MET or (verdict is Verdict.NOT_STATED and getattr(constraint, "exclude", False))


def judge(constraints: Sequence[Constraint], product: Product) -> tuple[Variant, tuple[Verdict, ...]]:
    """Find the variant that fits the constraints best.

    Returns:
        The variant that is let through by most constraints (ties: buyable, then cheapest, then first), and per
        constraint the verdict on it, in the order given.
    """

    def fit(variant: Variant) -> tuple[int, bool, int]:
        passed = sum(lets_through(c, c.verdict(product, variant)) for c in constraints)
        return (-passed, variant.in_stock is False, variant.price.amount_minor)

    best = min(product.variants, key=fit)
    return best, tuple(c.verdict(product, best) for c in constraints)


def passes(constraints: Sequence[Constraint], product: Product) -> bool:
    """Whether one variant of the product is let through by every constraint."""
    _, verdicts = judge(constraints, product)
    return all(lets_through(c, v) for c, v in zip(constraints, verdicts, strict=True))


def merge(old: Iterable[Constraint], new: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Refine wishes: a new constraint replaces the old one with the same key; the rest stays, in order.

    Wanting what was excluded (or excluding what was wanted) withdraws the overlapping old wish; an exclusion adds to
    earlier exclusions of the same kind.
    """
    result: dict[str, Constraint] = {constraint.key: constraint for constraint in old}
    for constraint in new:
        current = constraint
        if isinstance(current, BrandIn | CategoryIn | AttributeIn):
            opposite = current.key.removeprefix("not_") if current.exclude else f"not_{current.key}"
            rival = result.get(opposite)
            if isinstance(rival, BrandIn | CategoryIn | AttributeIn):
                left = tuple(v for v in rival.values if fold(v) not in {fold(w) for w in current.values})
                if left:
                    result[opposite] = _with_values(rival, left)
                else:
                    del result[opposite]
            before = result.get(current.key)
            if current.exclude and isinstance(before, BrandIn | CategoryIn | AttributeIn):
                current = _with_values(current, tuple(dict.fromkeys(before.values + current.values)))
        result[current.key] = current
    return tuple(result.values())


def _with_values(constraint: BrandIn | CategoryIn | AttributeIn, values: tuple[str, ...]) -> Constraint:
    if isinstance(constraint, AttributeIn):
        return AttributeIn(constraint.name, values, constraint.exclude)
    return type(constraint)(values, constraint.exclude)
