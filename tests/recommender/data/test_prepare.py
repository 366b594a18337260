"""A whole log, prepared: counts that add up, a card that can be read back, and what moved since the last one."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.data.card import CARD_JSON, CARD_MARKDOWN, DataCard, read_card, write_card
from recommender.data.importance import Importance, Selection
from recommender.data.prepare import Prepared, prepare
from recommender.data.settings import KnownTraffic, Windows
from recommender.events import Event, Item
from tests.recommender.data.traffic import ITEM_IDS, NOW, person, robots

ITEMS = {
    item_id: Item(item_id, f"category-{i % 7}", f"department-{i % 2}", f"brand-{i % 5}", 100 * (i % 50 + 1))
    for i, item_id in enumerate(ITEM_IDS)
}


def _log(seed: int = 1, *, n: int = 150) -> list[Event]:
    rng = random.Random(seed)
    people = [event for i in range(n) for event in person(f"p{i}", NOW - 200_000.0 + 1_000 * i, rng)]
    return people + [event for machine in robots(rng).values() for event in machine]


def _prepare(events: list[Event], previous: DataCard | None = None) -> Prepared:
    return prepare(events, ITEMS, now=NOW, seed=7, previous=previous, known=KnownTraffic(staff=frozenset({"p3"})))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return _prepare(_log())


def test_what_went_in_came_out_or_is_counted_by_reason(prepared: Prepared) -> None:
    card = prepared.card
    assert card.n_events == len(_log()) == card.n_kept + sum(card.rejected.values())
    assert set(card.robots.values()) == {1}
    assert len(card.robots) == 4
    assert card.rejected["staff"] == sum(event.shopper_key == "p3" for event in _log())
    assert card.n_shoppers == card.n_sessions == 149


def test_rows_slates_and_outcomes_add_up(prepared: Prepared) -> None:
    card, labels = prepared.card, prepared.labels
    assert card.n_impressions == len(labels.at) == len(prepared.decisions)
    assert card.n_slates == int(prepared.decisions[-1]) + 1
    assert (np.diff(prepared.decisions) >= 0).all()
    for head in card.heads:
        assert head.positives + head.negatives + head.open == card.n_impressions
    click, _, buy = card.heads
    assert click.rate == pytest.approx(0.12, abs=0.02)
    assert (buy.open, buy.rate) == (card.n_impressions, None)
    masks = (prepared.split.train, prepared.split.validation, prepared.split.test)
    assert [part.impressions for part in card.splits] == [int(mask.sum()) for mask in masks]
    assert sum(row.impressions for row in card.categories) == card.n_impressions
    assert all(sum(shares.values()) == pytest.approx(1.0) for shares in card.distributions.values())
    assert card.shop_rate == pytest.approx(0.12, abs=0.02)


def test_the_same_log_has_the_same_card_and_another_has_other_hashes(prepared: Prepared) -> None:
    assert _prepare(_log()).card == prepared.card
    other = _prepare(_log(2)).card
    assert other.events_sha256 != prepared.card.events_sha256
    assert other.items_sha256 == prepared.card.items_sha256
    shorter = prepare(_log(), ITEMS, now=NOW, seed=7, windows=Windows(click_s=60.0)).card
    assert shorter.settings_sha256 != prepared.card.settings_sha256


def test_drift_is_told_against_the_last_card(prepared: Prepared) -> None:
    assert prepared.card.drift == {}
    again = _prepare(_log(2), prepared.card).card
    assert again.drift_since == prepared.card.made_at
    assert again.drift["category"] < 0.05
    # From now on only the first category is shown.
    one = [replace(event, item_id=f"item-{7 * (int(event.item_id[5:]) // 7)}") for event in _log(2)]
    moved = _prepare(one, prepared.card).card
    assert moved.drift["category"] > 1.0
    assert "(moved)" in moved.to_markdown()


def test_an_empty_log_has_a_card_too() -> None:
    card = _prepare([]).card
    assert (card.n_events, card.n_impressions, card.first, card.drift) == (0, 0, None, {})
    assert "Nothing was left out" in card.to_markdown()


def test_a_card_is_read_back_as_written_and_reads_as_tables(prepared: Prepared, tmp_path: Path) -> None:
    assert read_card(tmp_path) is None
    importance = (Importance("price", 0.02, 0.01, 0.03), Importance("rating", 0.0, -0.01, 0.01))
    card = prepared.card.with_features(Selection(("price",), ("rating",), importance, 0.0, -0.001, 0.001))
    write_card(card, tmp_path)
    assert read_card(tmp_path) == card
    text = (tmp_path / CARD_MARKDOWN).read_text()
    assert text == card.to_markdown()
    assert "| price | +0.02000 | +0.01000 to +0.03000 | yes |" in text
    assert "| bot_clicks_every_slot | " in text
    assert "| click | 0.5 h | " in text
    assert {file.name for file in tmp_path.iterdir()} == {CARD_JSON, CARD_MARKDOWN}


def test_a_card_of_another_version_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / CARD_JSON).write_text("{}")
    assert read_card(tmp_path) is None
