"""Simulated shoppers: what they do follows from tastes that are known, and what was shown is logged with its chance."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from assistant.demo.catalogue import Made
from assistant.demo.shoppers import DAYS, Behaviour, simulate
from assistant.demo.tastes import Tastes, load_segments
from assistant.demo.visits import CANDIDATES, SLATE
from recommender.events import EventType


def test_there_is_enough_behaviour_to_learn_from(behaviour: Behaviour) -> None:
    kinds = Counter(event.type for event in behaviour.events)
    assert 40_000 <= len(behaviour.events) <= 80_000
    assert len({event.shopper_key for event in behaviour.events}) == 800
    assert 0.05 <= kinds[EventType.CLICK] / kinds[EventType.IMPRESSION] <= 0.3
    assert kinds[EventType.CLICK] > kinds[EventType.ADD_TO_CART] > kinds[EventType.PURCHASE] > 500
    assert kinds[EventType.DISMISS] > 300


def test_everything_happens_in_order_within_the_days_before_now(behaviour: Behaviour, now: datetime) -> None:
    times = [event.at for event in behaviour.events]
    assert times == sorted(times)
    assert now.timestamp() - (DAYS + 1) * 86_400 < times[0]
    assert times[-1] < now.timestamp()
    assert len({event.event_id for event in behaviour.events}) == len(behaviour.events)


def test_every_event_of_a_decision_refers_to_what_it_showed(behaviour: Behaviour) -> None:
    shown = {d.decision_id: [item.item_id for item in d.items] for d in behaviour.decisions}
    for event in behaviour.events:
        if event.decision_id is not None:
            assert event.position is not None
            assert shown[event.decision_id][event.position] == event.item_id
        else:
            assert event.type in (EventType.CLICK, EventType.ADD_TO_CART, EventType.PURCHASE, EventType.RETURN)


def test_logged_probabilities_are_those_of_drawing_without_replacement(behaviour: Behaviour) -> None:
    for decision in behaviour.decisions[::50]:
        assert len(decision.items) == SLATE
        assert len(set(decision.candidate_ids)) == len(decision.candidate_ids) == CANDIDATES
        weights = dict(zip(decision.candidate_ids, decision.candidate_scores, strict=True))
        for item in decision.items:
            assert item.probability == pytest.approx(weights[item.item_id] / sum(weights.values()))
            del weights[item.item_id]
        assert decision.slate_probability == pytest.approx(math.prod(item.probability for item in decision.items))


def test_logged_probabilities_match_how_often_items_are_shown_first(behaviour: Behaviour) -> None:
    expected: dict[str, float] = {}
    seen: Counter[str] = Counter()
    for decision in behaviour.decisions:
        total = sum(decision.candidate_scores)
        for item, weight in zip(decision.candidate_ids, decision.candidate_scores, strict=True):
            expected[item] = expected.get(item, 0.0) + weight / total
        seen[decision.items[0].item_id] += 1
    deviations = [(seen[item] - mean) / math.sqrt(mean) for item, mean in expected.items() if mean > 5]
    # A sum of squares of n standard deviations has mean n and standard deviation sqrt(2 n).
    n = len(deviations)
    assert abs(sum(d * d for d in deviations) - n) < 5 * math.sqrt(2 * n) + 0.1 * n


def test_what_a_shopper_truly_likes_is_clicked_more(behaviour: Behaviour) -> None:
    tastes = behaviour.tastes
    column = {item: place for place, item in enumerate(tastes.item_ids)}
    row = {key: place for place, key in enumerate(tastes.shopper_keys)}
    ranks = np.argsort(np.argsort(tastes.utilities, axis=1), axis=1) / len(column)
    clicked = {(e.decision_id, e.item_id) for e in behaviour.events if e.type is EventType.CLICK}
    counts = {"top": [0, 0], "bottom": [0, 0]}
    for event in behaviour.events:
        if event.type is not EventType.IMPRESSION:
            continue
        rank = ranks[row[event.shopper_key], column[event.item_id]]
        group = "top" if rank > 0.8 else "bottom" if rank < 0.2 else None
        if group:
            counts[group][0] += (event.decision_id, event.item_id) in clicked
            counts[group][1] += 1
    top, bottom = (counts[group][0] / counts[group][1] for group in ("top", "bottom"))
    assert counts["bottom"][1] > 500
    assert top > 2.5 * bottom


def test_earlier_slots_are_clicked_more(behaviour: Behaviour) -> None:
    clicks = Counter(event.position for event in behaviour.events if event.type is EventType.CLICK)
    assert clicks[0] > 1.6 * clicks[SLATE - 1]


def test_things_that_fit_are_bought_together(behaviour: Behaviour, catalogue: tuple[Made, ...]) -> None:
    kind = {made.product.id: made.spec.category for made in catalogue}
    baskets: dict[str, set[str]] = {}
    for event in behaviour.events:
        if event.type is EventType.PURCHASE:
            baskets.setdefault(event.session_key, set()).add(kind[event.item_id])
    for first, second in (
        ("Tents", "Sleeping bags"),
        ("Phones", "Phone cases"),
        ("Espresso machines", "Coffee grinders"),
    ):
        with_first = [basket for basket in baskets.values() if first in basket]
        share = sum(second in basket for basket in with_first) / len(with_first)
        usual = sum(second in basket for basket in baskets.values()) / len(baskets)
        assert len(with_first) >= 10
        assert share > 3 * usual


def test_segments_differ_in_what_they_like_best(behaviour: Behaviour, catalogue: tuple[Made, ...]) -> None:
    tastes = behaviour.tastes
    assert set(tastes.segments) == set(load_segments())
    shelves = np.array([made.spec.shelf for made in catalogue])

    def mean(segment: str, shelf: str) -> float:
        rows = np.array([name == segment for name in tastes.segments])
        return float(tastes.utilities[rows][:, shelves == shelf].mean())

    assert mean("hikers", "outdoor") > mean("desk_workers", "outdoor") + 0.5
    assert mean("coffee_people", "kitchen") > mean("hikers", "kitchen") + 0.5
    assert mean("families", "toys") > mean("hikers", "toys") + 0.5


def test_whoever_minds_the_price_buys_cheaper_within_a_category(
    behaviour: Behaviour, catalogue: tuple[Made, ...]
) -> None:
    tastes = behaviour.tastes
    minding = dict(zip(tastes.shopper_keys, tastes.price_sensitivities.tolist(), strict=True))
    logs: dict[str, list[float]] = {}
    for made in catalogue:
        logs.setdefault(made.spec.category, []).append(math.log(made.product.price.amount_minor))
    usual = {category: sum(values) / len(values) for category, values in logs.items()}
    dearer = {
        made.product.id: math.log(made.product.price.amount_minor) - usual[made.spec.category] for made in catalogue
    }
    bought = [e for e in behaviour.events if e.type is EventType.PURCHASE and e.decision_id]
    middle = float(np.median(tastes.price_sensitivities))
    careful = [dearer[e.item_id] for e in bought if minding[e.shopper_key] > middle]
    careless = [dearer[e.item_id] for e in bought if minding[e.shopper_key] <= middle]
    spread = math.sqrt(np.var(careful) / len(careful) + np.var(careless) / len(careless))
    assert np.mean(careless) - np.mean(careful) > 3 * spread


def _months(behaviour: Behaviour, items: set[str], kind: EventType) -> dict[int, int]:
    return Counter(
        datetime.fromtimestamp(event.at, UTC).month
        for event in behaviour.events
        if event.type is kind and event.item_id in items
    )


def test_the_year_has_seasons(behaviour: Behaviour, catalogue: tuple[Made, ...]) -> None:
    """Share of clicks in half a year, against that of everything: differences of several standard deviations."""

    def share(categories: set[str], months: set[int]) -> tuple[float, int]:
        counts = _months(behaviour, {m.product.id for m in catalogue if m.spec.category in categories}, EventType.CLICK)
        return sum(counts[month] for month in months) / counts.total(), counts.total()  # type: ignore[attr-defined]

    everything = {made.spec.category for made in catalogue}
    for categories, months in (
        ({"Down jackets", "Winter boots", "Gloves", "Scarves", "Hats"}, {10, 11, 12, 1, 2}),
        ({"Sandals", "T-shirts", "Tents", "Swim goggles"}, {4, 5, 6, 7, 8}),
        ({"Board games", "Building sets", "Soft toys", "Puzzles"}, {11, 12}),
    ):
        usual, _ = share(everything, months)
        seen, n = share(categories, months)
        assert seen - usual > 5 * math.sqrt(usual * (1 - usual) / n), categories


def test_more_people_come_before_the_holidays(behaviour: Behaviour) -> None:
    visits = {event.session_key: event.at for event in reversed(behaviour.events) if event.type is EventType.IMPRESSION}
    months = Counter(datetime.fromtimestamp(at, UTC).month for at in visits.values())
    assert set(months) == set(range(1, 13))
    assert months[12] > 1.3 * sum(months.values()) / 12


def test_returns_follow_a_purchase_and_are_more_of_what_is_worn(
    behaviour: Behaviour, catalogue: tuple[Made, ...]
) -> None:
    worn = {made.product.id for made in catalogue if made.spec.shelf in ("clothing", "shoes")}
    bought: dict[tuple[str, str], float] = {}
    counts = {True: [0, 0], False: [0, 0]}
    for event in behaviour.events:
        if event.type is EventType.PURCHASE:
            bought[event.session_key, event.item_id] = event.at
            counts[event.item_id in worn][1] += 1
        elif event.type is EventType.RETURN:
            assert event.at > bought[event.session_key, event.item_id] + 5 * 86_400
            counts[event.item_id in worn][0] += 1
    worn_share, other_share = (counts[which][0] / counts[which][1] for which in (True, False))
    assert 0.12 < worn_share < 0.35
    assert 0.02 < other_share < 0.15
    assert worn_share > 2 * other_share


def test_the_same_seed_gives_the_same_behaviour(catalogue: tuple[Made, ...], now: datetime) -> None:
    first = simulate(catalogue, seed=3, now=now, n_shoppers=12)
    second = simulate(catalogue, seed=3, now=now, n_shoppers=12)
    other = simulate(catalogue, seed=4, now=now, n_shoppers=12)
    assert (first.decisions, first.events) == (second.decisions, second.events)
    assert first.events != other.events


def test_nothing_sold_out_is_bought(behaviour: Behaviour, catalogue: tuple[Made, ...]) -> None:
    sold_out = {made.product.id for made in catalogue if not made.product.in_stock}
    assert sold_out
    assert not sold_out & {event.item_id for event in behaviour.events}


def test_the_truth_can_be_written_and_read(tmp_path: Path, behaviour: Behaviour) -> None:
    tastes = behaviour.tastes
    tastes.save(tmp_path / "truth.json")
    read = Tastes.load(tmp_path / "truth.json")
    assert (read.item_ids, read.shopper_keys, read.segments) == (tastes.item_ids, tastes.shopper_keys, tastes.segments)
    assert np.abs(read.utilities - tastes.utilities).max() <= 0.0005 + 1e-9
    assert np.abs(read.price_sensitivities - tastes.price_sensitivities).max() <= 0.0005 + 1e-9
    key = tastes.shopper_keys[5]
    row = tastes.utilities[5]
    best = read.best_items(key, 10)
    assert len(set(best)) == 10
    assert min(row[tastes.item_ids.index(item)] for item in best) >= np.sort(row)[-10] - 0.002
