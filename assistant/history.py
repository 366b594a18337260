"""A kept conversation as channels get it: messages with their cards, and what is new in it."""

from __future__ import annotations

from assistant.conversations import Conversation, Message, Role
from assistant.live import HistoryItem, LiveMessage, Speaker

_SPEAKERS: dict[Role, Speaker] = {Role.SHOPPER: "shopper", Role.ASSISTANT: "assistant", Role.AGENT: "agent"}


def history_of(conversation: Conversation) -> tuple[HistoryItem, ...]:
    """Return what was said, oldest first."""
    return tuple(map(_item, conversation.messages))


def live_of(conversation: Conversation) -> tuple[LiveMessage, ...]:
    """Return the same as live messages."""
    return tuple(
        LiveMessage(message.seq, item.role, item.who, item.text, message.at, item)
        for message, item in zip(conversation.messages, history_of(conversation), strict=True)
    )


def _item(message: Message) -> HistoryItem:
    answer = message.answer if message.role is Role.ASSISTANT else None
    return HistoryItem(
        role=_SPEAKERS[message.role],
        text=" ".join([message.text, *message.notes]),
        evidence=answer.evidence if answer else (),
        question=answer.question if answer else None,
        sources=answer.sources if answer else (),
        message_id=message.message_id,
        seq=message.seq,
        who=message.agent_name,
        at=message.at,
        cost=answer.cost if answer else None,
    )
