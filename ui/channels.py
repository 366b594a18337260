"""Every channel of this house, in one visible place; see docs/add-channel.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import FastAPI

from assistant.config import Settings
from ui.render import Renderer

if TYPE_CHECKING:
    from assistant.service import Assistant


@dataclass(frozen=True, slots=True)
class Channel:
    """A door onto the assistant.

    Args:
        name: e.g. "shopper".
        mount: adds it to the web application.
    """

    name: str
    mount: Callable[[FastAPI, Assistant, Renderer, Settings], None]


def _api(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    from ui.api.app import mount

    mount(app, assistant, renderer, settings)


def _widget(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    from ui.embed import mount

    mount(app, assistant, renderer, settings)


def _shopper(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    from ui.shopper import mount

    mount(app, assistant, renderer, settings)


def _desk(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    from ui.desk import mount

    mount(app, assistant, renderer, settings)


def _owner(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    from ui.owner import mount

    mount(app, assistant, renderer, settings)


# The shopper page is mounted at "/", which matches every path: it comes last.
CHANNELS: tuple[Channel, ...] = (
    Channel("api", _api),
    Channel("widget", _widget),
    Channel("desk", _desk),
    Channel("owner", _owner),
    Channel("shopper", _shopper),
)
