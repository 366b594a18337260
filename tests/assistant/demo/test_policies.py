"""The policies say what settings and order rules do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assistant.demo
from assistant.config import Settings
from assistant.demo.orders import EXPRESS_MINOR, FREE_FROM_MINOR, SHIPPING_MINOR
from assistant.demo.spec import load_spec
from assistant.support.policies import Policies
from assistant.support.rules import ARROWS
from assistant.turn import OrderStatus
from retrieval.product import Money

FOLDER = Path(assistant.demo.__file__).parent / "policies"
GUIDES = FOLDER.parent / "guides"


@pytest.fixture(scope="module")
def policies() -> Policies:
    return Policies(FOLDER)


def _text(policies: Policies, section_id: str) -> str:
    return policies.get(section_id).text


def test_all_subjects_are_there_with_several_sections_each(policies: Policies) -> None:
    sections: dict[str, int] = {}
    for section in policies.all():
        sections[section.id.split("#")[0]] = sections.get(section.id.split("#")[0], 0) + 1
    assert sections.keys() >= {
        "shipping", "returns", "warranty", "payment", "price-match", "privacy", "size-guides", "gift-cards"
    }  # fmt: skip
    assert min(sections.values()) >= 5


def test_sections_are_short(policies: Policies) -> None:
    for section in policies.all():
        prose = " ".join(line for line in section.text.splitlines() if not line.startswith("|"))
        assert 1 <= len(re.findall(r"[.!?](?:\s|$)", prose)) <= 6, section.id
        assert len(section.text) < 900, section.id


def test_shipping_prices_are_those_of_the_settings_and_of_the_orders(policies: Policies) -> None:
    fields = Settings.model_fields
    flat = Money.from_major(fields["shipping_flat"].default, "USD")
    free_from = Money.from_major(fields["shipping_free_from"].default, "USD")
    text = _text(policies, "shipping#how-much-does-shipping-cost")
    assert flat.format() in text
    assert f"from ${free_from.amount_minor // 100}" in text
    assert Money(EXPRESS_MINOR, "USD").format() in text
    assert (flat.amount_minor, free_from.amount_minor) == (SHIPPING_MINOR, FREE_FROM_MINOR)


def test_cancelling_is_possible_until_packing_in_words_and_in_rules(policies: Policies) -> None:
    may_be_cancelled = {status for status, arrows in ARROWS.items() if OrderStatus.CANCELLED in arrows}
    assert may_be_cancelled == {OrderStatus.PLACED}
    assert "until the parcel is packed" in _text(policies, "shipping#can-i-cancel-or-change-my-order")


def test_the_return_window_and_the_warranty_are_stated(policies: Policies) -> None:
    assert "30 days after delivery" in _text(policies, "returns#how-long-do-i-have-to-return-something")
    assert "2-year warranty" in _text(policies, "warranty#how-long-is-the-warranty")


def test_size_tables_hold_every_size_that_is_sold(policies: Policies) -> None:
    clothing = _text(policies, "size-guides#which-clothing-size-do-i-need")
    shoes = _text(policies, "size-guides#which-shoe-size-do-i-need")
    for spec in load_spec().types:
        sizes = spec.options["size"].of if "size" in spec.options else {}
        if spec.department == "Shoes":
            assert all(f"| {size} |" in shoes for size in sizes)
        if spec.category in ("Rain jackets", "T-shirts", "Base layers", "Hiking trousers"):
            assert all(f"| {size} |" in clothing for size in sizes)


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("how much does shipping cost", "shipping#how-much-does-shipping-cost"),
        ("can I cancel my order", "shipping#can-i-cancel-or-change-my-order"),
        ("how long do I have to return something", "returns#how-long-do-i-have-to-return-something"),
        ("how long is the warranty", "warranty#how-long-is-the-warranty"),
        ("do you match lower prices", "price-match#do-you-match-lower-prices"),
        ("which shoe size do I need", "size-guides#which-shoe-size-do-i-need"),
        ("how long is a gift card valid", "gift-cards#how-long-is-a-gift-card-valid"),
    ],
)
def test_plain_questions_find_their_section(policies: Policies, question: str, section: str) -> None:
    assert section in [found.id for found in policies.answer(question).sections]


@pytest.fixture(scope="module")
def guides() -> Policies:
    return Policies(GUIDES)


def test_guides_have_several_short_sections_each(guides: Policies) -> None:
    sections: dict[str, int] = {}
    for section in guides.all():
        sections[section.id.split("#")[0]] = sections.get(section.id.split("#")[0], 0) + 1
        assert len(section.text) < 600, section.id
    assert len(sections) >= 6
    assert min(sections.values()) >= 3
    assert not sections.keys() & {section.id.split("#")[0] for section in Policies(FOLDER).all()}


def _choices(category: str, attribute: str) -> set[str]:
    spec = next(spec for spec in load_spec().types if spec.category == category)
    return {
        f"{choice:g}" if isinstance(choice, float) else str(choice) for choice in spec.attributes[attribute].pick or {}
    }


@pytest.mark.parametrize(
    ("section", "category", "attribute"),
    [
        ("light-and-bulbs#which-light-bulb-fits-my-lamp", "Light bulbs", "socket"),
        ("light-and-bulbs#how-bright-should-a-light-bulb-be", "Light bulbs", "brightness"),
        ("light-and-bulbs#which-colour-temperature-is-right-for-a-lamp", "Light bulbs", "colour_temperature"),
        ("lenses-and-filters#which-lens-fits-my-camera", "Cameras", "lens_mount"),
        ("lenses-and-filters#which-focal-length-do-i-need", "Lenses", "focal_length"),
        ("choosing-a-tent#what-does-3-season-or-4-season-mean-for-a-tent", "Tents", "seasons"),
    ],
)
def test_guides_speak_of_every_choice_that_the_catalogue_has(
    guides: Policies, section: str, category: str, attribute: str
) -> None:
    text = guides.get(section).text.replace(",", "").replace(".", "")
    assert {choice for choice in _choices(category, attribute) if choice.replace(".", "") not in text} == set()
