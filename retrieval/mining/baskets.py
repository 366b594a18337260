"""What is bought together more often than chance would have it.

Lift and support are those of Agrawal, Imieliński and Swami (1993) and Brin et al. (1997): support(AB) = n(AB) / n,
lift(AB) = n · n(AB) / (n(A) · n(B)). A pair counts where its one-sided hypergeometric test (Fisher's exact test) is
significant after Benjamini and Hochberg (1995). Baskets come from the caller; nothing is known of orders.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from retrieval.relations import Bought, Relation, RelationKind

MIN_TOGETHER = 3
MIN_LIFT = 1.5
MAX_FALSE = 0.01
"""The share of false pairs among those kept that is accepted (false discovery rate)."""
MAX_BASKET = 100
"""Larger baskets are a reseller's, and their pairs grow with the square."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two products in baskets.

    Args:
        ids: the products, in order of their ids.
        together: baskets that hold both.
        counts: baskets that hold the first, and the second.
        baskets: all baskets.
    """

    ids: tuple[str, str]
    together: int
    counts: tuple[int, int]
    baskets: int

    @property
    def support(self) -> float:
        return self.together / self.baskets

    @property
    def lift(self) -> float:
        return self.baskets * self.together / (self.counts[0] * self.counts[1])

    @property
    def confidences(self) -> tuple[float, float]:
        """Share of the first's baskets that hold the second too, and the other way round."""
        return (self.together / self.counts[0], self.together / self.counts[1])

    @property
    def chance(self) -> float:
        """Probability of so many baskets with both, or more, if the two had nothing to do with each other."""
        low, high = sorted(self.counts)
        terms = (_log_hypergeometric(k, low, high, self.baskets) for k in range(self.together, low + 1))
        return min(1.0, math.fsum(map(math.exp, terms)))


def count_pairs(baskets: Iterable[Sequence[str]], min_together: int = MIN_TOGETHER) -> list[Pair]:
    """Count products that are bought together.

    Args:
        baskets: product ids, one list per basket; each counts once in it.
        min_together: pairs in fewer baskets are left out.
    """
    singles: Counter[str] = Counter()
    kept: list[list[str]] = []
    for basket in baskets:
        ids = sorted(set(basket))
        singles.update(ids)
        kept.append(ids if len(ids) <= MAX_BASKET else [])
    # A pair is no more frequent than the rarer of the two (Agrawal and Srikant, 1994): the rare ones are not paired.
    often = {id_ for id_, count in singles.items() if count >= min_together}
    pairs: Counter[tuple[str, str]] = Counter()
    for ids in kept:
        pairs.update(combinations([id_ for id_ in ids if id_ in often], 2))
    return [
        Pair(ids, together, (singles[ids[0]], singles[ids[1]]), len(kept))
        for ids, together in sorted(pairs.items())
        if together >= min_together
    ]


def bought_relations(baskets: Iterable[Sequence[str]]) -> Iterator[Relation]:
    """Find products that are bought together more often than chance; each pair once, the most surprising first."""
    pairs = [pair for pair in count_pairs(baskets) if pair.lift >= MIN_LIFT]
    tested = sorted((pair.chance, pair.ids, pair) for pair in pairs)
    within = [place for place, (chance, _, _) in enumerate(tested, 1) if chance <= MAX_FALSE * place / len(tested)]
    for chance, _, pair in tested[: max(within, default=0)]:
        evidence = Bought(
            together=pair.together,
            source_baskets=pair.counts[0],
            target_baskets=pair.counts[1],
            baskets=pair.baskets,
            lift=round(pair.lift, 3),
            chance=chance,
        )
        yield Relation(
            kind=RelationKind.BOUGHT_WITH, source_id=pair.ids[0], target_id=pair.ids[1], evidence=(evidence,)
        )


def _log_hypergeometric(k: int, marked: int, drawn: int, total: int) -> float:
    """Log of the probability of k marked among `drawn` of `total` that hold `marked`."""
    return _log_choose(marked, k) + _log_choose(total - marked, drawn - k) - _log_choose(total, drawn)


def _log_choose(n: int, k: int) -> float:
    if k < 0 or k > n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
