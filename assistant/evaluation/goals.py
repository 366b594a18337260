"""Hidden goals of simulated shoppers: drawn from what the shop sells, so that each can be met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from retrieval.product import Money, Product

_FEWEST_OF_A_KIND: Final = 6
_SHARE_WITHIN_PRICE: Final = 0.6
_RARE, _COMMON = 0.15, 0.85
"""A wish that hardly any product of the kind meets, or nearly every one, makes a goal too hard or empty."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a shopper wants, and what nobody but the shopper knows.

    Args:
        id: e.g. "goal-07".
        kind: category of the catalogue.
        at_most: price limit.
        feature: name of an attribute that must be stated as "yes"; "" without such a wish.
        buys: whether the shopper puts what was found into the cart.
        fitting: ids of the products that meet all of it.
    """

    id: str
    kind: str
    at_most: Money
    feature: str
    buys: bool
    fitting: frozenset[str]

    @property
    def brief(self) -> str:
        """The goal in one sentence, for people and for a language model that plays the shopper."""
        feature = f" with {self.feature.replace('_', ' ')}" if self.feature else ""
        ends = "put it into the cart" if self.buys else "find one, no more"
        return f"You want {self.kind.lower()}{feature} for at most {self.at_most.format()}; {ends}."


def draw_goals(products: Iterable[Product], n: int, seed: int) -> tuple[Goal, ...]:
    """Draw goals, each of another kind as long as there are kinds.

    Args:
        products: of the catalogue.
        n: how many.
        seed: of the draw.

    Returns:
        Fewer than n where the catalogue has fewer kinds of six products or more.
    """
    rng = np.random.default_rng([seed, 1])
    kinds: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.category and product.in_stock is not False:
            kinds[product.category].append(product)
    names = sorted(kind for kind, listed in kinds.items() if len(listed) >= _FEWEST_OF_A_KIND)
    goals = []
    for number, kind in enumerate(rng.permutation(names)[:n], start=1):
        goals.append(_goal(f"goal-{number:02d}", str(kind), kinds[str(kind)], rng))
    return tuple(goals)


def _goal(goal_id: str, kind: str, listed: list[Product], rng: np.random.Generator) -> Goal:
    features = _features(listed)
    feature = str(rng.choice(features)) if features else ""
    having = [product for product in listed if not feature or _states(product, feature)]
    prices = sorted(product.price.amount_minor for product in having)
    # Rounded up to whole fives, as people set limits.
    most = prices[min(int(_SHARE_WITHIN_PRICE * len(prices)), len(prices) - 1)]
    limit = Money(-(-most // 500) * 500, listed[0].price.currency)
    fitting = {product.id for product in having if product.price.amount_minor <= limit.amount_minor}
    return Goal(goal_id, kind, limit, feature, bool(rng.random() < 0.5), frozenset(fitting))


def _features(listed: list[Product]) -> list[str]:
    """Attributes that some of a kind have and some have not."""
    names = sorted({name for product in listed for name, one in product.attributes.items() if one.value is True})
    shares = {name: sum(_states(product, name) for product in listed) / len(listed) for name in names}
    return [name for name, share in shares.items() if _RARE <= share <= _COMMON]


def _states(product: Product, feature: str) -> bool:
    attribute = product.attributes.get(feature)
    return attribute is not None and attribute.value is True
