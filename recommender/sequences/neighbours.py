"""Item neighbours for serving: the best of each item by the best model of whole histories, as one small file.

Learned in the background at training, because EASE solves a matrix of all items; counts that grow event by event live
in recommender/state.py. Serving reads the file with numpy alone.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from recommender.ctr.artifact import write_whole
from recommender.errors import ArtifactBroken, NotEnoughEvents
from recommender.events import Event
from recommender.sequences.base import SequenceModel
from recommender.sequences.data import Floats, Ints, Sequences, from_lists

N_NEIGHBOURS: Final = 100
TENSORS_FILE: Final = "neighbours.npz"
CARD_FILE: Final = "neighbours.json"
MIN_SHOPPERS: Final = 50

Progress = Callable[[str, int, int | None], None]


class NeighboursCard(BaseModel):
    """What was learned, and how the choice was made.

    Args:
        model: who was best on each shopper's last item, held out.
        ndcg: name -> NDCG@10 there, over all items that a shopper had not had.
        shoppers, items: learned from.
        sha256: of the file with the neighbours.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    ndcg: Mapping[str, float]
    shoppers: int
    items: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Each item's neighbours, best first.

    Args:
        ids: row -> item id.
        index: item id -> row.
        targets: rows of the neighbours, (items, N_NEIGHBOURS); where there are fewer, -1 at the end.
        strengths: 0 to 1, the item's strongest link being 1, (items, N_NEIGHBOURS).
    """

    ids: tuple[str, ...]
    index: Mapping[str, int]
    targets: Ints
    strengths: Floats

    def of(self, item_id: str) -> list[tuple[str, float]]:
        """Return an item's neighbours with their strengths, best first; none for an unknown item."""
        row = self.index.get(item_id)
        if row is None:
            return []
        pairs = zip(self.targets[row].tolist(), self.strengths[row].tolist(), strict=True)
        return [(self.ids[target], strength) for target, strength in pairs if target >= 0]


def learn_neighbours(events: Iterable[Event], item_ids: Sequence[str], out: Path, progress: Progress) -> NeighboursCard:
    """Learn from all histories, choose between EASE and item-kNN on each shopper's last item, and write the files.

    Args:
        events: in order of arrival, attributed already.
        item_ids: of the catalogue.
        out: folder of the models.
        progress: told of each stage.

    Raises:
        NotEnoughEvents: too few shoppers were interested in two items or more.
    """
    from recommender.sequences.folds import Fold
    from recommender.sequences.linear import MAX_ITEMS, Ease
    from recommender.sequences.measures import ndcg
    from recommender.sequences.pairs import ITEM_KNN, Pairs
    from recommender.sequences.roster import model_ranks
    from recommender.sequences.visits import sequences_of

    data = sequences_of(events, {item_id: row for row, item_id in enumerate(item_ids)})
    asked = np.flatnonzero(data.lengths >= 2)
    if len(asked) < MIN_SHOPPERS:
        raise NotEnoughEvents(f"{MIN_SHOPPERS} shoppers with interest in two items are needed; there are {len(asked)}.")
    fold = Fold(data.without_last(1), asked, data.items[data.starts[1:][asked] - 1])
    models: dict[str, SequenceModel] = {"item-knn": Pairs(ITEM_KNN)}
    if len(item_ids) <= MAX_ITEMS:
        models["ease"] = Ease()
    figures = {}
    for at, (name, model) in enumerate(models.items()):
        progress("choosing", at, len(models))
        figures[name] = float(ndcg(model_ranks(model.refresh(fold.data), fold)).mean())
    best = max(figures, key=lambda name: figures[name])
    progress("learning", 0, None)
    targets, strengths = _nearest(models[best].refresh(data).score, len(item_ids))
    sha256 = _write(out, item_ids, targets, strengths)
    card = NeighboursCard(model=best, ndcg=figures, shoppers=data.n_users, items=len(item_ids), sha256=sha256)
    write_whole(out / CARD_FILE, card.model_dump_json(indent=2).encode())
    return card


def load_neighbours(folder: Path) -> Neighbours | None:
    """Read the neighbours; None where none were learned.

    Raises:
        ArtifactBroken: a file is damaged or does not fit the other.
    """
    if not (folder / CARD_FILE).is_file():
        return None
    try:
        card = NeighboursCard.model_validate_json((folder / CARD_FILE).read_bytes())
        held = (folder / TENSORS_FILE).read_bytes()
    except (OSError, ValidationError) as error:
        raise ArtifactBroken(f"The neighbours in {folder.name} cannot be read: learn them again.") from error
    if hashlib.sha256(held).hexdigest() != card.sha256:
        raise ArtifactBroken(f"{TENSORS_FILE} is not what {CARD_FILE} describes: learn the neighbours again.")
    with np.load(io.BytesIO(held), allow_pickle=False) as arrays:
        ids = tuple(json.loads(bytes(arrays["ids"]).decode()))
        index = {item_id: row for row, item_id in enumerate(ids)}
        return Neighbours(ids, index, arrays["targets"].astype(np.int64), arrays["strengths"])


def _nearest(score: Callable[[Sequences], Floats], n_items: int) -> tuple[Ints, Floats]:
    """Ask what follows a history of one item alone, for every item."""
    from recommender.sequences.measures import best_items

    targets, strengths = [], []
    for rows in np.array_split(np.arange(n_items), -(-n_items // 500)):
        scores = score(from_lists([[int(row)] for row in rows], n_items))
        scores[np.arange(len(rows)), rows] = 0.0
        best = best_items(scores, N_NEIGHBOURS)
        held = np.take_along_axis(scores, best, axis=1)
        targets.append(np.where(held > 0, best, -1))
        strengths.append(np.maximum(held, 0.0) / np.maximum(held[:, :1], 1e-12))
    return np.concatenate(targets), np.concatenate(strengths).astype(np.float32)


def _write(out: Path, item_ids: Sequence[str], targets: Ints, strengths: Floats) -> str:
    buffer = io.BytesIO()
    names = np.frombuffer(json.dumps(list(item_ids)).encode(), dtype=np.uint8)
    np.savez_compressed(buffer, ids=names, targets=targets.astype(np.int32), strengths=strengths)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / TENSORS_FILE, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()
