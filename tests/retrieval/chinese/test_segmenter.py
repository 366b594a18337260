"""Words are found, names of the catalogue are kept whole, and an English shop never loads the dictionary."""

from __future__ import annotations

import subprocess
import sys

from retrieval.chinese.script import has_han, is_chinese
from retrieval.chinese.segmenter import Segmenter, cut, cut_fine


def test_a_text_is_cut_into_words() -> None:
    assert cut("真无线蓝牙耳机") == ["真", "无线", "蓝牙", "耳机"]
    assert cut_fine("登山包") == ["登山", "山包", "登山包"]


def test_names_that_no_dictionary_has_are_kept_whole() -> None:
    assert Segmenter(["米白色"]).cut("米白色羽绒服") == ["米白色", "羽绒服"]
    assert Segmenter([]).cut("米白色羽绒服") == ["米", "白色", "羽绒服"]


def test_names_of_one_catalogue_are_not_those_of_another() -> None:
    Segmenter(["米白色"])
    assert "米白色" not in cut("米白色羽绒服")


def test_kana_and_hangul_tell_japanese_and_korean_from_chinese() -> None:
    assert [is_chinese(text) for text in ("鼠标", "Acme 无线 mouse", "無線マウス", "무선 鼠", "mouse", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert has_han("無線マウス")
    assert not has_han("マウス")


def test_english_texts_load_no_dictionary() -> None:
    program = (
        "import sys; from retrieval.query import QueryReader; from retrieval.vocabulary import Vocabulary; "
        "from retrieval.tokens import tokenise; from tests.retrieval.reading_shop import make_shop; "
        "QueryReader(Vocabulary.learn(make_shop()), 'USD').read('black hiking boots under $80'); tokenise('usb hub'); "
        "assert 'rjieba' not in sys.modules; tokenise('鼠标'); assert 'rjieba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
