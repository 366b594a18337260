"""An example of a shop's own pages, on a site of its own (another port), with the one script tag of the widget in them.

It is there so that the widget of the demo meets what it will meet: another origin, another site's content security
policy, storage of its own. A real shop is not made of this. It knows the catalogue, as a shop does, and no shopper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from assistant.config import Settings
from assistant.turn import ProductFact
from retrieval.product import Money, Product, Variant
from ui.render import Renderer
from ui.views import Look, item_view

POLICIES = ("returns", "shipping", "payment", "privacy")
_N_SHOWN = 24
_SECURE = {"x-content-type-options": "nosniff", "referrer-policy": "strict-origin-when-cross-origin"}


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the basket, written out."""

    title: str
    quantity: int
    total: str


def page_policy(aisle_url: str) -> str:
    """Return what a shop's page must allow for the widget, and nothing more; docs/widget.md states the same lines."""
    return (
        f"default-src 'none'; style-src 'self'; script-src {aisle_url}; frame-src {aisle_url}; img-src {aisle_url}; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


class ExampleShop:
    """Draws the pages.

    Args:
        products: the catalogue, by id.
        settings: name and locale of the shop.
        aisle_url: origin of Aisle, e.g. "http://127.0.0.1:7860".
    """

    def __init__(self, products: Mapping[str, Product], settings: Settings, aisle_url: str) -> None:
        self._products = products
        self._variants = {variant.id: (item, variant) for item in products.values() for variant in item.variants}
        self._departments = tuple(dict.fromkeys(item.department for item in products.values() if item.department))
        self._settings = settings
        self._aisle = aisle_url
        self._look = Look(settings.locale, settings.timezone)
        self._renderer = Renderer(self._look)

    def app(self) -> Starlette:
        """Return the web application."""
        return Starlette(
            routes=[
                Route("/", self.shelf),
                Route("/products/{id:path}", self.product),
                Route("/checkout", self.checkout),
                Route("/example.css", self.style),
                Route("/favicon.ico", lambda request: Response(status_code=204)),
            ],
            exception_handlers={404: lambda request, error: self._page("missing", 404)},
        )

    async def shelf(self, request: Request) -> Response:
        """A department, or some of each."""
        department = request.query_params.get("department")
        if department is not None:
            if department not in self._departments:
                return self._page("missing", 404)
            items = [item for item in self._products.values() if item.department == department]
        else:
            items = self._some_of_each()
        return self._page("list", department=department, items=[self._view(item) for item in items[:_N_SHOWN]])

    async def product(self, request: Request) -> Response:
        """One product; the page says in its head which one it is."""
        item = self._products.get(request.path_params["id"])
        if item is None:
            return self._page("missing", 404)
        return self._page("product", item=self._view(item), description=item.description)

    async def checkout(self, request: Request) -> Response:
        """What the assistant's cart has handed over, priced by this shop itself."""
        lines = [*self._read_lines(request.url.query)]
        total = sum(variant.price.amount_minor * quantity for _, variant, quantity in lines)
        shown = [
            LineView(item.title, quantity, self._money(variant.price.amount_minor * quantity, variant))
            for item, variant, quantity in lines
        ]
        return self._page("checkout", lines=shown, total=self._money(total, lines[0][1]) if lines else "")

    async def style(self, request: Request) -> Response:
        """The style sheet."""
        content = files("ui").joinpath("static/example.css").read_bytes()
        return Response(content, media_type="text/css; charset=utf-8", headers=_SECURE)

    def _some_of_each(self) -> list[Product]:
        """Products in turn from each department, so that the first page shows the whole shop."""
        shelves = [[p for p in self._products.values() if p.department == name] for name in self._departments]
        rounds = range(max((len(shelf) for shelf in shelves), default=0))
        return [shelf[place] for place in rounds for shelf in shelves if place < len(shelf)][:_N_SHOWN]

    def _read_lines(self, query: str) -> Iterator[tuple[Product, Variant, int]]:
        """Read "variant:quantity,…"; each part was percent-encoded for itself, so it is taken apart first."""
        raw = next((part[len("lines=") :] for part in query.split("&") if part.startswith("lines=")), "")
        for pair in raw.split(",")[:100]:
            variant_id, _, quantity = pair.rpartition(":")
            sold = self._variants.get(unquote(variant_id))
            if sold and quantity.isascii() and quantity.isdigit() and 0 < int(quantity[:3]) < 100:
                yield *sold, int(quantity[:3])

    def _money(self, minor: int, variant: Variant) -> str:
        return Money(minor, variant.price.currency).format(self._settings.locale)

    def _view(self, item: Product) -> Any:
        return item_view(ProductFact(item, item.default_variant), self._look)

    def _page(self, name: str, status: int = 200, **values: Any) -> Response:
        html = self._renderer.page(
            f"example/{name}.html",
            **{
                "shop_name": self._settings.shop_name,
                "lang": self._settings.locale.replace("_", "-"),
                "aisle": self._aisle,
                "departments": self._departments,
                "department": None,
                "policies": POLICIES,
            }
            | values,
        )
        headers = _SECURE | {"content-security-policy": page_policy(self._aisle), "cache-control": "no-store"}
        return HTMLResponse(html, status, headers)
