"""0002: who of the staff holds the floor, who wrote a message, and when a conversation last moved.

The staff themselves are in a file of their own, so no foreign key leads to them: a name is kept as it was shown.
"""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    # Nothing could put an agent on the floor before; a row that says so would have nobody to give it back.
    "UPDATE conversations SET floor = 'assistant' WHERE floor = 'agent'",
    "ALTER TABLE conversations ADD COLUMN agent_id TEXT CHECK ((floor = 'agent') = (agent_id IS NOT NULL))",
    "ALTER TABLE conversations ADD COLUMN agent_name TEXT",
    "ALTER TABLE conversations ADD COLUMN last_at TEXT",
    """
    UPDATE conversations SET last_at =
        (SELECT MAX(messages.at) FROM messages WHERE messages.conversation_id = conversations.id)
    """,
    "ALTER TABLE hand_overs ADD COLUMN agent_id TEXT",
    "ALTER TABLE hand_overs ADD COLUMN taken_at TEXT",
    "ALTER TABLE messages ADD COLUMN agent_id TEXT",
    "ALTER TABLE messages ADD COLUMN agent_name TEXT",
    "CREATE INDEX conversations_recent ON conversations (floor, last_at)",
)
