"""How a dialogue becomes the text that the model reads: the same as model/chat_template.jinja writes in vLLM.

The tiny model reads the shopper's last message with the state of the shop before it, and the beginning of what each
tool answered. It is shown neither the system prompt, nor the schemas of the tools, nor the dialogue before: it has
learnt the tools by heart, and the state holds what still counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

END = "<|im_end|>"
START = "<|im_start|>"
PAD = "<|endoftext|>"
CALL, CALLED = "<tool_call>", "</tool_call>"
READ_OF_A_RESULT = 700
"""Characters of what a tool answered that the model reads."""


@dataclass(frozen=True)
class Call:
    """A tool call."""

    tool: str
    arguments: dict[str, Any]

    def text(self) -> str:
        arguments = json.dumps(self.arguments, ensure_ascii=False)
        return f'{CALL}\n{{"name": "{self.tool}", "arguments": {arguments}}}\n{CALLED}'


@dataclass(frozen=True)
class Dialogue:
    """One turn: what is said, what is called, what comes back, what is answered.

    Args:
        said: the message as the agent loop sends it, with the state of the shop.
        calls: none where the answer needs no tool.
        results: one for each call.
        reply: the words in the end; "" where the turn ends with the calls.
    """

    said: str
    calls: tuple[Call, ...]
    results: tuple[str, ...]
    reply: str

    def pieces(self) -> list[tuple[str, bool]]:
        """The text in pieces, each with whether the model has to write it."""
        rows = [(f"{START}user\n{self.said}{END}\n{START}assistant\n", False)]
        if self.calls:
            rows.append(("".join(call.text() for call in self.calls) + END, True))
            if self.reply:
                shown = "".join(f"{START}tool\n{text[:READ_OF_A_RESULT]}{END}\n" for text in self.results)
                rows.append((f"\n{shown}{START}assistant\n", False))
        if self.reply:
            rows.append((self.reply + END, True))
        return rows
