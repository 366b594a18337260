"""What the shop's owner decides over the ranking: pin, bury, exclude, minimum stock, margin floor, age limit.

Rules act before anything is drawn, so that logged probabilities stay true. Pure: knows items and requests, neither
where rules are kept nor who may change them. An order that the shopper asked for is kept: pins do not act on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recommender.errors import RuleBroken
from recommender.events import DecisionContext, Item
from recommender.item_table import IntArray, ItemTable
from recommender.standing import Standing, what_is_wrong

MAX_SLOTS: Final = 12
_ANYTHING: Final = "name at least one of item_ids, categories and brands: a rule on everything would empty the shop"


class _Rule(Standing):
    """Where a rule acts, and on what.

    Args:
        note: why, for people.
        surfaces: "search", "recommend", …; all where empty.
        item_ids, categories, brands: of the items meant; an item must be among each that is not empty.
    """

    note: str = Field(default="", max_length=500)
    surfaces: tuple[str, ...] = ()
    item_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()

    def acts(self, context: DecisionContext) -> bool:
        """Tell whether it acts on a request at all."""
        inside = not self.surfaces or context.surface in self.surfaces
        return inside and self.runs(context.now, context.query)

    def means(self, item: Item) -> bool:
        """Tell whether an item is among those meant."""
        return (
            (not self.item_ids or item.item_id in self.item_ids)
            and (not self.categories or item.category in self.categories or item.department in self.categories)
            and (not self.brands or item.brand in self.brands)
        )


class _Named(_Rule):
    """A rule that must say which items it means."""

    @model_validator(mode="after")
    def _check_named(self) -> Self:
        if not (self.item_ids or self.categories or self.brands):
            raise ValueError(_ANYTHING)
        return self


class Pin(_Rule):
    """Put an item into a slot wherever it is a candidate."""

    kind: Literal["pin"] = "pin"
    item_id: str = Field(min_length=1)
    slot: int = Field(ge=0, lt=MAX_SLOTS)


class Bury(_Named):
    """Put items last; they are still found."""

    kind: Literal["bury"] = "bury"


class Exclude(_Named):
    """Never show items."""

    kind: Literal["exclude"] = "exclude"


class MinStock(_Rule):
    """Do not show items of which fewer units are left; those without a stated stock stay."""

    kind: Literal["min_stock"] = "min_stock"
    units: int = Field(ge=1)


class MarginFloor(_Rule):
    """Do not show items that earn a smaller share of their price; those without a stated cost stay."""

    kind: Literal["margin_floor"] = "margin_floor"
    share: float = Field(gt=0, lt=1)


class AgeLimit(_Named):
    """Show items only to shoppers who are known to be old enough, and try nothing out among them."""

    kind: Literal["age_limit"] = "age_limit"
    years: int = Field(ge=1, le=120)


_KINDS: Final = ("pin", "bury", "exclude", "min_stock", "margin_floor", "age_limit")
Rule = Annotated[Pin | Bury | Exclude | MinStock | MarginFloor | AgeLimit, Field(discriminator="kind")]


class OwnerRules(BaseModel):
    """All rules of a shop, oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Rule, ...] = ()


NO_RULES: Final = OwnerRules()


class _One(BaseModel):
    rule: Rule


def read_rule(given: object) -> Rule:
    """Read one rule.

    Args:
        given: e.g. {"kind": "pin", "item_id": "tent-1", "slot": 0, "surfaces": ["recommend"]}.

    Raises:
        RuleBroken: it is none; the message names the field and what is wrong with it.
    """
    try:
        return _One.model_validate({"rule": given}).rule
    except ValidationError as error:
        raise RuleBroken(f"The rule cannot be used: {what_is_wrong(error, 'rule', *_KINDS)}.") from error


def check_costs(rule: Rule, items: Iterable[Item]) -> None:
    """Refuse a margin floor where the cost of nothing that it means is stated: it would do nothing, unnoticed.

    Args:
        rule: any; only a margin floor can be refused.
        items: of the catalogue.

    Raises:
        RuleBroken: see above.
    """
    if isinstance(rule, MarginFloor) and not any(item.cost_minor is not None for item in items if rule.means(item)):
        raise RuleBroken(
            "The rule cannot be used: the catalogue does not say what these products cost the shop; "
            "import it with a column of costs."
        )


@dataclass(frozen=True, slots=True)
class Ruled:
    """What rules say of the candidates of one request.

    Args:
        keep: (n,) True where an item may be shown.
        buried: (n,) True where it comes last.
        pins: (slot, index of the candidate, rule id), slots rising.
        removed: (what removed, ids), e.g. ("exclude:3", ("tent-1",)).
        guards: what acted, for the log.
        restricted: whether a candidate has an age limit that this shopper meets.
    """

    keep: NDArray[np.bool_]
    buried: NDArray[np.bool_]
    pins: tuple[tuple[int, int, str], ...]
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    guards: tuple[str, ...]
    restricted: bool


class CompiledRules:
    """Rules with the items of one catalogue that each means; made once per change of either.

    Args:
        rules: as kept.
        table: the catalogue.
    """

    def __init__(self, rules: OwnerRules, table: ItemTable) -> None:
        self.rules, self.table = rules, table
        self._marked = [(rule, _marked(rule, table)) for rule in rules.rules if not isinstance(rule, Pin)]
        self._pins = [rule for rule in rules.rules if isinstance(rule, Pin)]

    def pinned_ids(self, context: DecisionContext) -> tuple[str, ...]:
        """Return what is pinned on a request, whether it is a candidate or not."""
        return tuple(pin.item_id for pin in self._pins if pin.acts(context))

    def judge(self, context: DecisionContext, item_ids: Sequence[str], rows: IntArray) -> Ruled:
        """Judge candidates.

        Args:
            context: for whom and where.
            item_ids: n distinct candidates.
            rows: (n,) their rows in the table.
        """
        keep, buried = np.ones(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
        removed: list[tuple[str, tuple[str, ...]]] = []
        guards: list[str] = []
        restricted = False
        for rule, marked in self._marked:
            if not rule.acts(context):
                continue
            hit = marked[rows]
            if isinstance(rule, Bury):
                buried |= hit
            elif isinstance(rule, AgeLimit) and context.age_years is not None and context.age_years >= rule.years:
                restricted |= bool(hit.any())
                continue
            else:
                gone = hit & keep
                keep &= ~hit
                if gone.any():
                    removed.append((f"{rule.kind}:{rule.id}", tuple(item_ids[int(i)] for i in np.flatnonzero(gone))))
            if hit.any():
                guards.append(f"{rule.kind}:{rule.id}")
        pins, pin_guards = self._place(context, item_ids, rows, keep) if self._pins else ((), ())
        return Ruled(keep, buried, pins, tuple(removed), (*guards, *pin_guards), restricted)

    def _place(
        self, context: DecisionContext, item_ids: Sequence[str], rows: IntArray, keep: NDArray[np.bool_]
    ) -> tuple[tuple[tuple[int, int, str], ...], tuple[str, ...]]:
        """Give each pinned candidate its slot; of two pins for one slot, or of one item, the older stands."""
        places = {item_id: i for i, item_id in enumerate(item_ids)}
        taken: dict[int, tuple[int, str]] = {}
        guards: list[str] = []
        for pin in self._pins:
            i = places.get(pin.item_id)
            if i is None or not keep[i] or context.keep_order or pin.slot >= context.k or not pin.acts(context):
                continue
            sold_out = bool(self.table.sold_out[rows[i]])
            if sold_out or pin.slot in taken or any(i == other for other, _ in taken.values()):
                guards.append(f"pin_skipped:{pin.id}:{pin.item_id}@{pin.slot}")
                continue
            taken[pin.slot] = (i, pin.id)
            guards.append(f"pin:{pin.id}:{pin.item_id}@{pin.slot}")
        return tuple((slot, *taken[slot]) for slot in sorted(taken)), tuple(guards)


def _marked(rule: Bury | Exclude | MinStock | MarginFloor | AgeLimit, table: ItemTable) -> NDArray[np.bool_]:
    """Return which rows a rule acts on, (items + 1,); the row of unknown items never."""
    return np.array([rule.means(item) and _falls_short(rule, item) for item in table.items] + [False], dtype=np.bool_)


def _falls_short(rule: Bury | Exclude | MinStock | MarginFloor | AgeLimit, item: Item) -> bool:
    if isinstance(rule, MinStock):
        return item.stock is not None and item.stock < rule.units
    if isinstance(rule, MarginFloor):
        return item.cost_minor is not None and item.price_minor - item.cost_minor < rule.share * item.price_minor
    return True
