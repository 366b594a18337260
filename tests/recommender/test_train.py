from __future__ import annotations

import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch

from recommender.card import ModelCard
from recommender.decide import Recommender
from recommender.errors import NotEnoughEvents
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Event, Item
from recommender.examples import collect_examples
from recommender.features import FeatureBlock
from recommender.ctr.artifact import SHAPES, Artifact, load_artifact
from recommender.models.ctr_net import ClickNet
from recommender.models.predicted import logits
from recommender.settings import RecommenderSettings
from recommender.train import train
from tests.recommender.simulator import World, make_items


def _log(n_visits: int, *, seed: int = 1) -> tuple[MemoryEventLog, dict[str, Item], World]:
    items, log, numbers = make_items(), MemoryEventLog(), count()
    recommender = Recommender(items, log, new_id=lambda: f"decision-{next(numbers)}")
    world = World(items, seed=seed)
    for _ in range(n_visits):
        world.visit(recommender)
    return log, items, world


def _train(source: MemoryEventLog | list[Event], items: dict[str, Item], out: Path, seed: int = 1) -> ModelCard:
    return train(source, items, out, seed=seed, progress=lambda _stage, _share: None, now=1_700_000_000.0)


@pytest.fixture(scope="module")
def world_and_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[MemoryEventLog, World, Path, ModelCard]:
    log, items, world = _log(1000)
    out = tmp_path_factory.mktemp("model")
    return log, world, out, _train(log, items, out)


def test_with_enough_behaviour_the_model_beats_its_baselines_and_serves(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    log, world, out, card = world_and_model
    assert [row.name for row in card.rows] == ["popularity", "logistic regression", "click model"]
    assert card.served
    assert card.gain_low > 0
    recommender = Recommender(world.items, log, model_dir=out)
    recommender.load_models()
    assert recommender.health["click_model"] == f"in use: {card.sha256[:12]}"
    decision = recommender.decide(world.context(0, "later"), [Candidate(item_id) for item_id in world.items])
    assert "predicted" in {reason.code for item in decision.items for reason in item.reasons}


def test_its_predictions_follow_the_true_chances(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    log, world, out, _ = world_and_model
    recommender = Recommender(world.items, log, model_dir=out)
    recommender.load_models()
    together = []
    for shopper in range(10):
        candidates = [Candidate(item_id) for item_id in world.items]
        decision = recommender.decide(world.context(shopper, f"later-{shopper}"), candidates)
        truth = [world.chance(shopper, item_id) for item_id in decision.candidate_ids]
        together.append(np.corrcoef(truth, decision.candidate_scores)[0, 1])
    assert np.mean(together) > 0.6


def test_the_card_is_kept_beside_the_model_and_reads_as_a_table(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    _, _, out, card = world_and_model
    assert ModelCard.model_validate_json((out / "card.json").read_bytes()) == card
    assert "| click model |" in card.to_markdown()
    assert card.verdict in card.to_markdown()


def test_a_model_that_does_not_beat_the_baselines_is_kept_but_not_used(tmp_path: Path) -> None:
    log, items, _ = _log(150)
    card = _train(log, items, tmp_path)
    assert not card.served
    assert "not clearly beat" in card.verdict
    recommender = Recommender(items, log, model_dir=tmp_path)
    recommender.load_models()
    assert recommender.health["click_model"] == "not used: it did not beat the baselines"


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
    train(log, items, tmp_path, seed=1, progress=lambda stage, share: told.append((stage, share)), now=0.0)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["replay", "baselines", "training", "writing"]


def test_numpy_and_torch_compute_the_same_network() -> None:
    log, items, _ = _log(20)
    examples = collect_examples(log, items, RecommenderSettings())
    torch.manual_seed(5)
    net = ClickNet(torch.from_numpy(examples.dense).mean(dim=0), torch.from_numpy(examples.dense).std(dim=0) + 0.1)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    block = FeatureBlock(examples.dense, examples.hashed)
    with torch.no_grad():
        expected = net(*map(torch.from_numpy, (examples.dense, examples.hashed, examples.positions))).numpy()
    assert logits(net.tensors(), block, examples.positions) == pytest.approx(expected, abs=1e-4)
    assert {name: tensor.shape for name, tensor in net.tensors().items()} == SHAPES


def test_the_place_in_the_slate_is_a_matter_of_training_only(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    _, _, out, _ = world_and_model
    artifact = load_artifact(out)
    assert isinstance(artifact, Artifact)
    place = artifact.tensors["position"][:6]
    # Lower places are looked at less in this world, and the model has put that down to the place.
    assert place[0] > place[5]
    block = FeatureBlock(np.zeros((1, artifact.tensors["mean"].shape[0]), np.float32), np.zeros((1, 5), np.int64))
    assert logits(artifact.tensors, block) == logits(artifact.tensors, block, np.array([0]))


def test_deciding_and_loading_a_model_need_no_torch(
    world_and_model: tuple[MemoryEventLog, World, Path, ModelCard],
) -> None:
    code = (
        "import sys; from pathlib import Path; from recommender.decide import Recommender; import recommender.train\n"
        "from recommender.event_log import MemoryEventLog\n"
        "recommender = Recommender({}, MemoryEventLog(), model_dir=Path(sys.argv[1]))\n"
        "recommender.load_models()\n"
        "assert recommender.health['click_model'].startswith('in use')\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(world_and_model[2])], check=True)
