"""What every channel must do: show each event of a turn and each kind of evidence, and never let markup through."""

from __future__ import annotations

import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from assistant.turn import (
    Answer,
    CartFact,
    ComparisonFact,
    Done,
    Evidence,
    EvidenceFound,
    Failed,
    HandOverFact,
    Need,
    OrdersFact,
    PassedOn,
    PolicyFact,
    ProductFact,
    ProfileFact,
    Proposal,
    Question,
    RefusalFact,
    SlateFact,
    Source,
    Status,
    Stopped,
    TextDelta,
    TurnEvent,
    WhyFact,
    WishesChanged,
)
from retrieval.filters import AttributeIn
from retrieval.product import Attribute, Product
from tests.fakes import shop

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "safety" / "payloads"

FACTS: dict[type, tuple[Evidence, tuple[str, ...]]] = {
    SlateFact: (shop.slate(shop.PRODUCTS[:2], total=9), ("Trail jacket Fjell", "$79.00", "9 products")),
    ProductFact: (shop.fact(shop.PRODUCTS[0]), ("Trail jacket Fjell", "$79.00", "340 g")),
    ComparisonFact: (shop.comparison(shop.PRODUCTS[0], shop.PRODUCTS[1]), ("Material", "recycled nylon", "not stated")),
    CartFact: (shop.cart((shop.PRODUCTS[1], 2)), ("2 ×", "$39.98", "$44.88")),
    OrdersFact: (shop.ORDERS, ("A-10421", "Shipped", "$158.00")),
    PolicyFact: (shop.POLICY, ("Returns: How long do I have?", "/policies/returns#how-long")),
    Proposal: (shop.PROPOSAL, ("Cancel order A-10421", "is packed", "nothing is sent", "$158.00")),
    RefusalFact: (RefusalFact("already_shipped", "It has been shipped."), ("It has been shipped.",)),
    HandOverFact: (HandOverFact(3, "damage"), ("3", "damage")),
    ProfileFact: (shop.PROFILE, ("Jackets", "red", "leather")),
    WhyFact: (shop.WHY, ("Trail jacket Fjell", "under $90")),
}
"""One sample of each kind of evidence, and what a shopper must be able to read of it."""

EVENTS: dict[type, tuple[TurnEvent, tuple[str, ...]]] = {
    Status: (Status("Looking for tents …"), ("Looking for tents …",)),
    EvidenceFound: (EvidenceFound(shop.ORDERS), ("A-10421",)),
    TextDelta: (TextDelta("Hello there."), ("Hello there.",)),
    WishesChanged: (WishesChanged(Need("jacket", shop.WISHES)), ("jacket", "under $90", "size M", "not wool")),
    PassedOn: (PassedOn("Nora"), ("Nora",)),
    Done: (
        Done(
            Answer(
                "Here you are.",
                (shop.ORDERS,),
                question=Question("for", "Who is it for?", ("A child", "A dog")),
                sources=(Source("returns#how-long", "Returns", "/policies/returns#how-long"),),
            )
        ),
        ("Here you are.", "A-10421", "Who is it for?", "A child", "A dog", "Returns"),
    ),
    Stopped: (Stopped(), ("Stopped",)),
    Failed: (Failed("The shop is closed just now."), ("The shop is closed just now.",)),
}
"""One sample of each event, and what a shopper must be able to read of it."""


class ChannelContract(ABC):
    """Inherit and implement `show`."""

    @abstractmethod
    def show(self, events: Sequence[TurnEvent]) -> str:
        """Return all that the channel shows for these events of one turn, as HTML."""

    def test_there_is_a_sample_of_every_kind(self) -> None:
        assert set(EVENTS) == set(get_args(TurnEvent))
        assert set(FACTS) == set(get_args(Evidence))

    @pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
    def test_every_event_is_shown(self, kind: type) -> None:
        event, expected = EVENTS[kind]
        words = read(self.show([event]))
        for part in expected:
            assert part in words

    @pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
    def test_every_kind_of_evidence_is_shown(self, kind: type) -> None:
        fact, expected = FACTS[kind]
        words = read(self.show([EvidenceFound(fact)]))
        for part in expected:
            assert part in words

    def test_a_fact_found_twice_is_shown_once(self) -> None:
        answer = Answer("Two.", (shop.ORDERS,))
        words = read(self.show([EvidenceFound(shop.ORDERS), EvidenceFound(shop.ORDERS), Done(answer)]))
        assert words.count("Order A-10421") == 1

    @pytest.mark.datasets
    @pytest.mark.skipif(not PAYLOADS.is_dir(), reason="../shared/datasets/safety is absent")
    def test_known_attacks_never_become_markup(self) -> None:
        payloads = attacks()
        for start in range(0, len(payloads), 50):
            some = payloads[start : start + 50]
            live = live_markup(self.show(events_with(*some)))
            assert not live, (live, some)

    @pytest.mark.parametrize(
        "payload",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            '"><svg onload=alert(1)>',
            "' onmouseover='alert(1)",
            "[click](javascript:alert(1))",
            "![x](https://evil.example/leak.png)",
            "[here](https://evil.example/?q=secret)",
            "[a](//evil.example) [b](/\\evil.example)",
            "{{ 7 * 7 }} ${alert(1)} {% raw %}",
            "<a href='https://evil.example'>x</a>",
        ],
    )
    def test_an_attack_never_becomes_markup(self, payload: str) -> None:
        assert not live_markup(self.show(events_with(payload)))


def attacks() -> list[str]:
    """Every payload of the public collections."""
    with gzip.open(PAYLOADS / "xss-payload-list.txt.gz", "rt", encoding="utf-8", errors="replace") as lines:
        scripts = [line.rstrip("\n") for line in lines if line.strip()]
    naughty = [text for text in json.loads((PAYLOADS / "blns.json").read_text("utf-8")) if text]
    return scripts + naughty


def events_with(*payloads: str) -> list[TurnEvent]:
    """A turn that carries the payloads wherever somebody else's words can stand: all in cards, one everywhere."""
    payload = payloads[0]
    hostile = _hostile(payload)
    need = Need(payload, tuple(AttributeIn(each, (each,)) for each in payloads))
    slate = replace(
        shop.slate(tuple(_hostile(each) for each in payloads), need=need),
        set_aside=payloads,
        corrected=dict(zip(payloads, payloads, strict=True)),
    )
    words = "\n\n".join(payloads)
    return [
        Status(payload),
        EvidenceFound(slate),
        EvidenceFound(shop.fact(hostile)),
        EvidenceFound(ComparisonFact((shop.fact(hostile),), {each: (each,) for each in payloads})),
        EvidenceFound(shop.cart((hostile, 1))),
        EvidenceFound(replace(shop.PROPOSAL, title=payload, before=payload, after=payload)),
        EvidenceFound(RefusalFact("x", payload)),
        EvidenceFound(HandOverFact(1, payload)),
        TextDelta(words),
        WishesChanged(need),
        PassedOn(payload),
        Done(
            Answer(
                words,
                question=Question("q", payload, payloads),
                sources=tuple(Source("x", each, each) for each in payloads),
            )
        ),
        Failed(payload),
    ]


def _hostile(payload: str) -> Product:
    base = shop.PRODUCTS[0]
    return replace(
        base,
        title=payload,
        description=payload,
        brand=payload,
        category=payload,
        image=payload,
        url=payload,
        attributes={"material": Attribute(payload, payload)},
        variants=tuple(replace(v, options={"size": payload}) for v in base.variants),
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.live: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "link", "meta", "base", "form", "style", "video", "audio"):
            self.live.append(tag)
        for name, value in attrs:
            self._attribute(tag, name.lower(), value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name in ("href", "aria-label"):
            self.words.append(value)
        if name.startswith("on") or name in ("srcdoc", "formaction", "xlink:href", "background"):
            self.live.append(f"{tag} {name}")
        if name == "src" and not value.startswith("/images/"):
            self.live.append(f"{tag} {name}={value}")
        if name in ("href", "action") and (not value.startswith(("/", "#")) or value.startswith(("//", "/\\"))):
            self.live.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> str:
    """All words of a page, links and labels included."""
    reader = _Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.words).split())


def live_markup(html: str) -> list[str]:
    """Everything in a page that could run, load from elsewhere or lead elsewhere."""
    reader = _Reader()
    reader.feed(html)
    return reader.live
