"""What an encoder learns from: texts that belong together, out of a catalogue's own words and of what was said.

Three views of a product: short queries made of its own words, its title against the rest that is told of it, and the
words after which shoppers took it. Split by product and by query, so that nothing that is judged was trained on.
Knows nothing of encoders.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval.embeddings import product_text, told_attributes
from retrieval.product import Product
from retrieval.taken import Taken
from retrieval.tokens import query_tokens, tokenise

View = Literal["query", "title", "taken"]
VIEWS: tuple[View, ...] = ("query", "title", "taken")
_MAX_PRODUCTS = 50_000
_QUERIES_PER_PRODUCT = 3
_MAX_RUN = 4
_TRAIN_SHARE, _DEVELOPMENT_SHARE = 0.8, 0.1
_MIN_REST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that belong together.

    Args:
        query: the short one, as a shopper might say it.
        document: the text of the product.
        row: place of the product in the catalogue.
        view: where the pair comes from.
        weight: how much it counts.
    """

    query: str
    document: str
    row: int
    view: View
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs by what they are for.

    No query is in two parts, nor, among pairs of a catalogue's own words, a product or its title.
    """

    train: tuple[Pair, ...]
    development: tuple[Pair, ...]
    test: tuple[Pair, ...]


def document_text(product: Product, view: View) -> str:
    """Return what stands for a product in a view: in "title" all but its title, else `product_text`."""
    return product_text(replace(product, title="") if view == "title" else product)


def words_of(text: str) -> frozenset[str]:
    """Return the words by which two queries count as the same, and by which a document has what a query says."""
    return frozenset(query_tokens(text))


def make_pairs(products: Sequence[Product], taken: Iterable[Taken], seed: int) -> Pairs:
    """Make the pairs of a catalogue.

    Args:
        products: the catalogue; row i is products[i].
        taken: what shoppers took after which words; products that are gone are left out.
        seed: same products, words and seed give the same pairs.
    """
    parts: dict[str, list[Pair]] = {"train": [], "development": [], "test": []}
    held: set[frozenset[str]] = set()
    for pair in _taken_pairs(products, taken):
        # Many take the same few words, so here new words are what is judged, on products that are known.
        part = _part(pair.query, seed)
        parts[part].append(pair)
        if part != "train":
            held.add(words_of(pair.query))
    for pair in _own_pairs(products, seed):
        # What shoppers say is often a category's name, and is then no query of the catalogue's own as well.
        if words_of(pair.query) not in held:
            parts[_part(products[pair.row].title, seed)].append(pair)
    known = {words_of(pair.query) for pair in parts["train"]}
    development = [pair for pair in parts["development"] if words_of(pair.query) not in known]
    known |= {words_of(pair.query) for pair in development}
    test = [pair for pair in parts["test"] if words_of(pair.query) not in known]
    return Pairs(tuple(parts["train"]), tuple(development), tuple(test))


def _part(text: str, seed: int) -> str:
    """Throw a title or a query into a part, so that all with the same words stay together."""
    digest = hashlib.blake2b(f"{seed}\n{' '.join(sorted(set(tokenise(text))))}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64
    if place < _TRAIN_SHARE:
        return "train"
    return "development" if place < _TRAIN_SHARE + _DEVELOPMENT_SHARE else "test"


def _own_pairs(products: Sequence[Product], seed: int) -> Iterator[Pair]:
    rows: Sequence[int] = range(len(products))
    if len(products) > _MAX_PRODUCTS:
        rows = sorted(random.Random(seed).sample(rows, _MAX_PRODUCTS))
    for row in rows:
        product = products[row]
        # Seeded by id: a product that is added changes no other's pairs.
        rng = random.Random(f"{seed}\n{product.id}")
        whole, rest = document_text(product, "query"), document_text(product, "title")
        made = dict.fromkeys(_weak_query(product, rng) for _ in range(_QUERIES_PER_PRODUCT))
        yield from (Pair(query, whole, row, "query") for query in made if words_of(query))
        if words_of(product.title) and len(words_of(rest)) >= _MIN_REST_WORDS:
            yield Pair(product.title, rest, row, "title")


def _weak_query(product: Product, rng: random.Random) -> str:
    """Say a product in a few of its own words: what it is, with its brand or something told of it, in a random order.

    What it is are the words of its category, or where none is stated, some neighbouring words of its title.
    """
    words = product.title.split()
    length = rng.randint(1, _MAX_RUN)
    start = rng.randrange(max(1, len(words) - length + 1))
    run = " ".join(words[start : start + length])
    parts = [product.category if product.category and rng.random() < 0.5 else run]
    if product.brand and rng.random() < 0.25:
        parts.append(product.brand)
    told = told_attributes(product)
    if told and rng.random() < 0.5:
        parts.append(rng.choice(told))
    rng.shuffle(parts)
    return " ".join(dict.fromkeys(" ".join(parts).lower().split()))


def _taken_pairs(products: Sequence[Product], taken: Iterable[Taken]) -> Iterator[Pair]:
    rows = {product.id: row for row, product in enumerate(products)}
    weights: dict[tuple[str, int], float] = {}
    for one in taken:
        if one.product_id in rows and words_of(one.text):
            key = (one.text, rows[one.product_id])
            weights[key] = weights.get(key, 0.0) + one.weight
    for (text, row), weight in sorted(weights.items()):
        # Ten clicks tell more than one, but not ten times as much.
        yield Pair(text, document_text(products[row], "taken"), row, "taken", weight**0.5)
