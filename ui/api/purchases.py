"""The route of the shop's server: an order that was placed, signed by it.

It needs no visit: the signature is the lock, and nothing of a body is read before it fits.
"""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader
from pydantic import ValidationError

from assistant.support.purchases import Purchase, PurchaseLine
from ui.api.errors import ApiError
from ui.api.models import PurchaseAsked, PurchaseOut
from ui.api.room import InRoom, OpenShop
from ui.api.schema import REF
from ui.api.signing import fits

HEADER = "x-aisle-signature"
_log = structlog.get_logger(__name__)
_signature = APIKeyHeader(
    name=HEADER,
    scheme_name="ShopSignature",
    auto_error=False,
    description="t=UNIX,v1=HEX: the HMAC-SHA256 of UNIX.BODY under the shared secret.",
)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": REF.format(model=PurchaseAsked.__name__)}}},
    }
}


async def signed_body(request: Request, room: InRoom, header: Annotated[str | None, Depends(_signature)]) -> bytes:
    """Return the body, where it is signed by the shop's server.

    Raises:
        ApiError: 403 where purchases are off, or the signature does not fit.
    """
    secrets = [secret.get_secret_value() for secret in room.settings.purchase_secrets]
    if not secrets:
        _log.warning("purchase.off", reason="A purchase was told, but AISLE_PURCHASE_SECRETS holds no secret.")
        raise ApiError(403, "off", "Purchases are not taken here.")
    body = await request.body()
    if not fits(header or "", body, secrets, room.now()):
        _log.warning("purchase.bad_signature", has_header=header is not None, bytes=len(body))
        raise ApiError(403, "bad_signature", "The signature does not fit the body, or its time is not now.")
    return body


public = APIRouter(tags=["shop's server"])


@public.post("/events/purchase", dependencies=[OpenShop], openapi_extra=_BODY)
async def purchase(room: InRoom, body: Annotated[bytes, Depends(signed_body)]) -> PurchaseOut:
    """Tell an order that was placed; the same one again counts nothing."""
    try:
        asked = PurchaseAsked.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error
    found = await room.assistant.record_purchase(_purchase(asked))
    return PurchaseOut(
        order_id=asked.order_id, joined=found.joined, unattributed=found.unattributed, duplicate=found.duplicate
    )


def _purchase(asked: PurchaseAsked) -> Purchase:
    lines = tuple(PurchaseLine(**line.model_dump()) for line in asked.lines)
    return Purchase(asked.order_id, lines, asked.placed_at, asked.session_ref)
