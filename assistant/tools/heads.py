"""What goes by the name of what was asked for, where no wish says its kind.

A thing is named by the last of the need's words. Where nothing has all of them, the search goes by fewer and fewer of
the last ones; where some of what is found goes by the name, what only mentions it is left out.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.naming import is_called
from retrieval.engine import Retrieval
from retrieval.results import SearchRequest, SearchResult
from retrieval.words import ADJECTIVES, GENERIC_HEADS, tokens, word_key

MOST_WORDS = 6
"""No longer name of a thing is tried."""
LEAST_OF_KIND = 3
"""What fewer products go by is no kind of thing that a shop sells."""


def by_name(
    retrieval: Retrieval, request: SearchRequest, found: SearchResult, said: tuple[str, ...] = ()
) -> tuple[SearchRequest, SearchResult]:
    """Keep of what a request finds what goes by the name asked for; where nothing does, look for it by fewer words.

    Args:
        retrieval: the opened catalogue.
        request: without a wish for a kind.
        found: what it finds.
        said: see `by_head`.

    Returns:
        The request that was answered, and what it finds.
    """
    called = any(_is_called(retrieval, hit.product_id, request.text) for hit in found.hits)
    wider = None if called else by_head(retrieval, request, said)
    return wider or (request, only_named(retrieval, found, request.text))


def by_head(
    retrieval: Retrieval, request: SearchRequest, said: tuple[str, ...] = ()
) -> tuple[SearchRequest, SearchResult] | None:
    """Search for the longest ending of the words that a kind of thing goes by: "hdmi adapter" of "gold plated hdmi
    adapter".

    Args:
        retrieval: the opened catalogue.
        request: one that finds nothing.
        said: phrases said in this turn; those that are no part of the name are counted among what is found.

    Returns:
        The request with its core, and what it finds; None where nothing goes by any of its endings.
    """
    words = request.text.split()
    for start in range(max(1, len(words) - MOST_WORDS), len(words)):
        core = " ".join(words[start:])
        if start == len(words) - 1 and word_key(core) in ADJECTIVES | GENERIC_HEADS:
            return None
        named = {token.key for token in tokens(core)}
        rest = (" ".join(word for word in phrase.split() if word_key(word) not in named) for phrase in said)
        asked = replace(request, core=core, words=tuple(dict.fromkeys(phrase for phrase in rest if phrase)))
        if _n_called(retrieval, replace(asked, constraints=(), words=()), core) < LEAST_OF_KIND:
            continue
        result = only_named(retrieval, retrieval.search(asked), core)
        if result.total:
            return asked, result
    return None


def only_named(retrieval: Retrieval, result: SearchResult, text: str) -> SearchResult:
    """Leave out what only mentions the last word of a need, where something found goes by that name.

    What goes by it comes first; nothing is left out where more was found than was looked at, for then no count would
    be true.
    """
    called = [hit for hit in result.hits if _is_called(retrieval, hit.product_id, text)]
    if not called or len(called) == len(result.hits):
        return result
    if result.total > len(result.hits):
        first = {hit.product_id for hit in called}
        ordered = (*called, *(hit for hit in result.hits if hit.product_id not in first))
        # A hit's score says its place: the scores are dealt out anew.
        scores = sorted((hit.score for hit in result.hits), reverse=True)
        return replace(result, hits=tuple(replace(hit, score=s) for hit, s in zip(ordered, scores, strict=True)))
    return replace(result, hits=tuple(called), total=len(called), facets={})


def _n_called(retrieval: Retrieval, request: SearchRequest, text: str) -> int:
    hits = retrieval.search(replace(request, k=LEAST_OF_KIND * 4)).hits
    return sum(_is_called(retrieval, hit.product_id, text) for hit in hits)


def _is_called(retrieval: Retrieval, product_id: str, text: str) -> bool:
    return is_called(retrieval.catalogue.get(product_id), text)
