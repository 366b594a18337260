"""Starter questions, made from this shop's catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.llm.embedded.wording import Wording
from recommender.events import APART
from retrieval.product import Money, Product

N_PRODUCT_STARTERS = 3
N_KINDS = 4
"""Kinds that the pool asks about, each in two ways."""


@dataclass(frozen=True, slots=True)
class Starter:
    """A question to begin with.

    Args:
        id: what it is, the same while the shop sells such a thing, e.g. "starter:budget:Tents".
        text: as it is sent, and shown where `line` is empty.
        line: of an invitation, as it is shown.
    """

    id: str
    text: str
    line: str = ""


def starter_pool(products: Sequence[Product], wording: Wording, *, has_policies: bool) -> tuple[Starter, ...]:
    """Write the questions that a bandit may choose from; the first are those that are shown without learning.

    Args:
        products: of the catalogue.
        wording: writes them.
        has_policies: whether returns can be asked about.
    """
    usual = make_starters(products, wording, has_policies=has_policies)
    found: dict[str, Starter] = {}
    for name, kind in _kinds(products):
        what = name.lower()
        for how, text in (
            ("budget", wording("starter_budget", what=what, price=_budget(kind, wording))),
            ("best", wording("starter_best", what=what)),
        ):
            found[text] = Starter(f"{APART}{how}:{name}", text)
    for how, text in (("ideas", wording("starter_ideas")), ("returns", wording("starter_returns"))):
        if how == "ideas" or has_policies:
            found[text] = Starter(f"{APART}{how}", text)
    rest = [starter for text, starter in found.items() if text not in usual]
    return (*(found[text] for text in usual if text in found), *rest)


def banner_pool(wording: Wording, *, has_policies: bool) -> tuple[Starter, ...]:
    """Write the invitations that a bandit may choose from, the one that is shown without learning first.

    Args:
        wording: writes them.
        has_policies: whether returns can be asked about.
    """
    rows = [("gift", "banner_gift", "banner_gift_say"), ("ideas", "banner_ideas", "starter_ideas")]
    rows += [("returns", "banner_returns", "starter_returns")] if has_policies else []
    return tuple(Starter(f"{APART}banner:{name}", wording(sent), wording(line)) for name, line, sent in rows)


def make_starters(products: Sequence[Product], wording: Wording, *, has_policies: bool) -> tuple[str, ...]:
    """Write up to four questions to begin with.

    Each of the first three is about the largest kind of another department, with a budget that half of its products
    meet; where the catalogue states no kinds, one asks for ideas.
    """
    rows: list[str] = []
    for name, kind in _kinds(products)[:N_PRODUCT_STARTERS]:
        if len(rows) == 1:
            rows.append(wording("starter_best", what=name.lower()))
        else:
            rows.append(wording("starter_budget", what=name.lower(), price=_budget(kind, wording)))
    if not rows:
        rows.append(wording("starter_ideas"))
    if has_policies:
        rows.append(wording("starter_returns"))
    return tuple(rows)


def _kinds(products: Sequence[Product]) -> list[tuple[str, list[Product]]]:
    """The largest kind of each department with at least three products, the largest first."""
    kinds: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.category:
            kinds[product.category].append(product)
    rows: list[tuple[str, list[Product]]] = []
    departments: set[str | None] = set()
    for name in sorted(kinds, key=lambda name: (-len(kinds[name]), name)):
        department = kinds[name][0].department
        if len(kinds[name]) < 3 or (department is not None and department in departments):
            continue
        departments.add(department)
        rows.append((name, kinds[name]))
    return rows[:N_KINDS]


def _budget(products: Sequence[Product], wording: Wording) -> str:
    """The middle price, rounded up to a number that people say."""
    prices = sorted(product.price.amount_minor for product in products)
    money = Money(prices[len(prices) // 2], products[0].price.currency)
    unit = 10**money.exponent
    step = next(step for step in (5, 10, 25, 50, 100, 500, 1000, 10**9) if money.amount <= step * 8 or step == 10**9)
    rounded = -(-money.amount_minor // (step * unit)) * step * unit
    return wording.money(Money(rounded, money.currency)).removesuffix(".00")
