"""When something decided acts: on its words, from its beginning until its end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recommender.standing import Standing

BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
END = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "query", "meant"),
    [
        ((), "", True),
        (("Tent",), "a tent for two", True),
        (("tent",), "tents", False),
        (("socks", "tent"), "a tent", True),
        # Of a phrase all parts must be asked for, in any order.
        (("wool socks",), "socks of WOOL", True),
        (("wool socks",), "cotton socks", False),
    ],
)
def test_it_acts_on_its_words(words: tuple[str, ...], query: str, meant: bool) -> None:
    assert Standing(words=words).runs(0.0, query) is meant


def test_it_acts_from_its_beginning_until_its_end() -> None:
    standing = Standing(starts=BEGIN, ends=END)
    begin, end = BEGIN.timestamp(), END.timestamp()
    assert [standing.runs(now, "") for now in (begin - 1, begin, end - 1, end)] == [False, True, True, False]
    with pytest.raises(ValueError, match="ends before it starts"):
        Standing(starts=END, ends=BEGIN)
