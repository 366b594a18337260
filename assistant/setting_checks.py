"""What a setting's value must be to be of use, checked once when settings are read. Pure; reads no environment.

Each check answers with a few words that follow "AISLE_… cannot be used:".
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, BeforeValidator, field_validator
from pydantic_settings import NoDecode

from retrieval.product_json import valid_currency

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", re.ASCII)
_CHECKOUT_PARTS = frozenset({"cart", "lines"})


def read_hosts(given: Any) -> Any:
    """Split host names at commas and write them small.

    Args:
        given: e.g. "cdn.shop.example, pictures.example:8443"; a sequence stays one.

    Raises:
        ValueError: one is no exact host name.
    """
    parts = [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else list(given)
    hosts = tuple(str(part).lower() for part in parts)
    for host in hosts:
        if _HOST.fullmatch(host) is None or ".." in host:
            raise ValueError(f"{host!r} is no exact host name; write it like cdn.shop.example")
    return hosts


Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(read_hosts)]


def read_encoders(given: Any) -> Any:
    """Split encoders by locale at commas.

    Args:
        given: e.g. "zh=/models/bge-small-zh, de_AT=name"; a mapping is checked likewise.

    Returns:
        Locale as babel writes it ("zh", "de_AT") -> encoder.

    Raises:
        ValueError: a part is no locale with an encoder, or a locale comes twice.
    """
    if isinstance(given, str):
        pairs = [part.strip().partition("=")[::2] for part in given.split(",") if part.strip()]
    else:
        pairs = [(str(locale), str(name)) for locale, name in dict(given).items()]
    encoders: dict[str, str] = {}
    for locale, name in pairs:
        if not name.strip():
            raise ValueError(f"{locale!r} has no encoder; write it like zh=NAME-OR-PATH,de=NAME-OR-PATH")
        try:
            written = str(Locale.parse(locale.strip().replace("-", "_")))
        except (ValueError, UnknownLocaleError) as error:
            raise ValueError(f"{locale.strip()!r} is no locale; write it like zh=NAME-OR-PATH or de_AT=…") from error
        if written in encoders:
            raise ValueError(f"{written!r} has two encoders")
        encoders[written] = name.strip()
    return encoders


Encoders = Annotated[Mapping[str, str], NoDecode, BeforeValidator(read_encoders)]


class CheckedSettings(BaseModel):
    """Checks of settings that a later step would otherwise stumble over."""

    @field_validator("locale", check_fields=False)
    @classmethod
    def _check_locale(cls, given: str) -> str:
        try:
            Locale.parse(given)
        except (ValueError, UnknownLocaleError) as error:
            raise ValueError(f"{given!r} is no locale; write it like en_US or de_DE") from error
        return given

    @field_validator("timezone", check_fields=False)
    @classmethod
    def _check_timezone(cls, given: str) -> str:
        try:
            ZoneInfo(given)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"{given!r} is no time zone; write it like UTC or Europe/Berlin") from error
        return given

    @field_validator("currency", check_fields=False)
    @classmethod
    def _check_currency(cls, given: str) -> str:
        if not valid_currency(given):
            raise ValueError(f"{given!r} is no ISO 4217 currency code, as EUR or USD are")
        return given

    @field_validator("checkout_url", check_fields=False)
    @classmethod
    def _check_checkout_url(cls, given: str) -> str:
        try:
            parts = {name for _, name, _, _ in string.Formatter().parse(given) if name is not None}
        except ValueError as error:
            raise ValueError("a brace stands alone; only {cart} and {lines} may stand in braces") from error
        if parts - _CHECKOUT_PARTS:
            raise ValueError(f"{{{sorted(parts - _CHECKOUT_PARTS)[0]}}} is unknown; only {{cart}} and {{lines}} are")
        return given

    @field_validator("llm_url", "otlp_url", check_fields=False)
    @classmethod
    def _check_llm_url(cls, given: str | None) -> str | None:
        if given is not None:
            try:
                address = urlsplit(given)
                usable = address.scheme in ("http", "https") and bool(address.hostname)
            except ValueError:
                usable = False
            if not usable:
                raise ValueError("it is no address; write it like http://127.0.0.1:8000/v1")
        return given
