"""What shoppers say about their own taste, for whom they shop, and where they stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.config import Settings
from assistant.profile_door import removal
from assistant.service import Assistant
from assistant.turn import PolicyFact, ProfileChange, ProfileFact, SlateFact, WhyFact
from tests.scenarios.visitor import Reply, Visitor


def known(visit: Visitor) -> ProfileFact:
    return visit.run(visit.assistant.profiles.show(visit.session.principal))


def labels(visit: Visitor, kind: str = "likes") -> set[str]:
    return {line.label for line in known(visit).lines if line.kind == kind}


def look_at(visit: Visitor, reply: Reply, n: int = 3) -> list[str]:
    for fact in reply.products[:n]:
        seen = (fact.product.id, fact.decision_id, fact.position)
        visit.run(visit.assistant.record(visit.session.principal, "click", *seen))
    return [fact.product.id for fact in reply.products[:n]]


def agree(visit: Visitor, keep: bool = True) -> ProfileFact:
    return visit.run(visit.assistant.profiles.keep(visit.session.principal, keep))


@pytest.fixture
def camper(visit: Visitor) -> Visitor:
    """Has agreed to a profile, and looked at red rain jackets."""
    agree(visit)
    look_at(visit, visit.say("a red rain jacket"))
    return visit


@pytest.mark.parametrize(
    "words",
    ["what do you know about me", "What have you learned about me?", "which data do you keep of me",
     "show me my profile", "what do you think I like"],
)  # fmt: skip
def test_what_is_known_is_shown(camper: Visitor, words: str) -> None:
    reply = camper.say(words)
    assert reply.only(ProfileFact).kept
    assert "Rain jackets" in reply.text
    assert "red" in reply.text


def test_without_consent_nothing_is_kept_and_that_is_said(visit: Visitor) -> None:
    look_at(visit, visit.say("a red rain jacket"))
    reply = visit.say("what do you know about me?")
    assert not reply.only(ProfileFact).kept
    assert "no profile" in reply.text
    assert known(visit).lines == ()


@pytest.mark.parametrize(
    "words",
    ["forget that I like red", "forget red", "Forget red.", "I do not like red any more",
     "please forget that i love red", "remove red from my interests"],
)  # fmt: skip
def test_one_liking_is_forgotten(camper: Visitor, words: str) -> None:
    assert "red" in labels(camper)
    reply = camper.say(words)
    assert reply.only(ProfileFact).changed is ProfileChange.FORGOT
    assert "red" not in labels(camper)
    assert "Rain jackets" in labels(camper)


def test_what_was_forgotten_can_be_taught_anew(camper: Visitor) -> None:
    camper.say("forget red")
    look_at(camper, camper.say("red rain jackets"), 6)
    assert "red" in labels(camper)


@pytest.mark.parametrize("words", ["I never want leather", "stop suggesting leather", "never show me leather again"])
def test_a_dislike_is_kept_and_can_be_taken_back(camper: Visitor, words: str) -> None:
    assert "leather" in camper.say(words).text
    assert any("leather" in label for label in labels(camper, "avoids"))
    camper.say("you may suggest leather again")
    assert labels(camper, "avoids") == set()


@pytest.mark.parametrize(
    "words", ["it's a gift", "not for me, gift", "this is for my dad", "it is a present for my sister", "gift"]
)
def test_a_gift_leaves_the_taste_as_it_was(camper: Visitor, words: str) -> None:
    before = labels(camper)
    camper.say("a coffee grinder under $100")
    assert camper.say(words).only(ProfileFact).for_somebody
    look_at(camper, camper.say("a coffee grinder under $80"))
    assert labels(camper) == before
    assert "Coffee grinders" not in before
    camper.say("this one is for me again")
    look_at(camper, camper.say("a kettle"))
    assert any("ettle" in label for label in labels(camper))


def test_a_gift_with_a_wish_is_noted_and_looked_for(camper: Visitor) -> None:
    reply = camper.say("a coffee grinder for my dad, under $100")
    assert reply.only(ProfileFact).for_somebody
    assert {fact.product.category for fact in reply.products} == {"Coffee grinders"}
    camper.new_conversation()
    assert not known(camper).for_somebody


@pytest.mark.parametrize("words", ["do you sell gift cards?", "can I return a gift?"])
def test_a_question_about_gifts_marks_nothing(visit: Visitor, words: str) -> None:
    assert visit.say(words).only(PolicyFact).sections
    assert not known(visit).for_somebody


def test_something_different_was_not_shown_before(camper: Visitor) -> None:
    first = {fact.product.id for fact in camper.say("kettles").products}
    other = {fact.product.id for fact in camper.say("show me something different").products}
    assert other
    assert not other & first


def test_what_is_like_the_cards_before_goes_down_where_something_different_is_asked_for(camper: Visitor) -> None:
    camper.say("kettles")
    (slate,) = camper.say("show me something different").slates
    assert slate.decision is not None
    assert slate.decision.context.different
    lowered = [reason.weight for fact in slate.items for reason in fact.reasons if reason.code == "different"]
    assert lowered
    assert all(weight < 0 for weight in lowered)


@pytest.mark.parametrize("words", ["continue where I stopped", "where was I?", "what did I look at last time"])
def test_going_on_where_one_stopped(camper: Visitor, words: str) -> None:
    seen = look_at(camper, camper.say("a coffee grinder under $100"), 1)
    (slate,) = camper.say(words).slates
    assert slate.surface == "resume"
    assert seen[0] in [fact.product.id for fact in slate.items]


def test_nothing_unfinished_is_said_so(visit: Visitor) -> None:
    reply = visit.say("where was I")
    assert reply.only(SlateFact).items == ()
    assert "nothing left" in reply.text


@pytest.mark.parametrize("words", ["why this one?", "why did you suggest that?", "why"])
def test_why_is_answered_by_the_parts_of_the_score(visit: Visitor, words: str) -> None:
    first = visit.say("a rain jacket under $300").products[0]
    reply = visit.say(words)
    fact = reply.only(WhyFact)
    assert (fact.item.product.id, fact.item.reasons) == (first.product.id, first.reasons)
    assert "under $300" in reply.text


def test_learning_is_paused_and_goes_on(camper: Visitor) -> None:
    camper.say("stop learning about me")
    look_at(camper, camper.say("a coffee grinder under $100"))
    assert "Coffee grinders" not in labels(camper)
    assert not camper.say("start learning again").only(ProfileFact).paused


@pytest.mark.parametrize(
    "words", ["forget everything about me", "delete my profile", "erase all you know about me", "erase everything"]
)
def test_everything_is_forgotten_by_a_click_only(camper: Visitor, words: str) -> None:
    assert camper.say(words).only(ProfileFact).changed is ProfileChange.ERASE_ASKED
    assert labels(camper)
    camper.run(camper.assistant.profiles.erase(camper.session.principal))
    assert known(camper).lines == ()
    assert known(camper).kept


def test_a_guest_who_agreed_becomes_the_customer_and_another_channel_knows_them(
    own_shop: Callable[..., Assistant], runner: object
) -> None:
    from tests.scenarios.conftest import new_visitor

    assistant = own_shop()
    guest = new_visitor(assistant, runner, "guest")  # type: ignore[arg-type]
    agree(guest)
    look_at(guest, guest.say("a red rain jacket"))
    guest.sign_in("maya")
    assert "Rain jackets" in labels(guest)
    widget = new_visitor(assistant, runner, "widget").sign_in("maya")  # type: ignore[arg-type]
    assert "Rain jackets" in labels(widget)
    # Objecting erases, and the next start knows nothing either.
    agree(widget, keep=False)
    assistant.close()
    again = new_visitor(own_shop(), runner, "again").sign_in("maya")  # type: ignore[arg-type]
    assert known(again) == ProfileFact(kept=False)
    assert agree(again).lines == ()


def test_a_shop_that_keeps_no_profiles_learns_of_nobody(own_shop: Callable[..., Assistant], runner: object) -> None:
    from tests.scenarios.conftest import new_visitor

    settings = Settings(data=own_shop.folder, profiles="off")  # type: ignore[attr-defined]
    visit = new_visitor(own_shop(settings=settings), runner, "guest")  # type: ignore[arg-type]
    look_at(visit, visit.say("a red rain jacket"))
    assert known(visit) == ProfileFact(kept=False, offered=False)
    assert "keeps no profiles" in visit.say("what do you know about me").text


@pytest.mark.parametrize("words", ["forget that I like red", "forget red", "please forget that i love red"])
def test_without_a_profile_forgetting_is_about_this_visit(visit: Visitor, words: str) -> None:
    visit.say("a red rain jacket under $200")
    reply = visit.say(words)
    assert reply.labels == {"Rain jackets", "under $200"}
    assert reply.only(ProfileFact).changed is ProfileChange.FORGOT
    assert "forgotten “Red”" in reply.text
    assert "Rain jackets" in reply.text
    assert "no profile" in reply.text


def test_without_a_profile_what_this_visit_keeps_in_mind_is_told(visit: Visitor) -> None:
    visit.say("a red rain jacket under $200")
    text = visit.say("what do you know about me").text
    assert "no profile" in text
    assert all(f"“{label}”" in text for label in ("Rain jackets", "Red", "under $200"))
    assert "nothing of the kind" in visit.say("forget blue").text


def test_forgetting_takes_the_wish_of_this_visit_along(camper: Visitor) -> None:
    reply = camper.say("forget red")
    assert "red" not in labels(camper)
    assert reply.labels == {"Rain jackets"}


@pytest.mark.parametrize(
    "words", ["I don't like red", "i hate red", "I can't stand red.", "I'm not into red", "never show me red again"]
)
def test_a_dislike_said_in_passing_is_kept_shown_heeded_and_taken_back(camper: Visitor, words: str) -> None:
    reply = camper.say(words)
    assert labels(camper, "avoids") == {"red"}
    assert "not Red" in reply.labels
    assert reply.products
    shown = next(line for line in known(camper).lines if line.kind == "avoids")
    camper.run(camper.assistant.profiles.edit(camper.session.principal, removal(shown.id)))
    assert labels(camper, "avoids") == set()


def test_forgetting_a_dislike_takes_it_back(camper: Visitor) -> None:
    camper.say("I don't like red")
    reply = camper.say("forget that I don't like red")
    assert labels(camper, "avoids") == set()
    assert reply.labels == {"Rain jackets"}


def test_without_a_profile_a_dislike_is_heeded_in_what_is_looked_for(visit: Visitor) -> None:
    visit.say("a red rain jacket")
    reply = visit.say("I don't like red")
    assert reply.labels == {"Rain jackets", "not Red"}
    assert "no profile" in reply.text
    assert known(visit).lines == ()


def test_not_liking_what_is_shown_is_no_taste(camper: Visitor) -> None:
    first = {fact.product.id for fact in camper.say("kettles").products}
    other = {fact.product.id for fact in camper.say("I don't like these").products}
    assert other
    assert not other & first
    assert labels(camper, "avoids") == set()


@pytest.mark.parametrize("words", ["continue where you stopped", "I'm back", "hi, i am back again"])
def test_who_comes_back_goes_on_in_a_new_conversation(camper: Visitor, words: str) -> None:
    seen = look_at(camper, camper.say("a coffee grinder under $100"), 1)
    camper.new_conversation()
    (slate,) = camper.say(words).slates
    assert slate.surface == "resume"
    assert seen[0] in [fact.product.id for fact in slate.items]


def test_why_names_true_reasons_of_the_place_that_was_asked_about(visit: Visitor) -> None:
    visit.say("kettles under $80")
    second = visit.say("show me something different").products[1]
    fact = visit.say("why the second one?").only(WhyFact)
    assert (fact.item.product.id, fact.item.reasons) == (second.product.id, second.reasons)


@pytest.mark.parametrize("words", ["she hates leather", "my wife doesn't like leather", "he can't stand leather"])
def test_what_somebody_else_dislikes_is_no_taste_of_the_shopper(visit: Visitor, words: str) -> None:
    agree(visit)
    visit.say("a gift for my mom")
    reply = visit.say(words)
    assert labels(visit, "avoids") == set()
    assert any(label.startswith("not ") and "leather" in label.casefold() for label in reply.labels)
    assert any("leather" in label.casefold() for label in visit.say("bags").labels)
