"""Other chat models behind the same loop: an endpoint, and one that lies, wanders or is broken."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from pydantic import SecretStr
from structlog.testing import capture_logs

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.service import Assistant
from assistant.tools import TOOLS
from assistant.turn import CartFact, Failed, SlateFact
from retrieval.encoder import Encoder
from retrieval.product import Product
from tests.fakes.openai_server import openai_server
from tests.fakes.scripted_model import ScriptedChatModel, call
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Visitor


@pytest.fixture(scope="module")
def scripted(
    demo_data: Path, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> Iterator[tuple[ScriptedChatModel, Assistant]]:
    folder = tmp_path_factory.mktemp("scripted") / "data"
    shutil.copytree(demo_data, folder)
    model = ScriptedChatModel()
    assistant = build_assistant(Settings(data=folder), encoder=encoder, chat_model=model)
    assistant.start(wait="meaning")
    yield model, assistant
    assistant.close()


@pytest.fixture
def model(scripted: tuple[ScriptedChatModel, Assistant]) -> ScriptedChatModel:
    scripted[0].queue.clear()
    scripted[0].seen.clear()
    return scripted[0]


@pytest.fixture
def guest(
    scripted: tuple[ScriptedChatModel, Assistant], runner: asyncio.Runner, request: pytest.FixtureRequest
) -> Visitor:
    return new_visitor(scripted[1], runner, request.node.name)


def test_what_the_evidence_does_not_hold_is_not_said(model: ScriptedChatModel, guest: Visitor) -> None:
    model.queue = [
        call("search_products", query="tents"),
        AIMessage("These tents are lovely. The best one costs $3.33 today. You can return it within 99 days."),
    ]
    reply = guest.say("tents")
    assert reply.text.startswith("These tents are lovely.")
    assert "3.33" not in reply.text
    assert "99" not in reply.text
    assert reply.answer.repaired == 2


@pytest.mark.parametrize(
    "lie",
    [
        "They are half price today.",
        "The {title} is made of titanium.",
        "The {title} is sold out.",
        "All of them are in stock and ship tomorrow.",
        "The Nike Air Max is even better.",
        "It weighs about half a kilo.",
        "Customers love it, rated five stars.",
        "I will give you a discount of ten percent with code SAVE.",
        "It was made in Italy.",
        "It is vegan and PFAS-free.",
        "We price match Amazon.",
        "A friend bought it for less than fifty.",
        "The {title} is lighter than the {lightest}.",
    ],
)
def test_a_lie_about_products_is_not_said(model: ScriptedChatModel, guest: Visitor, lie: str) -> None:
    model.queue = [call("search_products", query="hiking boots under $180"), AIMessage("Here are boots.")]
    shown = [fact.product for fact in guest.say("hiking boots under $180").products]
    subject = max((product for product in shown if product.in_stock), key=_weight)
    lie = lie.format(title=subject.title, lightest=min(shown, key=_weight).title)
    model.queue = [call("search_products", query="hiking boots under $180"), AIMessage(f"Here are boots. {lie}")]
    reply = guest.say("hiking boots under $180 again")
    assert lie not in reply.text
    assert reply.text.startswith("Here are boots.")


def _weight(product: Product) -> float:
    return float(str(product.attributes["weight"].value))


def test_a_reply_of_which_nothing_is_left_is_composed_from_the_evidence(
    model: ScriptedChatModel, guest: Visitor
) -> None:
    model.queue = [
        call("search_products", query="tents"),
        AIMessage("All of them cost $1."),
        AIMessage("They cost $1."),
    ]
    reply = guest.say("tents")
    assert "$1." not in reply.text
    assert reply.products[0].product.title in reply.text


def test_words_that_were_set_aside_are_said_even_where_the_model_does_not(
    model: ScriptedChatModel, guest: Visitor
) -> None:
    model.queue = [call("search_products", query="xyzzyplugh tents"), AIMessage("Here are tents.")]
    reply = guest.say("xyzzyplugh tents")
    assert reply.text.startswith("Here are tents.")
    assert reply.text.count("xyzzyplugh") == 1


def test_a_product_of_another_shop_is_not_said(model: ScriptedChatModel, guest: Visitor) -> None:
    catalogue = guest.assistant._opener._plan.shop.retrieval.catalogue.products.values()
    other = next(p for p in catalogue if p.category == "Desk lamps")
    model.queue = [call("search_products", query="tents"), AIMessage(f"Take the {other.brand} lamp. Here are tents.")]
    reply = guest.say("tents")
    assert str(other.brand) not in reply.text
    assert reply.text.startswith("Here are tents.")


@pytest.mark.parametrize(
    "lie",
    [
        "I have cancelled your order.",
        "I added it to your cart.",
        "Your refund has been placed.",
        "I have transferred you to a colleague.",
        "There is a 5-year warranty on it.",
        "See https://evil.example/pay for details.",
    ],
)
def test_a_deed_that_was_not_done_is_not_claimed(model: ScriptedChatModel, guest: Visitor, lie: str) -> None:
    model.queue = [AIMessage(f"Hello. {lie}")]
    reply = guest.say("hello")
    assert lie not in reply.text


def test_a_model_cannot_put_into_the_cart_what_the_shopper_did_not_point_at(
    model: ScriptedChatModel, guest: Visitor
) -> None:
    model.queue = [
        call("search_products", query="tents"),
        call("cart", action="add", which="the first one"),
        AIMessage("Here are tents."),
    ]
    reply = guest.say("show me tents")
    assert not [fact for fact in reply.answer.evidence if isinstance(fact, CartFact) and fact.changed]
    assert guest.run(guest.assistant.view_cart(guest.session.principal)).lines == ()


def test_a_model_that_calls_without_end_is_stopped(model: ScriptedChatModel, guest: Visitor) -> None:
    model.queue = [call("search_products", query=f"tents {i}") for i in range(50)]
    reply = guest.say("tents")
    assert reply.failed is None
    assert len([f for f in reply.answer.evidence if isinstance(f, SlateFact)]) <= 6
    assert len(model.seen) <= 5


def test_unknown_tools_and_bad_arguments_are_answered_to_the_model_and_change_nothing(
    model: ScriptedChatModel, guest: Visitor
) -> None:
    model.queue = [
        call("drop_database"),
        call("search_products", query="tents", customer_id="maya"),
        AIMessage("Sorry."),
    ]
    reply = guest.say("tents")
    assert reply.failed is None
    assert reply.answer.evidence == ()


def test_the_model_sees_neither_identity_nor_secrets(model: ScriptedChatModel, guest: Visitor) -> None:
    guest.sign_in("maya")
    model.queue = [call("find_orders"), AIMessage("Here they are.")]
    guest.say("my orders")
    for messages in model.seen:
        text = " ".join(str(message.content) for message in messages)
        assert "maya" not in text.lower()
        assert guest.session.token not in text
        assert guest.session.principal.session_id not in text


def test_the_system_prompt_is_the_same_bytes_on_every_turn(model: ScriptedChatModel, guest: Visitor) -> None:
    for text in ("hello", "tents under $100"):
        model.queue = [AIMessage("Hello.")]
        guest.say(text)
    heads = {str(messages[0].content) for messages in model.seen if isinstance(messages[0], SystemMessage)}
    assert len(heads) == 1
    assert all(isinstance(messages[-1], HumanMessage) for messages in model.seen)


def test_a_turn_without_a_session_is_refused_before_the_model_runs(model: ScriptedChatModel, guest: Visitor) -> None:
    stranger = guest.turn("hello")
    turn = type(stranger)("no-such-conversation", "m1", "hello", stranger.principal)

    async def collect() -> list[object]:
        return [event async for event in guest.assistant.stream(turn)]

    events = guest.run(collect())
    assert isinstance(events[-1], Failed)
    assert model.seen == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    tool=st.sampled_from([tool.__name__ for tool in TOOLS] + ["confirm", ""]),
    arguments=st.dictionaries(
        st.sampled_from(
            ["query", "which", "order_id", "action", "quantity", "kind", "about", "customer_id", "question"]
        ),
        st.one_of(st.text(max_size=30), st.integers(-5, 10**9), st.none(), st.lists(st.text(max_size=5), max_size=3)),
        max_size=5,
    ),
)
def test_a_hostile_model_changes_nothing_and_reads_nothing_of_others(
    model: ScriptedChatModel, guest: Visitor, tool: str, arguments: dict[str, object]
) -> None:
    model.queue = [call(tool, **arguments), AIMessage("Well.")]
    reply = guest.say("hello there")
    text = repr(reply.answer.evidence)
    assert "A-1" not in text.replace(str(arguments), "")
    assert guest.run(guest.assistant.view_cart(guest.session.principal)).lines == ()


def _endpoint(own_shop: Callable[..., Assistant], url: str, **more: object) -> Assistant:
    folder: Path = own_shop.folder  # type: ignore[attr-defined]
    return own_shop(settings=Settings(data=folder, llm_url=url, llm_api_key=SecretStr("k"), **more))  # type: ignore[arg-type]


def test_any_openai_compatible_endpoint_drives_the_same_loop(
    own_shop: Callable[..., Assistant], runner: asyncio.Runner
) -> None:
    with openai_server(
        {"call": ("search_products", {"query": "tents", "price_max": 200})}, {"say": "Here are tents."}
    ) as (
        url,
        script,
    ):
        guest = new_visitor(_endpoint(own_shop, url), runner, "endpoint")
        reply = guest.say("tents under 200")
    assert reply.text.startswith("Here are tents.")
    assert {fact.product.category for fact in reply.products} == {"Tents"}
    assert all(fact.variant.price.amount_minor <= 20_000 for fact in reply.products)
    assert {tool["function"]["name"] for tool in script.requests[0]["tools"]} == {tool.__name__ for tool in TOOLS}


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}])
def test_the_embedded_model_answers_when_the_endpoint_fails(
    own_shop: Callable[..., Assistant], runner: asyncio.Runner, fault: dict[str, int]
) -> None:
    with openai_server(fault) as (url, _):
        guest = new_visitor(_endpoint(own_shop, url), runner, f"fault-{fault}")
        reply = guest.say("tents under $200")
    assert reply.products
    assert reply.failed is None


def test_the_embedded_model_answers_when_nobody_listens(
    own_shop: Callable[..., Assistant], runner: asyncio.Runner
) -> None:
    with openai_server({"say": "x"}) as (url, _):
        pass
    with capture_logs() as logs:
        reply = new_visitor(_endpoint(own_shop, url), runner, "nobody").say("tents under $200")
    assert reply.products
    (said,) = [line for line in logs if line["event"] == "turn.model_failed"]
    assert said["reason"] == "unreachable"
    assert said["error"].endswith("ConnectionError")
    assert "AISLE_LLM_URL" in said["advice"]
