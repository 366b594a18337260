"""A purchase reaches the recommender: who bought, in which visit, from which decision, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.purchasing import OLDEST, PurchaseJoined, Purchasing
from assistant.store import SqlEventLog, open_store
from assistant.support.purchases import Purchase, PurchaseBook, PurchaseLine, order_key, select_purchased
from assistant.tools.profiling import Mode, Profiling
from recommender.decide import Recommender
from recommender.events import Candidate, DecisionContext, Event, EventType, Item
from recommender.profiles.edits import anonymous_key
from tests.assistant.support.shop import AS_MARA, GUEST, Shop, product, usd
from tests.fakes.clock import ManualClock


class Counter:
    """A shop, a recommender over the same store, and purchases told to both."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.store = open_store(folder, self.clock)
        self.shop = Shop(self.store, self.clock)
        self.shop.sells(product("tent", usd(2000)), product("mug", usd(999)))
        self.shop.has_orders({})
        self.log = SqlEventLog(self.store)
        items = {name: Item(name, "Things", None, None, 1000) for name in ("tent", "mug")}
        self.recommender = Recommender(items, self.log)
        book = PurchaseBook(self.store, self.clock)
        self.purchasing = Purchasing(book, self.log, self.shop.by_variant, self.shop.catalogue.get, self.clock)

    def shown(self, session_key: str = "s:there") -> str:
        """Show the tent and the mug; returns the decision's id."""
        context = DecisionContext(session_key, session_key, "t1", "search", self.clock().timestamp(), 7, explore=False)
        return self.recommender.decide(context, [Candidate("tent", 0.9), Candidate("mug", 0.5)]).decision_id

    def cart(self, principal: object = GUEST, decision_id: str | None = None) -> str:
        url = self.shop.carts.add(principal, "tent-v", 1, decision_id).checkout_url  # type: ignore[arg-type]
        assert url
        return url.partition("cart=")[2]

    def tell(self, ref: str | None = None, order_id: str = "W-1", **line: object) -> PurchaseJoined:
        lines = (PurchaseLine(1, 2000, "USD", **({"variant_id": "tent-v"} | line)),)  # type: ignore[arg-type]
        return self.record(Purchase(order_id, lines, self.clock(), ref))

    def record(
        self, purchase: Purchase, recommender: Recommender | None = None, *, profiles: Mode = "on"
    ) -> PurchaseJoined:
        learner = recommender or self.recommender
        profiling = Profiling(learner.profiles, profiles, lambda: self.clock().timestamp())
        return self.purchasing.record(purchase, learner, profiling)

    @property
    def bought(self) -> list[Event]:
        return [event for _, event in self.log.events() if event.type is EventType.PURCHASE]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "data")
    yield made
    made.store.close()


def test_a_guests_line_is_joined_in_the_visit_that_saw_it(counter: Counter) -> None:
    decision = counter.shown("s:session-g")
    assert counter.tell(counter.cart(GUEST, decision)) == PurchaseJoined(1, 0, duplicate=False)
    (event,) = counter.bought
    assert (event.shopper_key, event.session_key) == ("s:session-g", "s:session-g")
    assert (event.decision_id, event.position, event.value_minor) == (decision, 0, 2000)


def test_a_customers_line_is_theirs_in_the_visit_that_saw_it(counter: Counter) -> None:
    decision = counter.shown("s:earlier")
    counter.tell(counter.cart(AS_MARA, decision))
    (event,) = counter.bought
    assert (event.shopper_key, event.session_key) == ("c:C-1", "s:earlier")


@pytest.mark.parametrize("profiles", ["ask", "off"])
def test_without_consent_the_crowd_learns_and_nobody_is_named(counter: Counter, profiles: Mode) -> None:
    ref = counter.cart(AS_MARA, counter.shown("s:earlier"))
    lines = (PurchaseLine(1, 2000, "USD", variant_id="tent-v"),)
    joined = counter.record(Purchase("W-1", lines, counter.clock(), ref), profiles=profiles)
    assert joined == PurchaseJoined(1, 0, duplicate=False)
    (event,) = counter.bought
    assert (event.shopper_key, event.session_key) == (anonymous_key("s:earlier"), "s:earlier")


def test_a_line_without_a_decision_is_the_buyers(counter: Counter) -> None:
    assert counter.tell(counter.cart(GUEST)) == PurchaseJoined(0, 1, duplicate=False)
    (event,) = counter.bought
    assert (event.shopper_key, event.session_key) == ("s:session-g", "s:session-g")
    assert (event.decision_id, event.position) == (None, None)


def test_an_order_from_nowhere_stands_for_its_buyer(counter: Counter) -> None:
    counter.tell(None)
    (event,) = counter.bought
    assert event.shopper_key == event.session_key == order_key("W-1")


def test_what_the_shop_names_goes_before_what_the_cart_says(counter: Counter) -> None:
    first, second = counter.shown(), counter.shown()
    counter.tell(counter.cart(GUEST, first), decision_id=second)
    assert counter.bought[0].decision_id == second


def test_a_decision_that_the_shop_made_up_leaves_the_carts(counter: Counter) -> None:
    decision = counter.shown()
    counter.tell(counter.cart(GUEST, decision), decision_id="made-up")
    assert counter.bought[0].decision_id == decision


def test_a_product_that_nobody_knows_is_not_learned(counter: Counter) -> None:
    assert counter.tell(None, variant_id="unknown") == PurchaseJoined(0, 1, duplicate=False)
    assert counter.bought == []


def test_the_baskets_of_the_shops_own_checkout_are_read(counter: Counter) -> None:
    lines = tuple(PurchaseLine(1, 2000, "USD", variant_id=one) for one in ("tent-v", "mug-v", "unknown"))
    counter.record(Purchase("W-1", lines, counter.clock(), None))
    with counter.store.read() as connection:
        assert select_purchased(connection) == (("tent", "mug"),)


def test_told_again_after_a_restart_it_is_still_known(counter: Counter) -> None:
    ref = counter.cart(GUEST, counter.shown())
    counter.tell(ref)
    at = counter.clock()
    again = Recommender({}, counter.log)
    lines = (PurchaseLine(1, 2000, "USD", variant_id="tent-v"),)
    assert counter.record(Purchase("W-1", lines, at, ref), again) == PurchaseJoined(1, 0, duplicate=True)
    assert len(counter.bought) == 1


@pytest.mark.parametrize(
    ("placed", "counted"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), ManualClock().now - OLDEST),
        (datetime(9999, 1, 1, tzinfo=UTC), ManualClock().now),
        (ManualClock().now - timedelta(days=2), ManualClock().now - timedelta(days=2)),
    ],
)
def test_the_moment_lies_within_the_last_year(counter: Counter, placed: datetime, counted: datetime) -> None:
    lines = (PurchaseLine(1, 2000, "USD", variant_id="tent-v"),)
    counter.record(Purchase("W-1", lines, placed))
    assert counter.bought[0].at == pytest.approx(counted.timestamp())
