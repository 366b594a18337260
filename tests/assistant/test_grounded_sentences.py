"""Sentences written by hand, wrong and right, and the parts that they are read by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from assistant.evidence import (
    CartFact,
    CartLineFact,
    Claim,
    Evidence,
    Order,
    OrderLine,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    PolicySection,
)
from assistant.grounding import Facts, Lexicon, links_of, unsupported
from assistant.grounding.quantities import figures
from retrieval.product import Attribute, Product
from retrieval.relations import Evidence as Stated
from retrieval.relations import Relation, RelationKind
from tests.assistant.small_shop import (
    CAMP_MUG,
    DOME,
    FJELL_2,
    FJELL_4,
    OAK_MUG,
    PRODUCTS,
    RIDGE,
    english,
    fact,
    slate,
    usd,
)

SENTENCES = Path(__file__).with_name("grounding_sentences.yaml")
LEXICON = Lexicon.of(PRODUCTS)
SECTIONS = (
    PolicySection(
        "returns#how-long",
        "Returns: How long?",
        "You can return anything within 30 days after delivery, without giving a reason. Unwrapped puzzles can be"
        " returned as long as all pieces are there.",
        "/p#1",
    ),
    PolicySection(
        "returns#cost",
        "Returns: What does it cost?",
        "Returns are free within the European Union. From Switzerland a return costs $6.90, which we take off the"
        " refund.",
        "/p#2",
    ),
    PolicySection(
        "payment#refund",
        "Payment: When do I get my money?",
        "Cards take up to 5 more working days, Paywren is immediate.",
        "/p#3",
    ),
    PolicySection(
        "warranty#cover",
        "Warranty: What does it cover?",
        "It covers faults in material. It does not cover wear, such as worn soles, and not damage by falls.",
        "/p#4",
    ),
    PolicySection(
        "shipping#cancel",
        "Shipping: Can I cancel?",
        "You can cancel an order free of charge until the parcel is packed; the full amount is paid back.",
        "/p#5",
    ),
)
RULES = PolicyFact("?", SECTIONS)
ORDER = Order(
    "A-10421", OrderStatus.SHIPPED, (OrderLine("dome", "dome-0", DOME.title, 1, usd(8900)),), usd(8900), usd(500),
    usd(9400), datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC),
    expected_at=datetime(2026, 3, 9, tzinfo=UTC), carrier="Northpost",
)  # fmt: skip
TRACKED = OrdersFact((ORDER,), tracked=True)
FITS = Relation(
    kind=RelationKind.FITS_WITH,
    source_id=CAMP_MUG.id,
    target_id=DOME.id,
    evidence=(Stated(source_attribute="title", source_value="x", target_attribute="name", target_value="x"),),
)


@pytest.fixture(scope="module")
def demo() -> dict[str, Product]:
    return {made.product.id: made.product for made in make_catalogue(load_spec(), seed=7)}


def _scenes(sort: str) -> Iterator[tuple[list[str], str, str]]:
    for scene in yaml.safe_load(SENTENCES.read_text("utf-8")):
        for sentence in scene[sort]:
            yield scene["shown"], scene["before"], sentence


def kind(sentence: str, *evidence: Evidence, before: str = "") -> str | None:
    return unsupported(sentence, Facts(evidence, before=before), LEXICON)


@pytest.mark.parametrize("sort", ["wrong", "right"])
def test_sentences_written_by_hand_are_told_apart(demo: dict[str, Product], sort: str) -> None:
    lexicon = Lexicon.of(demo.values())
    rows = list(_scenes(sort))
    mistaken = []
    for shown, before, sentence in rows:
        facts = Facts((slate(*(demo[one] for one in shown)),), before=before)
        if (unsupported(sentence, facts, lexicon) is None) is (sort == "wrong"):
            mistaken.append(sentence)
    assert len(rows) >= 40
    assert mistaken == []


@pytest.mark.parametrize(
    ("text", "family", "low", "high"),
    [
        ("no more than 5 watts", "power", None, 5.0),
        ("between 1 and 2 kg", "mass", 1000.0, 2000.0),
        ("240–380 lumens", "light", 240.0, 380.0),
        ("2 kg or more", "mass", 2000.0, None),
        ("under a pound", "mass", None, 453.59237),
        ("23 °F", "warmth", -5.0, -5.0),
        ("minus ten degrees", "warmth", -10.0, -10.0),
        ("less than $1,299.00", "money", None, 1299.0),
        ("twenty-two hours", "time", 1320.0, 1320.0),
        ("0.6 l", "volume", 0.6, 0.6),
        ("3 in stock", "", 3.0, 3.0),
        ("250 g/m²", "fabric", 250.0, 250.0),
    ],
)
def test_a_figure_is_read_with_its_limits_in_the_base_unit(
    text: str, family: str, low: float | None, high: float | None
) -> None:
    (found,) = figures(text)
    assert found.any.family == family
    assert [end and pytest.approx(end.values[0]) for end in (found.low, found.high)] == [low, high]


@pytest.mark.parametrize(
    ("sentence", "section"),
    [
        ("You can send things back within 30 days without a reason.", "returns#how-long"),
        ("Opened puzzles can be returned if all pieces are there.", "returns#how-long"),
        ("Returns are free from the EU.", "returns#cost"),
        ("Worn soles are not covered by the warranty.", "warranty#cover"),
        ("You can cancel free of charge until the parcel is packed.", "shipping#cancel"),
        ("Returns are free within the European Union.", "returns#cost"),
    ],
)
def test_a_rule_in_other_words_rests_on_its_section(sentence: str, section: str) -> None:
    assert kind(sentence, RULES) is None
    (claim,) = links_of(sentence, Facts((RULES,)), LEXICON)
    assert (claim.kind, claim.source) == ("policy", section)


@pytest.mark.parametrize(
    "sentence",
    [
        "You can send things back within 30 days if you have a good reason.",
        "You can send things back within 30 days, sale items excepted.",
        "You can send things back within 14 days.",
        "You can always send things back.",
        "Opened puzzles can be returned.",
        "Opened puzzles can never be returned.",
        "Returns are free from Switzerland.",
        "Worn soles are covered by the warranty.",
        "Damage by falls is covered.",
        "You can cancel free of charge until the parcel is delivered.",
        "Cards are immediate.",
        "Paywren takes up to 5 more working days.",
        "Cover wear, such as worn soles.",
        "Yes, you can.",
        "From Switzerland returns are free.",
        "You can return anything.",
    ],
)
def test_a_rule_that_no_section_makes_is_not_told(sentence: str) -> None:
    assert kind(sentence, RULES) is not None


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("Order A-10421 should arrive on Monday, March 9.", True),
        ("It was shipped on March 4.", True),
        ("You ordered it on March 2.", True),
        ("It arrives on March 4.", False),
        ("It arrives on Tuesday, March 9.", False),
        ("It arrives on Friday.", False),
        ("You ordered it on March 4.", False),
        ("It arrives in 4 days.", False),
        ("Southpost is bringing it.", False),
        ("Northpost is bringing it.", True),
        ("Order **A-10421** of Mon, Mar 2: shipped on Wed, Mar 4 with Northpost, expected on Mon, Mar 9.", True),
        ("The latest is **A-10421**: shipped on Wed, Mar 4.", True),
        (f"In it: 1 × {DOME.title}; $94.00 in all.", True),
        ("It has been delivered.", False),
        ("It has been shipped.", True),
        ("It has been returned.", False),
        ("It was left with a neighbour.", False),
        ("It will be there by tomorrow.", False),
    ],
)
def test_a_day_is_that_of_what_happened_then(sentence: str, held: bool) -> None:
    assert (kind(sentence, TRACKED) is None) is held


@pytest.mark.parametrize(
    ("added", "held"),
    [
        ("2 × {} 8-10, Red", True),
        ("2 × {} 8-10", True),
        ("3 × {} 8-10, Red", False),
        ("2 × {} 8-12, Red", False),
        ("2 × {} 7-10, Red", False),
    ],
)
def test_pieces_and_a_size_of_two_numbers_are_those_in_the_cart(added: str, held: bool) -> None:
    sizes = tuple(replace(v, id=f"{v.id}-{s}", options={"size": s, "colour": "Red"})
                  for v in RIDGE.variants[:1] for s in ("5-7", "8-10"))  # fmt: skip
    socks = replace(RIDGE, variants=sizes)
    line = CartLineFact(sizes[1].id, f"{socks.title} 8-10, Red", 2, usd(1200), usd(1200), socks, sizes[1])
    cart = CartFact((line,), usd(2400), usd(0), usd(500), usd(2900), "Taxes included.", "/checkout", "added")
    assert (kind(f"Added: **{added.format(socks.title)}**.", cart) is None) is held


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Your cart is empty."),
        ("de", "Dein Warenkorb ist leer."),
        ("es", "Tu carrito está vacío."),
        ("zh", "您的购物车是空的。"),
    ],
)
def test_a_cart_is_empty_where_it_is_whatever_was_talked_about(language: str, sentence: str) -> None:
    empty = CartFact((), usd(0), usd(0), usd(0), usd(0), "Taxes included.")
    line = CartLineFact("camp-mug-0", CAMP_MUG.title, 2, usd(1200), usd(1200), CAMP_MUG, CAMP_MUG.default_variant)
    for cart, held in ((empty, True), (replace(empty, lines=(line,)), False)):
        facts = Facts([cart], language=language, table=[fact(RIDGE)])
        assert (unsupported(sentence, facts, LEXICON) is None) is held


def test_what_goes_together_is_joined_by_a_relation() -> None:
    found = (replace(slate(CAMP_MUG, OAK_MUG), relations={CAMP_MUG.id: FITS}), fact(DOME))
    assert kind(f"The {CAMP_MUG.title} fits the {DOME.title}.", *found) is None
    assert kind(f"The {OAK_MUG.title} fits the {DOME.title}.", *found) == "fit"
    assert kind(f"All of them fit the {DOME.title}.", *found) == "fit"
    assert kind(f"The {CAMP_MUG.title} and the {OAK_MUG.title} both fit the {DOME.title}.", *found) == "fit"
    assert kind(f"The {CAMP_MUG.title} does not fit the {DOME.title}.", *found) == "fit"
    assert kind(f"You can use it with the {DOME.title}.", *found, before=f"I like the {OAK_MUG.title}. ") == "fit"


@pytest.mark.parametrize("verb", ["screws onto", "slides into", "plugs into", "connects to"])
def test_what_is_put_on_another_is_joined_by_a_relation(verb: str) -> None:
    found = (replace(slate(CAMP_MUG, OAK_MUG), relations={CAMP_MUG.id: FITS}), fact(DOME))
    assert kind(f"The {OAK_MUG.title} {verb} the {DOME.title}.", *found) == "fit"


def test_a_part_number_names_a_product() -> None:
    one, other = (
        replace(made, title=f"Norrfell {code} tent", attributes={**made.attributes, "part_number": Attribute("", code)})
        for made, code in ((FJELL_2, "88121407"), (FJELL_4, "88121408"))
    )
    lexicon = Lexicon.of([one, other, RIDGE])
    for name in ("The Norrfell 88121408", "The 88121408"):
        said = [unsupported(f"{name} {told}.", Facts((slate(one, other),)), lexicon)
                for told in ("is the most expensive", "is the cheapest", "weighs 2.4 kg")]  # fmt: skip
        assert said == [None, "order", "number"]


@pytest.mark.parametrize(
    ("language", "sentence", "held"),
    [
        ("en", "It was brought to you yesterday.", False),
        ("en", "It has been delivered.", False),
        ("en", "It has been shipped.", True),
        ("en", "It will arrive in April.", False),
        ("en", "It will arrive in March.", True),
        ("en", "You get it in the last week of the month.", False),
        ("en", "Parcels arrive on Saturdays.", False),
        ("de", "Es wurde schon geliefert.", False),
        ("de", "Es wurde schon verschickt.", True),
        ("de", "Es wurde noch nicht geliefert.", True),
        ("es", "Ya ha sido entregado.", False),
        ("es", "Se entregó sin problemas.", False),
        ("es", "Aún no ha sido entregado.", True),
    ],
)
def test_what_became_of_an_order_is_checked_beside_the_rules(language: str, sentence: str, held: bool) -> None:
    facts = Facts((RULES, TRACKED), language=language)
    assert (unsupported(sentence, facts, LEXICON) is None) is held


def test_what_is_said_of_two_products_is_told_apart() -> None:
    tents = slate(FJELL_2, FJELL_4)
    assert kind("The Fjell 2 weighs 2.4 kg and the Fjell 4 weighs 4.1 kg.", tents) is None
    assert kind("The Fjell 2 weighs 4.1 kg and the Fjell 4 weighs 2.4 kg.", tents) == "number"
    assert kind("The Fjell 2 costs $199.00, the Fjell 4 costs $349.00.", tents) is None
    assert kind("The Fjell 2 costs $349.00, the Fjell 4 costs $199.00.", tents) == "amount"


def test_it_is_the_product_that_was_looked_up_or_named_last() -> None:
    table = (fact(FJELL_2), fact(FJELL_4), fact(DOME))

    def said(sentence: str, *evidence: Evidence, before: str = "") -> str | None:
        return unsupported(sentence, Facts(evidence, before=before, table=table), LEXICON)

    assert said("It weighs 4.1 kg.", fact(FJELL_4)) is None
    assert said("It weighs 2.4 kg.", fact(FJELL_4)) == "number"
    assert said("It weighs 2.4 kg.", slate(*PRODUCTS[:3]), fact(FJELL_4)) == "number"
    assert said("It weighs 2.4 kg.", fact(FJELL_4), fact(FJELL_2)) is None
    assert said("It weighs 4.1 kg.", fact(FJELL_4), fact(FJELL_2)) == "number"
    assert said("It weighs 2.4 kg.", fact(FJELL_4), before=f"The {FJELL_2.title} is a tent. ") is None
    # Where nothing was looked up, or a list came later, it may be any of them.
    assert said("It weighs 2.4 kg.") is None
    assert said("It weighs 2.4 kg.", fact(FJELL_4), slate(*PRODUCTS[:3])) is None
    # "The second one" is that of the table, and no product that was looked up.
    assert said("The second one weighs 4.1 kg.", fact(DOME)) is None
    assert said("The second one weighs 2.4 kg.", fact(DOME)) == "number"


def _made_of(product: Product, material: str) -> Product:
    return replace(product, attributes={**product.attributes, "material": Attribute("material", material)})


def test_what_another_product_is_made_of_is_not_said_of_one_whose_value_is_a_longer_one() -> None:
    plain, recycled = _made_of(FJELL_4, "Nylon"), _made_of(FJELL_2, "Recycled nylon")
    both = slate(plain, recycled)
    for sentence in ("It is made of nylon.", "Its material is nylon."):
        assert kind(sentence, both, before=f"I like the {FJELL_2.title}. ") == "value"
        assert kind(sentence, both, before=f"I like the {FJELL_4.title}. ") is None
        assert kind(sentence, slate(recycled), before=f"I like the {FJELL_2.title}. ") is None
    assert kind("It is made of recycled nylon.", both, before=f"I like the {FJELL_2.title}. ") is None
    assert kind("The nylon tent weighs 2.4 kg.", both, before=f"I like the {FJELL_2.title}. ") != "value"
    asked = Facts((both,), "is it nylon?", f"I like the {FJELL_2.title}. ")
    assert unsupported("It is made of nylon.", asked, LEXICON) is None


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("It is rated 4.5 of 5.", True),
        ("It is rated 4.5 out of 5 stars by 20 people.", True),
        ("20 people gave it 4.5 of 5 stars.", True),
        ("It has a capacity of 5 l.", False),
        ("It has a capacity of five litres.", False),
        ("It sleeps a party of five.", False),
        ("It has room for 20 people.", False),
        ("It holds 2 people.", True),
    ],
)
def test_a_scale_of_five_and_people_who_review_are_no_measures(sentence: str, held: bool) -> None:
    rated = replace(FJELL_2, rating=4.5, rating_count=20)
    facts = Facts((slate(rated, FJELL_4),), before=f"I like the {FJELL_2.title}. ")
    assert (unsupported(sentence, facts, LEXICON) is None) is held


def test_a_number_of_the_shop_has_one_reading() -> None:
    cable = replace(FJELL_2, attributes={"cable_length": Attribute("cable_length", 7.625, "m")})
    before = f"I like the {cable.title}. "
    assert kind("The cable is 7.625 m long.", slate(cable, DOME), before=before) is None
    assert kind("The cable is 6 to 9 metres long.", slate(cable, DOME), before=before) is None
    assert kind("The cable is 9.9 to 13 metres long.", slate(cable, DOME), before=before) == "number"
    assert kind("The cable is more than 10 metres long.", slate(cable, DOME), before=before) == "number"
    # In words of the shop it may be either, but no limits of the two.
    (span,) = figures("10 to 13 metres")
    assert not span.holds([end for figure in figures("7.625 m") if (end := figure.low)])


def test_a_title_that_begins_another_one_is_that_of_its_own_product() -> None:
    cable = replace(FJELL_2, id="cable", title="Acme Duplex Patch Cable (LC/LC), 25M")
    red = replace(FJELL_4, id="red", title="Acme Duplex Patch Cable (LC/LC) - Red, 10M")
    found = slate(cable, red)
    assert kind("The Acme Duplex Patch Cable (LC/LC) costs $199.00.", found) is None
    assert kind("The Acme Duplex Patch Cable (LC/LC) costs $349.00.", found) == "amount"
    assert kind("The Acme Duplex Patch Cable (LC/LC) - Red costs $349.00.", found) is None


def test_a_row_of_a_table_is_read_under_its_headings() -> None:
    head = "| Tent | Weight | Price |\n|---|---|---|\n"
    tents = slate(FJELL_2, FJELL_4)
    assert kind("| Tent | Weight | Price |\n", tents) is None
    assert kind("|---|---|---|\n", tents, before="| Tent | Weight | Price |\n") is None
    assert kind("| Norrfell Fjell 2 Tent | 2.4 kg | $199.00 |\n", tents, before=head) is None
    assert kind("| Norrfell Fjell 2 Tent | 4.1 kg | $199.00 |\n", tents, before=head) == "number"
    wrong_head = "| Tent | Capacity | Price |\n|---|---|---|\n"
    assert kind("| Norrfell Fjell 2 Tent | 2.4 kg | $199.00 |\n", tents, before=wrong_head) == "number"


def test_each_claim_names_its_source() -> None:
    sentence = f"The {FJELL_2.title} weighs 2.4 kg, costs $199.00 and is waterproof."
    claims = links_of(sentence, Facts((slate(FJELL_2, FJELL_4),)), LEXICON)
    assert Claim("product", FJELL_2.title, "fjell-2#title") in claims
    assert {(claim.kind, claim.source) for claim in claims} >= {
        ("number", "fjell-2#weight"),
        ("amount", "fjell-2#price"),
        ("flag", "fjell-2#waterproof"),
    }
    (day,) = [claim for claim in links_of("It arrives on March 9.", Facts((TRACKED,)), LEXICON) if claim.kind == "date"]
    assert day.source == "A-10421#expected_at"


def test_talk_of_the_assistant_itself_is_kept_beside_products() -> None:
    tents = slate(FJELL_2, FJELL_4)
    for sentence in (
        "I am an AI assistant of this shop, not a person.",
        "I can find and compare products, put them into your cart, look up your orders, and answer questions about"
        " shipping, returns and the other policies.",
        "You can ask for a person at any time.",
    ):
        assert kind(sentence, tents, before=f"I like the {FJELL_2.title}. ") is None


def test_every_yes_and_no_that_the_shop_states_may_be_told_as_it_is_stated(demo: dict[str, Product]) -> None:
    lexicon, say = Lexicon.of(demo.values()), english()
    stated = {
        (name, attribute.value): (product, attribute)
        for product in demo.values()
        for name, attribute in product.attributes.items()
        if isinstance(attribute.value, bool)
    }
    assert len(stated) > 100
    for (_, yes), (product, attribute) in stated.items():
        words = say("fact_yes" if yes else "fact_no", label=attribute.label.lower(), title=product.title)
        assert unsupported(words, Facts((fact(product),)), lexicon) is None, words
