"""Owner's rules in the running shop act on what its own catalogue states."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.rules_commands import add_rule
from assistant.support import passwords
from recommender.errors import RuleBroken
from retrieval.product import Product
from tests.assistant.learning_house import asked, learning_house
from tests.assistant.owner_house import OLA, house_settings, owner_house, shown_slate
from tests.assistant.small_shop import DOME, FJELL_2, PRODUCTS, TENTS

COST = 8_765
"""Of the dome, which is sold for 8,900: it earns 1.5 % of its price."""


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_N", 2**4)


def with_costs(products: Sequence[Product] = PRODUCTS) -> list[Product]:
    costs = {DOME.id: COST, FJELL_2.id: 5_000}
    return [
        replace(one, variants=tuple(replace(v, cost_minor=costs.get(one.id)) for v in one.variants)) for one in products
    ]


async def test_a_minimum_stock_hides_what_is_nearly_gone(tmp_path: Path) -> None:
    few = [replace(p, variants=(replace(p.variants[0], stock=2),)) if p is DOME else p for p in PRODUCTS]
    with owner_house(tmp_path, few) as assistant:
        await assistant.owner.add_rule(OLA, {"kind": "min_stock", "units": 3})
        _, slate = await shown_slate(assistant)
        assert {item.product.id for item in slate.items} == {p.id for p in TENTS} - {DOME.id}
        assert slate.decision is not None
        assert slate.decision.guards[0] == "min_stock:1"


async def test_a_margin_acts_where_costs_are_stated_and_no_shopper_learns_them(tmp_path: Path) -> None:
    with owner_house(tmp_path, with_costs()) as assistant:
        _, before = await shown_slate(assistant)
        await assistant.owner.add_rule(OLA, {"kind": "margin_floor", "share": 0.1})
        _, after = await shown_slate(assistant)
    assert DOME.id in {item.product.id for item in before.items}
    # The third tent states no cost, and stays.
    assert {item.product.id for item in after.items} == {p.id for p in TENTS} - {DOME.id}
    assert str(COST) not in repr(before)
    for file in tmp_path.glob("*.db"):
        assert str(COST).encode() not in file.read_bytes(), file.name


async def test_a_margin_is_refused_where_no_cost_is_stated(tmp_path: Path) -> None:
    with owner_house(tmp_path) as assistant:
        with pytest.raises(RuleBroken, match="does not say what these products cost"):
            await assistant.owner.add_rule(OLA, {"kind": "margin_floor", "share": 0.1})
        assert await assistant.owner.rules(OLA) == ()
    with pytest.raises(RuleBroken, match="does not say what these products cost"):
        add_rule(house_settings(tmp_path), '{"kind": "margin_floor", "share": 0.1}', who="Ola", as_json=True)


async def test_a_margin_on_products_without_a_cost_is_refused_though_others_state_one(tmp_path: Path) -> None:
    with owner_house(tmp_path, with_costs()) as assistant:
        with pytest.raises(RuleBroken):
            await assistant.owner.add_rule(OLA, {"kind": "margin_floor", "share": 0.1, "categories": ["Mugs"]})
        await assistant.owner.add_rule(OLA, {"kind": "margin_floor", "share": 0.1, "categories": ["Tents"]})


async def test_an_age_is_the_shops_own_word_and_nothing_is_tried_beside_what_has_a_limit(tmp_path: Path) -> None:
    with learning_house(tmp_path) as assistant:
        with closing(sqlite3.connect(tmp_path / "aisle.db")) as connection, connection:
            connection.execute("UPDATE customers SET born_on = '1988-03-14' WHERE id = 'maya'")
            connection.execute("UPDATE customers SET born_on = '2020-03-14' WHERE id = 'nils'")
        await assistant.owner.add_rule(OLA, {"kind": "age_limit", "years": 18, "item_ids": [DOME.id]})
        shown, guards = {}, {}
        for who in (None, "nils", "maya"):
            session = await assistant.open_session(None)
            session = await assistant.sign_in(session.token, who) if who else session
            slate = await asked(assistant, session, "I am 45 years old, show me tents")
            assert slate.decision is not None
            shown[who], guards[who] = {item.product.id for item in slate.items}, slate.decision.guards
    assert {who: DOME.id in ids for who, ids in shown.items()} == {None: False, "nils": False, "maya": True}
    assert "no_explore:restricted" in guards["maya"]
    assert "no_explore:restricted" not in (*guards[None], *guards["nils"])
