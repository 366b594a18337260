"""What claims are about: products that are shown together, orders, and sections of the policies."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.demo.catalogue import make_catalogue
from assistant.demo.relations import make_relations
from assistant.demo.spec import load_spec
from assistant.evidence import (
    Evidence,
    Need,
    Order,
    OrderLine,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    PolicySection,
    ProductFact,
    SlateFact,
)
from assistant.support.policies import read_sections
from retrieval.importers.column_map import MAPS, RowReader, load_map
from retrieval.product import Money, Product
from retrieval.relations import Relation, RelationKind

_REPOSITORY = Path(__file__).resolve().parents[3]
ICECAT_FILE = _REPOSITORY.parent / "shared" / "datasets" / "icecat" / "products.jsonl.gz"
POLICIES = _REPOSITORY / "assistant" / "demo" / "policies"
SEED = 7
N_SHOWN = 4
CARRIERS = ("Parcelwren", "Lanternway", "Greypost")
_ICECAT_WORDS = ("notebook", "monitor", "toner", "cable", "mouse", "keyboard", "headset", "projector", "tablet", "ink")
"""Icecat has no categories: what has one of these words in its title is shown together."""
_N_SECTIONS = 3


@dataclass(frozen=True)
class Scene:
    """Products that are shown together.

    Args:
        shop: "demo" or "icecat".
        shown: N_SHOWN products of one kind.
    """

    shop: str
    shown: tuple[Product, ...]

    def name(self, product: Product) -> str:
        """Shorten a title as people do, where that leaves no doubt."""
        short = product.title.split(",")[0]
        doubt = sum(other.title.split(",")[0] == short for other in self.shown) > 1
        return product.title if doubt else short

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The slate."""
        return (slate(self.shown),)


def fact(product: Product) -> ProductFact:
    """A product as a tool returns it."""
    return ProductFact(product, product.default_variant)


def slate(shown: Sequence[Product], relations: Mapping[str, Relation] | None = None) -> SlateFact:
    """Products as a tool returns them."""
    return SlateFact(Need(), tuple(map(fact, shown)), len(shown), relations=relations or {})


@dataclass(frozen=True)
class World:
    """Both shops.

    Args:
        demo, icecat: products; Icecat is empty where the data set is not beside the repository.
        relations: of the demo shop.
    """

    demo: tuple[Product, ...]
    icecat: tuple[Product, ...] = ()
    relations: tuple[Relation, ...] = ()
    scenes: tuple[Scene, ...] = ()
    sections: Mapping[str, tuple[PolicySection, ...]] = field(default_factory=dict)

    @classmethod
    def open(cls) -> World:
        """Make the demo shop, and read Icecat where it is."""
        made = make_catalogue(load_spec(), seed=SEED)
        demo = tuple(one.product for one in made)
        icecat = tuple(_icecat()) if ICECAT_FILE.is_file() else ()
        sections = {file.stem: read_sections(file) for file in sorted(POLICIES.glob("*.md"))}
        scenes = (*_demo_scenes(demo), *_icecat_scenes(icecat))
        return cls(demo, icecat, make_relations(made), scenes, sections)

    def product(self, product_id: str) -> Product:
        """Return a product of either shop.

        Raises:
            StopIteration: there is none.
        """
        return next(product for product in (*self.demo, *self.icecat) if product.id == product_id)

    def policy(self, section_id: str, rng: random.Random) -> PolicyFact:
        """The section, and some of what stands beside it, as an answer to a question brings them.

        Raises:
            ValueError: there is no such section.
        """
        shelf = self.sections[section_id.partition("#")[0]]
        place = [section.id for section in shelf].index(section_id)
        beside = rng.sample([section for i, section in enumerate(shelf) if i != place], _N_SECTIONS - 1)
        return PolicyFact("", (shelf[place], *beside))


def _icecat() -> Iterator[Product]:
    reader = RowReader(load_map(MAPS / "icecat.yaml"), "USD")
    with gzip.open(ICECAT_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield reader.read(json.loads(line))


def _demo_scenes(products: Sequence[Product]) -> Iterator[Scene]:
    shelves: dict[str, list[Product]] = {}
    for product in products:
        shelves.setdefault(str(product.category), []).append(product)
    for shelf in shelves.values():
        yield from (Scene("demo", tuple(shelf[i : i + N_SHOWN])) for i in range(0, len(shelf) - N_SHOWN + 1, 2))


def _icecat_scenes(products: Sequence[Product]) -> Iterator[Scene]:
    for word in _ICECAT_WORDS:
        shelf = [product for product in products if word in product.title.casefold().split()]
        yield from (Scene("icecat", tuple(shelf[i : i + N_SHOWN])) for i in range(0, len(shelf) - N_SHOWN + 1, N_SHOWN))


def pairs(relations: Sequence[Relation]) -> dict[str, dict[str, Relation]]:
    """Index what fits what: target -> source -> relation."""
    found: dict[str, dict[str, Relation]] = {}
    for relation in relations:
        if relation.kind in (RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF):
            found.setdefault(relation.target_id, {})[relation.source_id] = relation
    return found


def make_order(rng: random.Random, product: Product) -> Order:
    """Make an order that is on its way."""
    placed = datetime(2026, 11, 2, 9, 30, tzinfo=UTC) + timedelta(days=rng.randrange(40), hours=rng.randrange(8))
    shipped = placed + timedelta(days=1)
    price = product.price
    total = Money(price.amount_minor + 490, price.currency)
    line = OrderLine(product.id, product.default_variant.id, product.title, 1, price)
    carrier = rng.choice(CARRIERS)
    return Order(
        f"A-{rng.randrange(10_101, 99_999)}",
        OrderStatus.SHIPPED,
        (line,),
        price,
        Money(490, price.currency),
        total,
        placed,
        shipped_at=shipped,
        expected_at=placed + timedelta(days=rng.randrange(4, 7)),
        carrier=carrier,
        tracking_code=f"{carrier[:2].upper()}{rng.randrange(10**10):010d}",
    )


def tracked(order: Order) -> OrdersFact:
    """An order as a tool returns it when its way is asked for."""
    return OrdersFact((order,), tracked=True)
