"""What an utterance of a shopping dialogue is after, by the same head as the intents: beside TF-IDF, dialogues whole.

    python -m tests.benchmarks.dialogue_goals [--json]

MG-ShopDial, 32 dialogues, four goals. The head reads the sentence's vector, who speaks and the words; the goals so far,
themselves only read, say which one is likely next (a hidden Markov chain, forward only: nothing later is known).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from assistant.llm.embedded.intent_head import fit_head
from retrieval.encoder import Encoder, load_encoder

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
DIALOGUES = DATASETS / "mg_shopdial" / "dialogues.json.gz"
STRENGTH = 2.0
FOLDS = 8
SEEDS = (0, 1, 2)
RESAMPLES = 2000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance, with the place of its dialogue."""

    dialogue: int
    text: str
    by_client: bool
    goal: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Macro-F1 of both, each a mean over the folds' seeds; intervals are those of dialogues drawn again.

    Args:
        ours, rival: of the head and of TF-IDF with logistic regression.
        ours_range, gain_range: 95 % intervals of ours, and of ours less the rival's.
        by_seed: ours and the rival's for each seed of the folds.
    """

    ours: float
    rival: float
    ours_range: tuple[float, float]
    gain_range: tuple[float, float]
    by_seed: dict[int, tuple[float, float]]


def utterances() -> list[Utterance]:
    """Return the utterances of all dialogues, in their order."""
    dialogues = json.loads(gzip.decompress(DIALOGUES.read_bytes()))
    return [
        Utterance(place, row["utterance"], row["participant"] == "Client", row["goal"])
        for place, dialogue in enumerate(dialogues)
        for row in dialogue["utterances"]
    ]


def measure(encoder: Encoder, seeds: Sequence[int] = SEEDS) -> Figures:
    """Read each dialogue's goals with what was fitted on others.

    Args:
        encoder: for the sentences' vectors.
        seeds: of the folds.
    """
    said = utterances()
    vectors = encoder.encode([row.text for row in said])
    speaker = np.array([[row.by_client, not row.by_client] for row in said], np.float32)
    features = np.hstack([vectors, speaker])
    read = {seed: _read(said, features, seed) for seed in seeds}
    truth = np.array([row.goal for row in said])
    by_seed = {seed: (_f1(truth, ours), _f1(truth, rival)) for seed, (ours, rival) in read.items()}
    drawn = _resampled(said, truth, list(read.values()))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    ours, rival = np.mean(list(by_seed.values()), axis=0).tolist()
    return Figures(ours, rival, (low[0], high[0]), (low[1], high[1]), by_seed)


def forward(emitted: Floats, start: Floats, moves: Floats, prior: Floats) -> Floats:
    """Return what each goal's probability is, given the utterances so far (forward pass, Rabiner 1989, equation 20).

    Args:
        emitted: probabilities of the goals by each utterance alone, shape (n_utterances, n_goals).
        start: of the first goal, shape (n_goals,).
        moves: from the goal of a row to that of a column.
        prior: how frequent each goal is: what `emitted` already counts in.
    """
    found = np.zeros_like(emitted)
    for place, row in enumerate(emitted / prior):
        expected = start if place == 0 else found[place - 1] @ moves
        found[place] = expected * row / (expected * row).sum()
    return found


def _read(said: Sequence[Utterance], features: NDArray[np.float32], seed: int) -> tuple[NDArray[np.str_], ...]:
    """The goals as read by the head and by the rival, for each utterance."""
    goals = np.array([row.goal for row in said])
    dialogues = np.array([row.dialogue for row in said])
    texts = [row.text for row in said]
    ours, rival = np.empty_like(goals), np.empty_like(goals)
    for known, asked in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(texts, goals, dialogues):
        head = fit_head([(said[i].goal, texts[i]) for i in known], features[known], "", STRENGTH)
        names = np.array(head.names)
        start, moves, prior = _course([said[i] for i in known], head.names)
        for dialogue in np.unique(dialogues[asked]):
            rows = np.flatnonzero(dialogues == dialogue)
            alone = np.array([list(head.probabilities(texts[i], features[i]).values()) for i in rows])
            ours[rows] = names[forward(alone, start, moves, prior).argmax(axis=1)]
        counter = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        model = LogisticRegression(C=10, max_iter=2000, class_weight="balanced")
        model.fit(counter.fit_transform([texts[i] for i in known]), goals[known])
        rival[asked] = model.predict(counter.transform([texts[i] for i in asked]))
    return ours, rival


def _course(said: Sequence[Utterance], names: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """How dialogues begin, how their goals follow each other, and how frequent each is; each counted one more."""
    place = {name: column for column, name in enumerate(names)}
    start, moves, all_ = np.ones(len(names)), np.ones((len(names), len(names))), np.zeros(len(names))
    for row in said:
        all_[place[row.goal]] += 1
    start[place[said[0].goal]] += 1
    for before, row in pairwise(said):
        if before.dialogue == row.dialogue:
            moves[place[before.goal], place[row.goal]] += 1
        else:
            start[place[row.goal]] += 1
    return start / start.sum(), moves / moves.sum(axis=1, keepdims=True), all_ / all_.sum()


def _f1(truth: NDArray[np.str_], read: NDArray[np.str_]) -> float:
    return float(f1_score(truth, read, average="macro"))


def _resampled(
    said: Sequence[Utterance], truth: NDArray[np.str_], read: Sequence[tuple[NDArray[np.str_], ...]]
) -> Floats:
    """Macro-F1 of ours, and its gain, on dialogues drawn with replacement, shape (RESAMPLES, 2)."""
    names = np.unique(truth)
    dialogues = np.array([row.dialogue for row in said])
    n = int(dialogues.max()) + 1
    counts = np.array([[_counts(truth, one, dialogues, n, names) for one in pair] for pair in read])
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(RESAMPLES):
        drawn = counts[:, :, rng.integers(0, n, n)].sum(axis=2)
        right, said_so, is_so = drawn[..., 0, :], drawn[..., 1, :], drawn[..., 2, :]
        ours, rival = (2 * right / np.maximum(said_so + is_so, 1)).mean(axis=2).mean(axis=0)
        rows.append((ours, ours - rival))
    return np.array(rows)


def _counts(
    truth: NDArray[np.str_], read: NDArray[np.str_], dialogues: NDArray[np.int_], n: int, names: NDArray[np.str_]
) -> NDArray[np.int_]:
    """Of each dialogue and goal: read rightly, read, and true; shape (n_dialogues, 3, n_goals)."""
    counted = np.zeros((n, 3, len(names)), np.int_)
    for column, name in enumerate(names):
        for kind, where in enumerate(((truth == name) & (read == name), read == name, truth == name)):
            counted[:, kind, column] = np.bincount(dialogues[where], minlength=n)
    return counted


def main() -> None:
    """Print both figures with their intervals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    figures = measure(load_encoder())
    if as_json:
        print(json.dumps(asdict(figures), indent=2))  # noqa: T201
        return
    (low, high), (least, most) = figures.ours_range, figures.gain_range
    print(f"head and course of the dialogue: macro-F1 {figures.ours:.3f} ({low:.3f} to {high:.3f})")  # noqa: T201
    print(f"TF-IDF and logistic regression: {figures.rival:.3f}; gain {least:.3f} to {most:.3f}")  # noqa: T201
    for seed, (ours, rival) in figures.by_seed.items():
        print(f"  folds of seed {seed}: {ours:.3f} beside {rival:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
