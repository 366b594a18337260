"""Names of models, and what a text says of them."""

from __future__ import annotations

import pytest

from retrieval.mining.names import Cue, before_cue, clause_around, names_in, statements


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Acme X-200/B lamp", ["x200b"]),
        ("Ridge 200, 250 and 300", ["ridge200", "ridge250", "ridge300"]),
        ("Galaxy A71 SM-A715F 17 cm", ["galaxya71", "sma715f"]),
        ("24 inch, 128GB, 1200 x 1200 DPI, 70-200mm f/2.8, 64-bit, 2-port, 12AWG, 70x36", []),
        ("matt 1000 pcs", []),
        ("C52x", []),
        ("", []),
    ],
)
def test_names_are_found_and_measures_are_none(text: str, keys: list[str]) -> None:
    assert [name.key for name in names_in(text)] == keys


def test_the_word_behind_a_name_is_known() -> None:
    assert [(name.written, name.then) for name in names_in("fits the Writer 450 Duo, Writer 460\nhand")] == [
        ("writer 450", "duo"),
        ("writer 460", ""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Lamp for Acme X200", [(Cue.MEANT_FOR, "Acme X200")]),
        ("Compatible with Acme X200 (black)", [(Cue.FITS, "Acme X200")]),
        ("Replacement for X100. Fits all.", [(Cue.REPLACES, "X100"), (Cue.FITS, "all")]),
        ("Designed for X1 and compatible with X2", [(Cue.MEANT_FOR, "X1 and"), (Cue.FITS, "X2")]),
        ("For-ever lamp, fortune", []),
    ],
)
def test_what_a_text_says_of_another_product(text: str, said: list[tuple[Cue, str]]) -> None:
    assert list(statements(text)) == said


def test_what_a_title_calls_its_product() -> None:
    assert before_cue("Acme lamp for X200") == "Acme lamp "
    assert before_cue("Service, one year (X200)").strip() == "Service, one year"
    assert before_cue("For gardens: Acme hose") == "For gardens: Acme hose"


def test_the_item_of_a_list_in_which_a_name_stands() -> None:
    text = "Acme X100; Acme X200 Duo\nAcme X300"
    assert [clause_around(text, name) for name in names_in(text)] == ["Acme X100", "Acme X200 Duo", "Acme X300"]
