"""The demo shop's customers, all invented, with addresses under example.com and example.org.

Knows when they first bought something, not what.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from assistant.demo.shoppers import N_CUSTOMERS
from assistant.demo.spec import FOLDER, read_yaml
from assistant.support.identity import Customer

DEMO_CUSTOMERS = ("maya", "jonas", "li")
"""Ids of those to sign in as; each has orders in several states."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with the address that parcels go to.

    Args:
        customer: as the shop's books keep them.
        address: street, town and country, in lines.
        shopper_key: of the simulated shopper who this is; None for those to sign in as.
    """

    customer: Customer
    address: str
    shopper_key: str | None = None


def make_people(*, seed: int, now: datetime, first_bought: Mapping[str, float]) -> tuple[Person, ...]:
    """Make all customers.

    Args:
        seed: of names, places, and the days on which they joined.
        now: aware datetime; all have joined before it.
        first_bought: shopper key -> first purchase, seconds since the epoch; whoever buys has joined before.
    """
    rng = random.Random(f"{seed}:people")
    rows = load_people_spec()
    others = [*rows.others, *_more(rows, N_CUSTOMERS - len(rows.others), rng)]
    keys: dict[str, str | None] = dict.fromkeys(rows.demo)
    keys |= {f"C-{1000 + number}": f"demo-shopper-{number:04d}" for number in range(1, len(others) + 1)}
    people = []
    for place, ((customer_id, key), row) in enumerate(zip(keys.items(), [*rows.demo.values(), *others], strict=True)):
        longest = 1500 if key else 1200
        joined = now - timedelta(days=rng.randint(1 if key else 330, longest), minutes=rng.randint(0, 1439))
        if key is not None and key in first_bought:
            first = datetime.fromtimestamp(first_bought[key], now.tzinfo).replace(microsecond=0)
            joined = min(joined, first - timedelta(minutes=rng.randint(5, 90)))
        people.append(_person(customer_id, place, row, joined, key, rows.born.get(customer_id)))
    return tuple(people)


class Place(BaseModel):
    """Where further customers come from: names and addresses of one country."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]


class PeopleSpec(BaseModel):
    """Who the customers are; see people.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    demo: dict[str, list[str]]
    born: dict[str, date]
    others: list[list[str]]
    places: tuple[Place, ...]


def load_people_spec() -> PeopleSpec:
    """Read who the customers are."""
    return PeopleSpec.model_validate(read_yaml(FOLDER / "people.yaml"))


def _more(spec: PeopleSpec, n: int, rng: random.Random) -> list[list[str]]:
    """Make up further people; no name is used twice."""
    taken = {row[0] for row in (*spec.demo.values(), *spec.others)}
    made: list[list[str]] = []
    while len(made) < n:
        place = rng.choice(spec.places)
        name = f"{rng.choice(place.given)} {rng.choice(place.family)}"
        if name not in taken:
            taken.add(name)
            street = rng.choice(place.streets).replace("#", str(rng.randint(1, 140)))
            made.append([name, street, rng.choice(place.towns), place.country])
    return made


def _person(
    customer_id: str, place: int, row: list[str], joined_at: datetime, shopper_key: str | None, born_on: date | None
) -> Person:
    name, *address = row
    domain = "example.org" if place % 4 == 3 else "example.com"
    customer = Customer(customer_id, name, f"{_mailbox(name, customer_id)}@{domain}", joined_at, born_on)
    return Person(customer, "\n".join(address), shopper_key)


def _mailbox(name: str, customer_id: str) -> str:
    """Write a name as the part before the @; names in other scripts fall back to the id."""
    plain = unicodedata.normalize(
        "NFKD", name.replace("ß", "ss").replace("ø", "o").replace("æ", "ae").replace("ł", "l")
    )
    words = ["".join(c for c in word if c.isascii() and c.isalnum()) for word in plain.lower().split()]
    words = [word for word in words if word]
    return f"{words[0]}.{words[-1]}" if len(words) > 1 else customer_id.lower()
