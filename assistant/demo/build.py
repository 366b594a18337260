"""Builds the demo shop and writes it as files.

Knows neither the store nor the index: they read the files or the returned objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from assistant.demo.attributes import holds
from assistant.demo.catalogue import Made, Progress, make_catalogue
from assistant.demo.drawing import draw
from assistant.demo.order_json import order_to_json
from assistant.demo.orders import make_orders
from assistant.demo.people import Person, load_people_spec, make_people
from assistant.demo.relations import make_relations
from assistant.demo.reviews import Review, make_reviews, review_to_json
from assistant.demo.shoppers import N_SHOPPERS, Behaviour, simulate
from assistant.demo.spec import load_spec
from assistant.support.identity import Customer
from assistant.turn import Order
from recommender.events import Decision, Event
from retrieval.product import Product
from retrieval.product_json import product_to_json
from retrieval.relations import Relation, relation_to_json


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The demo shop in memory.

    Args:
        products: the whole catalogue.
        relations: what fits, what is an accessory, what replaces what.
        reviews: what customers say; untrusted text.
        customers: all of them; "maya", "jonas" and "li" are the ones to sign in as.
        orders: (customer id, order), oldest first, as `OrderBook.load` takes them.
        decisions: slates shown to simulated shoppers, with the probabilities of what was shown, oldest first.
        events: what happened, oldest first, impressions included.
    """

    products: tuple[Product, ...]
    relations: tuple[Relation, ...]
    reviews: tuple[Review, ...]
    customers: tuple[Customer, ...]
    orders: tuple[tuple[str, Order], ...]
    decisions: tuple[Decision, ...]
    events: tuple[Event, ...]


def build_demo(
    folder: Path,
    *,
    seed: int,
    now: datetime | None = None,
    n_shoppers: int = N_SHOPPERS,
    progress: Progress | None = None,
) -> DemoShop:
    """Make the demo shop and write it.

    Args:
        folder: created where it is missing.
        seed: the same seed and the same `now` give the same files, byte for byte; the catalogue and the images
            depend on the seed alone.
        now: aware datetime to which orders and behaviour are relative; None takes the present.
        n_shoppers: simulated shoppers whose behaviour is written, 1 or more; the first 197 are customers, so that
            fewer of them leave customers without orders.
        progress: called with (what, done, total).

    Returns:
        What was written.
    """
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = make_catalogue(load_spec(), seed=seed, progress=progress)
    _write_lines(folder / "catalogue.jsonl", (product_to_json(made.product) for made in catalogue))
    relations = make_relations(catalogue)
    _write_lines(folder / "relations.jsonl", map(relation_to_json, relations))
    reviews = make_reviews(catalogue, load_spec(), load_people_spec().places, seed=seed)
    _write_lines(folder / "reviews.jsonl", map(review_to_json, reviews))
    _write_images(folder / "images", catalogue, progress)
    behaviour = simulate(catalogue, seed=seed, now=now, n_shoppers=n_shoppers, progress=progress)
    _write_behaviour(folder, behaviour)
    first_bought = {purchase.shopper_key: purchase.at for purchase in reversed(behaviour.purchases)}
    people = make_people(seed=seed, now=now, first_bought=first_bought)
    _write_lines(folder / "customers.jsonl", map(_person_json, people))
    orders = make_orders(people, catalogue, behaviour.purchases, seed=seed, now=now)
    _write_lines(folder / "orders.jsonl", (order_to_json(customer_id, order) for customer_id, order in orders))
    return DemoShop(
        products=tuple(made.product for made in catalogue),
        relations=relations,
        reviews=reviews,
        customers=tuple(person.customer for person in people),
        orders=orders,
        decisions=behaviour.decisions,
        events=behaviour.events,
    )


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_images(folder: Path, catalogue: Sequence[Made], progress: Progress | None) -> None:
    folder.mkdir(exist_ok=True)
    for done, made in enumerate(catalogue, start=1):
        options = made.product.variants[0].options
        colour = options.get("colour") or options.get("motif")
        others = (name for condition, name in made.spec.shapes.items() if holds(condition, made.product.attributes))
        name = next(others, made.spec.shape)
        svg = draw(name, colour=colour, department=made.spec.department, seed=made.product.id)
        (folder / f"{made.product.id}.svg").write_text(svg, encoding="utf-8")
        if progress and (done % 50 == 0 or done == len(catalogue)):
            progress("images", done, len(catalogue))


def _write_behaviour(folder: Path, behaviour: Behaviour) -> None:
    """Write what was shown, what happened, and, apart from both, the truth."""
    decision_type, event_type = TypeAdapter(Decision), TypeAdapter(Event)
    _write_lines(folder / "decisions.jsonl", (decision_type.dump_json(row).decode() for row in behaviour.decisions))
    _write_lines(
        folder / "behaviour.jsonl",
        (event_type.dump_json(row, exclude_none=True).decode() for row in behaviour.events),
    )
    behaviour.tastes.save(folder / "truth.json")


def _person_json(person: Person) -> str:
    customer = person.customer
    row = {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "address": person.address,
        "joined_at": customer.joined_at.isoformat(timespec="seconds"),
        "shopper_key": person.shopper_key,
    }
    return json.dumps(row, ensure_ascii=False)
