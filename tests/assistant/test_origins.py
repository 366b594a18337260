"""Settings that name other sites and secrets: exact, or refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from assistant.config import Settings
from assistant.origins import read_host_name, read_origin


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://Shop.Example:443/", "https://shop.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written: str, origin: str) -> None:
    assert read_origin(written) == origin


@pytest.mark.parametrize(
    "written",
    ["*", "null", "", "https://*.example", "https://x/y", "https://x?y", "http://u@x", "ftp://x", "https://café.example",
     "https://x:0", "https://x:99999", "https://x..y", "https://x https://y", "shop.example", "https://-x", "https://x;"],
)  # fmt: skip
def test_what_is_no_exact_origin_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="exact origin"):
        read_origin(written)


@pytest.mark.parametrize(("written", "name"), [("Chat.Shop.example", "chat.shop.example"), (" 10.0.0.5 ", "10.0.0.5")])
def test_a_host_name_is_kept_in_lower_case(written: str, name: str) -> None:
    assert read_host_name(written) == name


@pytest.mark.parametrize(
    "written",
    ["*", "*.shop.example", "chat.shop.example:443", "https://chat.shop.example", "a b", "", "café.example", "a..b"],
)
def test_what_is_no_exact_host_name_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="exact host name"):
        read_host_name(written)


def test_several_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_SITE_ORIGINS", "https://shop.example, http://localhost:8080,")
    monkeypatch.setenv("AISLE_PURCHASE_SECRETS", "first-secret-of-us,second-secret-of-us")
    monkeypatch.setenv("AISLE_HOST_NAMES", "chat.shop.example,10.0.0.5")
    settings = Settings()
    assert settings.host_names == ("chat.shop.example", "10.0.0.5")
    assert settings.site_origins == ("https://shop.example", "http://localhost:8080")
    assert [s.get_secret_value() for s in settings.purchase_secrets] == ["first-secret-of-us", "second-secret-of-us"]
    assert "first-secret" not in repr(settings)


def test_a_short_secret_is_refused_and_not_named() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(purchase_secrets="hunter2")  # type: ignore[arg-type]
    assert "16 characters" in str(refused.value)
    assert "hunter2" not in str(refused.value)
