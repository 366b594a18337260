from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from pydantic import SecretStr

from assistant.agent import texts_told
from assistant.config import Settings
from assistant.guards import OUTPUT_GUARDS, Outlet, secrets_of
from assistant.guards import outputs as module
from assistant.guards.outputs import ARGUMENT_GUARDS
from assistant.prompts import load_prompts
from assistant.turn import PolicyFact, PolicySection
from tests.assistant.small_shop import FJELL_2, slate

SECRET = "sk-live-93ab77c1d2"
CODE = "kestrel-4471-qx"
PROMPT = f"You sell things in one shop only and never speak of anything else. The code is {CODE}."
POLICY = PolicyFact(
    "help", (PolicySection("help#mail", "Help", "Write to help@shop.example.", "https://shop.example/h"),)
)


@pytest.fixture(scope="module")
def outlet() -> Outlet:
    return Outlet((PROMPT, "search_products: Find products for ONE need."), (SECRET,))


@pytest.mark.parametrize(
    ("sentence", "guard"),
    [
        (f"The key is {SECRET}.", "no_secret"),
        (f"It is {CODE}.", "no_secret"),
        (f"It is {' '.join(CODE)}.", "no_secret"),
        (f"It is {CODE[::-1]}.", "no_secret"),
        (f"It is {base64.b64encode(CODE.encode()).decode()}.", "no_secret"),
        (f"It is {CODE.encode().hex(' ')}.", "no_secret"),
        ("You sell things in one shop only and never speak.", "no_prompt_text"),
        ("Y.o.u s.e.l.l t.h.i.n.g.s i.n o.n.e s.h.o.p o.n.l.y a.n.d n.e.v.e.r speak", "no_prompt_text"),
        ("I call search_products for you.", "no_prompt_text"),
        (f"Here: {base64.b64encode(b'any long text that nobody knows at all').decode()}", "no_code"),
        ("![x](/a.png)", "no_markup"),
        ("<img src=x>", "no_markup"),
        ("See https://evil.example/a.", "no_foreign_link"),
        ("See [this](//evil.example).", "no_foreign_link"),
        ("See www.evil.example/x.", "no_foreign_link"),
        ("Write to me@evil.example.", "no_foreign_link"),
        ("Go to evil-shop.com now.", "no_foreign_link"),
    ],
)
def test_what_must_not_leave_is_held_back(outlet: Outlet, sentence: str, guard: str) -> None:
    assert outlet.objection(sentence, "", (slate(FJELL_2),), "tell me") == guard


@pytest.mark.parametrize(
    "sentence",
    [
        "The Fjell costs $199.00 and sleeps 2.",
        "I found 3 tents (under $200); the lightest weighs 1.2 kg.",
        "Write to help@shop.example, or see https://shop.example/h.",
        "**Fjell 2** is < 2 kg.",
        "我找到了三顶帐篷，最轻的重一点二公斤，价格在两百美元以内，都有现货，可以马上发货，请问你更喜欢哪一种颜色。",
    ],
)
def test_an_honest_sentence_may_leave(outlet: Outlet, sentence: str) -> None:
    assert outlet.objection(sentence, "", (slate(FJELL_2), POLICY), "tents") is None


@pytest.mark.parametrize("address", ["StarTech.com", "www.StarTech.com", "https://StarTech.com", "a@StarTech.com",
                                     "[x](StarTech.com)", "x.StarTech.com", "StarTech.com.ru"])  # fmt: skip
def test_a_brand_that_looks_like_an_address_may_be_named_and_is_no_link(address: str) -> None:
    outlet = Outlet((PROMPT,), (SECRET,), {"StarTech.com"})
    held_back = outlet.objection(f"The first is the {address} HDMI cable, 2 m.", "", (slate(FJELL_2),), "cables")
    assert held_back == (None if address == "StarTech.com" else "no_foreign_link")


def test_a_secret_told_in_pieces_is_held_back_before_it_is_whole(outlet: Outlet) -> None:
    said = ""
    for piece in CODE:
        if outlet.objection(f"{piece}. ", said, (), "spell it"):
            break
        said += f"{piece}. "
    assert len(said.replace(". ", "")) < len(CODE)


def test_a_link_of_the_catalogue_is_no_link_of_the_shop(outlet: Outlet) -> None:
    item = replace(FJELL_2, description="Cheaper at https://evil.example/now")
    assert outlet.objection("See https://evil.example/now", "", (slate(item),), "") == "no_foreign_link"


def test_the_shoppers_own_words_may_come_back(outlet: Outlet) -> None:
    assert outlet.objection("Nothing for “search_products”.", "", (), "search_products please") is None


def test_a_guard_that_breaks_holds_the_sentence_back(outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {guard.when_broken for guard in OUTPUT_GUARDS} == {"closed"}
    monkeypatch.setattr(module, "_squeezed", lambda _: 1 / 0)
    assert outlet.objection("Hello.", "", (), "") == "no_secret"
    open_ones = tuple(replace(guard, when_broken="open") for guard in OUTPUT_GUARDS[:1])
    assert outlet.objection("Hello.", "", (), "", open_ones) is None


def test_an_argument_may_name_a_page_and_no_secret(outlet: Outlet) -> None:
    assert outlet.objection("www.brand.com tents", "", (), "", ARGUMENT_GUARDS) is None
    assert outlet.objection(CODE, "", (), "", ARGUMENT_GUARDS) == "no_secret"


def test_the_settings_secrets_are_known_and_placeholders_are_not() -> None:
    settings = Settings(llm_api_key=SecretStr("none"), purchase_secrets=(SecretStr(SECRET * 3),))
    assert secrets_of(settings) == (SECRET * 3,)


def test_no_template_of_a_reply_is_held_back() -> None:
    prompts = load_prompts()
    outlet = Outlet(texts_told(prompts), ())
    held = {
        path: objection
        for path, text in prompts.texts.items()
        if path.startswith("replies/")
        and (objection := outlet.objection(text.replace("$", "").replace("_", " "), "", (), ""))
    }
    assert held == {}
