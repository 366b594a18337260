"""The shop's own people and robots are served, and every count of the running shop is made without them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.bootstrap import build_assistant
from assistant.service import Assistant, Session
from assistant.store import SqlEventLog, Store, open_beside
from assistant.support import passwords
from assistant.support.funnel import Asked
from assistant.train_data import STAFF_FILE, known_traffic
from assistant.train_neighbours import counted as counted_for_neighbours
from recommender.data.cleaning import clean_log
from recommender.decide import Recommender
from recommender.events import Event, EventLog, EventType
from recommender.ope.from_log import collect_rewards
from recommender.ope.plan import frozen_plan
from recommender.stack_fit import _interest
from tests.assistant.learning_house import asked, learning_house, outcomes_now, put_first_into_cart
from tests.assistant.owner_house import OLA, house_settings
from tests.assistant.small_shop import PRODUCTS
from tests.recommender.experiments.some import an_experiment

STAFF = "nils"


@pytest_asyncio.fixture
async def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Assistant]:
    monkeypatch.setattr(passwords, "_N", 2**4)
    (tmp_path / STAFF_FILE).write_text(f"{STAFF}\n")
    with learning_house(tmp_path) as made:
        made.lab.start(an_experiment(window_hours=1.0), who="Ola")
        yield made


async def a_visit(assistant: Assistant, customer_id: str | None, *, consent: bool = False) -> tuple[Session, str]:
    """Look at tents, click the first and put it into the cart; returns the session and the decision's id."""
    session = await assistant.open_session(None)
    if customer_id:
        session = await assistant.sign_in(session.token, customer_id)
    if consent:
        await assistant.profiles.keep(session.principal, True)
    slate = await asked(assistant, session, "show me tents")
    first = slate.items[0]
    await assistant.record(session.principal, "click", first.product.id, first.decision_id, 0)
    await put_first_into_cart(assistant, session, slate)
    assert first.decision_id
    return session, first.decision_id


async def recommender_of(assistant: Assistant) -> Recommender:
    return (await assistant._opener.plan(5)).shop.recommender


def popular(recommender: Recommender) -> tuple[float, dict[str, int], dict[str, int]]:
    state = recommender._state
    now = max(event.at for _, event in recommender._log.events())
    return (
        sum(state.popularity.read(item_id, now) for item_id in state.item_impressions.known()),
        state.item_impressions.known(),
        state.item_clicks.known(),
    )


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(open_beside(tmp_path))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.mark.parametrize("consent", [False, True])
async def test_staff_count_nowhere_with_consent_or_without(
    assistant: Assistant, tmp_path: Path, beside: Callable[[], Store], consent: bool
) -> None:
    recommender = await recommender_of(assistant)
    await a_visit(assistant, STAFF, consent=consent)
    assert popular(recommender) == (0.0, {}, {})
    guest, shopper_saw = await a_visit(assistant, None)
    crowd = popular(recommender)
    assert crowd[0] > 0
    assert [row.unit_key for row in outcomes_now(assistant, "cards")] == [f"s:{guest.principal.session_id[:24]}"]
    funnel = await assistant.owner.funnel(OLA, Asked())
    assert (funnel.chats, funnel.saw, funnel.clicked, funnel.carted) == (1, 1, 1, 1)
    store = beside()
    log = SqlEventLog(store)
    cleaned = clean_log(log, now=10.0**11, known=known_traffic(house_settings(tmp_path), store))
    assert {decision_id for decision_id, _ in collect_rewards(cleaned, frozen_plan())} == {shopper_saw}
    assert set(_interest(cleaned)) == {shopper_saw}
    assert {
        event.session_key
        for event in counted_for_neighbours(house_settings(tmp_path), store)
        if event.type is not EventType.EDIT
    } == {f"s:{guest.principal.session_id[:24]}"}
    # After a restart the same is known, though the visit is over.
    again = Recommender({}, log, outsiders=lambda: known_traffic(house_settings(tmp_path), store).keys)
    assert popular(again) == crowd


async def test_staff_who_sign_out_are_still_known(
    assistant: Assistant, tmp_path: Path, beside: Callable[[], Store]
) -> None:
    session, _ = await a_visit(assistant, STAFF)
    await assistant.sign_out(session.token)
    keys = known_traffic(house_settings(tmp_path), beside()).keys
    assert keys == {f"c:{STAFF}", f"s:{session.principal.session_id[:24]}"}


async def test_what_staff_dismiss_stays_away_from_them(assistant: Assistant) -> None:
    session = await assistant.sign_in((await assistant.open_session(None)).token, STAFF)
    first = (await asked(assistant, session, "show me tents", 1)).items[0]
    await assistant.record(session.principal, "dismiss", first.product.id, first.decision_id, 0)
    again = await asked(assistant, session, "show me tents", 2)
    assert first.product.id not in {item.product.id for item in again.items}


async def test_a_robot_is_taken_out_of_counters_at_the_next_start_and_out_of_the_funnel(
    assistant: Assistant, tmp_path: Path, beside: Callable[[], Store]
) -> None:
    await a_visit(assistant, None)
    robot = await assistant.open_session(None)
    slate = await asked(assistant, robot, "show me tents")
    recommender = await recommender_of(assistant)
    before = popular(recommender)
    decision = slate.decision
    assert decision is not None
    with closing(sqlite3.connect(tmp_path / "aisle.db")) as connection:
        (session_key,) = connection.execute(
            "SELECT session_key FROM events WHERE decision_id = ? LIMIT 1", (decision.decision_id,)
        ).fetchone()
    # A click each half second, on whatever there is.
    for number in range(100):
        item = PRODUCTS[number % len(PRODUCTS)].id
        at = decision.context.now + 5.0 + 0.5 * number
        event = Event(f"robot-{number}", EventType.CLICK, item, f"a:{session_key}", session_key, at)
        assert recommender.record(event)
    assert popular(recommender)[0] > before[0]
    # The log is looked at every ten minutes.
    assistant._rooms.counted._again_at = 0.0
    funnel = await assistant.owner.funnel(OLA, Asked())
    assert (funnel.saw, funnel.clicked) == (1, 1)
    assert [row.unit_key for row in outcomes_now(assistant, "cards")] != []
    assert session_key not in {row.unit_key for row in outcomes_now(assistant, "cards")}
    assistant.close()
    with closing(build_assistant(house_settings(tmp_path))) as again:
        again.start(wait="words")
        started = await recommender_of(again)
        log: EventLog = started._log
        robots = {event.session_key for _, event in log.events() if event.event_id.startswith("robot-")}
        assert robots == {session_key}
        assert popular(started)[0] < before[0]
