"""Cut a message into its needs: "a tent, a sleeping bag and hiking boots" is three.

Cuts only between two kinds of product that a comma, "and" or the like separates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from retrieval.linking import Link
from retrieval.measures import begins_headcount
from retrieval.price_words import PricePhrase
from retrieval.reading import Mark, Reading
from retrieval.words import ADJECTIVES, STOP, has_digit, word_set

MAX_NEEDS = 4
_SEPARATOR = re.compile(
    r"[,;](?!\d)|\.(?!\w)|[\n&+、，。和与及]|还有|另外|外加|再(?:来|要|加)"
    r"|(?<!\w)(?:and|plus|also|then|as well as)(?!\w)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\s*(?:also |it |they |that |which )*(?:has|have|having|is|are|comes?|can|should|must|includes?)(?!\w)",
    re.IGNORECASE,
)
"""Behind a separator this tells more of the thing before it: "a headset that folds and has a plug"."""
_BEFORE_MODIFIER = word_set("for with like of in inside on onto to fits match than")
_BEFORE_FITTED = word_set("for like match to fits")
_ADDING = word_set("and plus also")
_NEW_THING = word_set("a an some another")
_ARTICLES = word_set("a an some the my one two three new another any our your his her")
_ALL = re.compile(
    r"(?<!\w)(?:all|each|every(?:thing)?|both|total|altogether|per item|a ?piece|together)(?!\w)"
    r"|[都各]|每[个件款台双]|一共|总共|合计",
    re.IGNORECASE,
)
_NEARBY = 20
_REACH = 3


def kind_links(reading: Reading) -> tuple[Link, ...]:
    """The links that name a wanted kind of product: not a refused one, and not one after "for" or "with"."""
    wanted: list[Link] = []
    modifier: Link | None = None
    for link in reading.links:
        if not link.names_kind or _is_adjective(reading, link) or _is_hyphenated(reading, link):
            continue
        listed = modifier is not None and _between(reading, modifier, link).strip().casefold() in (
            "and",
            "or",
            ",",
            "&",
        )
        if listed or is_modifier(reading, link):
            modifier = link  # "bag for laptop and mouse"
            continue
        if is_refused(reading, link):
            continue
        if wanted and _is_compound(reading, wanted[-1], link):
            wanted.pop()  # "laptop bag": the last noun says what it is
        wanted.append(link)
    return tuple(wanted)


def is_modifier(reading: Reading, link: Link) -> bool:
    """Whether a name only tells more about another thing: "bag for my old laptop", "jacket with hood"."""
    return _preposition(reading, link, _BEFORE_MODIFIER) is not None


def is_fitted(reading: Reading, link: Link) -> bool:
    """Whether a value describes another thing: "to match my blue sofa", "for a black phone"; not "for women"."""
    position = _preposition(reading, link, _BEFORE_FITTED)
    return position is not None and position < link.start - 1


def _preposition(reading: Reading, link: Link, words: frozenset[str]) -> int | None:
    """Position of one of `words` before a name, with at most three words of weight between; None without one."""
    weight = 0
    for position in range(link.start - 1, -1, -1):
        if reading.marks[position] is not None:
            return None
        after = reading.tokens[position + 1]
        if _SEPARATOR.search(reading.text[reading.tokens[position].end : after.start]):
            return None
        folded = reading.tokens[position].folded
        if any(m.start <= reading.tokens[position].start < m.end for m in reading.measures):
            continue  # "two to three person tent"
        if folded in words and not _begins_a_name(reading, position):
            return position
        if _SEPARATOR.fullmatch(folded):
            return None
        weight += folded not in STOP and not has_digit(folded)
        if weight > _REACH or any(other.names_kind and other.start <= position < other.end for other in reading.links):
            return None
    return None


def _begins_a_name(reading: Reading, position: int) -> bool:
    """Whether a preposition is a part of what a thing is called: "on-ear headphones"; "in ear headphones" at the start,
    where there is nothing that they could be in."""
    follows = reading.text[reading.tokens[position].end : reading.tokens[position + 1].start]
    linked = any(link.start <= position < link.end for link in reading.links)
    if begins_headcount(reading.text, reading.tokens[position].start):
        before = zip(reading.tokens[:position], reading.marks, strict=False)
        return all(mark is not None or token.folded in STOP for token, mark in before)  # "for 2 people tent"
    return linked or follows == "-" or (position == 0 and reading.tokens[position].folded in ("in", "on"))


def split_needs(reading: Reading) -> tuple[Reading, ...]:
    """Return one reading per need, in order; the whole reading where there is one."""
    kinds = kind_links(reading)
    cuts = {cut for before, after in _pairs(reading, kinds) if (cut := _cut(reading, before, after)) is not None}
    cuts |= set(_cuts_before_articles(reading, kinds))
    starts = [0, *sorted(cuts)]
    if len(starts) == 1:
        return (reading,)
    shared = tuple(price for price in reading.prices if _is_for_all(reading, price))
    parts = []
    for start, end in zip(starts, [*starts[1:], len(reading.tokens)], strict=True):
        first, last = reading.tokens[start].start, reading.tokens[end - 1].end
        own = tuple(price for price in reading.prices if first <= price.start < last and price not in shared)
        parts.append(reading.part(start, end, own or shared))
    beyond = tuple(_name(part, link) for part in parts[MAX_NEEDS:] for link in kind_links(part))
    parts[MAX_NEEDS - 1 :] = [replace(part, left_out=beyond) for part in parts[MAX_NEEDS - 1 : MAX_NEEDS]]
    return tuple(parts)


def _cuts_before_articles(reading: Reading, kinds: Sequence[Link]) -> Iterator[int]:
    """Where "and some" or "and a" leads on to a thing that the catalogue calls no kind: "cartridges and some paper".

    Only behind a kind with nothing told of it: in "a tent with a porch and a footprint" the porch may have it.
    """
    if not kinds:
        return
    for i in range(kinds[0].end + 1, len(reading.tokens) - 1):
        before = reading.tokens[i - 1].folded
        if before not in _ADDING or reading.tokens[i].folded not in _NEW_THING or reading.marks[i + 1] is not None:
            continue
        told = any(reading.tokens[k].folded in _BEFORE_MODIFIER for k in range(kinds[0].end, i))
        like = any(link.start == i + 1 and (link.flags or link.brand) for link in reading.links)
        thing, after = reading.tokens[i + 1], reading.tokens[i + 2 : i + 3]
        points = any(token.folded in ("one", "ones") for token in after) or thing.folded in STOP
        if not (told or like or points or thing.key in ADJECTIVES) and thing.text.isalpha():
            yield i


def _is_hyphenated(reading: Reading, link: Link) -> bool:
    """Whether a word is the end of a compound that the catalogue does not call a kind: "long-sleeve"."""
    start = reading.tokens[link.start].start
    return link.start > 0 and reading.text[reading.tokens[link.start - 1].end : start] == "-"


def _pairs(reading: Reading, kinds: Sequence[Link]) -> list[tuple[Link, Link]]:
    """Neighbours that may be needs of their own; not those of a list that "or" closes ("boots, shoes or sandals")."""
    pairs: list[tuple[Link, Link]] = []
    chosen_between = False
    for before, after in reversed(list(pairwise(kinds))):
        joint = _between(reading, before, after).strip().casefold()
        chosen_between = joint in ("or", ", or") or (chosen_between and joint == ",")
        if not chosen_between:
            pairs.append((before, after))
    return pairs[::-1]


def _is_adjective(reading: Reading, link: Link) -> bool:
    """Whether a word that ends the name of a kind is used as an adjective: "something light" is no bike light."""
    return link.key in ADJECTIVES and reading.tokens[link.end - 1].folded == link.key


def is_refused(reading: Reading, link: Link) -> bool:
    """Whether a name stands directly behind a negation."""
    return link.start > 0 and reading.marks[link.start - 1] is Mark.NEGATION


def _between(reading: Reading, before: Link, after: Link) -> str:
    return reading.text[reading.tokens[before.end - 1].end : reading.tokens[after.start].start]


def _is_compound(reading: Reading, before: Link, after: Link) -> bool:
    return before.end == after.start and not _between(reading, before, after).strip(" -")


def _cut(reading: Reading, before: Link, after: Link) -> int | None:
    """Token position where the need of `after` starts; None where both are one need."""
    offset = reading.tokens[before.end - 1].end
    between = _between(reading, before, after)
    ends = [offset + match.end() for match in _SEPARATOR.finditer(between) if not _GOES_ON.match(between, match.end())]
    cuts = [
        next((i for i in range(before.end, after.start) if reading.tokens[i].start >= end), after.start) for end in ends
    ]
    if not cuts:
        return None
    with_article = [cut for cut in cuts if reading.tokens[cut].folded in _ARTICLES]
    return with_article[-1] if with_article else cuts[0]


def _is_for_all(reading: Reading, price: PricePhrase) -> bool:
    """Whether a limit is said of all needs ("all under $100", "under $100 each")."""
    before = reading.text[max(0, price.start - _NEARBY) : price.start]
    return bool(_ALL.search(before) or _ALL.search(reading.text[price.end : price.end + _NEARBY]))


def _name(reading: Reading, link: Link) -> str:
    return " ".join(token.text for token in reading.tokens[link.start : link.end])
