"""Routes of products, cards, cart, wishes and proposals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from ui.api.facts import CartEvidence, ProductDetails, ProposalEvidence, WishesOut
from ui.api.models import EventAsked, Id, LineAsked, QuantityAsked
from ui.api.room import Caller, InRoom, OpenShop, find_caller
from ui.api_json import cart_out, product_details, proposal_out, wishes_out

IdInPath = Annotated[Id, Path()]

private = APIRouter(tags=["shop"], dependencies=[Depends(find_caller)])


@private.post("/events", status_code=204, dependencies=[OpenShop])
async def record(asked: EventAsked, room: InRoom, caller: Caller) -> Response:
    """Tell what the shopper did with a card."""
    await room.assistant.record(caller.principal, asked.kind, asked.product_id, asked.decision_id, asked.position)
    return Response(status_code=204)


@private.get("/products/{product_id:path}", dependencies=[OpenShop])
async def product(product_id: IdInPath, room: InRoom, caller: Caller) -> ProductDetails:
    """One product as the catalogue states it now."""
    return product_details(await room.assistant.product(caller.principal, product_id), room.look)


@private.get("/cart", dependencies=[OpenShop])
async def cart(room: InRoom, caller: Caller) -> CartEvidence:
    """The cart, checked against the catalogue at this moment."""
    return cart_out(await room.assistant.view_cart(caller.principal), room.look)


@private.post("/cart/lines", dependencies=[OpenShop])
async def add(asked: LineAsked, room: InRoom, caller: Caller) -> CartEvidence:
    """Add units of a variant."""
    changed = await room.assistant.add_to_cart(caller.principal, asked.variant_id, asked.quantity, asked.decision_id)
    return cart_out(changed, room.look)


@private.put("/cart/lines/{variant_id:path}", dependencies=[OpenShop])
async def set_quantity(variant_id: IdInPath, asked: QuantityAsked, room: InRoom, caller: Caller) -> CartEvidence:
    """Set how many units of a variant are in the cart; 0 takes it out."""
    return cart_out(await room.assistant.set_quantity(caller.principal, variant_id, asked.quantity), room.look)


@private.delete("/wishes/{key:path}")
async def remove_wish(key: IdInPath, room: InRoom, caller: Caller) -> WishesOut:
    """Take a wish away; one that is not there changes nothing."""
    need = await room.assistant.remove_wish(caller.principal, caller.conversation_id, key)
    return wishes_out(need, room.look)


@private.post("/proposals/{proposal_id}/confirm")
async def confirm(proposal_id: IdInPath, room: InRoom, caller: Caller) -> ProposalEvidence:
    """Carry out what the shopper has confirmed, exactly once."""
    return proposal_out(await room.assistant.confirm(caller.principal, proposal_id), room.look)


@private.post("/proposals/{proposal_id}/decline")
async def decline(proposal_id: IdInPath, room: InRoom, caller: Caller) -> ProposalEvidence:
    """Decline a proposal; nothing is changed."""
    return proposal_out(await room.assistant.decline(caller.principal, proposal_id), room.look)
