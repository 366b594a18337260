"""Why a product stands where it stands: every sentence of every locale is one that grounding lets through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from assistant.evidence import ProductFact, WhyFact
from assistant.grounding import Facts, Lexicon, split_sentences, unsupported
from assistant.llm.embedded.profile_words import ProfileWords
from assistant.llm.embedded.wording import Wording
from assistant.prompts import Prompts, load_prompts
from recommender.events import Reason
from recommender.reasons import Code, tellable
from retrieval.product import Product

PROMPTS = load_prompts()
LOCALES = sorted({path.split("/")[1] for path in PROMPTS.texts if path.startswith("replies/")})
ONCE_PER_KIND = 40
"""So many products, each of another kind: their titles and values meet the words of the templates."""


class Heard(Wording):
    """The templates of one locale, and which of them were used."""

    def __init__(self, prompts: Prompts, language: str) -> None:
        super().__init__(prompts, language, "en_US", "UTC")
        self.used: set[str] = set()

    def __call__(self, name: str, /, **variables: str) -> str:
        self.used.add(name)
        return super().__call__(name, **variables)


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return [made.product for made in make_catalogue(load_spec(), seed=11)]


@pytest.fixture(scope="module")
def lexicon(products: list[Product]) -> Lexicon:
    return Lexicon.of(products)


def _whys(product: Product, other: Product) -> Iterator[WhyFact]:
    """Every reason that may be told, alone, and several at once, with a detail and without."""
    values = [attribute.text for attribute in product.attributes.values()][:1]
    wishes = ["under $80", product.category or "", *values]
    details = {
        Code.MATCHES: wishes,
        Code.FOR_YOU: [product.brand or "", product.category or "", ""],
        **{code: [other.id, "", "gone"] for code in (Code.BOUGHT_WITH, Code.SEEN_WITH, Code.SIMILAR_TO)},
    }
    told = [
        Reason(str(code), detail, 0.5)
        for code in Code
        for detail in details.get(code, [""])
        if code is not Code.SPONSORED and (code is not Code.ON_SALE or _is_reduced(product))
    ]
    reasons = tellable(told)
    groups = [(), *((reason,) for reason in reasons), *zip(reasons, reasons[3:], reasons[6:], strict=False)]
    for group in groups:
        item = ProductFact(product, product.default_variant, reasons=tuple(group), decision_id="d", position=0)
        yield WhyFact(item, {other.id: other.title})


def _is_reduced(product: Product) -> bool:
    variant = product.default_variant
    return variant.list_price is not None and variant.list_price.amount_minor > variant.price.amount_minor


def _one_of_each_kind(products: list[Product]) -> list[Product]:
    ranked = sorted(products, key=_is_reduced)
    return list({product.category: product for product in ranked}.values())[:ONCE_PER_KIND]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_passes_grounding_with_its_evidence(
    locale: str, products: list[Product], lexicon: Lexicon
) -> None:
    say = Heard(PROMPTS, locale)
    some = _one_of_each_kind(products)
    lost = []
    for product, other in zip(some, reversed(some), strict=True):
        for fact in _whys(product, other):
            before = ""
            for sentence in split_sentences(ProfileWords(say).why(fact)):
                kind = unsupported(sentence, Facts((fact,), "why this one?", before, locale), lexicon)
                lost += [(kind, sentence)] if kind else []
                before += sentence
    assert lost == []
    of_locale = f"replies/{locale}/"
    named = {path.removeprefix(of_locale).removesuffix(".md") for path in PROMPTS.texts if path.startswith(of_locale)}
    assert {name for name in named if name == "why" or name.startswith("why_")} <= say.used


@pytest.mark.parametrize(
    "told",
    ["it is often bought with {other}", "it is often looked at after {other}", "it is similar to {other}",
     "it fits your words and is often bought with what you looked at"],
)  # fmt: skip
def test_a_reason_that_its_score_does_not_hold_is_not_told(
    told: str, products: list[Product], lexicon: Lexicon
) -> None:
    first, other = _one_of_each_kind(products)[:2]
    item = ProductFact(first, first.default_variant, reasons=(Reason(str(Code.POPULAR), "", 0.5),))
    sentence = f"I chose **{first.title}** because {told.format(other=other.title)}."
    assert unsupported(sentence, Facts((WhyFact(item),), "why this one?"), lexicon) is not None
