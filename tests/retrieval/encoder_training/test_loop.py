"""The loop: its loss by hand, its masks, and that going on is the same as never having stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from retrieval.encoder import open_model
from retrieval.encoder_training.loop import Course, FineTuning, Recipe, contrast, encode_with
from retrieval.encoder_training.pairs import Pair, make_pairs
from tests.retrieval.encoder_training.toy import WORDS, toy_products
from tests.retrieval.tiny_models import make_encoder

PAIRS = make_pairs(toy_products(80), (), seed=5).train
RECIPE = Recipe(epochs=3, batch=16, learning_rate=3e-3, round_steps=5, patience=9)


class PowerCut(Exception):
    """The machine is switched off."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_encoder(tmp_path_factory.mktemp("base"), WORDS))


def tuning(base: str, checkpoint: Path | None = None, key: str = "key") -> tuple[Any, FineTuning]:
    model = open_model(base, "float32")
    # Any score that moves: which round is best is decided by it.
    score = lambda now: float(encode_with(now, [PAIRS[0].query])[0, 0])  # noqa: E731
    return model, FineTuning(model, PAIRS, score, RECIPE, checkpoint=checkpoint, key=key)


def weights(model: Any) -> dict[str, Any]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_the_loss_by_hand() -> None:
    queries = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    documents = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    everything, both = torch.ones(2, 2, dtype=torch.bool), torch.ones(2)
    scores = np.array([[1.0, 0.6], [0.0, 0.8]])
    there = np.log(np.exp(scores).sum(1)) - scores.diagonal()
    back = np.log(np.exp(scores).sum(0)) - scores.diagonal()
    assert float(contrast(queries, documents, everything, both, 1.0)) == pytest.approx((there + back).mean() / 2)
    heavy = torch.tensor([3.0, 1.0])
    weighted = (np.array([3, 1]) * (there + back)).sum() / 8
    assert float(contrast(queries, documents, everything, heavy, 1.0)) == pytest.approx(weighted)


def test_what_does_not_count_has_no_part_in_the_loss() -> None:
    queries = torch.nn.functional.normalize(torch.randn(3, 4, generator=torch.manual_seed(1)), dim=1)
    usable = torch.eye(3, dtype=torch.bool)
    assert float(contrast(queries, queries.flip(0), usable, torch.ones(3), 0.05)) == pytest.approx(0, abs=1e-6)


def test_a_document_that_fits_as_well_is_no_wrong_answer(base: str) -> None:
    pairs = (
        Pair("red hat", "red wool hat", 0, "query"),
        Pair("wool", "red wool hat", 0, "query"),
        Pair("silk", "a red silk hat", 1, "query"),
        Pair("red hat", "something else", 2, "query"),
    )
    usable = FineTuning(open_model(base, "float32"), pairs, lambda _: 0.0, RECIPE)._usable(range(4))
    assert usable.tolist() == [
        [True, False, False, False],  # the same product; has both words; the same words were said
        [False, True, True, True],
        [True, True, True, True],
        [False, False, False, True],
    ]


def test_going_on_is_the_same_as_never_having_stopped(base: str, tmp_path: Path) -> None:
    whole, run = tuning(base)
    course = run.run(lambda *_: None)
    assert course.step == run.total_steps > 2 * RECIPE.round_steps

    def cut(done: int, _total: int) -> None:
        if done == 12:
            raise PowerCut

    checkpoint = tmp_path / "training.safetensors"
    with pytest.raises(PowerCut):
        tuning(base, checkpoint)[1].run(cut)
    seen: list[int] = []
    resumed, rest = tuning(base, checkpoint)
    went: Course = rest.run(lambda done, _: seen.append(done))
    assert seen[0] == 11
    assert went.scores == course.scores
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_not_gone_on_from(base: str, tmp_path: Path) -> None:
    checkpoint = tmp_path / "training.safetensors"
    tuning(base, checkpoint, "one")[1].run(lambda *_: None)
    for key, size in (("another", None), ("one", 2_000)):
        content = checkpoint.read_bytes()
        checkpoint.write_bytes(content[:size])
        seen: list[int] = []
        tuning(base, checkpoint, key)[1].run(lambda done, _, seen=seen: seen.append(done))  # type: ignore[misc]
        assert seen[0] == 1


def test_training_ends_when_nothing_gets_better_and_the_best_weights_are_taken(base: str) -> None:
    model = open_model(base, "float32")
    before = weights(model)
    scores = iter([0.5, 0.4, 0.4, 0.3, 0.9])
    recipe = Recipe(epochs=9, batch=16, learning_rate=3e-3, round_steps=2, patience=3)
    course = FineTuning(model, PAIRS, lambda _: next(scores), recipe).run(lambda *_: None)
    assert (course.best_round, course.step) == (0, 6)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
