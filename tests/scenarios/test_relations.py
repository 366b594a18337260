"""What fits what: the shop's own relations with their evidence, and an honest word where it states none."""

from __future__ import annotations

from assistant.turn import RefusalFact, SlateFact
from retrieval.product import Product
from retrieval.relations import RelationKind
from tests.scenarios.visitor import Reply, Visitor

ORDINALS = ("first", "second", "third", "fourth")
FIT = {RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF}


def _stated(product: Product, name: str) -> str:
    return product.attributes[name].text


def _shown(reply: Reply) -> list[Product]:
    return [fact.product for fact in reply.products]


def test_which_lens_fits_names_only_lenses_of_the_same_mount(visit: Visitor) -> None:
    camera = _shown(visit.say("system cameras"))[0]
    slate = visit.say("which lens fits the first one?").only(SlateFact)
    assert slate.items
    assert {item.product.category for item in slate.items} == {"Lenses"}
    assert {_stated(item.product, "lens_mount") for item in slate.items} == {_stated(camera, "lens_mount")}
    assert {relation.kind for relation in slate.relations.values()} <= FIT
    assert "on both" in visit.replies[-1].text


def test_it_stays_the_camera_for_which_lenses_were_shown(visit: Visitor) -> None:
    camera = _shown(visit.say("system cameras"))[0]
    visit.say("what lens fits the first one")
    visit.say("is there a newer version of it")
    assert camera.title in visit.replies[-1].text or "after it" in visit.replies[-1].text


def test_a_strap_for_it_is_of_its_width(visit: Visitor) -> None:
    watches = _shown(visit.say("smartwatches"))
    # A few watches state no width, and which come first is explored.
    place, watch = next((i, watch) for i, watch in enumerate(watches) if "strap_width" in watch.attributes)
    straps = _shown(visit.say(f"strap for the {ORDINALS[place]} one"))
    assert straps
    assert {_stated(strap, "strap_width") for strap in straps} == {_stated(watch, "strap_width")}


def test_where_no_relation_is_stated_nothing_is_said_to_fit(visit: Visitor) -> None:
    tent = _shown(visit.say("tents"))[0]
    reply = visit.say("which lens fits the first?")
    assert reply.products == ()
    assert reply.only(RefusalFact).message == f"The shop does not say which lens fits {tent.title}."


def test_whether_one_fits_the_other_is_answered_by_what_both_state(visit: Visitor) -> None:
    camera = _shown(visit.say("system cameras"))[0]
    fitting = _shown(visit.say("which lens fits the first one"))[0]
    visit.new_conversation()
    lenses = [*_shown(visit.say("lenses")), *_shown(visit.say("show me more")), *_shown(visit.say("show me more"))]
    other = next(
        lens
        for lens in lenses
        if lens.category == "Lenses" and _stated(lens, "lens_mount") != _stated(camera, "lens_mount")
    )
    assert visit.say(f"does the {fitting.title} fit the {camera.title}").text.startswith("Yes,")
    refused = visit.say(f"does the {other.title} fit the {camera.title}").only(RefusalFact)
    assert refused.code == "does_not_fit", refused.message
    assert _stated(other, "lens_mount") in refused.message
    assert _stated(camera, "lens_mount") in refused.message


def test_an_exact_title_comes_first_and_is_what_it_means(visit: Visitor) -> None:
    titles = [product.title for product in _shown(visit.say("system cameras"))]
    visit.new_conversation()
    assert _shown(visit.say(titles[-1]))[0].title == titles[-1]
    assert visit.say("how much is it?").text.startswith(f"**{titles[-1]}**")


def test_a_newer_one_of_a_named_product_is_no_search(visit: Visitor) -> None:
    title = _shown(visit.say("tents"))[0].title
    reply = visit.say(f"is there a newer version of the {title}")
    assert title in reply.text or "after it" in reply.text
    assert "newer”" not in reply.text
