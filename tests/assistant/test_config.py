"""Settings that cannot be used are refused when they are read, in words that help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.cli import _settings
from assistant.config import Settings
from assistant.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("AISLE_LOCALE", "xx_YY"),
        ("AISLE_LOCALE", ""),
        ("AISLE_TIMEZONE", "Mars/X"),
        ("AISLE_TIMEZONE", "../etc"),
        ("AISLE_CURRENCY", "XXQ"),
        ("AISLE_CHECKOUT_URL", "{foo}"),
        ("AISLE_CHECKOUT_URL", "/checkout?{"),
        ("AISLE_LLM_URL", "foo"),
        ("AISLE_LLM_URL", "http://"),
        ("AISLE_ENCODERS", "zh"),
        ("AISLE_ENCODERS", "zh="),
        ("AISLE_ENCODERS", "xx_YY=model"),
        ("AISLE_ENCODERS", "zh=one,zh=two"),
        ("AISLE_IMAGE_HOSTS", "https://cdn.example"),
        ("AISLE_IMAGE_HOSTS", "*.example"),
        ("AISLE_IMAGE_HOSTS", "a.example; script-src *"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_should_be(
    name: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, given)
    with pytest.raises(ConfigError, match=rf"^{name} cannot be used: .*\.$") as caught:
        _settings()
    assert "Value error" not in str(caught.value)


def test_usable_settings_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_IMAGE_HOSTS", "CDN.shop.example, pictures.example:8443")
    settings = Settings(locale="de_DE", timezone="Europe/Berlin", currency="EUR", checkout_url="/pay/{cart}?l={lines}")
    assert settings.image_hosts == ("cdn.shop.example", "pictures.example:8443")
    assert Settings(llm_url="http://127.0.0.1:8000/v1").llm_url


def test_the_demos_shipping_in_another_currency_is_said() -> None:
    assert re.search(r"4\.90 JPY.*AISLE_SHIPPING_FLAT", Settings(currency="JPY").cautions()[0])
    assert Settings().cautions() == ()
    assert Settings(currency="JPY", shipping_flat="500", shipping_free_from=None).cautions() == ()


@pytest.mark.parametrize(
    ("locale", "encoder"),
    [("zh_CN", "/models/zh"), ("zh_TW", "other"), ("de_AT", "german"), ("en_US", "off"), ("fr_FR", "off")],
)
def test_the_shops_locale_decides_which_encoder_serves_it(
    locale: str, encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISLE_ENCODERS", "zh=/models/zh, zh-TW=other,de=german")
    assert Settings(locale=locale, encoder="off").shop_encoder == encoder


def test_settings_stay_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().locale = "de_DE"  # type: ignore[misc]


@pytest.mark.parametrize("page", ["cli.py", "../README.md"])
def test_no_example_holds_a_price_that_a_shell_would_expand(page: str) -> None:
    text = (Path(__file__).parents[2] / "assistant" / page).read_text("utf-8")
    assert re.findall(r'aisle \w+ "[^"\n]*\$', text) == []
