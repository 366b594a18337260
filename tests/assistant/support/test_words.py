"""Words are matched by their stems, and the ones that carry nothing are dropped."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.support.words import stems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where are my boots?", ("boot",)),
        ("the shop's returns", ("shop", "return")),
        ("the shop’s RETURNING", ("shop", "return")),
        ("USB-C 100W 2.5 m", ("usb", "c", "100w", "2", "5", "m")),
        ("snake_case", ("snake", "case")),
        ("Zelt für Größe", ("zelt", "für", "grösse")),
        ("", ()),
        ("what is the", ()),
    ],
)
def test_stems(text: str, expected: tuple[str, ...]) -> None:
    assert stems(text) == expected


@given(st.text())
def test_any_text_has_stems_in_lower_case(text: str) -> None:
    assert all(stem and stem == stem.casefold() for stem in stems(text))


def test_many_threads_get_the_same_stems() -> None:
    text = "returns returning shipped shipping deliveries " * 50
    expected, got = stems(text), list[tuple[str, ...]]()
    threads = [threading.Thread(target=lambda: got.append(stems(text))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [expected] * 8
