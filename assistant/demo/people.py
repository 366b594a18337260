"""The demo shop's customers, all invented, with addresses under example.com and example.org.

Knows nothing of what they buy.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    """

    customer: Customer
    address: str


def make_people(*, seed: int, now: datetime) -> tuple[Person, ...]:
    """Make all customers.

    Args:
        seed: of the days on which they joined.
        now: aware datetime; all have joined before it.
    """
    rng = random.Random(f"{seed}:people")
    rows = read_yaml(FOLDER / "people.yaml")
    named, others = rows["demo"], rows["others"]
    if not isinstance(named, Mapping) or not isinstance(others, list):
        raise ValueError("people.yaml needs a mapping `demo` and a list `others`")
    ids = [*named, *(f"C-{1001 + place}" for place in range(len(others)))]
    return tuple(
        _person(customer_id, place, row, now - timedelta(days=rng.randint(330, 1500), minutes=rng.randint(0, 1439)))
        for place, (customer_id, row) in enumerate(zip(ids, [*named.values(), *others], strict=True))
    )


def _person(customer_id: str, place: int, row: list[str], joined_at: datetime) -> Person:
    name, *address = row
    domain = "example.org" if place % 4 == 3 else "example.com"
    return Person(Customer(customer_id, name, f"{_mailbox(name, customer_id)}@{domain}", joined_at), "\n".join(address))


def _mailbox(name: str, customer_id: str) -> str:
    """Write a name as the part before the @; names in other scripts fall back to the id."""
    plain = unicodedata.normalize(
        "NFKD", name.replace("ß", "ss").replace("ø", "o").replace("æ", "ae").replace("ł", "l")
    )
    words = ["".join(c for c in word if c.isascii() and c.isalnum()) for word in plain.lower().split()]
    words = [word for word in words if word]
    return f"{words[0]}.{words[-1]}" if len(words) > 1 else customer_id.lower()
