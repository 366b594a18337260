from __future__ import annotations

import json
from datetime import UTC, datetime

from assistant.answer_json import aisle_version, answer_json
from assistant.turn import Answer, Need, Proposal, Question, Source
from retrieval.filters import PriceRange
from retrieval.results import Relaxation
from tests.assistant.small_shop import CAMP_MUG, FJELL_2, RIDGE, fact, slate, usd

KEYS = {"text", "products", "handed_over", "proposals", "sources", "decision_id", "prompt_hash", "version"}
PRODUCT_KEYS = {"id", "title", "brand", "price_minor", "currency", "wishes", "why"}
UNDER_200 = Need("tents", (PriceRange("USD", None, 20000),))


def test_an_empty_answer_has_every_promised_key() -> None:
    row = answer_json(Answer("Hello!"))
    assert set(row) >= KEYS
    assert (row["text"], row["products"], row["decision_id"], row["question"]) == ("Hello!", [], None, None)
    assert row["version"] == aisle_version()


def test_products_are_those_of_all_slates_in_the_order_shown_then_those_asked_about() -> None:
    first = slate(FJELL_2, need=UNDER_200)
    row = answer_json(Answer("", (first, slate(CAMP_MUG), fact(RIDGE))))
    assert [product["id"] for product in row["products"]] == ["fjell-2", "camp-mug", "ridge"]
    assert set(row["products"][0]) >= PRODUCT_KEYS
    assert row["products"][0]["wishes"] == {UNDER_200.constraints[0].label(): "met"}
    assert (row["products"][0]["price_minor"], row["products"][0]["currency"]) == (19900, "USD")
    assert [found["product_ids"] for found in row["slates"]] == [["fjell-2"], ["camp-mug"]]


def test_what_to_give_up_is_told() -> None:
    row = answer_json(Answer("", (slate(relaxations=(Relaxation("price", "under $5", 3),)),)))
    assert row["slates"][0]["relaxations"] == [{"drop": "under $5", "count": 3}]


def test_proposals_sources_wishes_and_the_question_are_told() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    proposal = Proposal("p1", "cancel_order", "A-1", "Cancel order A-1", "It is placed.", "It stops.", usd(500), moment)
    answer = Answer(
        "",
        (proposal,),
        UNDER_200,
        Question("capacity@tents", "Which capacity?", ("2", "4")),
        (Source("returns#how-long", "Returns", "/policies#returns"),),
        handed_over=True,
    )
    row = answer_json(answer)
    assert row["proposals"][0]["amount_minor"] == 500
    assert row["proposals"][0]["status"] == "open"
    assert row["sources"] == [{"id": "returns#how-long", "title": "Returns", "url": "/policies#returns"}]
    assert row["wishes"] == [{"key": "price", "label": UNDER_200.constraints[0].label()}]
    assert row["question"] == {"text": "Which capacity?", "answers": ["2", "4"]}
    assert row["handed_over"] is True


def test_it_is_json() -> None:
    assert (
        json.loads(json.dumps(answer_json(Answer("é", (slate(FJELL_2, need=UNDER_200), fact(RIDGE))))))["text"] == "é"
    )
