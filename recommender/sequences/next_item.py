"""The sequence model in serving: what a shopper takes next after all that he took, in order. Reads an ONNX graph; needs
no torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from pydantic import BaseModel, ConfigDict, ValidationError

from recommender.ctr.artifact import write_whole
from recommender.errors import ArtifactBroken
from recommender.sequences.measures import best_items

GRAPH_FILE: Final = "next-item.onnx"
CARD_FILE: Final = "next-item.json"
ROWS, SCORES = "rows", "scores"


class NextItemCard(BaseModel):
    """What was learned, and whether it is better than counting.

    Args:
        ids: item ids in the order of the graph's scores.
        length: latest items that the graph reads.
        ndcg: name -> NDCG@10 on each shopper's last item, held out, over all items that a shopper had not had.
        rival: the best of the others.
        gain, gain_low: over the rival, and its lower 95 % bound over shoppers.
        shoppers: learned from.
        epochs: passes until the best one.
        sha256: of the graph.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ids: tuple[str, ...]
    length: int
    ndcg: Mapping[str, float]
    rival: str
    gain: float
    gain_low: float
    shoppers: int
    epochs: int
    sha256: str


class NextItem:
    """What comes next.

    Args:
        card: of the graph.
        graph: (1, length) int64 rows plus one, 0 in front where there are fewer, the latest last ► (1, items)
            logarithms of probabilities up to a constant.
    """

    def __init__(self, card: NextItemCard, graph: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._card = card
        self._index = {item_id: row for row, item_id in enumerate(card.ids)}

    def expect(self, taken: Sequence[str], n: int) -> list[str]:
        """Return what is likeliest next, best first, at most n; empty for who took nothing that is known here.

        Args:
            taken: item ids in the order in which interest in them began; none of them comes back.
            n: 1 or more.
        """
        known = [self._index[item_id] for item_id in taken if item_id in self._index]
        if not known:
            return []
        latest = known[-self._card.length :]
        rows = np.zeros((1, self._card.length), dtype=np.int64)
        rows[0, -len(latest) :] = np.array(latest) + 1
        (scores,) = self._session.run([SCORES], {ROWS: rows})
        scores[0, known] = -np.inf
        best = best_items(scores, min(n, scores.shape[1]))[0]
        return [self._card.ids[row] for row in best if np.isfinite(scores[0, row])]


def write_next_item(folder: Path, card: NextItemCard, graph: bytes) -> None:
    """Write both files, the card last: it names the graph that it vouches for."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / GRAPH_FILE, graph)
    write_whole(folder / CARD_FILE, card.model_dump_json().encode())


def load_next_item(folder: Path) -> NextItem | None:
    """Read the model; None where none was learned.

    Raises:
        ArtifactBroken: a file is damaged or does not fit the other.
    """
    if not (folder / CARD_FILE).is_file():
        return None
    try:
        card = NextItemCard.model_validate_json((folder / CARD_FILE).read_bytes())
        graph = (folder / GRAPH_FILE).read_bytes()
    except (OSError, ValidationError) as error:
        raise ArtifactBroken(f"The sequence model in {folder.name} cannot be read: train it again.") from error
    if hashlib.sha256(graph).hexdigest() != card.sha256:
        raise ArtifactBroken(f"{GRAPH_FILE} is not what {CARD_FILE} describes: train the sequence model again.")
    return NextItem(card, graph)
