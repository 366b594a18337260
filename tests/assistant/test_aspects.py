"""Which stated fact a question is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.aspects import Aspects, in_description, in_title, named_by, parts_of
from assistant.prompts import load_prompts
from retrieval.product import Attribute
from tests.assistant.small_shop import FJELL_2

ASPECTS = Aspects(load_prompts().question_words())
STATED = (
    ("weight", 950.0, "g"),
    ("red_light", False, None),
    ("foldable", True, None),
    ("storage_room", 3.0, "l"),
    ("age_from", 6.0, "years"),
    ("min_players", 2.0, None),
    ("max_players", 5.0, None),
    ("material", "Oiled oak", None),
)
THING = replace(
    FJELL_2,
    title="Acme Kestrel rain lamp with Bluetooth",
    category="Rain lamps",
    brand="Acme",
    description="It hangs from a branch. The hook turns by itself at night.",
    attributes={name: Attribute(name, value, unit) for name, value, unit in STATED},
)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("does it have red light?", ["red_light"]),
        ("is it light", ["weight"]),
        ("can i fold it", ["foldable"]),
        ("from what age", ["age_from"]),
        ("for how many players", ["min_players", "max_players"]),
        ("is it oak", ["material"]),
        ("does the rain lamp speak", []),
        ("is it vegan", []),
    ],
)
def test_an_attribute_is_found_by_name_hint_or_value(question: str, names: list[str]) -> None:
    assert [attribute.name for attribute in ASPECTS.find_all(THING, question)] == names


def test_a_question_is_cut_into_its_parts() -> None:
    assert parts_of("is it waterproof and how heavy is it?") == ("is it waterproof", "how heavy is it")
    assert parts_of("is it?") == ("is it?",)


def test_title_and_description_answer_in_their_own_words() -> None:
    assert in_title(THING, "is it bluetooth?")
    assert not in_title(THING, "is it bluetooth 5 and loud?")
    assert in_description(THING, "does the hook turn") == "The hook turns by itself at night"
    assert in_description(THING, "is it vegan") == ""


def test_a_name_is_named_by_all_its_words() -> None:
    assert named_by(Attribute("red_light", True), "is there a red light")
    assert not named_by(Attribute("wireless_charging", False), "does it charge my phone")
