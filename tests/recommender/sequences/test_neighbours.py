from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import ArtifactBroken, NotEnoughEvents
from recommender.events import Event, EventType
from recommender.sequences.neighbours import CARD_FILE, TENSORS_FILE, Neighbours, learn_neighbours, load_neighbours
from tests.recommender.shop import EventMaker

PAIRS = 20
IDS = tuple(f"{kind}-{i}" for i in range(PAIRS) for kind in ("tent", "mat"))


def _events(n_shoppers: int = 200) -> list[Event]:
    """Whoever takes a tent takes the mat of the same number; every other shopper looks at something else afterwards."""
    make, rng = EventMaker(), np.random.default_rng(0)
    events = []
    for shopper in range(n_shoppers):
        pair = rng.integers(PAIRS)
        steps = [(EventType.PURCHASE, f"tent-{pair}"), (EventType.PURCHASE, f"mat-{pair}")]
        if shopper % 2:
            steps.append((EventType.CLICK, str(rng.choice(IDS))))
        events += [make(kind, item_id, f"visit-{shopper}", f"shopper-{shopper}") for kind, item_id in steps]
    return events


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    learn_neighbours(_events(), IDS, tmp_path, lambda *_: None)
    return tmp_path


def _load(folder: Path) -> Neighbours:
    found = load_neighbours(folder)
    assert found is not None
    return found


def test_what_is_taken_together_is_near_and_nothing_is_near_itself(folder: Path) -> None:
    neighbours = _load(folder)
    for i in range(PAIRS):
        near = neighbours.of(f"tent-{i}")
        assert near[0] == (f"mat-{i}", 1.0)
        assert f"tent-{i}" not in dict(near)
        assert all(1 >= strength > 0 for _, strength in near)
    assert neighbours.of("stranger") == []


def test_the_better_model_is_kept_and_both_figures_told(tmp_path: Path) -> None:
    card = learn_neighbours(_events(), IDS, tmp_path, lambda *_: None)
    assert set(card.ndcg) == {"item-knn", "ease"}
    assert card.ndcg[card.model] == max(card.ndcg.values()) > 0.4
    assert (card.shoppers, card.items) == (200, len(IDS))


def test_the_same_log_gives_the_same_file(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    learn_neighbours(_events(), IDS, other, lambda *_: None)
    assert (_load(other).targets == _load(folder).targets).all()
    assert (_load(other).strengths == _load(folder).strengths).all()


def test_too_short_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughEvents, match="50 shoppers"):
        learn_neighbours(_events(20), IDS, tmp_path, lambda *_: None)


def test_without_files_there_are_none_and_damaged_ones_are_refused(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert load_neighbours(tmp_path_factory.mktemp("empty")) is None
    held = (folder / TENSORS_FILE).read_bytes()
    (folder / TENSORS_FILE).write_bytes(held[:-1])
    with pytest.raises(ArtifactBroken, match="learn the neighbours again"):
        load_neighbours(folder)
    (folder / CARD_FILE).write_text("{}")
    with pytest.raises(ArtifactBroken, match="cannot be read"):
        load_neighbours(folder)
