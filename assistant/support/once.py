"""Requests that count once: a key that the client chose, remembered in the transaction of the change itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store.tables import idempotency


def canonical(content: Mapping[str, Any]) -> str:
    """Return JSON in its one canonical form: sorted keys, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON, as hex."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def find_result(connection: sa.Connection, owner: str, key: str, request_hash: str) -> str | None:
    """Return the id that the same request led to before; None where the key is new.

    Raises:
        Refused: "key_reused" where the key came with another request.
    """
    query = sa.select(idempotency.c.request_hash, idempotency.c.result_id)
    row = connection.execute(query.where(idempotency.c.owner == owner, idempotency.c.key == key)).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Refused("key_reused", "This was sent before with other contents; please reload the page and try again.")
    return str(row.result_id)


def remember(
    connection: sa.Connection, owner: str, key: str, *, request_hash: str, result_id: str, now: datetime
) -> None:
    """Keep what a request led to."""
    connection.execute(
        sa.insert(idempotency).values(owner=owner, key=key, request_hash=request_hash, result_id=result_id, at=now)
    )
