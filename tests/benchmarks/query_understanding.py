"""How well a shopper's words are read: price limits, wanted things, slips of the keyboard; each figure beside its goal.

    python -m tests.benchmarks.query_understanding                   # a table, and the misses below it
    python -m tests.benchmarks.query_understanding --half building   # what may be looked at while the reader is mended

Everything that is sampled or made has a fixed seed. What belongs to the building half was looked at while the reader
was written; the reporting half is counted only.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from retrieval.filters import PriceRange
from retrieval.importers.column_map import MAPS, RowReader, load_map
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from retrieval.words import clean, phrase_key, word_key, words
from tests.benchmarks.price_sentences import make_sentences
from tests.benchmarks.slips import make_slips
from tests.retrieval.reading_shop import make_shop

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
WEBSHOP = DATASETS / "webshop_instructions" / "human_goals.json.gz"
SHOPPINGBENCH = DATASETS / "shoppingbench" / "product.jsonl"
LABELS = Path(__file__).with_name("wanted_things.txt")
HALVES = ("building", "reporting")
_SLIPS = ((1, 4, 1500), (2, 7, 500))
"""Slips in a word, its fewest letters, and how many are made of either half."""
_SEEDS = {"building": 1, "reporting": 2}
Half = Literal["building", "reporting", "all"]
Limits = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Args:
        name: what was counted.
        right, total: how many are right of how many.
        goal: least share that is right, 0 to 1; None where none was set.
        misses: what is wrong, one line each.
    """

    name: str
    right: int
    total: int
    goal: float | None
    misses: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Share that is right, 0 to 1."""
        return self.right / max(1, self.total)


def read_limits(reader: QueryReader, text: str) -> list[Limits]:
    """Return the price limits of all needs of a message, in minor units."""
    wishes = (wish for need in reader.read(text) for wish in need.constraints)
    return [(wish.min_minor, wish.max_minor) for wish in wishes if isinstance(wish, PriceRange)]


def shoppingbench_prices() -> Figure:
    """Count the priced requests whose limits are read exactly as the gold says."""
    reader = QueryReader(Vocabulary.learn([]), "PHP")
    rows = [json.loads(line) for line in SHOPPINGBENCH.read_text("utf-8").splitlines()]
    priced = [row for row in rows if row["reward"].get("price")]
    misses = [row["query"] for row in priced if read_limits(reader, row["query"]) != [gold_limits(row)]]
    return _figure("shoppingbench: limits as the gold says", len(priced), 0.97, misses)


def gold_limits(row: dict[str, Any]) -> Limits:
    """Return the limits of a priced request of shoppingbench, in minor units."""
    kind, (low, high) = next(iter(row["reward"]["price"][0].items()))
    low, high = (low, high) if kind != "less than" else (None, high if high is not None else low)
    return (None if low is None else round(low * 100), None if high is None else round(high * 100))


def price_frames(half: Half) -> Figure:
    """Count the made sentences, 1,000 of each half, whose limits are read exactly."""
    vocabulary = Vocabulary.learn(make_shop())
    readers = {currency: QueryReader(vocabulary, currency) for currency in ("USD", "EUR")}
    chosen = [made for part in HALVES if half in (part, "all") for made in make_sentences(part)]
    misses = []
    for made in chosen:
        limits = read_limits(readers[made.currency], made.text)
        if limits != ([] if made.limits is None else [made.limits]):
            misses.append(f"[{made.frame}] {made.text} ({made.currency}): {limits}")
    return _figure(f"price sentences, {half}", len(chosen), 0.99, misses)


def webshop_texts() -> list[str]:
    """Return the 4,000 wishes; none of them holds a price."""
    texts: list[str] = json.loads(gzip.decompress(WEBSHOP.read_bytes()))
    return texts


def webshop_prices() -> Figure:
    """Count the wishes into which no price is read ("cheap" is an order or a limit of the catalogue's own)."""
    reader = QueryReader(Vocabulary.learn([]), "USD")
    texts = webshop_texts()
    misses = [f"{text}: {limits}" for text in texts if (limits := read_limits(reader, text))]
    return _figure("webshop: no price read", len(texts), 1.0, misses)


def webshop_things() -> Figure:
    """Count the wishes in which a wanted thing is found, right or not, without any catalogue."""
    reader = QueryReader(Vocabulary.learn([]), "USD")
    misses = [text for text in webshop_texts() if reader.read(text)[0].thing is None]
    return _figure("webshop: a wanted thing found", 4000, 0.95, misses)


def labelled_things(half: Half) -> Figure:
    """Count the hand-labelled wishes whose head noun is found as labelled."""
    reader, texts = QueryReader(Vocabulary.learn([]), "USD"), webshop_texts()
    rows = [row for row in labels() if half == "all" or row[0] == half]
    misses = []
    for _, place, heads in rows:
        thing = reader.read(texts[place])[0].thing
        said = word_key(words(thing)[-1]) if thing else "-"
        if said not in heads:
            misses.append(f"{texts[place]!r}: {thing}, not {' or '.join(sorted(heads))}")
    return _figure(f"webshop: the thing as labelled by hand, {half}", len(rows), 0.95, misses)


def labels() -> list[tuple[str, int, frozenset[str]]]:
    """Return half, position of the text and the right head nouns of each labelled wish."""
    half, rows = "", []
    for line in LABELS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            half = next((name for name in HALVES if name in line), half)
        else:
            place, *heads = line.split()
            rows.append((half, int(place), frozenset(map(word_key, heads))))
    return rows


def slips(half: Half) -> list[Figure]:
    """Count the words with one slip, and the long ones with two, that are restored (in any number), and the words
    without one that are left as they are."""
    return [*slips_in("demo shop", demo_shop(), half), *slips_in("Icecat", icecat(), half)]


def slips_in(name: str, products: Sequence[Product], half: Half) -> list[Figure]:
    """The same for one catalogue."""
    reader = QueryReader(Vocabulary.learn(products), "USD")
    titles = [product.title for product in products]
    seeds = [seed for part, seed in _SEEDS.items() if half in (part, "all")]
    figures = []
    for edits, shortest, n in _SLIPS:
        made = [slip for seed in seeds for slip in make_slips(titles, n, seed, edits, shortest)]
        read = [(slip, reader.corrected(slip.text)) for slip in made]
        misses = [
            f"{' '.join(slip.meant)!r}, typed {slip.text!r}: {found!r}"
            for slip, found in read
            if phrase_key(found) != phrase_key(" ".join(slip.meant))
        ]
        kind = f"{name}: {edits} slip(s) in a word of {shortest} letters or more restored"
        figures.append(_figure(kind, len(made), None, misses))
    clear = {word for title in titles for word in words(title)}
    changed = [f"{word}: {found}" for word in sorted(clear) if (found := reader.corrected(word)) != clean(word)]
    figures.append(_figure(f"{name}: words of titles left as they are", len(clear), 0.999, changed))
    return figures


def demo_shop() -> list[Product]:
    """Return the products of the demo shop."""
    return [made.product for made in make_catalogue(load_spec(), seed=7)]


def icecat() -> list[Product]:
    """Return the products of the Icecat data set."""
    reader = RowReader(load_map(MAPS / "icecat.yaml"), "USD")
    with gzip.open(DATASETS / "icecat" / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [reader.read(json.loads(line)) for line in lines]


def _figure(name: str, total: int, goal: float | None, misses: Sequence[str]) -> Figure:
    return Figure(name, total - len(misses), total, goal, tuple(misses))


MEASURED: tuple[Callable[[Half], list[Figure]], ...] = (
    lambda half: [shoppingbench_prices(), price_frames(half), webshop_prices()],
    lambda half: [webshop_things(), labelled_things(half)],
    slips,
)


def main() -> None:
    """Print the table and the misses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all")
    half = parser.parse_args().half
    figures = [figure for measure in MEASURED for figure in measure(half)]
    print("| figure | right | of | share | goal |\n|---|---|---|---|---|")  # noqa: T201
    for figure in figures:
        goal = "" if figure.goal is None else f"{figure.goal:.0%}"
        print(f"| {figure.name} | {figure.right} | {figure.total} | {figure.share:.2%} | {goal} |")  # noqa: T201
    for figure in figures:
        for miss in figure.misses:
            print(f"missed, {figure.name}: {miss}")  # noqa: T201


if __name__ == "__main__":
    main()
