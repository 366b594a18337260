"""Click models as they serve: the shopper's half once per turn, then any number of candidates. No torch on a CPU.

A network runs in ONNX Runtime on one thread; the simpler models are a few lines of numpy. Every item is scored as if it
stood on top. Knows neither the log nor training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recommender.baselines import MAX_POSITIONS, Logistic, Plain, sigmoid
from recommender.ctr import calibration
from recommender.ctr.artifact import ITEM_GRAPH, TENSORS_FILE, TREE_FILES, USER_GRAPH, Artifact
from recommender.ctr.blend import Blend
from recommender.ctr.calibration import Line
from recommender.ctr.factors import Factors
from recommender.errors import ArtifactBroken
from recommender.examples import HEADS
from recommender.features import FEATURES, HISTORY_FIELDS, FeatureBlock, History
from recommender.item_table import HASH_BUCKETS, FloatArray

if TYPE_CHECKING:
    from recommender.ctr.trees import Trees

MAX_HIDDEN: Final = 32
Tensors = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of n candidates.

    Args:
        click, cart, buy: (n,) calibrated probabilities of an item on top; none exceeds the one before it.
        hidden: (n, d) float32, d at most 32; the last layer, each column about mean 0 and deviation 1 in training.
    """

    click: FloatArray
    cart: FloatArray
    buy: FloatArray
    hidden: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Clicks:
    """The part of predictions that is about clicks; see Predictions."""

    click: FloatArray
    hidden: NDArray[np.float32]


class ServedModel(Protocol):
    """One click model, ready."""

    def user_half(self, past: History) -> Any:
        """Compute what all candidates of a turn share, once per turn."""

    def score(self, half: Any, block: FeatureBlock) -> Predictions:
        """Score candidates for the shopper of `half`."""

    def clicks(self, half: Any, block: FeatureBlock) -> Clicks:
        """Return what `score` would of clicks, all that ranking needs, without heads that cost time of their own."""


class Calibrated:
    """Turns a model's own probabilities into predictions."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def __call__(self, probabilities: FloatArray, hidden: NDArray[np.float32]) -> Predictions:
        """Calibrate (n, heads) probabilities."""
        click, cart, buy = calibration.apply(self._lines, probabilities).T
        return Predictions(click, cart, buy, hidden)

    def clicks(self, probabilities: FloatArray, hidden: NDArray[np.float32]) -> Clicks:
        """Calibrate (n, 1 or more) probabilities, of which the first is that of a click."""
        return Clicks(self._lines[0](probabilities[:, 0]), hidden)


class PlainModel:
    """A model without history. Its last layer: its log-odds and the standardised features.

    Args:
        model: what computes.
        linear: says how features are standardised, and which weigh most.
        calibrated: see Calibrated.
        base_logit: usual log-odds of a click.
        clicks: the part of the model that computes clicks alone, where that costs less; otherwise None.
    """

    def __init__(
        self,
        model: Plain,
        linear: Logistic,
        calibrated: Calibrated,
        base_logit: float,
        clicks: Plain | None = None,
    ) -> None:
        self._base_logit = base_logit
        self._clicks = clicks or model
        self._model, self._linear, self._calibrated = model, linear, calibrated
        # The bandit's head has room for 32: the features that weigh least are left out.
        self._kept = np.sort(np.argsort(-np.abs(linear.weights[0, 1 : 1 + len(FEATURES)]))[: MAX_HIDDEN - 1])

    def user_half(self, past: History) -> int:
        """Return the bucket of the shopper, all that such a model reads."""
        return past.shopper

    def score(self, half: int, block: FeatureBlock) -> Predictions:
        """Score candidates."""
        probabilities = _on_top(self._model, half, block)
        return self._calibrated(probabilities, self._hidden(block, probabilities))

    def clicks(self, half: int, block: FeatureBlock) -> Clicks:
        """Score candidates for clicks alone."""
        probabilities = _on_top(self._clicks, half, block)
        return self._calibrated.clicks(probabilities, self._hidden(block, probabilities))

    def _hidden(self, block: FeatureBlock, probabilities: FloatArray) -> NDArray[np.float32]:
        standard = ((block.dense - self._linear.mean) / self._linear.scale)[:, self._kept]
        centred = calibration.logit(probabilities[:, :1]) - self._base_logit
        return np.concatenate([centred, standard], axis=1).astype(np.float32)


def _on_top(model: Plain, shopper: int, block: FeatureBlock) -> FloatArray:
    n = len(block.dense)
    on_top, shoppers = np.zeros(n, dtype=np.int64), np.full(n, shopper, dtype=np.int64)
    return model.probabilities(block.dense, block.hashed, shoppers, on_top)


class OnnxModel:
    """A network in ONNX Runtime, one thread.

    Args:
        user_graph, item_graph: ONNX, as export.py writes them.
        calibrated: see Calibrated.

    Raises:
        ArtifactBroken: ONNX Runtime cannot read them.
    """

    def __init__(self, user_graph: bytes, item_graph: bytes, calibrated: Calibrated) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._user, self._item = (
                onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
                for graph in (user_graph, item_graph)
            )
        except Exception as error:
            raise ArtifactBroken("The click model's graph cannot be read; train it again.") from error
        self._calibrated = calibrated

    def user_half(self, past: History) -> Mapping[str, NDArray[np.float32]]:
        """Compute the history's share of the attention, and the shopper's embedding."""
        found = self._user.run(None, history_inputs(past))
        return {output.name: value for output, value in zip(self._user.get_outputs(), found, strict=True)}

    def score(self, half: Mapping[str, NDArray[np.float32]], block: FeatureBlock) -> Predictions:
        """Score candidates."""
        return self._calibrated(*self._run(half, block))

    def clicks(self, half: Mapping[str, NDArray[np.float32]], block: FeatureBlock) -> Clicks:
        """Score candidates for clicks alone."""
        return self._calibrated.clicks(*self._run(half, block))

    def _run(
        self, half: Mapping[str, NDArray[np.float32]], block: FeatureBlock
    ) -> tuple[FloatArray, NDArray[np.float32]]:
        inputs = {"dense": block.dense[None], "hashed": block.hashed[None], **half}
        logits, hidden = self._item.run(None, inputs)
        return chained(logits[0]), hidden[0]


def history_inputs(past: History) -> dict[str, NDArray[Any]]:
    """Return a history as the network takes it, a batch of one; an empty one is one act of nothing."""
    length = max(1, len(past.kinds))
    hashed = np.zeros((1, length, len(HISTORY_FIELDS)), dtype=np.int64)
    kinds = np.zeros((1, length), dtype=np.int64)
    ages_s = np.zeros((1, length), dtype=np.float32)
    m = len(past.kinds)
    hashed[0, :m], kinds[0, :m], ages_s[0, :m] = past.hashed, past.kinds, past.ages_s
    return {"past": hashed, "kinds": kinds, "ages_s": ages_s, "shoppers": np.array([past.shopper], dtype=np.int64)}


def chained(logits: NDArray[np.float32]) -> FloatArray:
    """Multiply the heads' own probabilities: click, cart given click, buy given cart; (n, heads)."""
    return np.asarray(np.cumprod(sigmoid(logits.astype(np.float64)), axis=1), dtype=np.float64)


def plain_tensors(
    linear: Logistic, lines: Sequence[Line], factors: Factors | None = None, *, blend: FloatArray | None = None
) -> bytes:
    """Return the tensor file of a model without history.

    Args:
        linear: the logistic regression itself, or a machine's linear part, or how trees' features are standardised.
        lines: calibration of each head.
        factors: of a machine.
        blend: weights over a machine and trees, (heads, 3).
    """
    tensors = {"mean": linear.mean, "scale": linear.scale, "weights": linear.weights}
    if factors is not None:
        tensors |= {"dense": factors.dense, "table": factors.table, "strength": factors.strength}
    if blend is not None:
        tensors["blend"] = blend
    single = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()}
    return save(single | line_tensors(lines))


def line_tensors(lines: Sequence[Line]) -> dict[str, NDArray[np.float32]]:
    """Return the calibration as tensors."""
    found = {}
    for head, line in zip(HEADS, lines, strict=True):
        found[f"calibration.{head}.x"] = line.x.astype(np.float32)
        found[f"calibration.{head}.y"] = line.y.astype(np.float32)
        found[f"calibration.{head}.slope"] = np.array([line.slope], np.float32)
    return found


def build_served(artifact: Artifact, device: str = "cpu") -> ServedModel:
    """Make a model ready to serve.

    Args:
        artifact: checked files.
        device: "cpu", or "cuda" for a network computed by torch.

    Raises:
        ArtifactBroken: a file holds something else than its kind needs.
    """
    kind, files = artifact.manifest.kind, artifact.files
    tensors = read_tensors(files[TENSORS_FILE])
    calibrated = Calibrated(_lines(tensors))
    if kind == "network":
        if device != "cpu":
            from recommender.ctr.torch_served import TorchModel

            return TorchModel(files[TENSORS_FILE], calibrated, device)
        return OnnxModel(files[USER_GRAPH], files[ITEM_GRAPH], calibrated)
    linear = _linear(tensors)
    model: Plain = linear
    if kind == "trees":
        trees = _trees(files)
        return PlainModel(trees, linear, calibrated, artifact.manifest.base_logit, trees.for_clicks())
    if kind == "factorisation machine":
        model = _factors(tensors, linear)
    elif kind == "machine and trees":
        weights = _tensor(tensors, "blend", (len(HEADS), 3))
        model = Blend((_factors(tensors, linear), _trees(files)), weights)
    return PlainModel(model, linear, calibrated, artifact.manifest.base_logit)


def read_tensors(data: bytes) -> Tensors:
    """Read a tensor file.

    Raises:
        ArtifactBroken: it is no safetensors, or holds something other than finite numbers of 32 bits.
    """
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ArtifactBroken("The click model's tensor file cannot be read; train it again.") from error
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            raise ArtifactBroken(f"The click model's tensor {name!r} holds something other than finite numbers.")
    return tensors


def _lines(tensors: Tensors) -> tuple[Line, ...]:
    lines = []
    for head in HEADS:
        x, y, slope = (_tensor(tensors, f"calibration.{head}.{name}") for name in ("x", "y", "slope"))
        if x.ndim != 1 or x.shape != y.shape or slope.shape != (1,) or not len(x) or (np.diff(x) <= 0).any():
            raise ArtifactBroken("The click model's calibration is not a rising line; train it again.")
        lines.append(Line(x, y, float(slope[0])))
    return tuple(lines)


def _linear(tensors: Tensors) -> Logistic:
    n = len(FEATURES)
    weights = _tensor(tensors, "weights", (len(HEADS), 1 + n + MAX_POSITIONS))
    return Logistic(np.arange(n), _tensor(tensors, "mean", (n,)), _tensor(tensors, "scale", (n,)), weights)


def _factors(tensors: Tensors, linear: Logistic) -> Factors:
    dense = _tensor(tensors, "dense")
    width = dense.shape[-1]
    table = _tensor(tensors, "table", (HASH_BUCKETS, width + len(HEADS)))
    return Factors(linear, dense.reshape(len(FEATURES), width), table, _tensor(tensors, "strength", (len(HEADS),)))


def _tensor(tensors: Tensors, name: str, shape: tuple[int, ...] | None = None) -> FloatArray:
    if name not in tensors or (shape is not None and tensors[name].shape != shape):
        raise ArtifactBroken(f"The click model's tensor {name!r} is missing or of another shape; train it again.")
    return tensors[name].astype(np.float64)


def _trees(files: Mapping[str, bytes]) -> Trees:
    from recommender.ctr.trees import Trees

    try:
        return Trees.from_texts([files[name].decode() for name in TREE_FILES])
    except Exception as error:
        raise ArtifactBroken("The click model's trees cannot be read; train it again.") from error
