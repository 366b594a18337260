"""How often a search breaks a limit or miscounts, held against a plain loop (tests.retrieval.plain_search).

    python -m tests.benchmarks.limit_violations --queries 10000
    python -m tests.benchmarks.limit_violations --catalogue icecat --queries 300     # of AISLE_DATA
    python -m tests.benchmarks.limit_violations --catalogue demo --words --queries 1000

The first makes random shops and requests; the second asks a real catalogue for wishes drawn from what its products
state; the third says such wishes in English and holds what is found against the wishes that were meant.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.config import Settings
from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from assistant.places import catalogues_folder
from retrieval.bm25_index import Bm25Index
from retrieval.catalogue import Catalogue
from retrieval.engine import Retrieval
from retrieval.facets import MAX_VALUES
from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
)
from retrieval.index import Mask
from retrieval.product import Money, Product
from retrieval.product_json import clean
from retrieval.query import QueryReader
from retrieval.results import SearchRequest, SearchResult, Understanding
from retrieval.search import MIN_COSINE, MIN_COVERAGE, Meaning, Searcher
from retrieval.storage import current_version
from retrieval.vocabulary import Vocabulary
from tests.retrieval import plain_search as plain
from tests.retrieval.fakes import WordEncoder
from tests.retrieval.random_shops import REQUESTS, shops

REQUESTS_PER_SHOP = 5


@dataclass
class Tally:
    """What was seen."""

    queries: int = 0
    distinct: int = 0
    empty: int = 0
    relaxations: int = 0
    loosenings: int = 0
    hits: int = 0
    facet_counts: int = 0
    differences: list[str] = field(default_factory=list)


class House:
    """A searcher over products, with the plain search beside it.

    Args:
        shop: its products, in the order of the rows.
        search: answers requests.
        says: which rows the words of a text cover. Words and meaning have tests of their own; here they are asked once
            without any wish, and what wishes do to them is what is held against the plain loop.
    """

    def __init__(
        self, shop: Sequence[Product], search: Callable[[SearchRequest], SearchResult], says: plain.Says
    ) -> None:
        self.shop = shop
        self.search = search
        self.says = says
        self._row = {product.id: row for row, product in enumerate(shop)}

    @classmethod
    def of(cls, shop: Sequence[Product], with_meaning: bool) -> House:
        """A house in memory."""
        catalogue = Catalogue("random", 1, "USD", {product.id: product for product in shop})
        lexical = Bm25Index.build(shop)
        searcher = Searcher(catalogue, lexical, lambda: Vocabulary.learn(shop))
        encoder = WordEncoder()
        vectors = encoder.encode([product.title for product in shop])
        near = PlainVectors(vectors)
        meaning = Meaning(encoder, vectors, near) if with_meaning else None

        def says(text: str) -> Callable[[int], bool]:
            covered = lexical.match(text).coverage >= MIN_COVERAGE
            if with_meaning and text:
                covered |= near.cosines(encoder.encode([text])[0]) >= MIN_COSINE
            return lambda row: bool(covered[row])

        return cls(shop, lambda request: searcher.search(request, meaning), says)

    def ask(self, request: SearchRequest, tally: Tally) -> list[str]:
        """Ask, and say what differs from the plain search."""
        result = self.search(request)
        wishes = request.constraints
        text = clean(request.text)
        rows = plain.matching(self.shop, text, wishes, self.says)
        tally.queries += 1
        tally.hits += len(result.hits)
        wrong = list(self._wrong_hits(request, result))
        if result.total != len(rows):
            wrong.append(f"total {result.total}, not {len(rows)}")
        if request.k >= len(rows) and {self._row[hit.product_id] for hit in result.hits} != set(rows):
            wrong.append("other products")
        wrong += self._wrong_facets(rows, wishes, result, tally)
        if not rows:
            wrong += self._wrong_ways(text, wishes, result, tally)
        tally.differences += [f"{request}: {each}" for each in wrong]
        return wrong

    def _wrong_hits(self, request: SearchRequest, result: SearchResult) -> Iterator[str]:
        for hit in result.hits:
            product = self.shop[self._row[hit.product_id]]
            variant = product.get_variant(hit.variant_id)
            for wish in request.constraints:
                if not plain.fits(wish, product, variant):
                    yield f"{hit.variant_id} breaks {wish.label()}"

    def _wrong_facets(
        self, rows: Sequence[int], wishes: Sequence[Constraint], result: SearchResult, tally: Tally
    ) -> Iterator[str]:
        counts = plain.counted(self.shop, rows, wishes)
        for name, values in result.facets.items():
            right = counts[name]
            tally.facet_counts += len(values)
            best = sorted(right.values(), reverse=True)[:MAX_VALUES]
            if [right.get(" ".join(value.casefold().split())) for value in values] != list(values.values()):
                yield f"facet {name} {dict(values)}, not {right}"
            elif list(values.values()) != best:
                yield f"facet {name} leaves out a commoner value"

    def _wrong_ways(self, text: str, wishes: Sequence[Constraint], result: SearchResult, tally: Tally) -> Iterator[str]:
        tally.empty += 1
        tally.relaxations += len(result.relaxations)
        tally.loosenings += len(result.loosenings)
        told = {way.drop: way.count for way in result.relaxations}
        right = plain.given_up(self.shop, text, wishes, self.says)
        if told != right:
            yield f"relaxations {told}, not {right}"
        for way in result.loosenings:
            moved = [way.to if wish.key == way.of else wish for wish in wishes]
            words = text
            for wish in wishes:
                words = plain.without_words(words, wish) if wish.key == way.of else words
            count = len(plain.matching(self.shop, words, moved, self.says))
            if count != way.count or not count:
                yield f"with {way.label} {way.count}, not {count}"
        for wish in wishes:
            if isinstance(wish, PriceRange):
                nearest = plain.nearest_price(self.shop, text, wishes, self.says, wish)
                given = next(((way.to, way.count) for way in result.loosenings if way.of == "price"), None)
                if given != nearest:
                    yield f"nearest price {given}, not {nearest}"


class PlainVectors:
    """Nearest rows from one product of the whole matrix, so that a filter cannot change a cosine's last bit."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors.astype(np.float64)

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        return (self._vectors @ vector.astype(np.float64)).astype(np.float32)

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        cosines = self.cosines(vector)
        rows = np.arange(len(cosines)) if allowed is None else np.flatnonzero(allowed)
        rows = rows[np.lexsort((rows, -cosines[rows]))][:k]
        return rows, cosines[rows]


# ---------------------------------------------------------------- random shops


def random_queries(n_queries: int, seed_: int) -> Tally:
    """Ask `n_queries` random requests of random shops, half of them with meaning."""
    tally, seen = Tally(), set()

    @seed(seed_)
    @settings(
        max_examples=n_queries // REQUESTS_PER_SHOP,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(shops(), st.booleans(), st.lists(REQUESTS, min_size=REQUESTS_PER_SHOP, max_size=REQUESTS_PER_SHOP))
    def ask(shop: list[Product], with_meaning: bool, requests: list[SearchRequest]) -> None:
        house = House.of(shop, with_meaning)
        for request in requests:
            house.ask(request, tally)
            seen.add(hash(repr((shop, with_meaning, request))))

    ask()
    tally.distinct = len(seen)
    return tally


# ---------------------------------------------------------------- a real catalogue


def wishes_of(product: Product, rng: random.Random, other: Product) -> tuple[Constraint, ...]:
    """Some wishes about what two products state; often they clash, so that nothing fits."""
    found: dict[str, Constraint] = {}
    for about in rng.choices([product, other], weights=[4, 1], k=rng.randint(1, 4)):
        wish = _wish_of(about, rng)
        if wish is not None:
            found.setdefault(wish.key, wish)
    return tuple(found.values())


def _wish_of(product: Product, rng: random.Random) -> Constraint | None:
    variant = rng.choice(product.variants)
    price, exclude = variant.price, rng.random() < 0.2
    numbers = [a for a in product.attributes.values() if isinstance(a.value, float)]
    texts = {**{a.name: a.text for a in product.attributes.values()}, **variant.options}
    match rng.choice(["price", "brand", "kind", "stock", "rating", "text", "text", "number", "number"]):
        case "price":
            low, high = sorted(int(price.amount_minor * rng.uniform(0.3, 1.5)) for _ in range(2))
            return PriceRange(price.currency, rng.choice([None, low]), high)
        case "brand" if product.brand:
            return BrandIn((product.brand,), exclude)
        case "kind" if product.category:
            return CategoryIn((product.category,), exclude)
        case "stock" if variant.in_stock is not None:
            return InStock()
        case "rating" if product.rating is not None:
            return MinRating(rng.choice([3.0, 4.0, 4.5, 5.0]))
        case "text" if texts:
            name = rng.choice(sorted(texts))
            return AttributeIn(name, (texts[name],), exclude)
        case "number" if numbers:
            stated = rng.choice(numbers)
            low, high = sorted(float(stated.value) * rng.uniform(0.5, 1.5) for _ in range(2))
            return AttributeRange(stated.name, rng.choice([None, low]), high, stated.unit)
    return None


def catalogue_queries(root: Path, name: str, n_queries: int, seed_: int) -> Tally:
    """Ask an imported catalogue, by words, for wishes drawn from what its own products state."""
    retrieval = Retrieval.open(root, name)
    path, _ = current_version(root, name)
    shop = retrieval.catalogue.rows
    lexical = Bm25Index.open(path / "bm25", len(shop))
    house = House(shop, retrieval.search, lambda text: _covered(lexical, text))
    return _ask_of(house, n_queries, random.Random(seed_))


def _ask_of(house: House, n_queries: int, rng: random.Random) -> Tally:
    tally = Tally()
    while tally.queries < n_queries:
        product, other = rng.choices(house.shop, k=2)
        wishes = wishes_of(product, rng, other)
        words = product.title.split()
        text = " ".join(rng.sample(words, min(2, len(words)))) if rng.random() < 0.5 else ""
        if wishes:
            house.ask(SearchRequest(text, wishes, k=200), tally)
    return tally


def _covered(lexical: Bm25Index, text: str) -> Callable[[int], bool]:
    covered = lexical.match(text).coverage >= MIN_COVERAGE
    return lambda row: bool(covered[row])


# ---------------------------------------------------------------- wishes in words


@dataclass
class SaidTally:
    """What came of wishes that were said in English.

    Args:
        queries: sentences.
        misread: sentences of which a wish was lost or read as another.
        hits: products found.
        broken: of these, products that break a wish that was said.
        examples: sentences of broken wishes.
    """

    queries: int = 0
    misread: int = 0
    hits: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)


def say(product: Product, kinds: Collection[str], rng: random.Random) -> tuple[str, tuple[Constraint, ...]]:
    """Ask for things like a product, in words: the sentence, and the wishes that it states.

    "Backpacks" means hiking backpacks too: of `kinds`, all that end in the words that are said.
    """
    kind = (product.category or "").lower()
    meant = tuple(sorted(each for each in kinds if f" {each.lower()}".endswith(f" {kind}")))
    wishes: list[Constraint] = [CategoryIn(meant)]
    front, back, refused = "", "", ""
    variant = rng.choice(product.variants)
    if product.brand and rng.random() < 0.3:
        if rng.random() < 0.5:
            front = f"{product.brand} "
            wishes.append(BrandIn((product.brand,)))
        else:
            refused = f" {rng.choice(('not', 'no', 'without'))} {product.brand}"
            wishes.append(BrandIn((product.brand,), exclude=True))
    if "colour" in variant.options and rng.random() < 0.5:
        wishes.append(AttributeIn("colour", (variant.options["colour"],)))
        front = f"{variant.options['colour'].lower()} {front}"
    if "size" in variant.options and rng.random() < 0.5:
        wishes.append(AttributeIn("size", (variant.options["size"],)))
        back = f" in size {variant.options['size']}{back}"
    amount = max(1, int(variant.price.amount * Decimal(rng.uniform(0.4, 1.6))))
    currency = variant.price.currency
    said, low, high = rng.choice(
        [
            (f" under ${amount}", None, amount),
            (f" for at most {amount} dollars", None, amount),
            (f" between ${amount} and ${amount * 2}", amount, amount * 2),
            (f" over ${amount}", amount, None),
            (f" no more than ${amount}", None, amount),
            (f" not over ${amount}", None, amount),
            (f" and no less than ${amount}", amount, None),
            (f" and not under ${amount}", amount, None),
            ("", None, None),
        ]
    )
    if said:
        ends = (None if end is None else Money.from_major(end, currency).amount_minor for end in (low, high))
        wishes.append(PriceRange(currency, *ends))
    if rng.random() < 0.2:
        wishes.append(MinRating(4.0))
        back += ", rated at least 4 stars"
    if rng.random() < 0.2:
        wishes.append(InStock())
        back += ", in stock"
    first, second = rng.sample((said, refused), 2)  # a limit stands before or behind what is refused
    return f"{front}{kind}{first}{second}{back}", tuple(wishes)


def said_queries(shop: Sequence[Product], n_queries: int, seed_: int) -> SaidTally:
    """Say wishes in English, read and search them, and hold what is found against what was meant."""
    rng, tally = random.Random(seed_), SaidTally()
    house = House.of(shop, with_meaning=False)
    reader = QueryReader(Vocabulary.learn(shop), "USD")
    by_id = {product.id: product for product in shop}
    kinds = {product.category for product in shop if product.category}
    for _ in range(n_queries):
        sentence, meant = say(rng.choice(shop), kinds, rng)
        needs = reader.read(sentence)
        read = needs[0] if needs else Understanding(sentence)
        tally.queries += 1
        tally.misread += len(needs) != 1 or {w.key for w in meant} != {w.key for w in read.constraints}
        broken = []
        for hit in house.search(SearchRequest(read.text, read.constraints, k=200)).hits:
            product = by_id[hit.product_id]
            variant = product.get_variant(hit.variant_id)
            tally.hits += 1
            broken += [wish.label() for wish in meant if not plain.fits(wish, product, variant)][:1]
        tally.broken += len(broken)
        if broken:
            tally.examples.append(f"{sentence!r}: {len(broken)} break {sorted(set(broken))}; read {read.constraints}")
    return tally


def demo_shop(seed_: int = 7) -> tuple[Product, ...]:
    """The demo shop's products, made in memory."""
    return tuple(made.product for made in make_catalogue(load_spec(), seed=seed_))


def main() -> None:
    """Print what was asked and found as JSON; the differences, at most ten, to stderr."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--catalogue", help="name of an imported catalogue of AISLE_DATA, instead of random shops")
    parser.add_argument("--words", action="store_true", help="say the wishes in English, in the demo shop")
    given_ = parser.parse_args()
    started = time.process_time()
    if given_.words:
        said = said_queries(demo_shop(), given_.queries, given_.seed)
        report, examples = asdict(said), said.examples
    else:
        if given_.catalogue:
            root = catalogues_folder(Settings())
            tally = catalogue_queries(root, given_.catalogue, given_.queries, given_.seed)
        else:
            tally = random_queries(given_.queries, given_.seed)
        report, examples = asdict(tally), tally.differences
    for name in ("differences", "examples"):
        report = {key: len(value) if key == name else value for key, value in report.items()}
    print(json.dumps({**report, "cpu_seconds": round(time.process_time() - started, 1)}))  # noqa: T201
    print(*examples[:10], sep="\n", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
