"""True and planted sentences about the demo shop: what grounding lets through and what it loses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from assistant.grounding import Facts, Lexicon, unsupported
from retrieval.product import Product
from tests.assistant.planted_claims import Said, false_sentences, true_sentences
from tests.assistant.small_shop import slate

SEEN = ("Hiking boots", "Tents", "Backpacks", "Travel mugs")
KEPT_BACK = ("Rain jackets", "Headlamps", "Bike lights", "Speakers", "Running shoes")
Planter = Callable[[Sequence[Product]], Iterator[Said]]


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return [made.product for made in make_catalogue(load_spec(), seed=11)]


@pytest.fixture(scope="module")
def lexicon(products: list[Product]) -> Lexicon:
    return Lexicon.of(products)


def _judged(
    planter: Planter, products: list[Product], lexicon: Lexicon, kinds: Sequence[str]
) -> list[tuple[str | None, Said]]:
    rows: list[tuple[str | None, Said]] = []
    for kind in kinds:
        shown = [product for product in products if product.category == kind][:4]
        for said in planter(shown):
            facts = Facts((slate(*shown, total=14),), f"{kind.lower()} please", said.before)
            rows.append((unsupported(said.sentence, facts, lexicon), said))
    return rows


@pytest.mark.parametrize("kinds", [SEEN, KEPT_BACK])
def test_no_planted_sentence_is_let_through(products: list[Product], lexicon: Lexicon, kinds: Sequence[str]) -> None:
    judged = _judged(false_sentences, products, lexicon, kinds)
    assert len(judged) > 100
    assert [said for kind, said in judged if kind is None] == []


@pytest.mark.parametrize("kinds", [SEEN, KEPT_BACK])
def test_hardly_a_true_sentence_is_lost(products: list[Product], lexicon: Lexicon, kinds: Sequence[str]) -> None:
    judged = _judged(true_sentences, products, lexicon, kinds)
    lost = [(kind, said) for kind, said in judged if kind is not None]
    assert len(judged) > 100
    assert len(lost) <= 0.02 * len(judged), lost


@pytest.mark.parametrize(
    "sentence",
    [
        "Made in Portugal, it is a classic.",
        "The soles are Vibram.",
        "Handcrafted in Norway from yak leather.",
        "It keeps your feet warm down to minus 20.",
        "Wearers praise its arch support.",
        "It won an award last year.",
        "Hurry, the sale ends tonight.",
        "Order now and it leaves today.",
        "Members save 15 percent.",
        "It weighs under a pound.",
        "Adidas makes this boot.",
        "The price drops next week.",
        "You pay only half of the usual price.",
        "Nine out of ten hikers recommend it.",
        "It costs one hundred dollars.",
        "A pair weighs as much as a dozen eggs.",
        "Rated four and a half stars by a thousand buyers.",
    ],
)
def test_what_no_fact_holds_is_not_said(products: list[Product], lexicon: Lexicon, sentence: str) -> None:
    boots = [product for product in products if product.category == "Hiking boots"][:3]
    facts = Facts((slate(*boots, total=14),), "hiking boots under $250", f"I like the {boots[0].title}. ")
    assert unsupported(sentence, facts, lexicon) is not None


def test_it_is_the_product_named_last(products: list[Product], lexicon: Lexicon) -> None:
    one, other, *_ = [product for product in products if product.category == "Hiking boots"]
    sentence = f"It costs {one.price.format()}."
    assert unsupported(sentence, Facts((slate(one, other),), "", f"Take the {one.title}. "), lexicon) is None
    assert unsupported(sentence, Facts((slate(one, other),), "", f"Take the {other.title}. "), lexicon) == "amount"
