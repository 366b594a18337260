"""How a Gradio page is mounted: everything of Gradio switched off that our pages do not use, for all of them alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request

from assistant.config import Settings

if TYPE_CHECKING:
    import gradio as gr

Perform = Callable[[object, object, Mapping[str, str]], Awaitable[dict[str, Any]]]
_TEMPLATE_SIGNS = str.maketrans({"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;", "\\": "&#92;"})


def safe_template(html: str) -> str:
    """Return HTML that passes through Gradio's template languages as it is.

    Gradio runs `html_template` through Handlebars and a JavaScript template string; the signs that mean something
    there are written as HTML character references.
    """
    return html.translate(_TEMPLATE_SIGNS)


def build_page(title: str, name: str, shell: str, perform: Perform) -> gr.Blocks:
    """Build a page of the staff: a shell, its script, and one function of the server.

    Args:
        title: of the window.
        name: of its script in static/, and of its element.
        shell: HTML.
        perform: carries out an action: its name, its payload, the cookies of who asks.
    """
    import gradio as gr

    async def call(asked: Any, request: gr.Request) -> dict[str, Any]:
        body = asked if isinstance(asked, dict) else {}
        return await perform(body.get("action"), body.get("payload"), request.cookies)

    # Gradio reads these annotations at run time; the module itself must not import it.
    call.__annotations__ = {"asked": Any, "request": gr.Request, "return": dict}
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        gr.HTML(
            value="",
            html_template=safe_template(shell),
            js_on_load=files("ui").joinpath(f"static/{name}.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            server_functions=[call],
            elem_id=f"aisle-{name}",
        )
    page.queue(max_size=1)
    return page


def mount_page(
    app: FastAPI,
    build: Callable[[], gr.Blocks],
    path: str,
    settings: Settings,
    signed_in: Callable[[Request], str | None] | None = None,
) -> None:
    """Mount a page.

    Args:
        app: what serves it.
        build: makes the page.
        path: where it stands, e.g. "/desk".
        settings: for the address, and for the data folder, which no page may read.
        signed_in: who asks, or None to refuse; without it everybody may see the page.
    """

    async def mount() -> None:
        _mount(app, build(), path, settings, signed_in)

    # Where no event loop is running, Gradio makes some of its own and never closes them; so one is running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(mount())).result()


def _mount(
    app: FastAPI, page: gr.Blocks, path: str, settings: Settings, signed_in: Callable[[Request], str | None] | None
) -> None:
    import gradio as gr

    gr.mount_gradio_app(
        app,
        page,
        path=path,
        server_name=settings.host,
        server_port=settings.port,
        auth_dependency=signed_in,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        blocked_paths=[str(settings.data)],
        max_file_size="1kb",
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
    )
