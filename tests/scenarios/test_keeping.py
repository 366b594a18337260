"""What is kept and what goes on: restarts, double sends, a Stop in the middle, and broken parts."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.errors import DataFolderBusy, StoreBroken
from assistant.releases import registry_of
from assistant.service import Assistant
from assistant.turn import CartFact, Done, EvidenceFound, ProposalStatus, TextDelta
from assistant.upkeep import demo_trouble
from retrieval.cross_encoder import CrossEncoderReranker
from retrieval.encoder import Encoder
from retrieval.errors import CatalogueMissing, RetrievalError
from retrieval.index import Scores
from tests.recommender.promotion.drafts import add_release
from tests.retrieval.tiny_models import make_cross_encoder
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Reply, Visitor

Open = Callable[..., Assistant]


def _folder(own_shop: Open) -> Path:
    folder: Path = own_shop.folder  # type: ignore[attr-defined]
    return folder


def test_a_visit_goes_on_after_a_restart(own_shop: Open, runner: asyncio.Runner) -> None:
    first = own_shop()
    visit = new_visitor(first, runner, "before").sign_in("li")
    token = visit.session.token
    shown = visit.say("tents under $200").products
    visit.run(first.add_to_cart(visit.session.principal, shown[0].variant.id, 2, shown[0].decision_id))
    proposal = visit.say("cancel my order").answer.proposals
    first.close()

    second = own_shop()
    session = runner.run(second.open_session(token))
    assert session.principal == visit.session.principal
    visit = Visitor(second, runner, session, "after")
    history = visit.run(second.history(session.principal, session.conversation_id))
    assert [item.text for item in history if item.role == "shopper"] == ["tents under $200", "cancel my order"]
    (slate,) = [fact for item in history for fact in item.evidence if getattr(fact, "items", None)]
    assert [fact.product.id for fact in slate.items] == [fact.product.id for fact in shown]  # type: ignore[union-attr]
    (line,) = visit.run(second.view_cart(session.principal)).lines
    assert (line.variant_id, line.quantity) == (shown[0].variant.id, 2)
    if proposal:
        assert visit.run(second.confirm(session.principal, proposal[0].id)).status is ProposalStatus.DONE
    visit.say("tents under $200")
    assert "under $150" in visit.say("under $150").labels


def test_a_message_that_is_sent_twice_is_answered_once(visit: Visitor) -> None:
    first = visit.say("tents", message_id="twice-1")
    second = visit.say("tents", message_id="twice-1")
    assert second.text == first.text
    assert second.slates[0].decision == first.slates[0].decision
    principal, conversation_id = visit.session.principal, visit.session.conversation_id
    history = visit.run(visit.assistant.history(principal, conversation_id))
    assert [item.role for item in history] == ["shopper", "assistant"]


def test_two_messages_at_once_are_answered_in_order_each_once(visit: Visitor) -> None:
    async def both() -> list[Reply]:
        async def one(text: str, message_id: str) -> Reply:
            return Reply(tuple([event async for event in visit.assistant.stream(visit.turn(text, message_id))]))

        return list(await asyncio.gather(one("tents", "at-once-1"), one("under $200", "at-once-2")))

    first, second = visit.run(both())
    assert first.products
    assert second.labels == {"Tents", "under $200"}
    principal, conversation_id = visit.session.principal, visit.session.conversation_id
    history = visit.run(visit.assistant.history(principal, conversation_id))
    assert [item.text for item in history if item.role == "shopper"] == ["tents", "under $200"]
    assert [item.role for item in history] == ["shopper", "assistant"] * 2


def test_a_stopped_turn_keeps_what_was_shown_and_the_talk_goes_on(visit: Visitor) -> None:
    async def stop_early() -> list[object]:
        seen: list[object] = []
        stream = visit.assistant.stream(visit.turn("tents under $200", "stopped"))
        async for event in stream:
            seen.append(event)
            if isinstance(event, EvidenceFound):
                break
        await stream.aclose()  # type: ignore[attr-defined]
        return seen

    seen = visit.run(stop_early())
    assert not any(isinstance(event, Done | TextDelta) for event in seen)
    principal, conversation_id = visit.session.principal, visit.session.conversation_id
    history = visit.run(visit.assistant.history(principal, conversation_id))
    assert [item.role for item in history] == ["shopper", "assistant"]
    assert history[1].evidence
    assert visit.say("cheaper").products


def test_a_second_process_on_the_same_data_is_refused_with_a_plain_sentence(own_shop: Open) -> None:
    own_shop()
    with pytest.raises(DataFolderBusy, match="another"):
        build_assistant(Settings(data=_folder(own_shop)))


def test_a_broken_vector_index_leaves_search_by_words(own_shop: Open, runner: asyncio.Runner) -> None:
    for path in _folder(own_shop).glob("catalogues/demo/versions/*/vectors.npy"):
        path.write_bytes(b"broken")
    assistant = own_shop()
    state = assistant.readiness()
    assert state.words
    assert not state.meaning
    assert any("aisle demo" in sentence for sentence in state.degraded)
    assert new_visitor(assistant, runner, "words-only").say("tents under $200").products


@pytest.mark.parametrize("lost", ["vectors.npy", "chroma/chroma.sqlite3", "chroma"])
def test_aisle_demo_sees_what_search_by_meaning_lacks(own_shop: Open, lost: str) -> None:
    settings = Settings(data=_folder(own_shop))
    assert demo_trouble(settings) is None
    (path,) = _folder(own_shop).glob(f"catalogues/demo/versions/*/{lost}")
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert demo_trouble(settings) is not None


class _BrokenEncoder:
    name, dim = "broken", 384

    def encode(self, texts: object) -> np.ndarray:
        raise OSError("the weights are gone")

    def knows(self, text: str) -> bool:
        return True


def test_an_encoder_that_cannot_be_loaded_leaves_search_by_words(own_shop: Open, runner: asyncio.Runner) -> None:
    settings = Settings(data=_folder(own_shop), encoder="no/such-model")
    assistant = own_shop(settings=settings, encoder=None)
    state = assistant.readiness()
    assert state.words
    assert not state.meaning
    assert any("no/such-model" in sentence for sentence in state.degraded)
    assert new_visitor(assistant, runner, "no-encoder").say("tents under $200").products


def test_an_encoder_that_fails_while_warming_leaves_search_by_words(own_shop: Open, runner: asyncio.Runner) -> None:
    assistant = own_shop(encoder=_BrokenEncoder())
    assert assistant.readiness().words
    assert not assistant.readiness().meaning
    assert new_visitor(assistant, runner, "broken-encoder").say("tents under $200").products


def test_a_cross_encoder_that_is_not_there_leaves_results_as_they_are(own_shop: Open, runner: asyncio.Runner) -> None:
    settings = Settings(data=_folder(own_shop), cross_encoder="no/such-folder")
    assistant = own_shop(settings=settings)
    state = assistant.readiness()
    assert state.meaning
    assert any("AISLE_CROSS_ENCODER" in sentence for sentence in state.degraded)
    assert new_visitor(assistant, runner, "no-cross-encoder").say("tents under $200").products


def test_a_cross_encoder_looks_at_what_the_chat_finds(
    own_shop: Open, runner: asyncio.Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    score = CrossEncoderReranker.score

    def noted(self: CrossEncoderReranker, query: str, texts: Sequence[str]) -> Scores:
        read.append(query)
        return score(self, query, texts)

    monkeypatch.setattr(CrossEncoderReranker, "score", noted)
    folder = make_cross_encoder(tmp_path / "tiny", ["light", "tent", "tents"])
    assistant = own_shop(settings=Settings(data=_folder(own_shop), cross_encoder=str(folder)))
    assert assistant.readiness().degraded == ()
    read.clear()
    assert new_visitor(assistant, runner, "cross-encoder").say("light tents").products
    assert read


def test_a_broken_click_model_leaves_the_counting_ones(own_shop: Open, runner: asyncio.Runner) -> None:
    registry = registry_of(Settings(data=_folder(own_shop)))
    release = add_release(registry)
    if registry.live() is None:
        registry.promote(release.number, who="test")
    for path in (registry.root / "releases" / str(registry.live())).iterdir():
        path.write_bytes(b"\x00broken")
    assistant = own_shop()
    assert assistant.readiness().degraded
    assert new_visitor(assistant, runner, "no-model").say("tents").products


def test_a_missing_catalogue_is_said_with_the_way_out(tmp_path: Path, encoder: Encoder) -> None:
    assistant = build_assistant(Settings(data=tmp_path / "empty", catalogue="nothing"), encoder=encoder)
    try:
        with pytest.raises(CatalogueMissing, match="import"):
            assistant.start(wait="words")
        assert assistant.readiness().degraded
    finally:
        assistant.close()


def test_damaged_products_are_said_to_the_operator_and_shoppers_get_a_sentence(
    own_shop: Open, runner: asyncio.Runner, encoder: Encoder
) -> None:
    for path in _folder(own_shop).glob("catalogues/demo/versions/*/products.jsonl*"):
        path.write_bytes(b"{broken")
    assistant = build_assistant(Settings(data=_folder(own_shop)), encoder=encoder)
    try:
        with pytest.raises(RetrievalError):
            assistant.start(wait="words")
        reply = new_visitor(assistant, runner, "closed").say("tents")
        assert "cannot be opened" in (reply.failed or "")
    finally:
        assistant.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(own_shop: Open) -> None:
    path = _folder(own_shop) / "aisle.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreBroken):
        build_assistant(Settings(data=_folder(own_shop)))
    assert path.read_bytes().startswith(b"not a database")


def test_price_and_stock_are_checked_again_and_a_change_is_said(own_shop: Open, runner: asyncio.Runner) -> None:
    assistant = own_shop()
    visit = new_visitor(assistant, runner, "changes")
    fact = visit.say("tents").products[0]
    visit.run(assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    _reprice(assistant, fact.product.id)
    cart = visit.say("show my cart").only(CartFact)
    assert cart.lines[0].changes
    assert cart.lines[0].changes[0] in visit.replies[-1].text
    assert cart.total.amount_minor >= cart.lines[0].unit_price.amount_minor


def _reprice(assistant: Assistant, product_id: str) -> None:
    """Import the catalogue again with one product dearer; the running shop swaps it in."""
    from dataclasses import replace

    from assistant.places import catalogues_folder
    from retrieval.loader import import_products
    from retrieval.product import Money

    retrieval = assistant._opener._plan.shop.retrieval
    products = dict(retrieval.catalogue.products)
    variants = products[product_id].variants
    dearer = (replace(v, price=Money(v.price.amount_minor + 1_000, "USD"), list_price=None) for v in variants)
    products[product_id] = replace(products[product_id], variants=tuple(dearer))
    import_products(
        tuple(products.values()), root=catalogues_folder(assistant._settings), name="demo", encoder=None, currency="USD"
    )
    assistant._opener._reload(retrieval)
