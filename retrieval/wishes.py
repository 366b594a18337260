"""Second pass: what the marked words of one need come to, as typed wishes and words for ranking.

Decides conservatively: a doubtful word stays in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from retrieval.bare_ranges import find_bare_range
from retrieval.choices import COVERAGE, Choices
from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    fold,
    merge,
)
from retrieval.linking import Link, is_bare_number
from retrieval.measures import Measure, as_fluid, choose_range, find_degrees, find_headcount, find_named, find_spans
from retrieval.needs import is_fitted, is_modifier, is_refused, kind_links
from retrieval.price_words import PricePhrase
from retrieval.reading import Reading
from retrieval.refusals import read_refusals
from retrieval.results import Sort, Understanding
from retrieval.sizes import find_size, lone_size
from retrieval.units import find_unit
from retrieval.vocabulary import Vocabulary
from retrieval.wanted import find_wanted
from retrieval.wording import (
    is_imitated,
    is_part_of_word,
    set_aside,
    text_for_ranking,
    unclaimed,
    unlinked_noun_after,
    whole,
)
from retrieval.words import ADJECTIVES, STOP, has_digit, word_key

_NEAR_NUMBER = 25
_FAR_BELOW = 15
_AS_MUCH = 1.5
"""How far outside of what a kind holds a capacity may be that is asked of it."""
_LARGEST_SIZE = 60
"""No usual count of sizes goes further; a larger bare number is something else."""


@dataclass(slots=True)
class _Need:
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
    categories, types = _kinds(reading, kind, vocabulary)
    before = tuple(v for wish in known if isinstance(wish, CategoryIn) and not wish.exclude for v in wish.values)
    # A kind that is doubtful here ("suitcase hand luggage") is sure where it is wished for already.
    held = not kind or any(set(link.categories) & set(before) for link in kind)
    kinds = shelves(categories, vocabulary) or types or (shelves(before, vocabulary) if held else ())
    need = _Need(reading, Choices(vocabulary, kinds), currency)
    need.claim(*kind)
    if categories:
        need.wishes.append(CategoryIn(categories))
    elif not kind:
        _read_department(need)
    refusals = read_refusals(reading, need.choices)
    need.dropped |= refusals.positions
    need.aside += refusals.unknown
    _read_names(need, kind)
    _read_sizes(need)
    _read_measures(need)
    _read_named_numbers(need)
    _read_spans(need)
    need.wishes += refusals.wishes
    _read_stock_phrases(need)
    _read_bare_range(need, kind)
    wishes = merge((), need.wishes)
    thing = _thing(reading, kind, refusals.positions)
    aside = set_aside(reading, need.dropped, vocabulary)
    return Understanding(
        text=text_for_ranking(reading, need.dropped),
        constraints=wishes,
        sort=_sort(need, wishes),
        set_aside=tuple(dict.fromkeys((*need.aside, *whole(reading, aside, thing, need.claimed), *reading.left_out))),
        corrected=dict(reading.corrected),
        unclaimed=unclaimed(reading, need.dropped | need.claimed),
        thing=thing,
        category_stated=bool(kind) or any(isinstance(wish, CategoryIn) and not wish.exclude for wish in wishes),
    )


def _thing(reading: Reading, kind: Sequence[Link], refused: Set[int]) -> str | None:
    """The wanted thing: what the catalogue calls a kind where it is said, else by the structure of the words."""
    wanted = find_wanted(reading, refused)
    if not kind or (wanted and any(_ends_with(reading, link, wanted) for link in kind)):
        return wanted
    return reading.text[reading.tokens[kind[0].start].start : reading.tokens[kind[0].end - 1].end]


def _ends_with(reading: Reading, link: Link, phrase: str) -> bool:
    return phrase.endswith(reading.text[reading.tokens[link.end - 1].start : reading.tokens[link.end - 1].end])


def bare_size(text: str, known: Sequence[Constraint], vocabulary: Vocabulary) -> str:
    """Read a message that is nothing but a size ("M", "43 please") in full ("size M"), where the wanted kind comes in
    sizes; other messages stay as they are."""
    wanted = tuple(v for wish in known if isinstance(wish, CategoryIn) and not wish.exclude for v in wish.values)
    said = lone_size(text)
    if not said or not wanted or (said.isdigit() and int(said) > _LARGEST_SIZE):
        return text
    return f"size {said}" if find_size(f"size {said}", Choices(vocabulary, shelves(wanted, vocabulary))) else text


def shelves(names: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Categories, with departments replaced by the categories in them."""
    held = (shelf for name in names for shelf in (vocabulary.departments.get(name) or (name,)))
    return tuple(dict.fromkeys(held))


def _kinds(reading: Reading, kind: Sequence[Link], vocabulary: Vocabulary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The categories that the need names, and where it names none, the mined kinds.

    In "laptop stand" the last noun says what is wanted; where the catalogue has no such kind, "laptop" is no filter.
    """
    sure: list[Link] = []
    categories: dict[str, None] = {}
    for link in kind:
        closer = _closer(link, reading, vocabulary) or _meant_for(link, reading, vocabulary)
        if closer or not unlinked_noun_after(reading, link, vocabulary):
            sure.append(link)
            # "bags" are what the shop keeps under Bags, and no sleeping bags.
            shelf = (link.department,) if link.department else link.categories
            categories |= dict.fromkeys(closer or shelf)
    return tuple(categories), tuple(dict.fromkeys(link.type for link in sure if link.type))


def _closer(link: Link, reading: Reading, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Of the categories a word names, those whose other words are said too ("boots for hiking"); often none."""
    refused = {i for other in reading.links if is_refused(reading, other) for i in range(other.start, other.end)}
    said = {token.key for i, token in enumerate(reading.tokens) if reading.marks[i] is None and i not in refused}
    here = {token.key for token in reading.tokens[link.start : link.end]}
    names = vocabulary.category_words
    return tuple(name for name in link.categories if names[name] <= said and names[name] - here)


def _meant_for(link: Link, reading: Reading, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Of several categories, those that the word before them tells, by name or by a measure ("laptop bag": laptop
    sleeves, and backpacks that state a laptop size); often none."""
    before = reading.tokens[link.start - 1].key if link.start else ""
    if not before or reading.marks[link.start - 1] is not None:
        return ()
    called = vocabulary.departments[link.department] if link.department else link.categories
    sized = [stats for stats in vocabulary.numeric if stats.unit and word_key(stats.name.split("_")[0]) == before]
    return tuple(
        name
        for name in called
        if before in vocabulary.category_words[name]
        or any(Choices(vocabulary, (name,)).share_of(stats) >= COVERAGE for stats in sized)
    )


def _read_department(need: _Need) -> None:
    for link in need.reading.links:
        doubtful = is_modifier(need.reading, link) or unlinked_noun_after(need.reading, link, need.choices.vocabulary)
        if link.department and not (link.brand or doubtful or is_refused(need.reading, link)):
            need.wishes.append(CategoryIn((link.department,)))
            need.claim(link)
            vocabulary = need.choices.vocabulary
            need.choices = Choices(vocabulary, shelves((link.department,), vocabulary))
            return


def _read_names(need: _Need, kind: Sequence[Link]) -> None:
    brands: list[str] = []
    values: dict[str, list[str]] = {}
    for link in need.reading.links:
        if link in kind or link.start in need.dropped:
            continue
        if link.brand and _brand_is_meant(need, link):
            brands.append(need.choices.vocabulary.brands[link.brand].name)
            need.claim(link)
        elif (
            is_bare_number(link)
            or link.key in STOP
            or (link.key in ADJECTIVES and not need.choices.kinds)  # "how long": a size of something, somewhere
            or is_fitted(need.reading, link)
            or is_imitated(need.reading, link)
            or is_part_of_word(need.reading, link)
        ):
            continue
        elif not need.choices.kinds and unlinked_noun_after(need.reading, link, need.choices.vocabulary):
            continue  # "orange juice" in a shop that knows no juice
        elif chosen := need.choices.find_value(link):
            values.setdefault(chosen[0], []).extend(chosen[1])
            need.claim(link)
        elif flag := need.choices.find_flag(link):
            values.setdefault(flag, []).append("yes")
            need.claim(link)
    if brands:
        need.wishes.append(BrandIn(tuple(dict.fromkeys(brands))))
    need.wishes += [AttributeIn(name, tuple(dict.fromkeys(said))) for name, said in values.items()]


def _brand_is_meant(need: _Need, link: Link) -> bool:
    """Whether a word that is a brand stands for it: "apple" may be fruit, and "case for Acme" fits an Acme."""
    reading = need.reading
    before = reading.tokens[link.start - 1].folded if link.start else ""
    after = reading.tokens[link.end].folded if link.end < len(reading.tokens) else ""
    if before in ("from", "by", "brand") or after == "brand":
        return True
    if is_modifier(reading, link):
        return False
    if need.choices.brand_is_plain(link):
        return True
    word = reading.tokens[link.start].text
    return word[:1].isupper() and not word.isupper() and link.start > 0 and not reading.text.istitle()


def _read_sizes(need: _Need) -> None:
    tokens = need.reading.tokens
    size = find_size(need.reading.text[tokens[0].start : tokens[-1].end], need.choices) if tokens else None
    held = any(isinstance(wish, AttributeIn) and wish.name in need.choices.vocabulary.sizes for wish in need.wishes)
    # "XL" alone was read as a value already; a list of sizes says more.
    if size and (not held or len(size.values) > 1):
        need.wishes.append(size)
        said = {fold(word) for value in size.values for word in value.split()} | {"size", "sizes", "sized"}
        need.claimed |= {i for i, token in enumerate(tokens) if token.folded in said}


def _read_measures(need: _Need) -> None:
    reading, taken = need.reading, {wish.key for wish in need.wishes}
    for measure in (*reading.measures, *_unspoken(need)):
        inside = {i for i, token in enumerate(reading.tokens) if measure.start <= token.start < measure.end}
        if inside & need.dropped or _is_taken(reading, inside, taken):
            continue
        first, last = measure.start - _NEAR_NUMBER, measure.end + _NEAR_NUMBER
        near = frozenset(token.key for token in reading.tokens if first <= token.start <= last)
        chosen = _fluid_range(measure, near, need.choices) or _range(measure, near, need.choices)
        if chosen and chosen.key not in taken:
            need.wishes.append(chosen)
            need.claimed |= inside
            taken.add(chosen.key)


def _range(measure: Measure, near: frozenset[str], choices: Choices) -> AttributeRange | None:
    return choose_range(measure, choices.vocabulary.numeric, near, choices.share_of, choices.coverage)


def _fluid_range(measure: Measure, near: frozenset[str], choices: Choices) -> AttributeRange | None:
    """What ounces mean where the wanted kind holds about so much: a "16 oz bottle" weighs something else."""
    fluid = as_fluid(measure, near)
    chosen = _range(fluid, near, choices) if fluid else None
    held = choices.range_of(choices.vocabulary.attributes[chosen.name]) if chosen else None
    if chosen is None or held is None:
        return None
    low, high = held[0] / _AS_MUCH, held[1] * _AS_MUCH
    return chosen if any(low <= end <= high for end in (chosen.min, chosen.max) if end is not None) else None


def _unspoken(need: _Need) -> Iterator[Measure]:
    """Measures whose unit the wanted kind tells, where nothing else does: "tent for 2", "sleeping bag down to -10"."""
    tokens = need.reading.tokens
    if not tokens or not need.choices.kinds:
        return
    first = tokens[0].start
    text = need.reading.text[first : tokens[-1].end]
    for found, dimension in ((find_headcount(text), "persons"), (find_degrees(text), "temperature")):
        spoken = any(_dimension(measure.unit) == dimension for measure in need.reading.measures)
        if found is not None and not spoken and _states(need, dimension):
            yield replace(found, start=found.start + first, end=found.end + first)


def _states(need: _Need, dimension: str) -> bool:
    """Whether the wanted kinds are measured in this dimension."""
    stats = (stat for stat in need.choices.vocabulary.numeric if _dimension(stat.unit or "") == dimension)
    return any(need.choices.share_of(stat) >= need.choices.coverage for stat in stats)


def _dimension(name: str) -> str | None:
    unit = find_unit(name)
    return unit.dimension if unit else None


def _read_named_numbers(need: _Need) -> None:
    taken = {wish.key for wish in need.wishes}
    tokens = need.reading.tokens
    if not any(has_digit(token.text) for token in tokens):
        return
    keys = {token.key for token in tokens}
    named = (s for s in need.choices.vocabulary.plain_numbers if keys.issuperset(map(word_key, s.name.split("_"))))
    stats = [stat for stat in named if need.choices.share_of(stat) >= need.choices.coverage]
    first, last = (tokens[0].start, tokens[-1].end) if tokens else (0, 0)
    for start, end, wish in find_named(need.reading.text, stats):
        if wish.key not in taken and first <= start and end <= last:
            need.wishes.append(wish)
            need.claimed |= {i for i, token in enumerate(tokens) if start <= token.start < end}


def _read_spans(need: _Need) -> None:
    """Read how many there are to be, of what the wanted kind states the fewest and the most ("for 4 players")."""
    tokens = need.reading.tokens
    if not need.choices.kinds or not tokens:
        return
    pairs = need.choices.vocabulary.spans
    stated = [pair for pair in pairs if all(need.choices.share_of(stat) >= need.choices.coverage for stat in pair)]
    first, last = tokens[0].start, tokens[-1].end
    for start, end, wishes in find_spans(need.reading.text, stated):
        if first <= start and end <= last:
            need.wishes += wishes
            need.claimed |= {i for i, token in enumerate(tokens) if start <= token.start < end}


def _is_taken(reading: Reading, inside: set[int], taken: set[str]) -> bool:
    """Whether the words of a measure are already a wish for a stated value ("256 GB")."""
    names = (use.name for link in reading.links if link.start in inside for use in link.values)
    return any(f"attribute:{name}" in taken for name in names)


def _read_stock_phrases(need: _Need) -> None:
    reading = need.reading
    prices = [price for price in reading.prices if price.sure or not _is_far_below(price, need)]
    lows = [price.min_minor for price in prices if price.min_minor is not None]
    highs = [price.max_minor for price in prices if price.max_minor is not None]
    unused = [price for price in reading.prices if price.foreign or price not in prices]
    need.aside += [reading.text[price.start : price.end].strip() for price in unused]
    if not highs and reading.cheap and (limit := _cheap_limit(need)) is not None:
        highs = [limit]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        low = None
    if low is not None or high is not None:
        need.wishes.append(PriceRange(need.currency, low, high))
    if reading.in_stock:
        need.wishes.append(InStock())
    if reading.min_stars is not None:
        need.wishes.append(MinRating(reading.min_stars))


def _read_bare_range(need: _Need, kind: Sequence[Link]) -> None:
    if need.reading.prices or any(isinstance(wish, PriceRange) for wish in need.wishes):
        return
    found = find_bare_range(need.reading, kind, need.choices, _cheap_limit(need), need.currency)
    if found is None or any(
        measure.start < found.end and found.start < measure.end for measure in need.reading.measures
    ):
        return
    inside = {i for i, token in enumerate(need.reading.tokens) if found.start <= token.start < found.end}
    if not inside & (need.claimed | need.dropped):
        need.dropped |= inside
        need.wishes.append(PriceRange(need.currency, found.low, found.high))


def _is_far_below(price: PricePhrase, need: _Need) -> bool:
    """Whether a bare number is no price, because nothing of the kind costs anywhere near so little ("not over 4")."""
    cheap, said = _cheap_limit(need), max(price.min_minor or 0, price.max_minor or 0)
    return cheap is not None and 0 < said * _FAR_BELOW < cheap


def _cheap_limit(need: _Need) -> int | None:
    """What counts as cheap: the price that a third of the wanted kind of product does not exceed."""
    vocabulary = need.choices.vocabulary
    limits = [vocabulary.cheap_minor[kind] for kind in need.choices.kinds if kind in vocabulary.cheap_minor]
    return max(limits) if limits and vocabulary.currency == need.currency else None


def _sort(need: _Need, wishes: Sequence[Constraint]) -> Sort:
    if need.reading.cheap and not any(isinstance(wish, PriceRange) for wish in wishes):
        return Sort.PRICE_LOW
    return need.reading.sort
