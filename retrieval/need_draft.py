"""One need while its wishes are put together: what each reader of words claims, spends and wishes."""

from __future__ import annotations

from dataclasses import dataclass, field

from retrieval.choices import Choices
from retrieval.filters import Constraint
from retrieval.linking import Link
from retrieval.reading import Reading


@dataclass(slots=True)
class NeedDraft:
    """One need while its wishes are put together."""

    reading: Reading
    choices: Choices
    currency: str
    wishes: list[Constraint] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    """Positions of words that are spent: they ask for nothing to be found."""
    claimed: set[int] = field(default_factory=set)
    """Positions of words that a wish was made of."""
    aside: list[str] = field(default_factory=list)

    def claim(self, *links: Link) -> None:
        """Note that a wish was made of the words of these links."""
        self.claimed |= {position for link in links for position in range(link.start, link.end)}
