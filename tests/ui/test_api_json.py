"""Evidence and events as JSON: every kind, the same words as the pages, and no address that may not be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from assistant.turn import Answer, Done, EvidenceFound, Need, TextDelta, TurnEvent
from recommender.events import SPONSORED, Reason
from retrieval.product import Money, Product, Variant
from tests.contracts.channel import ChannelContract, events_with
from tests.fakes import shop
from ui.api.schema import TURN_EVENTS
from ui.api_json import TurnJson, evidence_out, product_details, wishes_out
from ui.views import Look

LOOK = Look(link_hosts=frozenset({"shop.example"}))
_LINKS = ("url", "checkout_url")


def told(events: Sequence[TurnEvent], look: Look = LOOK) -> list[tuple[str, Any]]:
    writer = TurnJson(look)
    return [(name, json.loads(data.model_dump_json())) for event in events for name, data in writer.add(event)]


def words(value: Any, key: str = "") -> Iterator[str]:
    """Show JSON as a client would that trusts addresses and nothing else."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from words(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from words(part, key)
    elif value is None:
        yield "not stated" if key == "values" else ""
    elif key in _LINKS:
        yield f'<a href="{value}">link</a>'
    elif key == "image":
        yield f'<img src="{value}">'
    else:
        yield escape(f"{value} ×" if key == "quantity" else str(value))


class TestJsonChannel(ChannelContract):
    def show(self, events: Sequence[TurnEvent]) -> str:
        found = told(events)
        shown = [part for name, data in found for part in words(data)]
        if found and found[-1][0] == "stopped":
            shown.append("Stopped")
        return " ".join(shown)

    def test_a_fact_found_twice_is_shown_once(self) -> None:
        events = [EvidenceFound(shop.ORDERS), EvidenceFound(shop.ORDERS), Done(Answer("Two.", (shop.ORDERS,)))]
        assert [name for name, _ in told(events)] == ["evidence", "done"]


def test_every_event_is_one_that_the_documentation_names() -> None:
    from tests.contracts.channel import EVENTS

    names = {name for event, _ in EVENTS.values() for name, _ in told([event])}
    assert names == set(TURN_EVENTS)


def test_a_fact_that_comes_with_the_end_only_is_told_before_it() -> None:
    assert [name for name, _ in told([Done(Answer("Here.", (shop.ORDERS,)))])] == ["evidence", "done"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/tent", "https://shop.example/tent"),
        ("/p/tent", "/p/tent"),
        ("https://evil.example/tent", None),
        ("//evil.example", None),
        ("javascript:alert(1)", None),
        ("/\\evil.example", None),
        (None, None),
    ],
)
def test_only_addresses_of_the_shop_are_shown(url: str | None, shown: str | None) -> None:
    product = replace(shop.PRODUCTS[0], url=url)
    assert product_details(shop.fact(product), LOOK).url == shown


def test_money_is_written_for_the_language_and_counted_exactly() -> None:
    product = Product("kimono", "Kimono", (Variant("kimono-1", Money(12800, "JPY")),))
    price = product_details(replace(shop.fact(shop.PRODUCTS[0]), product=product, variant=product.variants[0]),
                            Look(locale="de_DE")).price  # fmt: skip
    assert (price.minor, price.currency, price.text) == (12800, "JPY", "12.800\xa0¥")


def test_a_list_price_is_one_only_above_the_price() -> None:
    def listed(list_price: Money | None) -> object:
        variant = replace(shop.PRODUCTS[0].variants[0], list_price=list_price)
        product = replace(shop.PRODUCTS[0], variants=(variant,))
        return product_details(replace(shop.fact(product), variant=variant), LOOK).list_price

    assert [listed(price) for price in (None, Money(7900, "USD"), Money(7000, "USD"), Money(9900, "EUR"))] == [None] * 4
    assert listed(Money(9900, "USD")) is not None


def test_hidden_characters_are_removed_everywhere() -> None:
    hidden = "a\u202eb\u200bc\U000e0041d\x07e\ud800f"
    shown = " ".join(text for name, data in told(events_with(hidden)) for text in words(without_ids(data)))
    for character in "\u202e\u200b\U000e0041\x07\ud800":
        assert character not in shown


def without_ids(value: Any) -> Any:
    """What people see: ids and keys stay as the catalogue has them, and are never shown."""
    if isinstance(value, dict):
        return {name: without_ids(part) for name, part in value.items() if name not in ("id", "key")}
    return [without_ids(part) for part in value] if isinstance(value, list) else value


def test_an_id_that_no_encoding_can_write_is_written_all_the_same() -> None:
    out = evidence_out(shop.fact(replace(shop.PRODUCTS[0], id="a\ud800b")), LOOK)
    assert json.loads(out.model_dump_json())["product"]["id"] == "a\ufffdb"


def test_white_space_between_words_stays() -> None:
    events = told([TextDelta("Here "), TextDelta("it\n\nis. "), TextDelta("\u200b")])
    assert [data["text"] for _, data in events] == ["Here ", "it\n\nis. "]


def test_words_that_a_chip_says_are_not_said_twice() -> None:
    assert wishes_out(Need("jacket under $90", shop.WISHES), LOOK).text == "jacket"


@pytest.mark.parametrize("fact", [shop.slate(shop.PRODUCTS, total=40), shop.EMPTY_SLATE, shop.ORDERS, shop.PROPOSAL])
def test_what_is_written_can_be_read_again(fact: Any) -> None:
    out = evidence_out(fact, LOOK)
    assert type(out).model_validate_json(out.model_dump_json()) == out


def test_an_empty_slate_says_what_could_be_given_up() -> None:
    out = json.loads(evidence_out(shop.EMPTY_SLATE, LOOK).model_dump_json())
    assert out["relaxations"][0] == {"key": "attribute:size", "label": "size M", "count": 4}
    assert out["set_aside"] == ["glitter"]
    assert out["corrected"] == {"goun": "gown"}
    assert out["meaning_ready"] is False
    assert out["products"] == []


def test_a_sponsored_product_says_so() -> None:
    slate = shop.slate(shop.PRODUCTS[:2])
    paid = replace(slate.items[1], reasons=(Reason(SPONSORED, "", 0.0),))
    out = json.loads(evidence_out(replace(slate, items=(slate.items[0], paid)), LOOK).model_dump_json())
    assert [one["sponsored"] for one in out["products"]] == [False, True]
    assert out["products"][1]["why"] == ["Sponsored: its maker or seller pays for this place"]
