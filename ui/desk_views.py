"""The desk as words: rows of the inbox, states, who said what. Pure: no HTML, no Gradio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.desk import Case
from assistant.support.inbox import InboxRow
from assistant.text import clean
from assistant.turn import Agent, Floor

GUEST = "Guest"
_LEFT = "The shopper has left this conversation."
_MARKS = re.compile(r"\*\*|`")
"""Of Markdown: one line in the inbox is plain words."""
_SAID_BY = {"assistant": "Assistant: ", "agent": "You: "}
_HEADINGS = (
    ("waiting", "Waiting for a person"),
    ("yours", "With you"),
    ("colleague", "With colleagues"),
    ("assistant", "With the assistant"),
)


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the inbox: `since` is an ISO moment that the page counts from; `urgent` where somebody waits."""

    id: str
    who: str
    line: str
    state: str
    since: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """Rows under one heading."""

    kind: str
    heading: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class FloorView:
    """Who has the floor of the open conversation, and what this agent may do about it."""

    kind: str
    sentence: str
    take: str
    relieve: str
    mine: bool


def groups_of(rows: Sequence[InboxRow], agent: Agent) -> tuple[GroupView, ...]:
    """Sort the inbox under its headings; a heading without rows is left out."""
    by_kind: dict[str, list[RowView]] = {kind: [] for kind, _ in _HEADINGS}
    for row in rows:
        kind = _kind(row.floor, row.agent_id, agent)
        by_kind[kind].append(_row(row, kind, agent))
    return tuple(GroupView(kind, heading, tuple(by_kind[kind])) for kind, heading in _HEADINGS if by_kind[kind])


def waiting_count(groups: Sequence[GroupView]) -> int:
    """How many conversations need somebody of the staff: those that wait, and this agent's own."""
    return sum(row.urgent for group in groups if group.kind in ("waiting", "yours") for row in group.rows)


def floor_view(case: Case, agent: Agent) -> FloorView:
    """Say who has the floor, to this agent."""
    holder = case.state.agent
    kind = _kind(case.state.floor, holder.id if holder else None, agent)
    name = clean(holder.name) if holder else ""
    return FloorView(
        kind=kind,
        sentence={
            "waiting": "Waits for a person; the assistant goes on helping.",
            "yours": "You are talking with this shopper; the assistant is silent.",
            "colleague": f"{name} is talking with this shopper.",
            "assistant": "The assistant is talking with this shopper.",
        }[kind]
        if case.here
        else _LEFT,
        take="Take over" if kind in ("waiting", "assistant") else "",
        relieve=f"Take over from {name}" if kind == "colleague" and agent.role == "admin" else "",
        mine=kind == "yours",
    )


def who_is(case: Case) -> str:
    """The shopper's name."""
    return (clean(case.customer.name) if case.customer else "") or GUEST


def _kind(floor: Floor, holder_id: str | None, agent: Agent) -> str:
    if floor is Floor.AGENT:
        return "yours" if holder_id == agent.id else "colleague"
    return "waiting" if floor is Floor.QUEUE else "assistant"


def _row(row: InboxRow, kind: str, agent: Agent) -> RowView:
    said_by = _SAID_BY.get(row.last_role, "")
    if row.last_role == "agent" and row.agent_id != agent.id:
        said_by = f"{clean(row.agent_name or '') or 'Agent'}: "
    states = {"waiting": clean(row.reason), "colleague": clean(row.agent_name or "")}
    return RowView(
        id=row.conversation_id,
        who=clean(row.customer_name or "") or GUEST,
        line=said_by + _MARKS.sub("", clean(row.last_line)) if row.last_line else "",
        state=states.get(kind, ""),
        since=(row.waiting_since or row.last_at).isoformat(),
        urgent=row.waiting_since is not None,
    )
