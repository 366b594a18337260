"""A Chinese shop from its file to a search, and an encoder for its locale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.model_folders import encoder_name
from retrieval.storage import read_manifest
from tests.assistant.command_line import Command, run_command
from tests.retrieval.tiny_models import make_encoder

ROWS = """id,title,price,brand,category,stock,attr_颜色,description
1,北溪无线鼠标静音款,129,北溪,鼠标,5,黑色,办公用静音鼠标
2,山岚无线鼠标,259,山岚,鼠标,3,白色,
3,Acme 有线鼠标,59,Acme,鼠标,0,黑色,
4,北溪鼠标垫大号,39,北溪,鼠标垫,10,黑色,
5,Acme 蓝牙耳机,399,Acme,耳机,2,白色,
"""


@pytest.fixture
def aisle(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    """Run the command for a Chinese shop, by words alone."""
    for name, value in {"ENCODER": "off", "LOCALE": "zh_CN", "CURRENCY": "CNY", "CATALOGUE": "zh"}.items():
        monkeypatch.setenv(f"AISLE_{name}", value)
    (tmp_path / "zh.csv").write_text(ROWS, encoding="utf-8")
    with run_command(monkeypatch, capsys) as run:
        yield run


def test_a_file_is_imported_and_searched_in_chinese(aisle: Command, tmp_path: Path) -> None:
    assert aisle("import", tmp_path / "zh.csv").code == 0
    ran = aisle("search", "200元以下的黑色无线鼠标", "--json")
    assert [product["id"] for product in ran.json["products"]] == ["1", "3"]
    assert ran.json["products"][0]["wishes"] == {"鼠标": "met", "黑色": "met", "under CN¥200": "met"}
    assert ran.json["set_aside"] == []


def test_what_to_give_up_is_said_where_nothing_fits(aisle: Command, tmp_path: Path) -> None:
    assert aisle("import", tmp_path / "zh.csv").code == 0
    ran = aisle("search", "100元以下的白色耳机", "--json")
    assert ran.json["products"] == []
    assert {(row["drop"], row["label"], row["count"]) for row in ran.json["relaxations"]} == {
        ("price", "under CN¥100", 1)
    }


def test_refusals_and_words_that_rank(aisle: Command, tmp_path: Path) -> None:
    assert aisle("import", tmp_path / "zh.csv").code == 0
    found = {text: aisle("search", text, "--json").json for text in ("不要Acme的鼠标", "静音鼠标", "鼠标垫")}
    assert {p["id"] for p in found["不要Acme的鼠标"]["products"]} == {"1", "2"}
    assert found["静音鼠标"]["products"][0]["id"] == "1"
    assert [p["id"] for p in found["鼠标垫"]["products"]] == ["4"]


def test_the_encoder_of_the_locale_imports_and_serves(
    aisle: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = make_encoder(tmp_path, sorted({char for char in ROWS if not char.isascii()}))
    monkeypatch.setenv("AISLE_ENCODERS", f"zh={encoder}")
    assert aisle("import", tmp_path / "zh.csv").code == 0
    (version,) = (tmp_path / "aisle-data" / "catalogues" / "zh" / "versions").iterdir()
    assert read_manifest(version).encoder == encoder_name(str(encoder))
    assert aisle("search", "静音鼠标", "--json").json["mode"] == "words+meaning"
    other = make_encoder(tmp_path / "other", ["mouse"])
    monkeypatch.setenv("AISLE_ENCODERS", f"zh={other}")
    ran = aisle("search", "静音鼠标", "--json")
    assert ran.json["mode"] == "words"
    assert encoder_name(str(encoder)) in ran.err
    assert encoder_name(str(other)) in ran.err
    assert "run `aisle import` again" in ran.err
