"""The cart takes the variant that was wished for, or says that it is sold out; it takes no other instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.errors import Refused
from assistant.tools.cart_adding import _open_choice
from assistant.tools.cart_wishes import Wanted
from assistant.turn import Need
from retrieval.filters import AttributeIn
from tests.assistant.small_shop import RIDGE
from tests.assistant.tools.conftest import Turns

_SIZE_9 = Need(constraints=(AttributeIn("size", ("9",)),))
_NO_9 = replace(RIDGE, variants=tuple(replace(v, stock=0 if v.options["size"] == "9" else 5) for v in RIDGE.variants))


def test_a_wished_size_that_is_sold_out_is_not_swapped_for_another(turns: Turns) -> None:
    with pytest.raises(Refused, match="Bolt Ridge Boot is sold out in 9"):
        _open_choice(turns("add the first one in red", need=_SIZE_9), Wanted(_NO_9, 1, {"colour": "red"}))


def test_an_earlier_wish_and_the_words_leave_nothing_open(turns: Turns) -> None:
    assert _open_choice(turns("add the first one in red", need=_SIZE_9), Wanted(RIDGE, 1, {"colour": "red"})) is None


def test_another_size_said_now_stands_above_the_earlier_wish(turns: Turns) -> None:
    chosen = {"colour": "red", "size": "10"}
    assert _open_choice(turns("add the first one in red in size 10", need=_SIZE_9), Wanted(_NO_9, 1, chosen)) is None
