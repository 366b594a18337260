"""`aisle train encoder`, as whoever runs a shop uses it: kept and put to use, or not kept and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.store import SqlEventLog, open_store
from assistant.taken import Behaviour, behaviour_so_far
from recommender.events import Decision, DecisionContext, Event, EventType, SlateItem
from retrieval.encoder_training import loop
from retrieval.loader import import_products
from retrieval.taken import Taken
from tests.assistant.command_line import run_command
from tests.retrieval.encoder_training.toy import WORDS, toy_products
from tests.retrieval.tiny_models import make_encoder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("base"), WORDS)


@pytest.fixture
def aisle(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], base: Path, aisle_data: Path
) -> Iterator[Any]:
    """Run the command in this process, on the toy catalogue, with a tiny encoder and steps that fit its size."""
    monkeypatch.setenv("AISLE_ENCODER", str(base))
    monkeypatch.setenv("AISLE_ENCODER_DTYPE", "float32")
    monkeypatch.setattr(loop, "Recipe", partial(loop.Recipe, learning_rate=5e-3))
    import_products(toy_products(), root=catalogues_folder(Settings(data=aisle_data)), name="toy")
    with run_command(monkeypatch, capsys) as run:
        yield run


def _files(folder: Path) -> set[str]:
    # A lock that was held for a moment is left lying empty.
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} - {".lock"}


def test_a_better_encoder_is_kept_and_used_when_it_is_set(
    aisle: Any, aisle_data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = aisle("train", "encoder", "--catalogue", "toy", "--epochs", "8", "--json")
    assert ran.code == 0
    card = ran.json
    assert card["kept"] is True
    assert card["folder"] == str(aisle_data / "encoders" / "toy-1")
    assert card["rows"]["all"]["gain"]["low"] > 0
    assert f"AISLE_ENCODER={card['folder']}" in card["use"]
    assert "judged by the catalogue's own words alone" in card["use"]

    monkeypatch.setenv("AISLE_ENCODER", card["folder"])
    file = tmp_path / "toy.csv"
    rows = [f"{p.id},{p.title},10,{p.description}" for p in toy_products()]
    file.write_text("\n".join(("id,title,price,description", *rows)))
    assert aisle("import", file, "--name", "toy").code == 0
    assert aisle("search", toy_products()[0].title, "--catalogue", "toy", "--json").json["mode"] == "words+meaning"


def test_what_is_not_better_is_not_kept_and_nothing_changes(aisle: Any, aisle_data: Path) -> None:
    before = _files(aisle_data)
    ran = aisle("train", "encoder", "--catalogue", "toy", "--steps", "1")
    assert ran.code == 0
    assert "not clearly better, so it was not kept; nothing has changed" in ran.out
    assert "1 steps on" in ran.out
    assert _files(aisle_data) == before


@pytest.mark.parametrize(
    ("catalogue", "encoder", "says"),
    [
        ("nowhere", None, "no catalogue 'nowhere'"),
        ("toy", "off", "AISLE_ENCODER is off"),
        ("toy", "no/such-model", "is no model on this machine"),
    ],
)
def test_what_cannot_be_is_one_plain_sentence(
    aisle: Any, monkeypatch: pytest.MonkeyPatch, catalogue: str, encoder: str | None, says: str
) -> None:
    if encoder is not None:
        monkeypatch.setenv("AISLE_ENCODER", encoder)
    ran = aisle("train", "encoder", "--catalogue", catalogue)
    assert ran.code == 1
    assert says in ran.err
    assert ran.out == ""


def _decision(number: str, query: str) -> Decision:
    context = DecisionContext("shopper", "session", f"turn-{number}", "search", now=1.0, seed=1, query=query)
    return Decision(number, context, (SlateItem("p1", 0, 1.0, 1.0),), 1.0, "greedy/1", "none", ("p1",), (1.0,))


def test_what_was_taken_after_words_is_read_from_the_log(aisle_data: Path) -> None:
    settings = Settings(data=aisle_data)
    assert behaviour_so_far(settings).taken == ()
    store = open_store(aisle_data)
    events = [
        Event(f"e{number}", kind, item, "shopper", "session", 2.0, decision, 0)
        for number, (kind, item, decision) in enumerate(
            [
                (EventType.IMPRESSION, "p1", "d1"),
                (EventType.CLICK, "p1", "d1"),
                (EventType.PURCHASE, "p2", "d1"),
                (EventType.ADD_TO_CART, "p3", "d2"),
                (EventType.CLICK, "p4", None),
            ]
        )
    ]
    SqlEventLog(store).append_many([_decision("d1", "warm hat"), _decision("d2", "")], events)
    store.close()
    assert behaviour_so_far(settings).taken == (Taken("warm hat", "p1", 1.0), Taken("warm hat", "p2", 3.0))


def test_while_a_server_holds_the_folder_its_log_is_left_out_and_this_is_said(
    aisle_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = open_store(aisle_data)
    assert behaviour_so_far(Settings(data=aisle_data)) == Behaviour()
    held.close()
    assert "what shoppers did is left out" in capsys.readouterr().err
