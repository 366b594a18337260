"""The tables as SQLAlchemy Core sees them; how they come to be is in migrations/.

A test compares the two. Money is whole minor units beside a currency code; times are UTC texts that sort.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa

METADATA = sa.MetaData()


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept as ISO text in UTC with microseconds ("2026-11-22T05:10:00.000000+00:00")."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Day(sa.types.TypeDecorator[date]):
    """A date, kept as ISO text ("1988-03-14")."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Words(sa.types.TypeDecorator[str]):
    """A text that every database can keep: lone surrogates and NUL become U+FFFD, the rest stays."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        readable = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return readable.replace("\0", "\ufffd")


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, Words, primary_key=key, nullable=null)


def _number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)


def _time(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=null)


counters = sa.Table("counters", METADATA, _text("name", key=True), _number("value"))

customers = sa.Table(
    "customers",
    METADATA,
    _text("id", key=True),
    _text("name"),
    _text("email"),
    _time("joined_at"),
    sa.Column("born_on", Day, nullable=True),
)

sessions = sa.Table(
    "sessions",
    METADATA,
    _text("token_hash", key=True),
    _text("session_id"),
    _text("customer_id", null=True),
    _text("conversation_id"),
    _time("created_at"),
    _time("seen_at"),
)

conversations = sa.Table(
    "conversations",
    METADATA,
    _text("id", key=True),
    _text("session_id"),
    _text("floor"),
    _text("need"),
    _text("focus"),
    _time("created_at"),
    _text("agent_id", null=True),
    _text("agent_name", null=True),
    _time("last_at", null=True),
)

messages = sa.Table(
    "messages",
    METADATA,
    _text("conversation_id", key=True),
    _number("seq", key=True),
    _text("message_id"),
    _text("role"),
    _text("text"),
    _text("answer", null=True),
    _time("at"),
    _text("agent_id", null=True),
    _text("agent_name", null=True),
)

carts = sa.Table("carts", METADATA, _text("id", key=True), _text("owner"), _time("created_at"))

cart_lines = sa.Table(
    "cart_lines",
    METADATA,
    _text("cart_id", key=True),
    _text("variant_id", key=True),
    _number("position"),
    _text("product_id"),
    _text("title"),
    _number("quantity"),
    _number("price_minor"),
    _text("currency"),
    _text("decision_id", null=True),
)

orders = sa.Table(
    "orders",
    METADATA,
    _text("id", key=True),
    _text("customer_id", null=True),
    _text("session_id", null=True),
    _text("status"),
    _text("currency"),
    _number("subtotal_minor"),
    _number("shipping_minor"),
    _number("total_minor"),
    _number("refunded_minor"),
    _time("placed_at"),
    _time("shipped_at", null=True),
    _time("delivered_at", null=True),
    _time("cancelled_at", null=True),
    _time("expected_at", null=True),
    _text("carrier", null=True),
    _text("tracking_code", null=True),
    _text("contact", null=True),
    _number("version"),
)

order_lines = sa.Table(
    "order_lines",
    METADATA,
    _text("order_id", key=True),
    _number("position", key=True),
    _text("product_id"),
    _text("variant_id"),
    _text("title"),
    _number("quantity"),
    _number("price_minor"),
    _text("decision_id", null=True),
)

refunds = sa.Table(
    "refunds",
    METADATA,
    _text("order_id", key=True),
    _text("kind", key=True),
    _text("proposal_id"),
    _number("amount_minor"),
    _text("currency"),
    _time("at"),
)

proposals = sa.Table(
    "proposals",
    METADATA,
    _text("id", key=True),
    _text("kind"),
    _text("order_id"),
    _number("order_version"),
    _text("title"),
    _text("before_text"),
    _text("after_text"),
    _number("amount_minor", null=True),
    _text("currency", null=True),
    _text("content_hash"),
    _text("status"),
    _time("created_at"),
    _time("expires_at"),
)

confirmations = sa.Table(
    "confirmations",
    METADATA,
    _text("proposal_id", key=True),
    _text("content_hash"),
    _text("owner"),
    _time("at"),
)

idempotency = sa.Table(
    "idempotency",
    METADATA,
    _text("owner", key=True),
    _text("key", key=True),
    _text("request_hash"),
    _text("result_id"),
    _time("at"),
)

purchases = sa.Table(
    "purchases",
    METADATA,
    _text("order_id", key=True),
    _text("content_hash"),
    _text("lines"),
    _time("placed_at"),
    _time("received_at"),
)

staff_visits = sa.Table("staff_visits", METADATA, _text("session_key", key=True))

hand_overs = sa.Table(
    "hand_overs",
    METADATA,
    _number("seq", key=True),
    _text("conversation_id"),
    _text("reason"),
    _text("status"),
    _time("requested_at"),
    _time("closed_at", null=True),
    _text("agent_id", null=True),
    _time("taken_at", null=True),
)

decisions = sa.Table("decisions", METADATA, _number("seq", key=True), _text("decision_id"), _text("body"))

decision_traces = sa.Table(
    "decision_traces",
    METADATA,
    _text("decision_id", key=True),
    sa.Column("trace", sa.LargeBinary, nullable=False),
)

decisions_shown = sa.Table("decisions_shown", METADATA, _text("decision_id", key=True), _text("shown_ids"))

events = sa.Table(
    "events",
    METADATA,
    _number("seq", key=True),
    _text("event_id"),
    _text("type"),
    _text("item_id"),
    _text("shopper_key"),
    _text("session_key"),
    sa.Column("at", sa.Double, nullable=False),
    _text("decision_id", null=True),
    _number("position", null=True),
    _number("value_minor"),
)
