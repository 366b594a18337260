"""The demo's example shop page, served beside the shop on a port of its own: a site of its own, as browsers count.

Knows where it listens; what it shows is `ui.example_shop`'s.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.places import DEMO_CATALOGUE, catalogues_folder
from ui.sockets import address, listen

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

_log = structlog.get_logger(__name__)

DEMO_CHECKOUT = "/checkout?cart={cart}"


@contextmanager
def example_beside(settings: Settings, aisle_url: str, note: Callable[[str], None]) -> Iterator[Settings]:
    """Serve the example shop page of the demo until the context ends, and let it embed the widget.

    Where there is none to serve, or its port is taken, everything goes on without it.

    Args:
        settings: `catalogue`, `host` and `example_port` count.
        aisle_url: where Aisle answers, e.g. "http://127.0.0.1:7860".
        note: called with one sentence that says where the page is, or why there is none.

    Yields:
        The settings, with the page's origins in `site_origins`, and the cart's lines in the address of the demo's
        checkout.
    """
    if settings.catalogue != DEMO_CATALOGUE or settings.example_port is None:
        yield settings
        return
    try:
        sock = listen(settings.host, settings.example_port)
    except ConfigError:
        note(
            f"The example shop page is left out: port {settings.example_port} is taken. "
            "Choose another with AISLE_EXAMPLE_PORT."
        )
        yield settings
        return
    import uvicorn

    with sock:
        url = address(sock)
        config = uvicorn.Config(
            lambda: _open_shop(settings, aisle_url),
            factory=True,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="example-shop", daemon=True)
        thread.start()
        note(f"An example shop page with the widget in it is on {url}.")
        try:
            yield settings.model_copy(
                update={
                    "site_origins": (*settings.site_origins, *site_origins(url)),
                    # The shopper page's own demo checkout knows the cart of the session; another site needs its lines.
                    "checkout_url": settings.checkout_url.replace(DEMO_CHECKOUT, f"{DEMO_CHECKOUT}&lines={{lines}}"),
                }
            )
        finally:
            server.should_exit = True
            thread.join(5)


def site_origins(url: str) -> tuple[str, ...]:
    """Return the origins by which a browser of this machine may know a site, e.g. "http://127.0.0.1:7861"."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    names = (f"[{host}]" if ":" in host else host, *(("localhost",) if host in ("127.0.0.1", "::1") else ()))
    return tuple(f"{parts.scheme}://{name}:{parts.port}" for name in names)


def _open_shop(settings: Settings, aisle_url: str) -> Starlette:
    """Build the page in the thread that serves it: the shop's own port must not wait for it."""
    from retrieval.engine import Retrieval
    from retrieval.errors import RetrievalError
    from ui.example_shop import ExampleShop

    try:
        products = Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.products
    except RetrievalError as error:
        _log.error("the example shop page has no products", reason=str(error))
        products = {}
    return ExampleShop(products, settings, aisle_url).app()
