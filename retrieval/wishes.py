"""Second pass: what the marked words of one need come to, as typed wishes and words for ranking.

Decides conservatively: a doubtful word stays in the text.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from retrieval.bare_ranges import find_bare_range
from retrieval.choices import COVERAGE, FLAG_COVERAGE, Choices
from retrieval.filters import (
    AttributeIn,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    fold,
    merge,
)
from retrieval.linking import Link, Linker, is_bare_number
from retrieval.need_draft import NeedDraft
from retrieval.needs import is_fitted, is_modifier, is_refused, kind_links
from retrieval.number_wishes import read_numbers
from retrieval.paraphrases import NOT, find_in_pieces, find_paraphrases
from retrieval.price_words import PricePhrase
from retrieval.reading import Reading
from retrieval.refusals import read_refusals
from retrieval.results import Sort, Understanding
from retrieval.sizes import find_held_size, find_size, lone_size
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
from retrieval.words import ADJECTIVES, STOP, phrase_key, word_key

_FAR_BELOW = 15
_LARGEST_SIZE = 60
"""No usual count of sizes goes further; a larger bare number is something else."""


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
    need = NeedDraft(reading, Choices(vocabulary, kinds), currency)
    need.claim(*kind)
    if categories:
        need.wishes.append(CategoryIn(categories))
    elif not kind:
        _read_department(need)
    refusals = read_refusals(reading, need.choices)
    need.dropped |= refusals.positions
    need.aside += refusals.unknown
    _read_names(need, kind)
    _read_paraphrases(need)
    _read_sizes(need)
    read_numbers(need)
    need.wishes += refusals.wishes
    _read_stock_phrases(need)
    _read_bare_range(need, kind)
    wishes = merge((), need.wishes)
    thing = _thing(reading, kind, refusals.positions)
    aside = set_aside(reading, need.dropped | need.claimed, vocabulary)
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
    if wanted and not any(link.categories for link in kind):
        start = reading.text.find(wanted)  # A mined kind may only qualify: "quad core tablet" is no core.
        if any(start <= reading.tokens[link.start].start < start + len(wanted) for link in kind):
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


def _read_department(need: NeedDraft) -> None:
    for link in need.reading.links:
        doubtful = is_modifier(need.reading, link) or unlinked_noun_after(need.reading, link, need.choices.vocabulary)
        if link.department and not (link.brand or doubtful or is_refused(need.reading, link)):
            need.wishes.append(CategoryIn((link.department,)))
            need.claim(link)
            vocabulary = need.choices.vocabulary
            need.choices = Choices(vocabulary, shelves((link.department,), vocabulary))
            return


def _read_names(need: NeedDraft, kind: Sequence[Link]) -> None:
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


def _read_paraphrases(need: NeedDraft) -> None:
    """Read what is said in other words than the shop's, of a known kind of product: "has to survive water"."""
    reading, stated = need.reading, need.choices.vocabulary.attributes
    if not need.choices.kinds or not reading.tokens:
        return
    for phrase in find_paraphrases(reading.text):
        inside = {i for i, token in enumerate(reading.tokens) if phrase.start <= token.start < phrase.end}
        wish = next(filter(None, (_stated_as(meant, need) for meant in phrase.meant)), None)
        if inside and wish and not inside & need.dropped:
            _wish_in_other_words(need, wish, inside)
    free = {i for i in range(len(reading.tokens)) if reading.marks[i] is None} - need.claimed - need.dropped
    flags = [name for name, stats in stated.items() if stats.flags and _has_flag(name, need.choices)]
    for flag, inside in find_in_pieces(reading.tokens, free, flags):
        if not inside & need.claimed:
            _wish_in_other_words(need, AttributeIn(flag, ("yes",)), inside)


def _wish_in_other_words(need: NeedDraft, wish: AttributeIn, inside: set[int]) -> None:
    """Add a wish, unless one about the same is said in so many words; its words ask for nothing to be found."""
    need.claimed |= inside
    need.dropped |= inside
    if all(wish.key != other.key for other in need.wishes):
        need.wishes.append(wish)


def _stated_as(term: str, need: NeedDraft) -> AttributeIn | None:
    """The wish for what the wanted kind states under a term of ours; None where it states none."""
    link = Linker(need.choices.vocabulary).find(phrase_key(term.removeprefix(NOT)))
    if link is None:
        return None
    if flag := need.choices.find_flag(link):
        return AttributeIn(flag, ("no" if term.startswith(NOT) else "yes",))
    found = need.choices.find_value(link) if link.values else None
    return AttributeIn(*found) if found else None


def _has_flag(name: str, choices: Choices) -> bool:
    stats = choices.vocabulary.attributes[name]
    return choices.share(stats.yes_by_kind, stats.flags) >= FLAG_COVERAGE


def _brand_is_meant(need: NeedDraft, link: Link) -> bool:
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


def _read_sizes(need: NeedDraft) -> None:
    tokens = need.reading.tokens
    size = find_size(need.reading.text[tokens[0].start : tokens[-1].end], need.choices) if tokens else None
    for measure in () if size else need.reading.measures:
        inside = {i for i, token in enumerate(tokens) if measure.start <= token.start < measure.end}
        if not inside & (need.claimed | need.dropped) and (size := find_held_size(measure, need.choices)):
            need.claimed |= inside
            break
    held = any(isinstance(wish, AttributeIn) and wish.name in need.choices.vocabulary.sizes for wish in need.wishes)
    # "XL" alone was read as a value already; a list of sizes says more.
    if size and (not held or len(size.values) > 1):
        need.wishes.append(size)
        said = {fold(word) for value in size.values for word in value.split()} | {"size", "sizes", "sized"}
        need.claimed |= {i for i, token in enumerate(tokens) if token.folded in said}
        # "Size 58" may be held by what is stated as "56-60 cm".
        need.claimed |= {i for i in range(1, len(tokens)) if tokens[i].text.isdecimal() and tokens[i - 1].key == "size"}


def _read_stock_phrases(need: NeedDraft) -> None:
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


def _read_bare_range(need: NeedDraft, kind: Sequence[Link]) -> None:
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


def _is_far_below(price: PricePhrase, need: NeedDraft) -> bool:
    """Whether a bare number is no price, because nothing of the kind costs anywhere near so little ("not over 4")."""
    cheap, said = _cheap_limit(need), max(price.min_minor or 0, price.max_minor or 0)
    return cheap is not None and 0 < said * _FAR_BELOW < cheap


def _cheap_limit(need: NeedDraft) -> int | None:
    """What counts as cheap: the price that a third of the wanted kind of product does not exceed."""
    vocabulary = need.choices.vocabulary
    limits = [vocabulary.cheap_minor[kind] for kind in need.choices.kinds if kind in vocabulary.cheap_minor]
    return max(limits) if limits and vocabulary.currency == need.currency else None


def _sort(need: NeedDraft, wishes: Sequence[Constraint]) -> Sort:
    if need.reading.cheap and not any(isinstance(wish, PriceRange) for wish in wishes):
        return Sort.PRICE_LOW
    return need.reading.sort
