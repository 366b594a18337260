"""0001: the first tables."""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
    """
    CREATE TABLE customers (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        email TEXT NOT NULL,
        joined_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE conversations (
        id TEXT NOT NULL PRIMARY KEY,
        session_id TEXT NOT NULL,
        floor TEXT NOT NULL CHECK (floor IN ('assistant', 'queue', 'agent')),
        need TEXT NOT NULL,
        focus TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE sessions (
        token_hash TEXT NOT NULL PRIMARY KEY,
        session_id TEXT NOT NULL UNIQUE,
        customer_id TEXT REFERENCES customers (id),
        conversation_id TEXT NOT NULL REFERENCES conversations (id),
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE messages (
        conversation_id TEXT NOT NULL REFERENCES conversations (id),
        seq BIGINT NOT NULL,
        message_id TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('shopper', 'assistant', 'agent')),
        text TEXT NOT NULL,
        answer TEXT,
        at TEXT NOT NULL,
        PRIMARY KEY (conversation_id, seq),
        UNIQUE (conversation_id, message_id, role)
    )
    """,
    "CREATE TABLE carts (id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL)",
    """
    CREATE TABLE cart_lines (
        cart_id TEXT NOT NULL REFERENCES carts (id),
        variant_id TEXT NOT NULL,
        position BIGINT NOT NULL,
        product_id TEXT NOT NULL,
        title TEXT NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 99),
        price_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        decision_id TEXT,
        PRIMARY KEY (cart_id, variant_id)
    )
    """,
    """
    CREATE TABLE orders (
        id TEXT NOT NULL PRIMARY KEY,
        customer_id TEXT REFERENCES customers (id),
        session_id TEXT,
        status TEXT NOT NULL CHECK (
            status IN ('placed', 'packed', 'shipped', 'delivered', 'cancelled', 'return_requested', 'returned')
        ),
        currency TEXT NOT NULL,
        subtotal_minor BIGINT NOT NULL,
        shipping_minor BIGINT NOT NULL,
        total_minor BIGINT NOT NULL,
        refunded_minor BIGINT NOT NULL CHECK (refunded_minor BETWEEN 0 AND total_minor),
        placed_at TEXT NOT NULL,
        shipped_at TEXT,
        delivered_at TEXT,
        cancelled_at TEXT,
        expected_at TEXT,
        carrier TEXT,
        tracking_code TEXT,
        contact TEXT,
        version BIGINT NOT NULL
    )
    """,
    "CREATE INDEX orders_by_customer ON orders (customer_id, placed_at)",
    "CREATE INDEX orders_by_session ON orders (session_id, placed_at)",
    """
    CREATE TABLE order_lines (
        order_id TEXT NOT NULL REFERENCES orders (id),
        position BIGINT NOT NULL,
        product_id TEXT NOT NULL,
        variant_id TEXT NOT NULL,
        title TEXT NOT NULL,
        quantity BIGINT NOT NULL,
        price_minor BIGINT NOT NULL,
        PRIMARY KEY (order_id, position)
    )
    """,
    """
    CREATE TABLE proposals (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        order_id TEXT NOT NULL REFERENCES orders (id),
        order_version BIGINT NOT NULL,
        title TEXT NOT NULL,
        before_text TEXT NOT NULL,
        after_text TEXT NOT NULL,
        amount_minor BIGINT,
        currency TEXT,
        content_hash TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'done', 'declined', 'expired')),
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX one_open_proposal ON proposals (order_id, kind) WHERE status = 'open'",
    """
    CREATE TABLE confirmations (
        proposal_id TEXT NOT NULL PRIMARY KEY REFERENCES proposals (id),
        content_hash TEXT NOT NULL,
        owner TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE refunds (
        order_id TEXT NOT NULL REFERENCES orders (id),
        kind TEXT NOT NULL,
        proposal_id TEXT NOT NULL REFERENCES proposals (id),
        amount_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (order_id, kind)
    )
    """,
    """
    CREATE TABLE idempotency (
        owner TEXT NOT NULL,
        key TEXT NOT NULL,
        request_hash TEXT NOT NULL,
        result_id TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (owner, key)
    )
    """,
    """
    CREATE TABLE hand_overs (
        seq BIGINT NOT NULL PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id),
        reason TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('waiting', 'taken', 'cancelled', 'closed')),
        requested_at TEXT NOT NULL,
        closed_at TEXT
    )
    """,
    "CREATE UNIQUE INDEX one_waiting_hand_over ON hand_overs (conversation_id) WHERE status IN ('waiting', 'taken')",
    "CREATE INDEX hand_overs_waiting ON hand_overs (status, seq)",
    "CREATE TABLE decisions (decision_id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL)",
    """
    CREATE TABLE events (
        seq BIGINT NOT NULL PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        item_id TEXT NOT NULL,
        shopper_key TEXT NOT NULL,
        session_key TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        decision_id TEXT,
        position BIGINT,
        value_minor BIGINT NOT NULL
    )
    """,
    "INSERT INTO counters (name, value) VALUES ('events', 0), ('hand_overs', 0), ('orders', 10000)",
)
