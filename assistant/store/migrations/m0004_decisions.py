"""0004: decisions in order of arrival, what each was served with, and what of it was shown in the end.

A type that SQLite does not know (BYTEA) keeps bytes as they are there.
"""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    "CREATE TABLE numbered (seq BIGINT NOT NULL PRIMARY KEY, decision_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)",
    # Impressions were written together with their decision: the first of them tells when it came.
    """
    INSERT INTO numbered (seq, decision_id, body)
        SELECT ROW_NUMBER() OVER (ORDER BY came.first_seq, decisions.decision_id), decisions.decision_id, decisions.body
        FROM decisions LEFT JOIN (
            SELECT decision_id, MIN(seq) AS first_seq FROM events WHERE decision_id IS NOT NULL GROUP BY decision_id
        ) AS came ON came.decision_id = decisions.decision_id
    """,
    "DROP TABLE decisions",
    "ALTER TABLE numbered RENAME TO decisions",
    "INSERT INTO counters (name, value) SELECT 'decisions', COALESCE(MAX(seq), 0) FROM decisions",
    "CREATE TABLE decision_traces (decision_id TEXT NOT NULL PRIMARY KEY, trace BYTEA NOT NULL)",
    "CREATE TABLE decisions_shown (decision_id TEXT NOT NULL PRIMARY KEY, shown_ids TEXT NOT NULL)",
)
