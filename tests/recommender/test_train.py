from __future__ import annotations

import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from recommender.card import ModelCard
from recommender.ctr.artifact import load_artifact, save_artifact
from recommender.ctr.contenders import CONTENDERS
from recommender.ctr.search import Budget
from recommender.decide import Recommender
from recommender.errors import NotEnoughEvents
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Event, Item
from recommender.features import FEATURES
from recommender.settings import DAY_S
from recommender.train import TrainSettings, train
from tests.recommender.ctr.small import network_bytes
from tests.recommender.serving import serve_model
from tests.recommender.simulator import START, World, make_items

LATER = START + 365 * DAY_S
"""All windows are closed."""


def _log(n_visits: int, *, seed: int = 1) -> tuple[MemoryEventLog, dict[str, Item], World]:
    items, log, numbers = make_items(), MemoryEventLog(), count()
    recommender = Recommender(items, log, new_id=lambda: f"decision-{next(numbers)}")
    world = World(items, seed=seed)
    for _ in range(n_visits):
        world.visit(recommender)
    return log, items, world


def _train(source: MemoryEventLog | list[Event], items: dict[str, Item], out: Path, seed: int = 1) -> ModelCard:
    return train(source, items, out, seed=seed, progress=lambda _stage, _share: None, now=LATER)


@pytest.fixture(scope="module")
def world_and_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[MemoryEventLog, World, Path, ModelCard]:
    log, items, world = _log(1000)
    out = tmp_path_factory.mktemp("model")
    return log, world, out, _train(log, items, out)


def test_with_enough_behaviour_a_model_beats_popularity_and_serves(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    log, world, out, card = world_and_model
    assert [row.name for row in card.rows] == list(CONTENDERS)
    assert card.served
    assert card.over_popularity.low > 0
    assert card.model in card.verdict
    recommender = Recommender(world.items, log)
    serve_model(recommender, out)
    decision = recommender.decide(world.context(0, "later"), [Candidate(item_id) for item_id in world.items])
    assert "predicted" in {reason.code for item in decision.items for reason in item.reasons}


def test_its_predictions_follow_the_true_chances(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    log, world, out, _ = world_and_model
    recommender = Recommender(world.items, log)
    serve_model(recommender, out)
    together = []
    for shopper in range(10):
        candidates = [Candidate(item_id) for item_id in world.items]
        decision = recommender.decide(world.context(shopper, f"later-{shopper}"), candidates)
        truth = [world.chance(shopper, item_id) for item_id in decision.candidate_ids]
        together.append(np.corrcoef(truth, decision.candidate_scores)[0, 1])
    assert np.mean(together) > 0.6


def test_the_card_says_what_each_feature_is_worth_and_how_strangers_fare(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    _, _, _, card = world_and_model
    assert [row.name for row in card.importance] == list(FEATURES)
    assert card.features == tuple(row.name for row in card.importance if row.used)
    assert max(card.importance, key=lambda row: row.importance).used
    assert card.told_most in card.to_markdown()
    assert card.unseen is not None
    assert 0.6 < (card.unseen.click.auc or 0.0) < 1.0


def test_the_card_is_kept_beside_the_model_and_reads_as_a_table(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    _, _, out, card = world_and_model
    assert ModelCard.model_validate_json((out / "card.json").read_bytes()) == card
    assert all(f"| {row.name} |" in card.to_markdown() for row in card.rows)
    assert card.verdict in card.to_markdown()


def test_where_nothing_beats_popularity_nothing_is_used(tmp_path: Path) -> None:
    items, log, numbers = make_items(), MemoryEventLog(), count()
    recommender = Recommender(items, log, new_id=lambda: f"decision-{next(numbers)}")
    world = Indifferent(items, seed=1)
    for _ in range(150):
        world.visit(recommender)
    card = _train(log, items, tmp_path)
    assert not card.served
    assert "No model clearly beats popularity" in card.verdict
    recommender = Recommender(items, log)
    serve_model(recommender, tmp_path)
    decision = recommender.decide(world.context(0, "later"), [Candidate(item_id) for item_id in items])
    assert (decision.model_sha, len(decision.items)) == ("", 6)


class Indifferent(World):
    """Everybody likes everything alike."""

    def chance(self, shopper: int, item_id: str) -> float:
        return 0.2


def test_the_same_events_and_seed_give_the_same_model(tmp_path: Path) -> None:
    log, items, _ = _log(100)
    events = [event for _, event in log.events()]
    first = _train(log, items, tmp_path / "first")
    assert _train(events, items, tmp_path / "second") == first
    assert _train(events, items, tmp_path / "third", seed=2).sha256 != first.sha256


@pytest.mark.parametrize("n_visits", [0, 10])
def test_too_little_behaviour_is_said(n_visits: int, tmp_path: Path) -> None:
    log, items, _ = _log(n_visits)
    with pytest.raises(NotEnoughEvents, match="needs 200 logged slates"):
        _train(log, items, tmp_path)
    assert load_artifact(tmp_path) is None


def test_slates_without_any_interest_are_too_little(tmp_path: Path) -> None:
    log, items, _ = _log(100)
    shown = [event for _, event in log.events() if event.type == "impression"]
    with pytest.raises(NotEnoughEvents, match="with and without interest"):
        _train(shown, items, tmp_path)


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    log, items, _ = _log(100)
    told: list[tuple[str, float]] = []
    train(log, items, tmp_path, seed=1, progress=lambda stage, share: told.append((stage, share)), now=LATER)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["replay", "baselines", "training", "features", "writing"]


def test_a_search_is_kept_and_its_settings_stand_in_the_card(tmp_path: Path) -> None:
    log, items, _ = _log(100)
    how = TrainSettings(budget=Budget(1), work=tmp_path / "work", logs=tmp_path / "logs")
    card = train(log, items, tmp_path, seed=1, progress=lambda _stage, _share: None, now=LATER, how=how)
    assert set(card.params) == set(CONTENDERS)
    assert len(list((tmp_path / "work").glob("*.journal"))) == len(CONTENDERS)
    assert list((tmp_path / "logs").iterdir())


def test_deciding_and_loading_a_model_need_no_torch(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard], tmp_path: Path
) -> None:
    save_artifact(tmp_path, "network", network_bytes(), base_logit=-1.0, served=True)
    code = (
        "import sys; from pathlib import Path; from recommender.decide import Recommender; import recommender.train\n"
        "from recommender.event_log import MemoryEventLog\n"
        "from recommender.events import Candidate, DecisionContext, Item\n"
        "items = {'a': Item('a', 'b', 'c', 'd', 500)}\n"
        "from tests.recommender.serving import serve_model\n"
        "recommender = Recommender(items, MemoryEventLog())\n"
        "serve_model(recommender, Path(sys.argv[1]))\n"
        "made = recommender.decide(DecisionContext('x', 'y', 'z', 'recommend', 1.7e9, 1), [Candidate('a')])\n"
        "assert made.model_sha\n"
        "assert 'torch' not in sys.modules\n"
    )
    for folder in (world_and_model[2], tmp_path):
        subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
