from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.profiles.edits import Edit, EditKind, anonymous_key, may_profile

FIELDS = st.text(min_size=1, max_size=20).filter(lambda text: "=" not in text)


@given(st.sampled_from(EditKind), FIELDS, st.text(max_size=30))
def test_an_edit_comes_back_from_its_text(kind: EditKind, field: str, value: str) -> None:
    edit = Edit(kind, field, value)
    assert Edit.from_text(edit.to_text()) == edit


@pytest.mark.parametrize("text", ["", "tent-1", "later:colour=Red"])
def test_what_is_no_edit_is_none(text: str) -> None:
    assert Edit.from_text(text) is None


def test_a_visit_without_consent_has_a_key_of_its_own() -> None:
    assert may_profile("c:maya")
    assert not may_profile(anonymous_key("s:1"))
    assert anonymous_key("s:1") != anonymous_key("s:2")
