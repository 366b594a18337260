"""What a decision was served with, packed into bytes beside its row: features, parts, and what rules removed.

Enough to recompute the decision bit for bit (replay.py). Little-endian arrays behind a JSON header, compressed; no
code can come out of it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from recommender.errors import LogBroken
from recommender.item_table import FloatArray, IntArray

_FORMAT: Final = 1
_MAX_BYTES: Final = 64 * 2**20
_KINDS: Final = frozenset({"<f4", "<f8", "<i2", "<i4", "<i8", "<u2", "|b1"})
_LEVEL: Final = 1

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """What n candidates were scored from, in the order in which they were scored.

    Args:
        order: (n,) the candidate that stands i-th in the decision's row.
        codes: reason codes of the rankers that spoke, m of them.
        values: (m, n) float32, what each ranker said before weights, in [-1, 1].
        weights, default_weights: (m,) what the values were multiplied with, here and in the default policy.
        rule_codes: reason codes of the parts that rules added, r of them.
        rule_parts, default_parts: (r, n) those parts, here and in the default policy.
        pinned: (slot, i), slots rising.
        removed: (what removed, ids) of what never was a candidate.
        matches: labels of the wishes that each candidate meets, n times; empty where none meets any.
        served: inputs of the click model as served, by name.
        shown: (k, …) by name, of the items shown in their order: what learning from their outcomes needs.
    """

    order: IntArray
    codes: tuple[str, ...]
    values: NDArray[np.float32]
    weights: FloatArray
    default_weights: FloatArray
    rule_codes: tuple[str, ...]
    rule_parts: FloatArray
    default_parts: FloatArray
    pinned: tuple[tuple[int, int], ...] = ()
    removed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    matches: tuple[tuple[str, ...], ...] = ()
    served: Mapping[str, Array] = field(default_factory=dict)
    shown: Mapping[str, Array] = field(default_factory=dict)


def pack(trace: Trace) -> bytes:
    """Turn a trace into bytes."""
    arrays: dict[str, Array] = {
        "order": trace.order.astype("<i2" if len(trace.order) < 2**15 else "<i4"),
        "values": trace.values,
        "weights": trace.weights,
        "default_weights": trace.default_weights,
        "rule_parts": trace.rule_parts,
        **{f"served.{name}": array for name, array in trace.served.items()},
        **{f"shown.{name}": array for name, array in trace.shown.items()},
    }
    if trace.default_parts is not trace.rule_parts:
        arrays["default_parts"] = trace.default_parts
    little = {name: np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("<")) for name, a in arrays.items()}
    header = {
        "format": _FORMAT,
        "codes": trace.codes,
        "rule_codes": trace.rule_codes,
        "pinned": trace.pinned,
        "removed": trace.removed,
        "matches": trace.matches if any(trace.matches) else (),
        "arrays": [(name, array.dtype.str, array.shape) for name, array in little.items()],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    body = b"".join(_shuffled(array) for array in little.values())
    return zstandard.compress(len(text).to_bytes(4, "little") + text + body, _LEVEL)


def unpack(data: bytes) -> Trace:
    """Read a trace.

    Raises:
        LogBroken: these bytes are none, or of a version unknown here.
    """
    try:
        raw = _decompressed(data)
        start = 4 + int.from_bytes(raw[:4], "little")
        header = json.loads(raw[4:start])
        arrays = _arrays(header["arrays"], raw[start:])
        if header["format"] != _FORMAT:
            raise ValueError("another format")
        return _trace(header, arrays)
    except (zlib.error, zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
        raise LogBroken("What a decision was served with cannot be read: its row is damaged.") from error


def _decompressed(data: bytes) -> bytes:
    if not data.startswith(zstandard.FRAME_HEADER):
        # Traces of logs from before Zstandard, which takes a fifth of the time.
        stream = zlib.decompressobj()
        raw = stream.decompress(data, _MAX_BYTES)
        if not stream.eof:
            raise ValueError("too long, or cut off")
        return raw
    if zstandard.frame_content_size(data) not in range(_MAX_BYTES):
        raise ValueError("too long, or of unknown length")
    return zstandard.decompress(data)


def _trace(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Trace:
    return Trace(
        order=arrays["order"].astype(np.int64),
        codes=tuple(header["codes"]),
        values=arrays["values"],
        weights=arrays["weights"],
        default_weights=arrays["default_weights"],
        rule_codes=tuple(header["rule_codes"]),
        rule_parts=arrays["rule_parts"],
        default_parts=arrays.get("default_parts", arrays["rule_parts"]),
        pinned=tuple((slot, i) for slot, i in header["pinned"]),
        removed=tuple((what, tuple(ids)) for what, ids in header["removed"]),
        matches=tuple(tuple(labels) for labels in header["matches"]),
        served=_named("served.", arrays),
        shown=_named("shown.", arrays),
    )


def _named(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _arrays(listed: Sequence[tuple[str, str, Sequence[int]]], body: bytes) -> dict[str, Array]:
    found: dict[str, Array] = {}
    at = 0
    for name, kind, shape in listed:
        if kind not in _KINDS:
            raise ValueError(f"an array of {kind}")
        dtype, count = np.dtype(kind), int(np.prod(shape, dtype=np.int64))
        size = dtype.itemsize * count
        # Reading the planes side by side undoes the shuffle.
        planes = np.frombuffer(body, np.uint8, size, at).reshape(dtype.itemsize, count)
        found[name] = np.ascontiguousarray(planes.T).reshape(-1).view(dtype).reshape(tuple(shape))
        at += size
    return found


def _shuffled(array: Array) -> bytes:
    """Put equal bytes of all numbers side by side: signs and exponents repeat, and so compress."""
    return np.ascontiguousarray(array.reshape(-1).view(np.uint8).reshape(-1, array.dtype.itemsize).T).tobytes()
