"""0005: an order's line knows the decision that it was chosen from, as the line of the cart did; visits of the shop's
own people; when a customer was born, where the shop's books say it.
"""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE order_lines ADD COLUMN decision_id TEXT",
    "CREATE TABLE staff_visits (session_key TEXT NOT NULL PRIMARY KEY)",
    "ALTER TABLE customers ADD COLUMN born_on TEXT",
)
