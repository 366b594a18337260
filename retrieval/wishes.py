"""Second pass: what the marked words of one need come to, as typed wishes and words for ranking.

Decides conservatively: a doubtful word stays in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from retrieval.filters import (
    AttributeIn,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    merge,
)
from retrieval.linking import Link, is_bare_number
from retrieval.measures import choose_range
from retrieval.needs import kind_links
from retrieval.reading import Mark, Reading
from retrieval.results import Sort, Understanding
from retrieval.vocabulary import AttributeStats, ValueUse, Vocabulary
from retrieval.words import STOP, has_digit, is_cjk

COVERAGE = 0.4
"""An attribute is a filter only where this share of the wanted kind of products states it."""
LOOSE_COVERAGE = 0.25
"""The same where no kind of product was named."""
_FLAG_COVERAGE = 0.1
_MOST_VALUES = 8


@dataclass(slots=True)
class _Wishes:
    """The wishes of one need while they are put together."""

    reading: Reading
    vocabulary: Vocabulary
    currency: str
    kinds: tuple[str, ...]
    constraints: list[Constraint] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    set_aside: list[str] = field(default_factory=list)

    def share(self, by_kind: dict[str, int], count: int) -> float:
        """Share of the wanted kinds of product (of all products where none is named) that a count makes up."""
        if not self.kinds:
            return count / max(1, self.vocabulary.n_products)
        total = sum(self.vocabulary.n_of_kind(kind) for kind in self.kinds)
        return sum(by_kind.get(kind, 0) for kind in self.kinds) / max(1, total)

    def used(self, use: ValueUse) -> int:
        """Products of the wanted kinds that state a value."""
        return sum(use.by_kind.get(kind, 0) for kind in self.kinds) if self.kinds else use.count


def understand(
    reading: Reading, vocabulary: Vocabulary, currency: str, known: Sequence[Constraint] = ()
) -> Understanding:
    """Turn one need into an Understanding.

    Args:
        reading: of this need alone.
        vocabulary: of the catalogue.
        currency: the shop's.
        known: wishes that hold already; their kind of product tells which attributes are meant.
    """
    kind = kind_links(reading)
    categories = tuple(dict.fromkeys(name for link in kind for name in _narrowed(link, reading, vocabulary)))
    types = tuple(link.type for link in kind if link.type)
    before = tuple(v for c in known if isinstance(c, CategoryIn) and not c.exclude for v in c.values)
    wishes = _Wishes(reading, vocabulary, currency, categories or types or before)
    if categories:
        wishes.constraints.append(CategoryIn(categories))
    _read_negations(wishes)
    _read_names(wishes, kind)
    _read_measures(wishes)
    _read_stock_phrases(wishes)
    return Understanding(
        text=_text(wishes),
        constraints=merge((), wishes.constraints),
        sort=_sort(wishes),
        set_aside=_set_aside(wishes),
        corrected=dict(reading.corrected),
        category_stated=bool(kind),
    )


def _narrowed(link: Link, reading: Reading, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The categories a word names; those whose other words are said too, where there are such ("boots for hiking")."""
    said = {token.key for token, mark in zip(reading.tokens, reading.marks, strict=True) if mark is None}
    here = {token.key for token in reading.tokens[link.start : link.end]}
    exact = [
        name
        for name in link.categories
        if len(vocabulary.category_words[name] & said) > len(here) and vocabulary.category_words[name] <= said
    ]
    return tuple(exact) or link.categories


def _read_negations(wishes: _Wishes) -> None:
    reading = wishes.reading
    links = {link.start: link for link in reading.links}
    position = 0
    while position < len(reading.tokens):
        if reading.marks[position] is not Mark.NEGATION:
            position += 1
            continue
        wishes.dropped.add(position)
        position += 1
        while position < len(reading.tokens) and reading.marks[position] is Mark.NEGATION:
            wishes.dropped.add(position)
            position += 1
        position = _refuse_list(wishes, links, position)


def _refuse_list(wishes: _Wishes, links: dict[int, Link], position: int) -> int:
    """Refuse the names from `position` on: "wool", "Acme or Bolt", "red, blue or green"."""
    reading = wishes.reading
    while position < len(reading.tokens):
        link = links.get(position)
        if link is None:
            if not reading.marks[position] and reading.tokens[position].folded not in STOP:
                wishes.dropped.add(position)
                position += 1
            break
        refused = _refusal(wishes, link)
        if refused:
            wishes.constraints.append(refused)
        wishes.dropped.update(range(link.start, link.end))
        position = link.end
        if (
            position < len(reading.tokens)
            and reading.tokens[position].folded in ("or", "nor")
            and position + 1 in links
        ):
            wishes.dropped.add(position)
            position += 1
        elif not (
            position in links and "," in reading.text[reading.tokens[position - 1].end : reading.tokens[position].start]
        ):
            break
    return position


def _refusal(wishes: _Wishes, link: Link) -> Constraint | None:
    if link.brand:
        return BrandIn((wishes.vocabulary.brands[link.brand].name,), exclude=True)
    if link.categories:
        return CategoryIn(link.categories, exclude=True)
    chosen = _choose_value(wishes, link, 0.0)
    if chosen:
        return AttributeIn(chosen[0], chosen[1], exclude=True)
    if link.flags:
        return AttributeIn(link.flags[0], ("yes",), exclude=True)
    return None


def _read_names(wishes: _Wishes, kind: Sequence[Link]) -> None:
    brands: list[str] = []
    values: dict[str, list[str]] = {}
    for link in wishes.reading.links:
        if link in kind or link.start in wishes.dropped:
            continue
        if link.brand and _brand_is_meant(wishes, link):
            brands.append(wishes.vocabulary.brands[link.brand].name)
            continue
        if is_bare_number(link):
            continue
        chosen = _choose_value(wishes, link, COVERAGE if wishes.kinds else LOOSE_COVERAGE)
        if chosen:
            values.setdefault(chosen[0], []).extend(chosen[1])
        elif link.flags and (flag := _choose_flag(wishes, link)):
            values.setdefault(flag, []).append("yes")
    if brands:
        wishes.constraints.append(BrandIn(tuple(dict.fromkeys(brands))))
    for name, said in values.items():
        wishes.constraints.append(AttributeIn(name, tuple(dict.fromkeys(said))))


def _brand_is_meant(wishes: _Wishes, link: Link) -> bool:
    brand = wishes.vocabulary.brands[link.brand or ""]
    reading = wishes.reading
    before = reading.tokens[link.start - 1].folded if link.start else ""
    after = reading.tokens[link.end].folded if link.end < len(reading.tokens) else ""
    if before in ("for", "fit", "fits", "like"):
        return False
    if before in ("from", "by", "brand") or after == "brand":
        return True
    if link.values or link.flags or brand.elsewhere > brand.count:
        return reading.tokens[link.start].text[:1].isupper() and not reading.text.isupper() and link.start > 0
    return True


def _choose_value(wishes: _Wishes, link: Link, coverage: float) -> tuple[str, tuple[str, ...]] | None:
    """The attribute and its stated values that a link means; None where the catalogue does not state it widely enough."""
    stats = wishes.vocabulary.attributes
    totals: dict[str, int] = {}
    for use in (*link.values, *link.heads):
        held = wishes.used(use)
        if held and wishes.share(stats[use.name].by_kind, stats[use.name].count) >= coverage:
            totals[use.name] = totals.get(use.name, 0) + held
    if not totals:
        return None
    name = max(totals, key=lambda n: (totals[n], n))
    uses = sorted(
        (u for u in (*link.values, *link.heads) if u.name == name and wishes.used(u)), key=lambda u: -wishes.used(u)
    )
    exact = [u.value for u in uses if u in link.values]
    return name, tuple((exact + [u.value for u in uses if u not in link.values])[:_MOST_VALUES])


def _choose_flag(wishes: _Wishes, link: Link) -> str | None:
    shares: dict[str, float] = {}
    for name in link.flags:
        stats = wishes.vocabulary.attributes[name]
        shares[name] = wishes.share(stats.yes_by_kind, stats.flags)
    best = max(shares, key=lambda n: shares[n])
    return best if shares[best] >= _FLAG_COVERAGE else None


def _read_measures(wishes: _Wishes) -> None:
    def use(stat: AttributeStats) -> float:
        return wishes.share(stat.by_kind, stat.count)

    taken = {c.key for c in wishes.constraints}
    for measure in wishes.reading.measures:
        if any(
            link.start in _inside(wishes.reading, measure.start, measure.end) and f"attribute:{u.name}" in taken
            for link in wishes.reading.links
            for u in link.values
        ):
            continue
        near = frozenset(t.key for t in wishes.reading.tokens if measure.start - 25 <= t.start <= measure.end + 25)
        chosen = choose_range(measure, wishes.vocabulary.numeric, near, use)
        if chosen:
            wishes.constraints.append(chosen)


def _inside(reading: Reading, start: int, end: int) -> set[int]:
    return {i for i, token in enumerate(reading.tokens) if start <= token.start and token.end <= end}


def _read_stock_phrases(wishes: _Wishes) -> None:
    reading = wishes.reading
    lows = [p.min_minor for p in reading.prices if p.min_minor is not None]
    highs = [p.max_minor for p in reading.prices if p.max_minor is not None]
    wishes.set_aside += [reading.text[p.start : p.end].strip() for p in reading.prices if p.foreign]
    if not highs and reading.cheap and (limit := _cheap_limit(wishes)):
        highs = [limit]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        low = None
    if low is not None or high is not None:
        wishes.constraints.append(PriceRange(wishes.currency, low, high))
    if reading.in_stock:
        wishes.constraints.append(InStock())
    if reading.min_rating is not None:
        wishes.constraints.append(MinRating(reading.min_rating))


def _cheap_limit(wishes: _Wishes) -> int | None:
    limits = [wishes.vocabulary.cheap_minor[kind] for kind in wishes.kinds if kind in wishes.vocabulary.cheap_minor]
    return max(limits) if limits and wishes.vocabulary.currency == wishes.currency else None


def _sort(wishes: _Wishes) -> Sort:
    reading = wishes.reading
    if (
        reading.sort is Sort.RELEVANCE
        and reading.cheap
        and not any(isinstance(c, PriceRange) for c in wishes.constraints)
    ):
        return Sort.PRICE_LOW
    return reading.sort


def _linked(links: Iterable[Link]) -> set[int]:
    return {position for link in links for position in range(link.start, link.end)}


def _text(wishes: _Wishes) -> str:
    """The words for ranking, in the order said, hyphens kept."""
    reading, linked = wishes.reading, _linked(wishes.reading.links)
    parts: list[str] = []
    last_end = -1
    for i, token in enumerate(reading.tokens):
        if reading.marks[i] is not None or i in wishes.dropped or (token.folded in STOP and i not in linked):
            continue
        joint = reading.text[last_end : token.start] if last_end >= 0 else ""
        parts.append(token.text if joint in ("-", "/", "", ".") and parts and last_end >= 0 and joint else token.text)
        if len(parts) > 1:
            parts.insert(-1, joint if joint in ("-", "/", ".") or (joint == "" and is_cjk(token.text)) else " ")
        last_end = token.end
    return "".join(parts)


def _set_aside(wishes: _Wishes) -> tuple[str, ...]:
    reading, linked = wishes.reading, _linked(wishes.reading.links)
    aside = list(wishes.set_aside)
    for i, token in enumerate(reading.tokens):
        if (
            reading.marks[i] is not None
            or i in wishes.dropped
            or i in linked
            or token.folded in STOP
            or token.key in STOP
        ):
            continue
        if (
            not token.text.isdigit()
            and len(token.text) > 1
            and not wishes.vocabulary.knows(token.text)
            and not has_digit(token.text[0])
        ):
            aside.append(token.folded)
    return tuple(dict.fromkeys(aside))
