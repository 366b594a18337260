"""Association rules from baskets: which items are bought together more often than by chance, and how often.

Frequent item sets by depth-first intersection of bit sets (Eclat: Zaki 2000, "Scalable algorithms for association
mining", section 4): one integer per item holds the baskets that contain it, so counting a set is one AND and one
population count. Knows ids only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Final

MAX_LENGTH: Final = 10
MIN_ORDERS: Final = 3
"""Fewest orders that something said to a shopper rests on."""
MIN_CONFIDENCE: Final = 0.1
ItemSet = tuple[str, ...]
"""Item ids, rising."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has the first items in the basket has the other one, too.

    Args:
        antecedent: item ids, rising; at least one.
        consequent: the other item.
        together: baskets that hold all of them: the evidence.
        with_antecedent, with_consequent: baskets that hold those.
        baskets: all that were counted.
    """

    antecedent: ItemSet
    consequent: str
    together: int
    with_antecedent: int
    with_consequent: int
    baskets: int

    @property
    def support(self) -> float:
        """Share of baskets that hold all items."""
        return self.together / self.baskets

    @property
    def confidence(self) -> float:
        """Share of baskets with the antecedent that hold the consequent, too."""
        return self.together / self.with_antecedent

    @property
    def lift(self) -> float:
        """How many times as often as if the two had nothing to do with each other (Brin et al. 1997)."""
        return self.confidence * self.baskets / self.with_consequent

    @property
    def conviction(self) -> float:
        """How many times as often the rule would fail if the two had nothing to do with each other (Brin et al. 1997,
        section 3.2); infinite for a rule that never fails."""
        fails = 1.0 - self.confidence
        return (1.0 - self.with_consequent / self.baskets) / fails if fails > 0 else inf


def frequent_sets(
    baskets: Sequence[Collection[str]],
    *,
    min_baskets: int,
    max_length: int = MAX_LENGTH,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[ItemSet, int]:
    """Count every set of items that enough baskets hold.

    Args:
        baskets: item ids of each; an item twice in a basket counts once.
        min_baskets: fewest baskets, 1 or more.
        max_length: most items of a set.
        progress: told how many of the frequent items are done.

    Returns:
        Set -> baskets that hold it.
    """
    columns = {item: bits for item, bits in _columns(baskets).items() if bits.bit_count() >= min_baskets}
    # The rarest first: their intersections are small, so most branches end at once.
    rising = sorted(columns, key=lambda item: (columns[item].bit_count(), item))
    found: dict[ItemSet, int] = {}
    for place, item in enumerate(rising):
        rest = [(other, columns[other]) for other in rising[place + 1 :]]
        _grow((item,), columns[item], rest, min_baskets, max_length, found)
        progress(place + 1, len(rising))
    return found


def association_rules(
    baskets: Sequence[Collection[str]],
    *,
    support: float,
    confidence: float,
    max_length: int = MAX_LENGTH,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Rule, ...]:
    """Find all rules with one item as consequent and at least two items.

    Args:
        baskets: as in `frequent_sets`.
        support: least share of baskets that hold all items, in (0, 1].
        confidence: least confidence, in (0, 1].
        max_length: most items of a rule.
        progress: as in `frequent_sets`.

    Returns:
        By falling lift; ties by more evidence, then by name.
    """
    sets = frequent_sets(baskets, min_baskets=_least(support, len(baskets)), max_length=max_length, progress=progress)
    rules = (rule for items in sets if len(items) > 1 for rule in _rules_of(items, sets, len(baskets)))
    kept = [rule for rule in rules if rule.confidence >= confidence]
    return tuple(sorted(kept, key=lambda rule: (-rule.lift, -rule.together, rule.antecedent, rule.consequent)))


class RuleBook:
    """Rules looked up by what is in a cart.

    Args:
        rules: as found.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._by_item: dict[str, list[Rule]] = {}
        for rule in rules:
            self._by_item.setdefault(rule.antecedent[0], []).append(rule)

    def __len__(self) -> int:
        return sum(map(len, self._by_item.values()))

    def goes_with(self, cart: Collection[str]) -> tuple[Rule, ...]:
        """Return the rules whose whole antecedent is in the cart and whose consequent is not, best first.

        The best one per consequent: by confidence, then by evidence.
        """
        held = set(cart)
        best: dict[str, Rule] = {}
        for rule in self._matching(held):
            if rule.consequent not in best or _worth(rule) > _worth(best[rule.consequent]):
                best[rule.consequent] = rule
        return tuple(sorted(best.values(), key=lambda rule: (*(-part for part in _worth(rule)), rule.consequent)))

    def _matching(self, held: set[str]) -> Iterator[Rule]:
        for item in held:
            for rule in self._by_item.get(item, ()):
                if rule.consequent not in held and held.issuperset(rule.antecedent):
                    yield rule


def cross_selling_rules(baskets: Sequence[Collection[str]], *, min_orders: int, confidence: float) -> RuleBook:
    """Find what a shop's orders say goes together, for serving.

    Args:
        baskets: product ids of each order.
        min_orders: fewest orders that a rule rests on; few shops have so many orders that a share would do.
        confidence: least share of orders with the antecedent that hold the consequent, too.

    Returns:
        Rules of up to three items that happen more often than by chance.
    """
    if not baskets:
        return RuleBook()
    rules = association_rules(baskets, support=min_orders / len(baskets), confidence=confidence, max_length=3)
    return RuleBook(rule for rule in rules if rule.lift > 1.0)


def _columns(baskets: Sequence[Collection[str]]) -> Mapping[str, int]:
    """Item -> the baskets that hold it, one bit each."""
    places: dict[str, bytearray] = {}
    width = len(baskets) // 8 + 1
    for number, basket in enumerate(baskets):
        for item in set(basket):
            places.setdefault(item, bytearray(width))[number >> 3] |= 1 << (number & 7)
    return {item: int.from_bytes(bits, "little") for item, bits in places.items()}


def _grow(
    items: ItemSet,
    bits: int,
    rest: Sequence[tuple[str, int]],
    min_baskets: int,
    max_length: int,
    found: dict[ItemSet, int],
) -> None:
    found[tuple(sorted(items))] = bits.bit_count()
    if len(items) == max_length:
        return
    longer = [(other, both) for other, column in rest if (both := bits & column).bit_count() >= min_baskets]
    for place, (other, both) in enumerate(longer):
        _grow((*items, other), both, longer[place + 1 :], min_baskets, max_length, found)


def _rules_of(items: ItemSet, sets: Mapping[ItemSet, int], baskets: int) -> Iterator[Rule]:
    for antecedent in combinations(items, len(items) - 1):
        (consequent,) = set(items) - set(antecedent)
        yield Rule(antecedent, consequent, sets[items], sets[antecedent], sets[(consequent,)], baskets)


def _least(support: float, baskets: int) -> int:
    """Fewest baskets for a share: at least one."""
    # A share like 0.006 * 9,835 is no exact number; what differs by rounding alone still counts.
    return max(1, int(-((-support * baskets + 1e-9) // 1)))


def _worth(rule: Rule) -> tuple[float, int]:
    return rule.confidence, rule.together
