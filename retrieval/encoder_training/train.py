"""From a catalogue to an encoder of its own, kept only where it finds better; and to the card that tells so."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.embeddings import product_text
from retrieval.encoder import open_model
from retrieval.encoder_training.card import Card, Row, is_better
from retrieval.encoder_training.judging import PerQuestion, Trial, judge, make_trial, paired_gain
from retrieval.encoder_training.loop import FineTuning, Recipe, encode_with
from retrieval.encoder_training.pairs import VIEWS, Pair, Pairs, make_pairs
from retrieval.errors import NotEnoughPairs
from retrieval.model_folders import encoder_name
from retrieval.taken import Taken

MIN_TRAIN_PAIRS = 100
MIN_QUESTIONS = 30
_DEVELOPMENT = {"max_questions": 200, "max_products": 500}
_TEST = {"max_questions": 1_000, "max_products": 4_000}
_CHECKPOINT = "training.safetensors"

Progress = Callable[[str, int, int | None], None]
"""Called with (step, done, in all or None): steps are "judging" and "training"."""


def train_encoder(
    catalogue: Catalogue,
    base: str,
    root: Path,
    *,
    taken: Iterable[Taken] = (),
    recipe: Recipe | None = None,
    progress: Progress = lambda *_: None,
) -> Card:
    """Fine-tune an encoder on a catalogue; write it only where it is better on held-out questions.

    A training that was interrupted goes on where it stopped when it is started again in the same way.

    Args:
        catalogue: whose words it learns.
        base: the encoder to begin from, as for `load_encoder`.
        root: folder of trained encoders; a new one is made in it, e.g. "demo-2".
        taken: what shoppers took after which words.
        recipe: see `loop.Recipe`.
        progress: see Progress.

    Raises:
        NotEnoughPairs: the catalogue is too small.
        IndexBroken: the base cannot be loaded.
    """
    recipe = recipe or Recipe()
    pairs = make_pairs(catalogue.rows, taken, recipe.seed)
    return train_on(pairs, catalogue, base, root, recipe=recipe, progress=progress)


def train_on(
    pairs: Pairs, catalogue: Catalogue, base: str, root: Path, *, recipe: Recipe, progress: Progress = lambda *_: None
) -> Card:
    """Fine-tune on pairs that were made; see `train_encoder`."""
    started = time.monotonic()
    products, seed = catalogue.rows, recipe.seed
    development = make_trial(products, pairs.development, seed=seed, **_DEVELOPMENT)
    test = make_trial(products, pairs.test, seed=seed, **_TEST)
    _check_enough(pairs, development, test)
    model = open_model(base, "float32")
    progress("judging", 0, 2)
    before = judge(lambda texts: encode_with(model, texts), test)
    checkpoint = root / f"{catalogue.name}-{_CHECKPOINT}"
    tuning = FineTuning(
        model,
        pairs.train,
        lambda now: float(judge(lambda texts: encode_with(now, texts), development).mean()),
        recipe,
        checkpoint=checkpoint,
        key=_key(pairs.train, encoder_name(base), recipe),
    )
    course = tuning.run(lambda done, total: progress("training", done, total))
    progress("judging", 1, 2)
    rows = _rows(test, before, judge(lambda texts: encode_with(model, texts), test), seed)
    progress("judging", 2, 2)
    checkpoint.unlink(missing_ok=True)
    card = Card(
        catalogue=catalogue.name,
        catalogue_version=catalogue.version,
        texts_sha256=_sha256(product_text(product) for product in products),
        products=len(products),
        base=encoder_name(base),
        recipe=asdict(recipe),
        train_pairs=dict(Counter(pair.view for pair in pairs.train)),
        development=tuple(course.scores),
        steps=course.step,
        seconds=time.monotonic() - started,
        rows=rows,
        kept=is_better(rows),
    )
    return _keep(model, card, root) if card.kept else card


def _check_enough(pairs: Pairs, *trials: Trial) -> None:
    if len(pairs.train) < MIN_TRAIN_PAIRS or any(len(trial.questions) < MIN_QUESTIONS for trial in trials):
        raise NotEnoughPairs(
            f"The catalogue is too small to train an encoder on it: {len(pairs.train)} pairs to train on, and "
            f"{min(len(trial.questions) for trial in trials)} questions to judge by; "
            f"it takes {MIN_TRAIN_PAIRS} and {MIN_QUESTIONS}."
        )


def _rows(test: Trial, before: PerQuestion, after: PerQuestion, seed: int) -> dict[str, Row]:
    views = [question.view for question in test.questions]
    masks = {view: np.array([own == view for own in views], np.bool_) for view in VIEWS if view in views}
    masks["all"] = np.ones(len(views), np.bool_)  # type: ignore[index]
    groups = np.array([question.group for question in test.questions])
    return {
        name: Row(
            int(mask.sum()),
            float(before[mask].mean()),
            float(after[mask].mean()),
            paired_gain(before[mask], after[mask], groups[mask].tolist(), seed),
        )
        for name, mask in masks.items()
    }


def _keep(model: Any, card: Card, root: Path) -> Card:
    """Write the encoder into a folder of its own; no other is touched, as a shop may be using it."""
    root.mkdir(parents=True, exist_ok=True)
    number = 1
    while (root / f"{card.catalogue}-{number}").exists():
        number += 1
    folder = root / f"{card.catalogue}-{number}"
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    model.to("cpu").save_pretrained(str(draft), create_model_card=False)
    os.replace(draft, folder)
    kept = replace(card, folder=str(folder), encoder=encoder_name(str(folder)))
    kept.save(folder)
    return kept


def _key(pairs: Sequence[Pair], base: str, recipe: Recipe) -> str:
    told = json.dumps([base, asdict(recipe)])
    return _sha256((told, *(f"{pair.weight}\n{pair.query}\n{pair.document}" for pair in pairs)))


def _sha256(texts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for text in texts:
        whole.update(f"{text}\0".encode("utf-8", "replace"))
    return whole.hexdigest()
