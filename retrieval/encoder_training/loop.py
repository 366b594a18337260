"""Contrastive fine-tuning: a flat torch loop that goes on where it stopped.

In a batch the document of each query is right and the others are wrong, but for those that also fit (the same product,
the same title, every word of the query); both ways, from query to document and back (InfoNCE, van den Oord et al. 2018,
with in-batch negatives). Knows nothing of files but its own checkpoint, and nothing of what is judged.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from retrieval.encoder import has_fast_bfloat16
from retrieval.encoder_training.pairs import Pair, words_of
from retrieval.tokens import tokenise

_ENCODE_BATCH = 32
_WEIGHT_DECAY = 0.01
_MAX_NORM = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is trained.

    Args:
        epochs: most times that each pair is seen.
        max_steps: most batches; what ends a training on a large catalogue.
        batch: pairs of a batch.
        learning_rate: highest; it rises over the first tenth of the steps and falls to 0 over the rest.
        temperature: divides the cosines.
        round_steps: steps between two looks at the development questions, where a checkpoint is written too.
        patience: rounds without a better score after which training ends.
        seed: of order and dropout.
    """

    epochs: int = 2
    max_steps: int = 400
    batch: int = 32
    learning_rate: float = 2e-5
    temperature: float = 0.05
    round_steps: int = 50
    patience: int = 3
    seed: int = 7


@dataclass(slots=True)
class Course:
    """How a training went.

    Args:
        step: batches seen.
        scores: by round, on the development questions; the first before any training.
        best: weights of the best round.
    """

    step: int = 0
    scores: list[float] = field(default_factory=list)
    best: Mapping[str, torch.Tensor] = field(default_factory=dict)

    @property
    def best_round(self) -> int:
        """The round whose weights are taken; 0 where training made nothing better."""
        return int(np.argmax(self.scores))


class FineTuning:
    """One training of one model.

    Args:
        model: a SentenceTransformer in float32; at the end it has the weights of the best round.
        pairs: to train on, at least two.
        score: of the model as it is, higher is better.
        recipe: see Recipe.
        checkpoint: file to write and to go on from; None keeps nothing.
        key: says which training a checkpoint belongs to; another's is left alone until it is overwritten.
    """

    def __init__(
        self,
        model: Any,
        pairs: Sequence[Pair],
        score: Callable[[Any], float],
        recipe: Recipe,
        *,
        checkpoint: Path | None = None,
        key: str = "",
    ) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.to(self._device)
        self._pairs = pairs
        self._score = score
        self._recipe = recipe
        self._checkpoint = checkpoint
        self._key = key
        self._optimiser = torch.optim.AdamW(self._model.parameters(), recipe.learning_rate, weight_decay=_WEIGHT_DECAY)
        self._per_epoch = max(1, len(pairs) // recipe.batch)
        self.total_steps = min(recipe.max_steps, recipe.epochs * self._per_epoch)
        self._queries = [words_of(pair.query) for pair in pairs]
        by_text = {text: frozenset(tokenise(text)) for text in {pair.document for pair in pairs}}
        self._documents = [by_text[pair.document] for pair in pairs]

    def run(self, progress: Callable[[int, int], None]) -> Course:
        """Train to the end, or go on from the checkpoint to the end.

        Args:
            progress: called with (steps done, most steps).
        """
        course = self._resume() or self._look(Course())
        while course.step < self.total_steps and len(course.scores) - 1 - course.best_round < self._recipe.patience:
            self._model.train()
            for _ in range(min(self._recipe.round_steps, self.total_steps - course.step)):
                self._step(course.step)
                course.step += 1
                progress(course.step, self.total_steps)
            self._save(self._look(course))
        self._model.load_state_dict(course.best)
        self._model.eval()
        return course

    def _look(self, course: Course) -> Course:
        """Score the model as it is, and keep its weights where they are the best so far."""
        self._model.eval()
        course.scores.append(self._score(self._model))
        if course.best_round == len(course.scores) - 1:
            course.best = {name: tensor.detach().clone() for name, tensor in self._model.state_dict().items()}
        return course

    def _step(self, step: int) -> None:
        # Order and dropout follow from the number of the step alone, so that going on is the same as never stopping.
        torch.manual_seed(self._recipe.seed * 1_000_003 + step)
        rows = self._rows(step)
        for group in self._optimiser.param_groups:
            group["lr"] = self._recipe.learning_rate * self._share(step)
        with computing_fast(self._device):
            queries = self._vectors([self._pairs[row].query for row in rows])
            documents = self._vectors([self._pairs[row].document for row in rows])
        weights = torch.tensor([self._pairs[row].weight for row in rows], device=self._device)
        usable = torch.from_numpy(self._usable(rows)).to(self._device)
        loss = contrast(queries.float(), documents.float(), usable, weights, self._recipe.temperature)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), _MAX_NORM)
        self._optimiser.step()

    def _rows(self, step: int) -> list[int]:
        epoch, place = divmod(step, self._per_epoch)
        order = np.random.default_rng((self._recipe.seed, epoch)).permutation(len(self._pairs))
        return [int(row) for row in order[place * self._recipe.batch : (place + 1) * self._recipe.batch]]

    def _share(self, step: int) -> float:
        rise = max(1, math.ceil(self.total_steps / 10))
        return min((step + 1) / rise, (self.total_steps - step) / max(1, self.total_steps - rise))

    def _usable(self, rows: Sequence[int]) -> NDArray[np.bool_]:
        """Which documents of a batch count for which query; shape (n, n), True for its own and for wrong ones."""
        usable = np.eye(len(rows), dtype=np.bool_)
        for i, row in enumerate(rows):
            for j, other in enumerate(rows):
                usable[i, j] |= not self._also_fits(row, other)
        return usable

    def _also_fits(self, row: int, other: int) -> bool:
        """Whether the document of another pair may well be right for the query of this one."""
        said, same = self._queries[row], self._pairs[row].row == self._pairs[other].row
        return same or said == self._queries[other] or said <= self._documents[other]

    def _vectors(self, texts: list[str]) -> torch.Tensor:
        features = self._model.preprocess(texts)
        on_device = {k: v.to(self._device) if isinstance(v, torch.Tensor) else v for k, v in features.items()}
        return torch.nn.functional.normalize(self._model(on_device)["sentence_embedding"], dim=1)

    # ------------------------------------------------------------ checkpoint

    def _save(self, course: Course) -> None:
        if self._checkpoint is None:
            return
        tensors = _named("model", self._model.state_dict()) | _named("best", course.best)
        for number, state in self._optimiser.state_dict()["state"].items():
            tensors |= _named(f"optimiser.{number}", state)
        told = {"key": self._key, "step": str(course.step), "scores": json.dumps(course.scores)}
        draft = self._checkpoint.with_suffix(".part")
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, draft, told)
        os.replace(draft, self._checkpoint)

    def _resume(self) -> Course | None:
        if self._checkpoint is None or not self._checkpoint.is_file():
            return None
        try:
            with safe_open(self._checkpoint, "pt", device=str(self._device)) as file:
                told = file.metadata() or {}
                if told.get("key") != self._key:
                    return None
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        except (OSError, SafetensorError):
            return None  # Cut off or damaged: the training begins again.
        self._model.load_state_dict(_under("model", tensors))
        n_parameters = sum(len(group["params"]) for group in self._optimiser.param_groups)
        state = {number: _under(f"optimiser.{number}", tensors) for number in range(n_parameters)}
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": state})
        return Course(int(told["step"]), json.loads(told["scores"]), _under("best", tensors))


def _named(group: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {f"{group}/{name}": tensor.contiguous() for name, tensor in tensors.items()}


def _under(group: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.partition("/")[2]: tensor for name, tensor in tensors.items() if name.startswith(f"{group}/")}


def computing_fast(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 where the device does that faster; weights and their updates stay in float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or has_fast_bfloat16())


def contrast(
    queries: torch.Tensor, documents: torch.Tensor, usable: torch.Tensor, weights: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Return the symmetric InfoNCE loss.

    Args:
        queries, documents: unit vectors, shape (n, dim); row i of both belong together.
        usable: True where document j counts for query i, shape (n, n); True on the diagonal.
        weights: of the pairs, shape (n,).
        temperature: divides the cosines.
    """
    scores = (queries @ documents.T / temperature).masked_fill(~usable, -torch.inf)
    right = torch.arange(len(scores), device=scores.device)
    there = torch.nn.functional.cross_entropy(scores, right, reduction="none")
    back = torch.nn.functional.cross_entropy(scores.T, right, reduction="none")
    return (weights * (there + back)).sum() / (2 * weights.sum())


def encode_with(model: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the unit vectors of texts as the model is now, shape (n_texts, dim)."""
    with computing_fast(torch.device(model.device)):
        raw = model.encode(list(texts), batch_size=_ENCODE_BATCH, convert_to_numpy=True, show_progress_bar=False)
    vectors = np.asarray(raw, np.float32)
    norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)
