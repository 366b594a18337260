"""Writes a trained network's files: weights as safetensors, and the shopper's and the candidates' half as ONNX graphs.

Used at the end of a training, so that serving needs no torch.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from recommender.ctr.artifact import ITEM_GRAPH, TENSORS_FILE, USER_GRAPH
from recommender.ctr.calibration import Line
from recommender.ctr.network import CtrNet, UserHalf
from recommender.ctr.served import line_tensors
from recommender.features import FEATURES, HISTORY_FIELDS
from recommender.item_table import HASH_FIELDS


class _UserGraph(nn.Module):
    def __init__(self, net: CtrNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, past: Tensor, kinds: Tensor, ages_s: Tensor, shoppers: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.net.user_half(past, kinds, ages_s, shoppers))


class _ItemGraph(nn.Module):
    def __init__(self, net: CtrNet) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, dense: Tensor, hashed: Tensor, keys: Tensor, offsets: Tensor, values: Tensor, user: Tensor
    ) -> tuple[Tensor, Tensor]:
        hidden = self.net.phi(dense, hashed, UserHalf(keys, offsets, values, user))
        return self.net.heads(hidden), hidden


def network_files(net: CtrNet, lines: Sequence[Line]) -> dict[str, bytes]:
    """Return the files of a network.

    Args:
        net: trained, on the CPU.
        lines: calibration of each head.
    """
    net = net.eval()
    tensors = {f"net.{name}": value.contiguous().clone() for name, value in net.state_dict().items()}
    tensors |= {name: torch.from_numpy(value) for name, value in line_tensors(lines).items()}
    user, item = _graphs(net)
    metadata = {"size": json.dumps(asdict(net.size))}
    return {TENSORS_FILE: save(tensors, metadata=metadata), USER_GRAPH: user, ITEM_GRAPH: item}


def _graphs(net: CtrNet) -> tuple[bytes, bytes]:
    length, n = 3, 5
    past = torch.ones(1, length, len(HISTORY_FIELDS), dtype=torch.long)
    kinds, ages_s = torch.ones(1, length, dtype=torch.long), torch.ones(1, length)
    acts = torch.export.Dim("acts", min=1)
    columns = acts * net.size.attention
    with torch.no_grad():
        half = net.user_half(past, kinds, ages_s, torch.ones(1, dtype=torch.long))
        user = export_graph(
            _UserGraph(net),
            {"past": past, "kinds": kinds, "ages_s": ages_s, "shoppers": torch.ones(1, dtype=torch.long)},
            UserHalf._fields,
            {"past": {1: acts}, "kinds": {1: acts}, "ages_s": {1: acts}, "shoppers": None},
        )
        candidates = torch.export.Dim("candidates", min=1)
        item = export_graph(
            _ItemGraph(net),
            {
                "dense": torch.zeros(1, n, len(FEATURES)),
                "hashed": torch.ones(1, n, len(HASH_FIELDS), dtype=torch.long),
                **half._asdict(),
            },
            ("logits", "hidden"),
            {
                "dense": {1: candidates},
                "hashed": {1: candidates},
                "keys": {2: columns},
                "offsets": {2: columns},
                "values": {1: acts},
                "user": None,
            },
        )
    return user, item


def export_graph(graph: nn.Module, inputs: dict[str, Tensor], outputs: Sequence[str], shapes: dict[str, Any]) -> bytes:
    """Write a module as an ONNX graph.

    Args:
        graph: put into evaluation.
        inputs: name -> an example, in the order of its arguments.
        outputs: names.
        shapes: input -> its dynamic dimensions as torch.export has them; None for a fixed shape.
    """
    with _quiet(), torch.no_grad():
        program = torch.onnx.export(
            graph.eval(),
            tuple(inputs.values()),
            None,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple(shapes.values()),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return bytes(program.model_proto.SerializeToString())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's remarks on its own inner life from the shop's log."""
    logger = logging.getLogger("torch.onnx")
    before, logger.disabled = logger.level, False
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(before)
