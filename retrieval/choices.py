"""Which attribute and which stated values a word means, for one kind of product.

A word means an attribute only where enough products of that kind state it; else it is left to ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.filters import fold
from retrieval.linking import Link
from retrieval.vocabulary import AttributeStats, ValueUse, Vocabulary
from retrieval.words import STOP, word_key

COVERAGE = 0.4
"""An attribute is a filter only where this share of the wanted kind of product states it."""
LOOSE_COVERAGE = 0.25
"""The same where no kind of product is known."""
FLAG_COVERAGE = 0.1
"""A yes/no attribute is a filter where this share says yes (many shops never say no)."""
_FREQUENT = 0.01
_SURE_COVERAGE = 0.6
_MOST_VALUES = 8


@dataclass(frozen=True, slots=True)
class Choices:
    """The vocabulary, looked at from some kinds of product.

    Args:
        vocabulary: of the catalogue.
        kinds: categories or mined kinds; empty for the whole catalogue.
    """

    vocabulary: Vocabulary
    kinds: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """The share of products that must state an attribute before it is a filter."""
        return COVERAGE if self.kinds else LOOSE_COVERAGE

    def count(self, by_kind: Mapping[str, int], count: int) -> int:
        """The part of a count that falls on the kinds."""
        return sum(by_kind.get(kind, 0) for kind in self.kinds) if self.kinds else count

    def share(self, by_kind: Mapping[str, int], count: int) -> float:
        """The same as a share of all products of the kinds, 0 to 1."""
        total = sum(map(self.vocabulary.n_of_kind, self.kinds)) if self.kinds else self.vocabulary.n_products
        return self.count(by_kind, count) / max(1, total)

    def states(self, name: str) -> float:
        """Share of products of the kinds that state an attribute, 0 to 1."""
        stats = self.vocabulary.attributes[name]
        return self.share(stats.by_kind, stats.count)

    def share_of(self, stats: AttributeStats) -> float:
        """Share of products of the kinds that state an attribute, 0 to 1."""
        return self.share(stats.by_kind, stats.count)

    def range_of(self, stats: AttributeStats) -> tuple[float, float] | None:
        """The smallest and the largest number that the kinds state; None where they state none."""
        held = [stats.ranges[kind] for kind in self.kinds if kind in stats.ranges]
        return (min(low for low, _ in held), max(high for _, high in held)) if held else None

    def find_value(self, link: Link, coverage: float | None = None) -> tuple[str, tuple[str, ...]] | None:
        """Return the attribute and its values that a link means; None where none is stated widely enough.

        Args:
            link: e.g. of "blue".
            coverage: share of products that must state the attribute; None for the usual one.

        Returns:
            E.g. ("colour", ("Blue", "Navy blue")): what is called exactly so first.
        """
        least = self.coverage if coverage is None else coverage
        totals: dict[str, int] = {}
        for use in (*link.values, *link.heads):
            held = self.count(use.by_kind, use.count)
            if held and self.states(use.name) >= least:
                totals[use.name] = totals.get(use.name, 0) + held
        if not totals:
            return self._find_broader(link, least) or self._find_elsewhere(link)
        # The most used attribute is meant; of equals, the one with the plainest name ("colour", not "band_colour").
        name = max(totals, key=lambda n: (round(self.states(n), 1), -len(n.split("_")), totals[n], n))
        return name, self._values(link, name)

    def _values(self, link: Link, name: str) -> tuple[str, ...]:
        def often(use: ValueUse) -> tuple[bool, int]:
            return (use not in link.values, -self.count(use.by_kind, use.count))

        uses = [use for use in (*link.values, *link.heads) if use.name == name and self.count(use.by_kind, use.count)]
        written: dict[str, str] = {}
        for use in sorted(uses, key=often):
            written.setdefault(fold(use.value), use.value)
        return tuple(written.values())[:_MOST_VALUES]

    def _find_broader(self, link: Link, least: float) -> tuple[str, tuple[str, ...]] | None:
        """A value of these kinds that ends what is said: "Steel" for "stainless steel", which they do not state."""
        if not self.kinds:
            return None
        names = {use.name for use in link.values}
        for use in link.values:
            *_, last = use.value.replace("-", " ").split() or [""]
            for broader in self.vocabulary.values.get(word_key(last), ()):
                held = broader.name in names and self.count(broader.by_kind, broader.count)
                if held and broader.value != use.value and self.states(broader.name) >= least:
                    return broader.name, (broader.value,)
        return None

    def _find_elsewhere(self, link: Link) -> tuple[str, tuple[str, ...]] | None:
        """A value that these kinds do not have, but whose attribute they state: a wish that nothing here meets."""
        if not self.kinds:
            return None
        frequent = [use for use in link.values if use.count >= max(2, _FREQUENT * self.vocabulary.n_products)]
        for use in sorted(frequent, key=lambda u: -u.count):
            if self.states(use.name) >= _SURE_COVERAGE:
                return use.name, (use.value,)
        return None

    def find_flag(self, link: Link) -> str | None:
        """Return the yes/no attribute that a link means; None where too few products say yes."""
        shares = {}
        for name in link.flags:
            stats = self.vocabulary.attributes[name]
            shares[name] = self.share(stats.yes_by_kind, stats.flags)
        best = max(shares, key=lambda n: shares[n], default=None)
        return best if best is not None and shares[best] >= FLAG_COVERAGE else None

    def brand_is_plain(self, link: Link) -> bool:
        """Whether a word is a brand and hardly anything else in these kinds of product."""
        brand = self.vocabulary.brands[link.brand or ""]
        if any(self.count(use.by_kind, use.count) for use in link.values) or self.find_flag(link):
            return False
        sold_here = self.count(brand.by_kind, brand.count) > 0
        return link.key not in STOP and brand.elsewhere <= brand.count and (sold_here or not brand.elsewhere)
