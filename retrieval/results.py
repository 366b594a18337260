"""What goes into a search and what comes out: frozen, typed, the same for every index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from retrieval.filters import CategoryIn, Constraint, Verdict


class Sort(StrEnum):
    """Order of a result."""

    RELEVANCE = "relevance"
    PRICE_LOW = "price_low"
    PRICE_HIGH = "price_high"
    RATING = "rating"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Understanding:
    """One need, read from a shopper's words.

    Args:
        text: the words that no constraint took, for ranking by words and meaning; may be empty ("under $20").
        constraints: typed wishes, at most one per key.
        sort: order asked for.
        set_aside: words that stand nowhere in the catalogue; said to the shopper once.
        corrected: misspelt word -> the catalogue's word that was used instead.
        category_stated: whether the words name a kind of product ("boots"), so that this starts a new need.
        thing: the phrase that names the wanted thing, as said ("black sandals"), whether the catalogue knows it or not;
            its last word is what it is. None where the words name none.
        unclaimed: stretches of words that no wish was made of ("hood" in "rain jacket with a hood"), in the order said.
    """

    text: str
    constraints: tuple[Constraint, ...] = ()
    sort: Sort = Sort.RELEVANCE
    set_aside: tuple[str, ...] = ()
    corrected: Mapping[str, str] = field(default_factory=dict)
    category_stated: bool = False
    unclaimed: tuple[str, ...] = ()
    thing: str | None = None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search.

    Args:
        text: words to rank by; where no wish says the kind of product, they also decide what matches.
        constraints: wishes.
        sort: order asked for.
        k: the most hits wanted, 1 to 200.
        words: words or phrases whose mentions among the matches are wanted; see SearchResult.
        core: words of `text` that alone decide what matches, the others only rank; "" lets all of them decide.
    """

    text: str
    constraints: tuple[Constraint, ...] = ()
    sort: Sort = Sort.RELEVANCE
    k: int = 50
    words: tuple[str, ...] = ()
    core: str = ""

    @property
    def names_kind(self) -> bool:
        """Whether a wish says which kind of product is wanted."""
        return any(isinstance(wish, CategoryIn) and not wish.exclude for wish in self.constraints)


@dataclass(frozen=True, slots=True)
class Hit:
    """One product found.

    Args:
        product_id: e.g. "trail-jacket".
        variant_id: the variant that fits the constraints best.
        score: fused relevance, 0 to 1, 1 best; comparable within one result only.
        parts: what the score is made of, e.g. {"bm25": 7.2, "dense": 0.61, "rrf": 0.031}.
        verdicts: per constraint key, how the variant stands to it.
    """

    product_id: str
    variant_id: str
    score: float
    parts: Mapping[str, float]
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Dropping the constraint `drop` (its key; `label` for people) would give `count` products, exactly counted."""

    drop: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Loosening:
    """Moving the constraint `of` (its key) to `to`, the nearest that fits something, would give `count` products.

    Args:
        of: key of the constraint, e.g. "price".
        label: of `to`, for people, e.g. "under $120".
        to: takes its place; all others hold.
        count: exactly counted.
    """

    of: str
    label: str
    to: Constraint
    count: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Args:
        hits: best first, at most `k`; every one is let through by every constraint.
        total: products that pass the constraints and match the words, exactly counted.
        relaxations: only where `hits` is empty: what to give up, most products first.
        facets: attribute (or "brand", "category") -> value -> number of products, over all products that match.
        mode: whether meaning (the encoder) took part, or words alone.
        loosenings: only where `hits` is empty: limits in numbers, each moved to the nearest that fits something.
        mentions: each of the request's `words` -> how many of all matches have it, in any ending.
    """

    hits: tuple[Hit, ...]
    total: int
    relaxations: tuple[Relaxation, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    mode: Literal["words", "words+meaning"] = "words"
    mentions: Mapping[str, int] = field(default_factory=dict)
    loosenings: tuple[Loosening, ...] = ()
