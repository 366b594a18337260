"""What shoppers read of what does not work, and that it is no operator's sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.service import Readiness
from ui.actions import loading_sentence

ROOT = Path(__file__).parents[2]
REASON = "chroma/data.bin of catalogue 'demo' is missing: run `aisle import` again."


@pytest.mark.parametrize(
    ("ready", "says"),
    [
        (Readiness(loading=("the catalogue",)), "opening"),
        (Readiness(degraded=(REASON,)), "cannot be opened"),
        (Readiness(words=True, degraded=(REASON,)), "words alone"),
        (Readiness(words=True, meaning=True, degraded=("The click model is damaged.",)), ""),
        (Readiness(words=True, meaning=True), ""),
    ],
)
def test_shoppers_read_one_plain_sentence_without_reasons(ready: Readiness, says: str) -> None:
    said = loading_sentence(ready)
    assert says in said if says else said == ""
    assert "aisle " not in said
    assert "model" not in said


def test_a_proposal_names_the_button_that_stands_below_it() -> None:
    said = (ROOT / "prompts/replies/en/proposal.md").read_text("utf-8")
    (button,) = re.findall(r"press “([^”]+)”", said)
    assert f'data-act="confirm">{button}</button>' in (ROOT / "ui/templates/proposal.html").read_text("utf-8")
