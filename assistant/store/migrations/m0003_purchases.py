"""0003: what was bought in the shop's own checkout, as its server told it."""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE purchases (
        order_id TEXT NOT NULL PRIMARY KEY,
        content_hash TEXT NOT NULL,
        lines TEXT NOT NULL,
        placed_at TEXT NOT NULL,
        received_at TEXT NOT NULL
    )
    """,
)
