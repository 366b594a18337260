"""Starter questions, made from this shop's catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assistant.llm.embedded.wording import Wording
from retrieval.product import Money, Product

N_PRODUCT_STARTERS = 3


def make_starters(products: Sequence[Product], wording: Wording, *, has_policies: bool) -> tuple[str, ...]:
    """Write up to four questions to begin with.

    Each of the first three is about the largest kind of another department, with a budget that half of its products
    meet; where the catalogue states no kinds, one asks for ideas.
    """
    kinds: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.category:
            kinds[product.category].append(product)
    rows: list[str] = []
    departments: set[str | None] = set()
    for kind in sorted(kinds, key=lambda name: (-len(kinds[name]), name)):
        department = kinds[kind][0].department
        if len(kinds[kind]) < 3 or (department is not None and department in departments):
            continue
        departments.add(department)
        if len(rows) == 1:
            rows.append(wording("starter_best", what=kind.lower()))
        else:
            rows.append(wording("starter_budget", what=kind.lower(), price=_budget(kinds[kind], wording)))
        if len(rows) == N_PRODUCT_STARTERS:
            break
    if not rows:
        rows.append(wording("starter_ideas"))
    if has_policies:
        rows.append(wording("starter_returns"))
    return tuple(rows)


def _budget(products: Sequence[Product], wording: Wording) -> str:
    """The middle price, rounded up to a number that people say."""
    prices = sorted(product.price.amount_minor for product in products)
    money = Money(prices[len(prices) // 2], products[0].price.currency)
    unit = 10**money.exponent
    step = next(step for step in (5, 10, 25, 50, 100, 500, 1000, 10**9) if money.amount <= step * 8 or step == 10**9)
    rounded = -(-money.amount_minor // (step * unit)) * step * unit
    return wording.money(Money(rounded, money.currency)).removesuffix(".00")
