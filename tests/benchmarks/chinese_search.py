"""Chinese titles found by their own product and brand words, beside the same search over pairs of characters alone.

    python -m tests.benchmarks.chinese_search               # all of it, about a minute
    python -m tests.benchmarks.chinese_search --meaning     # also with the packaged encoder's vectors, some minutes

Data: datasets/zh_ecommerce_ner. The catalogue is every distinct title of train and dev, one product each, nothing but
a title. A title's query is its annotated product (HCCX) and brand (HPPX) words, each once, in the order of the title;
it counts where there is such a word and all of them stand, as substrings, in at most 10 titles of the catalogue. Found:
the title's own product is among the first ten hits. `spaced` puts spaces between the words; `joined` writes them as one
run, as people do. Development looked at the titles of train; `dev` holds those that stand in dev only. `pairs` is the
rival: titles and queries as overlapping pairs of characters, the same index, scoring and threshold.

Speed: the 20,000 queries of datasets/zh_taobao_queries through the reader and the search by words over that catalogue.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.chinese.script import HAN
from retrieval.encoder import load_encoder
from retrieval.engine import Retrieval
from retrieval.loader import import_products
from retrieval.product import Money, Product, Variant
from retrieval.query import QueryReader
from retrieval.results import SearchRequest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "datasets"
TITLES = FOLDER / "zh_ecommerce_ner"
QUERIES = FOLDER / "zh_taobao_queries" / "queries.tsv.gz"
GOAL = 0.98
MOST_TITLES = 10
_WANTED = ("HCCX", "HPPX")
_RUN = re.compile(rf"[{HAN}]+")


@dataclass(frozen=True, slots=True)
class Title:
    """A distinct title, its annotated product and brand words, and whether it stands in dev only."""

    text: str
    words: tuple[str, ...]
    dev: bool


def read_titles(folder: Path = TITLES) -> tuple[Title, ...]:
    """Read the distinct titles of train, then those of dev; where a title comes again, its first labels count."""
    found: dict[str, Title] = {}
    for name in ("train", "dev"):
        for characters, labels in _rows(folder / f"{name}.txt.gz"):
            text = "".join(characters)
            found.setdefault(text, Title(text, wanted_words(characters, labels), name == "dev"))
    return tuple(found.values())


def wanted_words(characters: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """The distinct spans of products and brands, in order."""
    words: list[str] = []
    inside = ""
    for character, label in zip(characters, labels, strict=True):
        place, _, kind = label.partition("-")
        if place == "I" and kind == inside:
            words[-1] += character
        elif kind in _WANTED:
            words.append(character)
        inside = kind if kind in _WANTED else ""
    return tuple(dict.fromkeys(words))


def eligible(titles: Sequence[Title]) -> tuple[Title, ...]:
    """The titles whose words stand together in at most MOST_TITLES titles."""
    rows: dict[str, frozenset[int]] = {}
    chosen = []
    for title in titles:
        for word in title.words:
            if word not in rows:
                rows[word] = frozenset(row for row, other in enumerate(titles) if word in other.text)
        if title.words and len(frozenset.intersection(*(rows[word] for word in title.words))) <= MOST_TITLES:
            chosen.append(title)
    return tuple(chosen)


def as_pairs(text: str) -> str:
    """Write a text so that the index sees the overlapping pairs of its Chinese characters as words of their own."""
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", unicodedata.normalize("NFKC", text).casefold())


def _pairs(run: str) -> list[str]:
    pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return ["0z" + "z".join(f"{ord(character):x}" for character in pair) for pair in pairs]


def open_catalogue(root: Path, name: str, titles: Sequence[str], *, meaning: bool = False) -> Retrieval:
    """Import titles as products "0", "1", …, and open them."""
    products = (Product(str(i), text, (Variant(f"{i}-0", Money(1000, "CNY")),)) for i, text in enumerate(titles))
    encoder = load_encoder() if meaning else None
    import_products(products, root=root, name=name, currency="CNY", encoder=encoder)
    retrieval = Retrieval.open(root, name)
    if encoder is not None:
        retrieval.warm(encoder)
    return retrieval


def find_misses(
    retrieval: Retrieval, titles: Sequence[Title], asked: Sequence[Title], query: Callable[[Title], str]
) -> tuple[Title, ...]:
    """Those of the asked titles that are not among the first ten."""
    place = {title.text: str(i) for i, title in enumerate(titles)}
    return tuple(
        title
        for title in asked
        if place[title.text] not in [hit.product_id for hit in retrieval.search(SearchRequest(query(title), k=10)).hits]
    )


def spaced(title: Title) -> str:
    """The words of a title with spaces between them."""
    return " ".join(title.words)


def joined(title: Title) -> str:
    """The words of a title in one run."""
    return "".join(title.words)


def read_queries() -> list[str]:
    """Read the queries of a market place."""
    with gzip.open(QUERIES, "rt", encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t")[1] for line in file]


def latencies(retrieval: Retrieval, queries: Sequence[str]) -> dict[str, float]:
    """Milliseconds per query for reading it and for searching by its words."""
    reader = QueryReader(retrieval.vocabulary(), "CNY")
    times: dict[str, list[float]] = {"read": [], "search": []}
    for query in queries:
        started = time.perf_counter()
        understood = reader.read(query)[0]
        between = time.perf_counter()
        retrieval.search(SearchRequest(understood.text, understood.constraints, k=10))
        times["search"].append(time.perf_counter() - between)
        times["read"].append(between - started)
    return {
        f"{name}_p{share}_ms": round(1_000 * float(np.percentile(taken, share)), 3)
        for name, taken in times.items()
        for share in (50, 95)
    }


def _share(missed: Sequence[Title], asked: Sequence[Title], *, dev: bool | None) -> float:
    counted = [title for title in asked if dev is None or title.dev is dev]
    return 1 - sum(dev is None or title.dev is dev for title in missed) / len(counted)


def run(root: Path, *, meaning: bool = False) -> dict[str, object]:
    """Import and measure."""
    titles = read_titles()
    asked = eligible(titles)
    words = open_catalogue(root, "words", [title.text for title in titles])
    rival = open_catalogue(root, "pairs", [as_pairs(title.text) for title in titles])
    systems: dict[str, tuple[Retrieval, Callable[[str], str]]] = {"ours": (words, str), "pairs": (rival, as_pairs)}
    if meaning:
        both = open_catalogue(root, "meaning", [title.text for title in titles], meaning=True)
        systems["ours+meaning"] = (both, str)
    figures: dict[str, dict[str, float]] = {}
    missed: tuple[Title, ...] = ()
    for name, (retrieval, write) in systems.items():
        for form in (spaced, joined):
            misses = find_misses(retrieval, titles, asked, lambda title, form=form, write=write: write(form(title)))  # type: ignore[misc]
            parts = {"train": False, "dev": True, "all": None}
            figures[f"{name} {form.__name__}"] = {
                part: round(_share(misses, asked, dev=dev), 4) for part, dev in parts.items()
            }
            missed = misses if (name, form) == ("ours", spaced) else missed
    return {
        "goal": GOAL,
        "titles": len(titles),
        "asked": {"train": sum(not title.dev for title in asked), "dev": sum(title.dev for title in asked)},
        "found": figures,
        "misses of ours spaced": [f"{spaced(title)} | {title.text}" for title in missed],
        "queries": latencies(words, read_queries()),
    }


def _rows(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    characters: list[str] = []
    labels: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in (*file, "\n"):
            if line.strip():
                character, label = line.rstrip("\n").rsplit(" ", 1)
                characters.append(character)
                labels.append(label)
            elif characters:
                yield characters, labels
                characters, labels = [], []


def main() -> None:
    """Run and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meaning", action="store_true", help="also with the packaged encoder's vectors")
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), meaning=parser.parse_args().meaning), indent=1, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
