"""What the running shop learns from a visit, with the settings as they come: everything once, of the right visit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.service import Assistant
from assistant.support import passwords
from assistant.turn import Order
from recommender.events import EventType
from tests.assistant.learning_house import asked, events_of, learning_house, outcomes_now, put_first_into_cart
from tests.assistant.owner_house import shown_slate
from tests.recommender.experiments.some import an_experiment


@pytest_asyncio.fixture
async def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Assistant]:
    monkeypatch.setattr(passwords, "_N", 2**4)
    with learning_house(tmp_path) as made:
        yield made


async def _order(assistant: Assistant, principal: object, key: str = "k1") -> Order:
    return await assistant.place_order(
        principal,  # type: ignore[arg-type]
        name="Maya",
        email="maya@example.com",
        address="Street 1",
        idempotency_key=key,
    )


async def test_an_order_placed_twice_is_one_purchase(assistant: Assistant, tmp_path: Path) -> None:
    session, slate = await shown_slate(assistant)
    await put_first_into_cart(assistant, session, slate)
    orders = await asyncio.gather(*(_order(assistant, session.principal) for _ in range(4)))
    assert len({order.id for order in orders}) == 1
    (bought,) = events_of(tmp_path, EventType.PURCHASE)
    assert bought.decision_id == slate.items[0].decision_id
    assert (bought.position, bought.value_minor) == (0, orders[0].subtotal.amount_minor)


async def test_what_a_crash_left_unlearned_is_learned_when_the_order_is_placed_again(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, slate = await shown_slate(assistant)
    await put_first_into_cart(assistant, session, slate)
    purchasing = assistant._rooms.purchasing

    def crash(*_: object) -> None:
        raise OSError("the machine went off")

    with monkeypatch.context() as patch:
        patch.setattr(type(purchasing), "record_order", crash)
        with pytest.raises(OSError):
            await _order(assistant, session.principal)
    assert events_of(tmp_path, EventType.PURCHASE) == []
    await _order(assistant, session.principal)
    (bought,) = events_of(tmp_path, EventType.PURCHASE)
    assert bought.decision_id == slate.items[0].decision_id


async def test_the_cart_page_tells_what_is_taken_out_and_put_back(assistant: Assistant, tmp_path: Path) -> None:
    session, slate = await shown_slate(assistant)
    variant_id = await put_first_into_cart(assistant, session, slate)
    for quantity in (3, 2, 0, 1):
        await assistant.set_quantity(session.principal, variant_id, quantity)
    told = events_of(tmp_path, EventType.ADD_TO_CART, EventType.REMOVE_FROM_CART)
    first = slate.items[0]
    assert [(event.type, event.item_id, event.decision_id) for event in told] == [
        (EventType.ADD_TO_CART, first.product.id, first.decision_id),
        (EventType.REMOVE_FROM_CART, first.product.id, first.decision_id),
        (EventType.ADD_TO_CART, first.product.id, None),
    ]


async def test_an_order_cancelled_by_the_shoppers_click_is_taken_back_once(
    assistant: Assistant, tmp_path: Path
) -> None:
    session, slate = await shown_slate(assistant)
    await put_first_into_cart(assistant, session, slate)
    order = await _order(assistant, session.principal)
    proposal = assistant._rooms.actions.propose_cancel(session.principal, order.id)
    assert events_of(tmp_path, EventType.RETURN) == []
    for _ in range(2):
        await assistant.confirm(session.principal, proposal.id)
    (back,) = events_of(tmp_path, EventType.RETURN)
    (bought,) = events_of(tmp_path, EventType.PURCHASE)
    assert (back.item_id, back.decision_id) == (bought.item_id, bought.decision_id)


@pytest.mark.parametrize("consent", [False, True])
async def test_an_experiment_on_shoppers_counts_what_each_did(
    assistant: Assistant, tmp_path: Path, consent: bool
) -> None:
    experiment = an_experiment(window_hours=1.0)
    assistant.lab.start(experiment, who="Ola")
    for name in ("maya", "nils", None):
        session = await assistant.open_session(None)
        session = await assistant.sign_in(session.token, name) if name else session
        if consent:
            await assistant.profiles.keep(session.principal, True)
        slate = await asked(assistant, session, "show me tents")
        first = slate.items[0]
        for kind in ("click", "dismiss"):
            await assistant.record(session.principal, kind, first.product.id, first.decision_id, 0)
    found = outcomes_now(assistant, experiment.name)
    assert [(row.values["click"], row.values["dismiss"]) for row in found] == [(1.0, 1.0)] * 3
    known = {row.unit_key for row in found if row.unit_key.startswith("c:")}
    assert known == ({"c:maya", "c:nils"} if consent else set())


async def test_agreeing_and_signing_in_change_no_arm_within_the_visit(assistant: Assistant) -> None:
    experiment = an_experiment(window_hours=1.0)
    assistant.lab.start(experiment, who="Ola")
    session = await assistant.open_session(None)
    first = await asked(assistant, session, "show me tents", 1)
    session = await assistant.sign_in(session.token, "maya")
    second = await asked(assistant, session, "show me mugs", 2)
    await assistant.profiles.keep(session.principal, True)
    third = await asked(assistant, session, "show me boots", 3)
    assert third.decision is not None
    assert third.decision.context.shopper_key == "c:maya"
    arms = {slate.decision.experiments["cards"] for slate in (first, second, third) if slate.decision}
    assert len(arms) == 1
    (row,) = outcomes_now(assistant, experiment.name)
    assert row.unit_key == f"s:{session.principal.session_id[:24]}"


async def test_one_decision_clicked_from_many_visits_counts_its_own_click_alone(
    assistant: Assistant, tmp_path: Path
) -> None:
    session, slate = await shown_slate(assistant)
    first = slate.items[0]
    for _ in range(40):
        other = await assistant.open_session(None)
        await assistant.record(other.principal, "click", first.product.id, first.decision_id, 0)
    for _ in range(3):
        await assistant.record(session.principal, "click", first.product.id, first.decision_id, 0)
    recommender = (await assistant._opener.plan(5)).shop.recommender
    clicks = events_of(tmp_path, EventType.CLICK)
    assert [click.decision_id for click in clicks] == [None] * 40 + [first.decision_id] * 3
    assert recommender._state.item_clicks.read(first.product.id) == 1
    assert recommender._state.item_impressions.read(first.product.id) == 1
