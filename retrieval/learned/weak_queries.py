"""Queries with known answers, made from a catalogue itself, so that a shop without judgments can train a ranker.

A query names a kind of thing, alone or with a brand or a stated value ("norrfell tents", "black toner cartridge"). What
is of that kind and has the brand or the value is wanted; what is only of that kind is a poor answer; what merely
mentions the words is none (weak supervision, Dehghani et al. 2017). In some queries the kind is called by a word that
the encoder thinks near ("laptop" for "notebook"), because shoppers do not know how the shop calls things: without
those, a ranker would learn that words are all. Knows nothing of features and weights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder
from retrieval.filters import fold
from retrieval.index import Rows
from retrieval.product import Product
from retrieval.taken import Taken
from retrieval.title_kinds import TitleKinds
from retrieval.type_phrases import title_types
from retrieval.vocabulary import Vocabulary
from retrieval.words import word_key, words

WANTED, OF_KIND = 7.0, 1.0
"""Gains of ratings 3 and 1: 2^rating - 1."""
_FEWEST = 5
_COHERENT = 0.6
"""Products of one kind state the same things; what a word like "series" gathers does not. Cosine to their mean."""
_NEAR = 0.6
"""Cosine from which on a word may stand for a kind: "laptop" and "notebook" have 0.73, "cord" and "cable" 0.72."""
_MAX_WORDS, _MAX_OTHER_NAMES = 2_000, 4
_FEWEST_LETTERS = 4
_MAX_SAID = 1_000
_LONGEST_VALUE = 25
_WORDS_IN_VALUE = 2
_BARE_SHARE, _BRAND_SHARE = 0.5, 0.25


@dataclass(frozen=True, slots=True)
class WeakQuery:
    """A query with its answers.

    Args:
        text: as a shopper might say it.
        kind: what it names, as the catalogue calls it.
        rows: products with a gain above 0.
        gains: of these, shape (len(rows),).
        renamed: whether the kind is called by another word than the catalogue's.
    """

    text: str
    kind: str
    rows: Rows
    gains: NDArray[np.float64]
    renamed: bool = False


def find_kinds(
    products: Sequence[Product], titles: TitleKinds, vocabulary: Vocabulary, schema: NDArray[np.float32]
) -> dict[str, Rows]:
    """Find the kinds of things that a catalogue holds: its categories, or phrases that titles end with.

    Args:
        products: row i is products[i].
        titles: what their titles call them.
        vocabulary: of the same catalogue.
        schema: what each product states, shape (n_rows, dim).

    Returns:
        Name of the kind -> rows, at least five of them.
    """
    found: defaultdict[str, list[int]] = defaultdict(list)
    of_noun = {noun: frozenset(rows.tolist()) for noun, rows in titles.rows.items()}
    for row, product in enumerate(products):
        if product.category:
            found[fold(product.category)].append(row)
            continue
        for phrase in title_types([word_key(word) for word in words(product.title)], vocabulary.types.keys()):
            if row in of_noun.get(phrase.split()[-1], ()):
                found[phrase].append(row)
    kinds = {name: np.array(rows, np.int64) for name, rows in found.items() if len(rows) >= _FEWEST}
    return {name: rows for name, rows in kinds.items() if np.linalg.norm(schema[rows].mean(axis=0)) >= _COHERENT}


def find_other_names(kinds: Iterable[str], vocabulary: Vocabulary, encoder: Encoder) -> dict[str, list[str]]:
    """Find for each kind the catalogue's words that mean nearly the same and are written differently; often none.

    A word that a category ends with is no other name: tents are no camping chairs, however near they are. Where kinds
    come from titles only, one kind may well have several names.
    """
    names = sorted(kinds)
    own = frozenset(word_key(words(name)[-1]) for name in map(fold, vocabulary.categories) if words(name))
    common = sorted(vocabulary.words, key=lambda word: (-vocabulary.words[word], word))
    sayable = (word for word in common if word.isalpha() and len(word) >= _FEWEST_LETTERS and word_key(word) not in own)
    others = list(islice(sayable, _MAX_WORDS))
    if not names or not others:
        return {}
    cosines = encoder.encode(names) @ encoder.encode(others).T
    result: dict[str, list[str]] = {}
    for name, near in zip(names, cosines, strict=True):
        said = [word_key(word) for word in words(name)]
        order = np.argsort(-near, kind="stable")[: 3 * _MAX_OTHER_NAMES]
        fits = [others[at] for at in order.tolist() if near[at] >= _NEAR and not _shares_word(others[at], said)]
        if fits:
            result[name] = fits[:_MAX_OTHER_NAMES]
    return result


def make_queries(
    products: Sequence[Product],
    kinds: Mapping[str, Rows],
    other_names: Mapping[str, Sequence[str]],
    n: int,
    rng: np.random.Generator,
) -> list[WeakQuery]:
    """Make up to `n` different queries, every second one with another name where the kind has one.

    Args:
        products: row i is products[i].
        kinds: see `find_kinds`.
        other_names: see `find_other_names`.
        n: queries wanted; few kinds give fewer.
        rng: chooses kinds, brands, values and names.
    """
    names = sorted(kinds)
    if not names:
        return []
    # Kinds as often as the square root of their products: neither a few large ones nor many rare ones shall rule.
    shares = np.sqrt([len(kinds[name]) for name in names])
    made: dict[str, WeakQuery] = {}
    for turn, place in enumerate(rng.choice(len(names), 4 * n, p=shares / shares.sum()).tolist()):
        name = names[place]
        others = other_names.get(name, ()) if turn % 2 else ()
        said = str(rng.choice(list(others))) if others else name
        query = _narrowed(products, name, said, kinds[name], rng)
        made.setdefault(query.text, query)
        if len(made) == n:
            break
    return list(made.values())


def queries_of_taken(taken: Iterable[Taken], row_of: Mapping[str, int]) -> list[WeakQuery]:
    """Make queries of what shoppers took; the product taken most after the same words gains most.

    Args:
        taken: in any order; what the catalogue does not hold any more is passed over.
        row_of: product id -> row.
    """
    counted: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one in taken:
        if one.product_id in row_of and one.text.strip():
            counted[fold(one.text)][row_of[one.product_id]] += one.weight
    most = sorted(counted, key=lambda text: (-sum(counted[text].values()), text))[:_MAX_SAID]
    made = []
    for text in most:
        rows = np.array(sorted(counted[text]), np.int64)
        weights = np.array([counted[text][row] for row in rows.tolist()], np.float64)
        made.append(WeakQuery(text, text, rows, WANTED * weights / weights.max()))
    return made


def _narrowed(products: Sequence[Product], kind: str, said: str, rows: Rows, rng: np.random.Generator) -> WeakQuery:
    """Put a brand or a value of one of the products before the kind, or nothing."""
    choice = rng.random()
    seed = products[int(rng.choice(rows))]
    wish: str | None = None
    if choice >= _BARE_SHARE + _BRAND_SHARE:
        values = sorted(set(_values(seed)))
        wish = values[int(rng.integers(len(values)))] if values else None
    elif choice >= _BARE_SHARE:
        wish = seed.brand
    if wish is None:
        return WeakQuery(said, kind, rows, np.full(len(rows), WANTED), said != kind)
    fits = np.array([_states(products[row], wish) for row in rows.tolist()], np.bool_)
    return WeakQuery(f"{fold(wish)} {said}", kind, rows, np.where(fits, WANTED, OF_KIND), said != kind)


def _shares_word(word: str, said: Sequence[str]) -> bool:
    key = word_key(word)
    return any(key in other or other in key for other in said)


def _values(product: Product) -> Iterable[str]:
    for attribute in product.attributes.values():
        values = attribute.value if isinstance(attribute.value, tuple) else (attribute.value,)
        yield from (value for value in values if isinstance(value, str) and _is_sayable(value))
    for variant in product.variants:
        yield from (value for value in variant.options.values() if _is_sayable(value))


def _is_sayable(value: str) -> bool:
    return value.replace(" ", "").isalpha() and len(value) <= _LONGEST_VALUE and len(words(value)) <= _WORDS_IN_VALUE


def _states(product: Product, said: str) -> bool:
    wanted = fold(said)
    return wanted in (fold(product.brand or ""), *map(fold, _values(product)))
