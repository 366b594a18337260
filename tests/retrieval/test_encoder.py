"""The packaged encoder: offline, unit rows, and bfloat16 close to float32."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder import PACKAGED, Encoder, has_fast_bfloat16, load_encoder
from retrieval.errors import IndexBroken
from retrieval.model_folders import encoder_name
from tests.retrieval.tiny_models import make_encoder

TEXTS = [
    "usb hub",
    "a laptop bag for 15 inch",
    "HP Pavilion dv7-1211ea Notebook Silver 43.2 cm",
    "无线鼠标",
    "",
    "noise cancelling headphones " * 40,
]


@pytest.fixture(scope="module")
def float32() -> Encoder:
    return load_encoder(PACKAGED, "float32")


def test_rows_are_unit_vectors_in_the_order_of_the_texts(float32: Encoder) -> None:
    vectors = float32.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), float32.dim) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[1], float32.encode([TEXTS[1]])[0], atol=1e-4)


def test_near_meanings_are_nearer_than_far_ones(float32: Encoder) -> None:
    hub, splitter, soup = float32.encode(["usb hub", "splitter for several usb plugs", "tomato soup"])
    assert hub @ splitter > hub @ soup + 0.2


def test_a_text_said_again_has_the_same_vector_and_a_caller_cannot_change_it(float32: Encoder) -> None:
    first = float32.encode(["usb hub"])
    first[:] = 0
    assert np.allclose(np.linalg.norm(float32.encode(["usb hub"])), 1)


def test_many_texts_shared_out_to_several_cores_keep_their_order(float32: Encoder) -> None:
    import torch

    texts = [f"{'long ' * (number % 7)}text number {number}" for number in range(150)]
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        shared = float32.encode(texts)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    alone = np.concatenate([float32.encode(texts[start : start + 50]) for start in range(0, 150, 50)])
    assert np.allclose(shared, alone, atol=1e-4)


@pytest.mark.parametrize("text", ["usb hub", "", "Kopfhörer für Läufer", "café 😀 lamp for two"])
def test_what_the_tokenizer_has_learned_is_known(float32: Encoder, text: str) -> None:
    assert float32.knows(text)


@pytest.mark.parametrize("text", ["无线鼠标", "acme 无线 mouse", "ワイヤレスマウス"])
def test_a_text_of_unknown_signs_is_not_known(float32: Encoder, text: str) -> None:
    assert not float32.knows(text)


def test_no_texts_give_no_rows(float32: Encoder) -> None:
    assert float32.encode([]).shape == (0, 384)


@pytest.mark.skipif(not has_fast_bfloat16(), reason="this CPU does not compute in bfloat16 (AVX-512 BF16 or AMX)")
def test_bfloat16_keeps_the_direction_of_every_vector(float32: Encoder) -> None:
    fast = load_encoder(PACKAGED, "bfloat16")
    cosines = (fast.encode(TEXTS) * float32.encode(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.999
    assert fast.name == float32.name


def test_an_encoder_that_cannot_be_loaded_is_said_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(IndexBroken, match="AISLE_ENCODER"):
        load_encoder(str(tmp_path / "model"))


def test_an_encoder_that_is_not_on_this_machine_is_named_at_once_and_nothing_is_asked_of_a_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def refuse(_self: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(IndexBroken, match=r"'doesnotexist' \(AISLE_ENCODER, AISLE_ENCODERS\).*hf download"):
        load_encoder("doesnotexist")
    with pytest.raises(IndexBroken) as caught:
        load_encoder("/nope")
    assert "'/nope'" in str(caught.value)
    assert "hf download" not in str(caught.value), "a path can be fetched from nowhere"
    assert asked == []


def test_a_folder_is_named_by_what_lies_in_it(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path, ["red", "hat"])
    name = load_encoder(str(folder)).name
    assert name == encoder_name(str(folder)) == encoder_name(f"{folder}/")
    assert name.startswith("encoder@")
    (folder / "card.json").write_text("{}")
    elsewhere = tmp_path / "elsewhere" / "encoder"
    elsewhere.parent.mkdir()
    folder.rename(elsewhere)
    assert encoder_name(str(elsewhere)) == name


def test_other_weights_under_the_same_path_have_another_name(tmp_path: Path) -> None:
    first = encoder_name(str(make_encoder(tmp_path, ["red", "hat"], seed=1)))
    second = encoder_name(str(make_encoder(tmp_path, ["red", "hat"], seed=2)))
    assert first != second
    assert first.split("@")[0] == second.split("@")[0]


def test_what_is_no_folder_is_named_as_it_is_set() -> None:
    assert encoder_name(PACKAGED) == PACKAGED
    assert encoder_name("someone/some-model") == "someone/some-model"


def test_weights_that_are_cut_off_are_said_with_a_way_out(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path, ["red", "hat"])
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2_000])
    with pytest.raises(IndexBroken, match="AISLE_ENCODER"):
        load_encoder(str(folder))
