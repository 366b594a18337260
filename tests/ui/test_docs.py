"""The example of docs/add-channel.md works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contracts.channel import EVENTS, FACTS, events_with

PAGE = Path(__file__).resolve().parents[2] / "docs" / "add-channel.md"


def test_the_example_channel_keeps_the_contract() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, type] = {}
    source = "\n".join(line.removeprefix("   ") for line in blocks[-1].splitlines())
    exec(compile(source, str(PAGE), "exec", dont_inherit=True), names)
    channel = names["TestTextChannel"]()
    for kind in EVENTS:
        channel.test_every_event_is_shown(kind)
    for kind in FACTS:
        channel.test_every_kind_of_evidence_is_shown(kind)
    assert "<" not in channel.show(events_with("<script>alert(1)</script>"))
