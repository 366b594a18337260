"""What was packed comes back to the last bit; what is damaged is refused, and no bytes can make it run on."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import LogBroken
from recommender.trace import Trace, pack, unpack


def _trace(n: int = 5, m: int = 3, seed: int = 1) -> Trace:
    rng = np.random.default_rng(seed)
    rules = rng.normal(size=(2, n))
    return Trace(
        order=rng.permutation(n),
        codes=tuple(f"code{i}" for i in range(m)),
        values=rng.normal(size=(m, n)).astype(np.float32),
        weights=rng.normal(size=m),
        default_weights=rng.normal(size=m),
        rule_codes=("sold_out", "variety"),
        rule_parts=rules,
        default_parts=rules + 1.0,
        pinned=((0, 1), (3, 2)),
        removed=(("exclude:1", ("a", "ö")),),
        matches=(("under $80", "red"), *((),) * (n - 1)),
        served={"dense": rng.normal(size=(n, 7)).astype(np.float32), "hashed": rng.integers(0, 999, (n, 2))},
    )


@given(n=st.integers(1, 40), m=st.integers(0, 4), seed=st.integers(0, 99))
def test_everything_comes_back_to_the_last_bit(n: int, m: int, seed: int) -> None:
    before = _trace(n, m, seed)
    after = unpack(pack(before))
    for name in ("order", "values", "weights", "default_weights", "rule_parts", "default_parts"):
        assert getattr(after, name).tobytes() == getattr(before, name).tobytes(), name
        assert getattr(after, name).shape == getattr(before, name).shape, name
    for name in ("codes", "rule_codes", "pinned", "removed", "matches"):
        assert getattr(after, name) == getattr(before, name), name
    assert {name: array.tolist() for name, array in after.served.items()} == {
        name: array.tolist() for name, array in before.served.items()
    }


def test_parts_that_the_default_policy_shares_are_kept_once() -> None:
    whole = _trace()
    shared = Trace(
        **{name: getattr(whole, name) for name in Trace.__slots__ if name != "default_parts"},
        default_parts=whole.rule_parts,
    )
    assert len(pack(shared)) < len(pack(whole))
    assert (unpack(pack(shared)).default_parts == whole.rule_parts).all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        pack(_trace())[:-3],
        zlib.compress(b"\xff\xff\xff\x7f{}"),
        zstandard.compress(b"\xff\xff\xff\x7f{}"),
        zstandard.compress((2).to_bytes(4, "little") + b"[]"),
        zstandard.compress((20).to_bytes(4, "little") + b'{"format": 9, "x": 1}'),
        zstandard.compress(bytes(64 * 2**20)),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"{}"),
    ],
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(LogBroken):
        unpack(data)


def test_a_trace_of_a_log_from_before_is_read_as_well() -> None:
    before = _trace()
    old = zlib.compress(zstandard.decompress(pack(before)))
    assert unpack(old).values.tobytes() == before.values.tobytes()
