"""Sentences in German, Spanish and Chinese: read in English, told apart, and composed replies let through whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from assistant.grounding import Facts, Lexicon, split_sentences, unsupported
from assistant.grounding.claims import DATE, month_day
from assistant.grounding.templates import find, templates
from assistant.grounding.translated import in_english, phrasebook
from assistant.llm.embedded.composer import Composer
from assistant.llm.embedded.product_answers import ProductAnswers
from assistant.llm.embedded.wording import Wording
from assistant.prompts import load_prompts
from assistant.replying import Reply
from assistant.support.policies import Policies
from assistant.turn import ComparisonFact, Evidence, HandOverFact, OrdersFact, PolicyFact
from retrieval.filters import PriceRange
from retrieval.results import Loosening, Relaxation
from tests.assistant.llm.test_composer import CART, NOW, ORDER, TENTS
from tests.assistant.small_shop import CAMP_MUG, CUP, DOME, FJELL_2, FJELL_4, PRODUCTS, fact, slate

PROMPTS = load_prompts()
POLICIES = Path("assistant/demo/policies")
OTHERS = ("de", "es", "zh")
LEXICON = Lexicon.of(PRODUCTS)
SENTENCES = yaml.safe_load(Path(__file__).with_name("grounding_languages.yaml").read_text("utf-8"))
SHOWN = (FJELL_2, FJELL_4, DOME)


def _filled(text: str) -> str:
    weight = FJELL_2.attributes["weight"].text
    rows = {"{a.price}": FJELL_2.price.format(), "{a.weight}": weight, "{a}": FJELL_2.title, "{b}": FJELL_4.title}
    for blank, value in rows.items():
        text = text.replace(blank, value)
    return text


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("sort", ["wrong", "right"])
def test_sentences_of_other_languages_are_told_apart(language: str, sort: str) -> None:
    before = _filled(SENTENCES[language]["before"])
    mistaken = []
    for sentence in map(_filled, SENTENCES[language][sort]):
        facts = Facts((slate(*SHOWN),), before=before, language=language)
        if (unsupported(sentence, facts, LEXICON) is None) is (sort == "wrong"):
            mistaken.append((sentence, in_english(sentence, facts, LEXICON)))
    assert mistaken == []


@pytest.mark.parametrize(
    ("language", "said", "read"),
    [
        ("de", "Es wiegt zweiundzwanzig bis dreißig Gramm.", "it weighs twenty-two to thirty grams."),
        ("de", "Es fasst anderthalb Liter.", "it holds 1.5 litres."),
        ("de", "Es kommt am 3. Mai.", "it arrives on May 3."),
        ("de", "Es kommt am 03.05.2026.", "it arrives on May 03 2026."),
        ("es", "Pesa treinta y dos gramos.", "weighs thirty-two grams."),
        ("es", "Mide 2,5 metros.", "measures 2.5 metres."),
        ("es", "Llega el 3 de mayo.", "arrives the May 3."),
        ("de", "Er hält einundvierzig Stunden.", "it lasts forty-one hours."),
        ("de", "Er wiegt hunderteins Gramm.", "it weighs hundred one grams."),
        ("es", "Dura treinta y una horas.", "lasts thirty-one hours."),
        ("es", "Pesa ciento un gramos.", "weighs hundred one grams."),
        ("zh", "重一百五十克。", "weighs 150 grams."),
        ("zh", "预计5月3日送到。", "expected May 3 arrives."),
    ],
)
def test_numbers_units_and_days_are_read_as_each_language_writes_them(language: str, said: str, read: str) -> None:
    assert " ".join(in_english(said, Facts((), language=language), LEXICON).split()) == read


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The shop does not state that."),
        ("de", "Das gibt der Shop nicht an."),
        ("de", "Dazu macht der Shop keine Angaben."),
        ("de", "Der Shop sagt dazu nichts."),
        ("de", "Das steht nicht dabei."),
        ("es", "La tienda no lo indica."),
        ("es", "Eso no lo especifica la tienda."),
        ("es", "La tienda no da esa información."),
        ("zh", "店里没有说明这一点。"),
        ("zh", "商店没有标明重量。"),
    ],
)
def test_that_the_shop_does_not_say_something_may_be_said(language: str, said: str) -> None:
    for evidence in ((slate(*SHOWN),), (fact(FJELL_2),)):
        facts = Facts(evidence, before=f"{FJELL_2.title}. ", language=language)
        assert unsupported(said, facts, LEXICON) is None
        assert unsupported(f"{said[:-1]}, 99 kg{said[-1]}", facts, LEXICON) is not None


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Gladly."), ("de", "Gerne."), ("de", "Natürlich."), ("es", "Claro."), ("zh", "好的。")],
)
def test_a_word_of_assent_says_nothing_of_what_was_looked_up(language: str, said: str) -> None:
    facts = Facts((fact(FJELL_2),), language=language, table=(fact(FJELL_2), fact(FJELL_4)))
    assert unsupported(said, facts, LEXICON) is None


@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [
        ("de", "Es wiegt 99 kg.", "Es wiegt 2,4 kg."),
        ("es", "Pesa 99 kilos.", "Pesa 2,4 kilos."),
        ("zh", "重量是99公斤。", "重量是2.4公斤。"),
        ("zh", "它重九十九公斤。", "它重二点四公斤。"),
    ],
)
def test_a_weight_that_no_tent_has_is_not_told(language: str, wrong: str, right: str) -> None:
    for before in ("", f"{FJELL_2.title}. "):
        facts = Facts((slate(*SHOWN),), before=before, language=language)
        assert unsupported(wrong, facts, LEXICON) == "number"
        assert unsupported(right, facts, LEXICON) is None


def test_a_title_may_stand_within_chinese_whatever_it_ends_with() -> None:
    hub = replace(DOME, id="hub", title='Acme Hub 39.6 cm (15.6") Intel® Core™ (802.11ac)')
    facts = Facts((slate(hub, FJELL_2),), language="zh")
    assert unsupported(f"{hub.title}的价格是$89.00。", facts, LEXICON) is None
    assert unsupported(f"{hub.title}的价格是$88.00。", facts, LEXICON) is not None


@pytest.mark.parametrize("language", OTHERS)
def test_days_are_read_as_code_writes_them(language: str) -> None:
    wording = Wording(PROMPTS, language, "en_US", "UTC")
    for month in range(1, 13):
        moment = datetime(2026, month, 2 * month, 12, tzinfo=UTC)
        said = in_english(wording.date(moment), Facts((), language=language), LEXICON)
        assert [month_day(match) for match in DATE.finditer(said)] == [(month, 2 * month)], said
        weekday = re.search(r"[A-Z]\w+day", said)
        assert weekday is None or weekday.group() == f"{moment:%A}"


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("de", "Es kommt am 09.03.2026.", "Es kommt am 10.03.2026."),
        ("de", "Es kommt am Montag, 9. März.", "Es kommt am Dienstag, 9. März."),
        ("es", "Llega el lun 9 de mar.", "Llega el mar 9 de mar."),
        ("es", "Llega el 9 de marzo.", "Llega el 9 de mayo."),
        ("zh", "3月9日送到。", "3月10日送到。"),
    ],
)
def test_a_day_must_be_one_of_the_order(language: str, right: str, wrong: str) -> None:
    facts = Facts((OrdersFact((ORDER,), tracked=True),), language=language)
    assert unsupported(right, facts, LEXICON) is None
    assert unsupported(wrong, facts, LEXICON) is not None


def test_english_and_languages_without_a_phrasebook_stay_as_they_are() -> None:
    assert phrasebook("fr") is None
    for language in ("en", "fr"):
        assert in_english("Il pèse 2 kg.", Facts((), language=language), LEXICON) == "Il pèse 2 kg."


@pytest.mark.parametrize("language", OTHERS)
def test_most_templates_say_in_english_what_the_english_template_says(language: str) -> None:
    sentences = [one for one in templates(language) if one.ends.endswith((".", "!", "?", "…", "。", "！", "？"))]
    assert len(sentences) > 200
    assert all(find(one.text, language) is not None for one in sentences)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Ich habe 17 tents gefunden."),
        ("de", "Ich habe 17 tents gefunden (unter $400)."),
        ("zh", "在您点击“Yes, do it”（确认）之前，什么都不会发生。"),
    ],
)
def test_a_template_is_found_with_and_without_what_may_be_nothing(language: str, said: str) -> None:
    assert find(said, language) is not None


@pytest.mark.parametrize(
    ("language", "before", "said"),
    [
        ("en", "My first pick is", "Order A-10421 of Mon, Mar 2: shipped on Wed, Mar 4 with Northpost."),
        ("de", "Mein Favorit ist", "Bestellung A-10421 vom 02.03.2026: am 04.03.2026 mit Northpost verschickt."),
    ],
)
def test_an_order_that_is_named_is_no_product_named_before(language: str, before: str, said: str) -> None:
    evidence = (slate(*SHOWN), OrdersFact((ORDER,), tracked=True))
    facts = Facts(evidence, before=f"{before} **{FJELL_2.title}**. ", language=language)
    assert unsupported(said, facts, LEXICON) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Added: {title}, 48-52 cm, Red."), ("de", "In den Warenkorb gelegt: {title}, 48-52 cm, Red.")],
)
def test_a_span_of_sizes_in_the_cart_may_be_told(language: str, said: str) -> None:
    variant = replace(CAMP_MUG.default_variant, options={"size": "48-52 cm", "colour": "Red"})
    cart = replace(
        CART,
        lines=(replace(CART.lines[0], variant=variant, title=f"{CAMP_MUG.title} (48-52 cm, Red)"),),
        changed="added",
    )
    facts = Facts((cart, fact(CAMP_MUG)), language=language)
    assert unsupported(said.format(title=CAMP_MUG.title), facts, LEXICON) is None
    wrong = said.replace("48-52", "46-50")
    assert unsupported(wrong.format(title=CAMP_MUG.title), facts, LEXICON) is not None


def test_a_condition_behind_a_comma_belongs_to_what_it_narrows() -> None:
    section = next(one for one in Policies(POLICIES).all() if "up to $500 once" in one.text)
    facts = Facts((PolicyFact("?", (section,)),))
    rule = "Invoice is possible up to $500, once you have received one order from us."
    assert unsupported(rule, facts, LEXICON) is None
    assert unsupported("Invoice is possible up to $500.", facts, LEXICON) is not None


def _evidence() -> Iterator[tuple[Evidence, ...]]:
    moved = (Loosening("price", "under $120", PriceRange("USD", max_minor=12_000), 4),)
    yield (slate(FJELL_4, FJELL_2, need=TENTS, total=17),)
    yield (slate(CUP),)
    yield from ((slate(CUP, CAMP_MUG, surface=one),) for one in ("recommend", "more_like_this", "goes_with"))
    yield from ((slate(surface=one),) for one in ("recommend", "goes_with"))
    yield (slate(need=TENTS, relaxations=(Relaxation("price", "under $400", 12),)),)
    yield (slate(need=TENTS, loosenings=moved),)
    yield (slate(FJELL_2, FJELL_4, need=TENTS, set_aside=("purple",), corrected={"tnets": "tents"}),)
    yield (ComparisonFact((fact(FJELL_2), fact(DOME)), {"Weight": ("2.4 kg", "3 kg")}),)
    yield from ((replace(CART, changed=one),) for one in ("added", "removed", "set", None))
    yield (OrdersFact((ORDER,), tracked=True),)
    yield (HandOverFact(3, "x"),)


def _composer(language: str) -> Composer:
    wording = Wording(PROMPTS, language, "en_US", "UTC")
    return Composer(wording, ProductAnswers(wording, PROMPTS.question_words()))


@pytest.mark.parametrize("language", OTHERS)
def test_rules_quoted_in_the_words_of_the_language_survive_whole(language: str) -> None:
    composer = _composer(language)
    lost = []
    for section in Policies(POLICIES).all():
        evidence = (PolicyFact("?", (section,)),)
        facts = Facts(evidence, language=language)
        for sentence in split_sentences(composer.compose(evidence, "", NOW)):
            lost += [sentence] if unsupported(sentence, facts, LEXICON) else []
            facts.before += sentence
    assert lost == []


def test_marks_that_close_a_removed_sentence_go_with_it() -> None:
    reply, facts = Reply(), Facts((slate(*SHOWN),), language="zh")
    kept = reply.keep(["它防弹", "**。", "**"], facts, LEXICON, lambda one: unsupported(one, facts, LEXICON))
    assert kept == []


@pytest.mark.parametrize("language", OTHERS)
def test_composed_replies_survive_whole(language: str) -> None:
    composer = _composer(language)
    lost = []
    for evidence in _evidence():
        facts = Facts(evidence, "purple tnets", language=language)
        for sentence in split_sentences(composer.compose(evidence, "", NOW)):
            kind = unsupported(sentence, facts, LEXICON)
            lost += [(kind, sentence, in_english(sentence, facts, LEXICON))] if kind else []
            facts.before += sentence
    assert lost == []
