"""What dialogues are written from: products as a chat model sees them, policies, and the words kept from training.

Read from the demo shop once, by Aisle's own code, and kept as JSON: the training itself needs nothing of Aisle.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.product import Product

SEED = 20261126
_HELD_COLOURS = ("moss", "rust", "sand")
N_HELD_KINDS, N_HELD_BRANDS, N_HELD_SECTIONS = 14, 9, 14


@dataclass(frozen=True)
class Item:
    """A product.

    Args:
        noun: what a shopper calls it, e.g. "rain jacket".
        category: what the shop calls its kind, e.g. "Rain jackets".
        brand: its maker.
        traits: words that may stand before its noun, e.g. "waterproof", "merino wool".
        row: how a tool's result shows it, as JSON.
    """

    noun: str
    category: str
    brand: str
    traits: tuple[str, ...]
    row: str


@dataclass(frozen=True)
class Section:
    """A section of the policies."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Facts:
    """One half of the shop: what training may see, or what it may not."""

    items: tuple[Item, ...]
    sections: tuple[Section, ...]
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Halves:
    """The shop, divided.

    Args:
        known: for training.
        held: for tests; every product is of a kind or a brand of `words`.
        words: in lower case; no text of training holds one of them.
    """

    known: Facts
    held: Facts
    words: tuple[str, ...]

    def is_clean(self, text: str) -> bool:
        """Whether a text holds none of the words."""
        return set(re.findall(r"[^\W\d_]+", text.lower())).isdisjoint(self.words)


def read_demo_shop() -> Halves:
    """Read the demo shop and divide it by `SEED`."""
    from assistant.demo.catalogue import make_catalogue
    from assistant.demo.spec import load_spec
    from assistant.support.policies import Policies

    spec = load_spec()
    nouns = {kind.category: kind.noun for kind in spec.types}
    items = [_item(made.product, nouns[made.product.category]) for made in make_catalogue(spec, seed=7)]
    sections = [
        Section(s.id, s.title, s.text)
        for s in Policies(Path(str(resources.files("assistant.demo") / "policies"))).all()
    ]
    return _divide(items, sections)


def _item(product: Product, noun: str) -> Item:
    from assistant.tools.summary import summarise
    from assistant.turn import ProductFact

    shown = json.loads(summarise((ProductFact(product, product.variants[0]),)))["untrusted_catalogue"][0]
    flags = [label.lower() for label, text in shown["attributes"].items() if text == "yes"]
    texts = [
        text.lower()
        for label, text in shown["attributes"].items()
        if label.lower() in {"material", "type", "style", "closure"} and re.fullmatch(r"[A-Za-z ]+", text)
    ]
    colour = shown.get("variant", {}).get("colour", "")
    traits = tuple(text for text in (*texts, *flags, colour.lower()) if text and text not in {"yes", "no"})
    row = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return Item(noun, product.category, product.brand, traits, row)


def _divide(items: Sequence[Item], sections: Sequence[Section]) -> Halves:
    draw = random.Random(SEED)
    kinds = {item.category: item.noun for item in items}
    words_of = {kind: set(re.findall(r"[^\W\d_]+", f"{kind} {noun}".lower())) for kind, noun in kinds.items()}
    brands = sorted({item.brand for item in items})
    policy_words = set(re.findall(r"[^\W\d_]+", " ".join(f"{s.title} {s.text}" for s in sections).lower()))
    # Held out is what has a word of its own that the policies do not use either.
    lonely = [
        kind
        for kind in sorted(kinds)
        if words_of[kind] - set().union(*(words_of[k] for k in kinds if k != kind)) - policy_words
    ]
    held_kinds = draw.sample(lonely, N_HELD_KINDS)
    held_brands = draw.sample(brands, N_HELD_BRANDS)
    elsewhere = set().union(*(words_of[kind] for kind in kinds if kind not in held_kinds)) | policy_words
    words = {word for kind in held_kinds for word in words_of[kind]} - elsewhere | {b.lower() for b in held_brands}
    held_sections = {section.id for section in draw.sample(list(sections), N_HELD_SECTIONS)}
    held = [item for item in items if item.category in held_kinds or item.brand in held_brands]
    unseen = words | set(_HELD_COLOURS)
    known = [
        item
        for item in items
        if item not in held and unseen.isdisjoint(re.findall(r"[^\W\d_]+", f"{item.noun} {item.row}".lower()))
    ]
    colours = ("black", "navy", "grey", "green", "blue", "red", "white", "yellow", "orange", "brown", "silver")
    return Halves(
        Facts(tuple(known), tuple(s for s in sections if s.id not in held_sections), colours),
        Facts(tuple(held), tuple(s for s in sections if s.id in held_sections), _HELD_COLOURS),
        tuple(sorted(unseen)),
    )


def save(halves: Halves, file: Path) -> None:
    """Write as JSON."""
    file.write_text(json.dumps(asdict(halves), ensure_ascii=False), "utf-8")


def load(file: Path) -> Halves:
    """Read what `save` wrote."""
    row = json.loads(file.read_text("utf-8"))
    return Halves(_facts(row["known"]), _facts(row["held"]), tuple(row["words"]))


def _facts(row: dict[str, Any]) -> Facts:
    items = tuple(Item(**{**item, "traits": tuple(item["traits"])}) for item in row["items"])
    return Facts(items, tuple(Section(**section) for section in row["sections"]), tuple(row["colours"]))


if __name__ == "__main__":
    import sys

    save(read_demo_shop(), Path(sys.argv[1]))
