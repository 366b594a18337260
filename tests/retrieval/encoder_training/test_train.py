"""An encoder that learns the toy's tongue is kept and can be used; one that was taught nonsense is not."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder import load_encoder
from retrieval.encoder_training.card import CARD_FILE, Card
from retrieval.encoder_training.loop import Recipe
from retrieval.encoder_training.pairs import make_pairs
from retrieval.encoder_training.train import train_encoder, train_on
from retrieval.errors import NotEnoughPairs
from retrieval.taken import Taken
from tests.retrieval.encoder_training.toy import OTHER_WORDS, TITLE_WORDS, WORDS, toy_catalogue
from tests.retrieval.tiny_models import make_encoder

RECIPE = Recipe(epochs=8, learning_rate=5e-3, round_steps=40)
CATALOGUE = toy_catalogue()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_encoder(tmp_path_factory.mktemp("base"), WORDS))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="module")
def kept(base: str, root: Path) -> Card:
    return train_encoder(CATALOGUE, base, root, recipe=RECIPE)


def test_a_tongue_that_can_be_learned_is_learned_and_kept(kept: Card) -> None:
    assert kept.kept
    assert kept.rows["title"].before < 0.3
    assert kept.rows["title"].after > 0.6
    assert kept.rows["all"].gain.low > 0.05
    assert kept.development[-1] > kept.development[0]


def test_what_was_kept_is_an_encoder_with_a_name_of_its_own(kept: Card, base: str, root: Path) -> None:
    assert kept.folder == str(root / "toy-1")
    trained, before = load_encoder(kept.folder, "float32"), load_encoder(base, "float32")
    assert trained.name == kept.encoder != before.name
    ours, theirs = TITLE_WORDS[0], OTHER_WORDS[0]

    def nearest(words: tuple[str, ...], encoder: object) -> str:
        vectors = encoder.encode(words) @ encoder.encode([ours])[0]  # type: ignore[attr-defined]
        return words[int(np.argmax(vectors))]

    assert nearest(OTHER_WORDS, trained) == theirs


def test_the_card_lies_beside_the_weights_and_tells_everything(kept: Card) -> None:
    assert kept.folder is not None
    assert (Path(kept.folder) / "model.safetensors").is_file()
    told = json.loads((Path(kept.folder) / CARD_FILE).read_text())
    assert told["catalogue"] == "toy"
    assert told["products"] == len(CATALOGUE.rows)
    assert told["recipe"]["seed"] == RECIPE.seed
    assert told["train_pairs"]["title"] > 200
    assert set(told["rows"]) == {"query", "title", "all"}
    assert set(told["rows"]["all"]["gain"]) == {"mean", "low", "high"}
    assert not list(Path(kept.folder).parent.glob("*training*"))


def test_pairs_that_do_not_belong_together_are_refused_by_the_verdict(base: str, tmp_path: Path) -> None:
    pairs = make_pairs(CATALOGUE.rows, (), RECIPE.seed)
    documents = [pair.document for pair in pairs.train]
    random.Random(1).shuffle(documents)
    nonsense = tuple(replace(pair, document=text) for pair, text in zip(pairs.train, documents, strict=True))
    card = train_on(replace(pairs, train=nonsense), CATALOGUE, base, tmp_path / "encoders", recipe=RECIPE)
    assert not card.kept
    assert card.folder is card.encoder is None
    assert not list((tmp_path / "encoders").iterdir())


def test_each_training_has_a_folder_of_its_own(base: str, root: Path, kept: Card) -> None:
    words = [Taken(f"{word} {other}", f"p{number}") for number, (word, other) in enumerate(pairwise(WORDS))]
    again = train_encoder(CATALOGUE, base, root, taken=words, recipe=RECIPE)
    assert again.folder == str(root / "toy-2")
    assert again.train_pairs["taken"] > 0
    assert load_encoder(str(kept.folder), "float32").name == kept.encoder


def test_a_catalogue_that_is_too_small_is_said(base: str, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughPairs, match="too small"):
        train_encoder(toy_catalogue(20), base, tmp_path, recipe=RECIPE)
