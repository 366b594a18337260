"""Sentences about prices, made from hand-written frames (`price_frames.yaml`), each with the limits that it states."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

FRAMES = Path(__file__).with_name("price_frames.yaml")
SEED = 20261125
_THINGS = (
    ("tent", "tents", 200), ("backpack", "backpacks", 60), ("laptop", "laptops", 900),
    ("rain jacket", "rain jackets", 120), ("pepper mill", "pepper mills", 25), ("cable", "cables", 9),
    ("sweater", "sweaters", 40), ("kettle", "kettles", 45), ("desk lamp", "desk lamps", 35),
    ("espresso machine", "espresso machines", 1400),
)  # fmt: skip
"""Things with about what they cost; the last three are unknown to the catalogue of the tests."""
_COLOURS = ("black", "red", "navy blue")
_MODELS = ("X{}", "GT-{}", "{}B", "WH{}XM4")
_SIGN = {"USD": "$", "EUR": "€"}
_NAMES = {"USD": ("dollars", "bucks", "USD", "usd"), "EUR": ("euros", "euro", "EUR", "bucks")}
_AROUND = Decimal("0.15")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what it says.

    Args:
        text: e.g. "tent under $80".
        currency: of the shop it is said in.
        frame: number of its frame within the half, from 1.
        limits: least and most in whole minor units; None where it speaks of no price.
    """

    text: str
    currency: str
    frame: int
    limits: tuple[int | None, int | None] | None


def make_sentences(half: str, n: int = 1000, seed: int = SEED) -> tuple[Sentence, ...]:
    """Make `n` sentences of one half ("building" or "reporting"), as many from each frame as from any other."""
    frames: list[tuple[str, str]] = [tuple(row) for row in yaml.safe_load(FRAMES.read_text("utf-8"))[half]]
    chance = random.Random(seed)
    return tuple(_fill(chance, number % len(frames) + 1, *frames[number % len(frames)]) for number in range(n))


def _fill(chance: random.Random, number: int, kind: str, frame: str) -> Sentence:
    currency = chance.choice(("USD", "USD", "EUR"))
    thing, things, usual = chance.choice(_THINGS)
    frame, _, in_words = frame.partition("#")
    low, high = _amounts(chance, usual)
    if "{k}" in frame:
        low = Decimal(chance.randint(11, 49)) / 10 * 1000
    low = Decimal(in_words) if in_words else low
    texts = dict(_said(chance, low, high, currency))
    n, n2 = chance.sample(range(2, 12), 2)
    text = frame.format(
        thing=thing, things=things, colour=chance.choice(_COLOURS), n=n, n2=n2, cm=chance.randint(13, 200),
        cm2=chance.randint(13, 200), model=chance.choice(_MODELS).format(chance.randint(10, 990)),
        k=f"{low / 1000:.1f}k", word=chance.choice(_NAMES[currency]), **texts,
    )  # fmt: skip
    return Sentence(text, currency, number, _limits(kind, int(low * 100), int(high * 100)))


def _amounts(chance: random.Random, usual: int) -> tuple[Decimal, Decimal]:
    """A likely limit for a thing and a larger one: whole, or with cents."""
    low = max(2, round(usual * chance.uniform(0.5, 1.5)))
    high = low + max(2, round(usual * chance.uniform(0.2, 1.5)))
    cents = Decimal(chance.choice(("0", "0", "0.99", "0.50")))
    return low + cents, high + cents


def _said(chance: random.Random, low: Decimal, high: Decimal, currency: str) -> Iterator[tuple[str, str]]:
    """The slots of amounts: both in one style, thousands apart or not, the sign in front or a word behind."""
    apart = chance.random() < 0.5
    small, large = (_digits(amount, currency, apart) for amount in (low, high))
    yield "bare", small
    yield "bare2", large
    sign, name = _SIGN[currency], chance.choice(_NAMES[currency])
    first, second = chance.choice(
        (
            (f"{sign}{small}", f"{sign}{large}"),
            (f"{sign}{small}", f"{sign}{large}"),
            (f"{small} {name}", f"{large} {name}"),
            (f"{small}{sign}", f"{large}{sign}"),
            (f"{name.upper()[:3]} {small}", f"{name.upper()[:3]} {large}")
            if name.isupper()
            else (f"{sign}{small}", f"{sign} {large}"),
        )
    )
    yield "money", first
    yield "money2", second


def _digits(amount: Decimal, currency: str, apart: bool) -> str:
    whole, cents = divmod(amount, 1)
    point, comma = (".", ",") if currency == "USD" else (",", ".")
    head = f"{int(whole):,}".replace(",", comma) if apart else str(int(whole))
    return head + (f"{point}{int(cents * 100):02d}" if cents else "")


def _limits(kind: str, low: int, high: int) -> tuple[int | None, int | None] | None:
    near = int(low * (1 - _AROUND)), int(low * (1 + _AROUND))
    return {"max": (None, low), "min": (low, None), "range": (low, high), "near": near, "none": None}[kind]
