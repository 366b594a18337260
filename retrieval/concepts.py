"""A query as concepts: each a word or phrase with other ways to say it, of which a product needs one.

Other ways come from a short list of shop English and from the catalogue itself ("head set" is also looked for as
"headset" where that word occurs). Knows nothing of scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from retrieval.tokens import query_groups, query_tokens
from retrieval.words import phrase_key

MAX_CONCEPTS = 48
_MAX_PHRASE = 3
_SAME = (
    ("laptop", "notebook"),
    ("tv", "television"),
    ("pc", "computer"),
    ("ssd", "solid state drive"),
    ("smartphone", "mobile phone", "cell phone", "cellphone"),
    ("earbuds", "earphones", "in-ear headphones"),
    ("power bank", "external battery"),
    ("memory card", "flash card"),
    ("fridge", "refrigerator"),
    ("sofa", "couch"),
    ("sneakers", "trainers"),
    ("sweater", "jumper", "pullover"),
    ("trousers", "pants"),
    ("t-shirt", "tee shirt", "tee"),
    ("backpack", "rucksack"),
    ("flashlight", "torch"),
    ("vacuum cleaner", "hoover"),
    ("pendant lamp", "pendant light", "pendant light fixture", "pendant fixture", "hanging lamp", "hanging light"),
    ("floor lamp", "floor light", "standing lamp"),
    ("desk lamp", "desk light", "table lamp"),
    ("watch strap", "watch band", "smartwatch strap", "smartwatch band"),
    ("colour", "color"),
    ("grey", "gray"),
    ("aluminium", "aluminum"),
    ("jewellery", "jewelry"),
)


@dataclass(frozen=True, slots=True)
class Concept:
    """What the shopper said first, then the other ways to say it; each is a tuple of tokens that belong together."""

    alternatives: tuple[tuple[str, ...], ...]


def read_concepts(text: str, knows: Callable[[str], bool]) -> list[Concept]:
    """Cut a query into concepts.

    Args:
        text: the query.
        knows: whether a token stands anywhere in the catalogue.
    """
    groups = query_groups(text)
    concepts: list[Concept] = []
    at = 0
    while at < len(groups) and len(concepts) < MAX_CONCEPTS:
        concept = _concept_at(groups, at, knows)
        concepts.append(concept)
        at += 1 if len(groups[at]) > 1 else len(concept.alternatives[0])
    return concepts


def other_ways(phrase: str) -> tuple[str, ...]:
    """Return other ways to say a whole phrase, e.g. ("notebook",) for "laptop"; often none."""
    return tuple(way for group in _SAME if phrase in group for way in group if way != phrase)


def other_keys(key: str) -> tuple[str, ...]:
    """The same by phrase keys, which know no number or spaces: ("pant",) for "trouser"."""
    return _keys().get(key, ())


@lru_cache(maxsize=1)
def _keys() -> dict[str, tuple[str, ...]]:
    groups = [[phrase_key(way) for way in group] for group in _SAME]
    return {key: tuple(other for other in group if other != key) for group in groups for key in group}


def _concept_at(groups: list[tuple[str, ...]], at: int, knows: Callable[[str], bool]) -> Concept:
    if len(groups[at]) > 1:
        return Concept((groups[at],))  # a Chinese word by its pairs
    ahead = takewhile(lambda group: len(group) == 1, groups[at : at + _MAX_PHRASE])
    tokens = [token for group in ahead for token in group]
    for length in range(len(tokens), 0, -1):
        said = tuple(tokens[:length])
        others = _synonyms().get(said)
        if others is not None:
            return Concept((said, *(other for other in others if all(knows(token) for token in other))))
    pair = tuple(tokens[:2])
    if len(pair) == 2 and all(token.isalpha() for token in pair) and knows("".join(pair)):
        return Concept((pair, ("".join(pair),)))
    return Concept(((tokens[0],),))


@lru_cache(maxsize=1)
def _synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    result: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for group in _SAME:
        cut = [tuple(query_tokens(phrase)) for phrase in group]
        for phrase in cut:
            result[phrase] = tuple(other for other in cut if other != phrase)
    return result
