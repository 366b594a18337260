"""The demo shop's checkout: one plain page that shows the cart as it is now and places the order once.

A real shop has its own checkout and names it in `checkout_url`; this page takes no payment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.errors import AisleError, SessionMissing
from assistant.turn import CartFact, Order
from ui.front import STRICT_POLICY
from ui.render import Renderer
from ui.sessions import COOKIE, find_session
from ui.tokens import FormTokens
from ui.views import cart_view, order_view

if TYPE_CHECKING:
    from assistant.service import Assistant

_TOO_OLD = "This page is too old to order from. Please look at the order once more and send it again."


def checkout_routes(assistant: Assistant, renderer: Renderer) -> APIRouter:
    """Return the routes of the demo checkout."""
    router = APIRouter()
    tokens = FormTokens()

    def page(template: str, status: int = 200, **values: object) -> Response:
        html = renderer.page(template, shop_name=assistant.shop_name, **values)
        headers = {"content-security-policy": STRICT_POLICY, "cache-control": "no-store"}
        return HTMLResponse(html, status_code=status, headers=headers)

    def form(cart: CartFact, token: str, status: int = 200, **values: str) -> Response:
        key = values.pop("key", "") or uuid4().hex
        filled = {"name": "", "email": "", "address": "", "message": ""} | values
        return page(
            "checkout.html",
            status,
            cart=cart_view(cart, renderer.look),
            key=key,
            form_token=tokens.make(token, key),
            filled=filled,
        )

    def thanks(order: Order) -> Response:
        return page("thanks.html", order=order_view(order, renderer.look))

    @router.get("/checkout")
    async def show(request: Request) -> Response:
        try:
            session = await find_session(assistant, request.cookies)
            return form(await assistant.view_cart(session.principal), session.token, name=session.customer_name or "")
        except SessionMissing:
            return RedirectResponse("/", 303)
        except AisleError as error:
            return page("sorry.html", 409, message=str(error))

    @router.post("/checkout")
    async def place(
        request: Request,
        key: Annotated[str, Form(max_length=64)] = "",
        form_token: Annotated[str, Form(max_length=200)] = "",
        name: Annotated[str, Form(max_length=200)] = "",
        email: Annotated[str, Form(max_length=254)] = "",
        address: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        filled = {"name": name.strip(), "email": email.strip(), "address": address.strip()}
        try:
            session = await find_session(assistant, request.cookies)
            if not tokens.fits(form_token, request.cookies[COOKIE], key):
                cart = await assistant.view_cart(session.principal)
                return form(cart, session.token, 403, message=_TOO_OLD, **filled)
            message = _missing(filled)
            if message:
                cart = await assistant.view_cart(session.principal)
                return form(cart, session.token, 422, message=message, key=key, **filled)
            return thanks(await assistant.place_order(session.principal, **filled, idempotency_key=key))
        except SessionMissing:
            return RedirectResponse("/", 303)
        except AisleError as error:
            return page("sorry.html", 409, message=str(error))

    return router


def _missing(filled: dict[str, str]) -> str:
    if not filled["name"]:
        return "Please say your name."
    if "@" not in filled["email"]:
        return "Please give an e-mail address that the confirmation can go to."
    if not filled["address"]:
        return "Please say where the parcel goes."
    return ""
