"""What a language model reads before the dialogue: system prompt, tools with their examples, byte for byte the same."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.agent import tool_text
from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.prompts import Prompts, load_prompts, prompt_version
from assistant.tools import TOOL_NAMES, TOOLS
from assistant.tools.langchain_adapter import Tool, arguments_model, docstring_of
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS
from tests.fakes.openai_server import openai_server
from tests.scenarios.visitor import Visitor

EXAMPLE = re.compile(r'^- (?:then )?".+" → (\{.*\})$')


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return load_prompts()


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: str(tool.__name__))
def test_every_tool_has_examples_that_it_would_take(tool: Tool, prompts: Prompts) -> None:
    text = tool_text(prompts, tool)
    assert text.startswith(docstring_of(tool))
    lines = text.partition("Examples\n")[2].splitlines()
    assert lines
    for line in lines:
        match = EXAMPLE.fullmatch(line)
        assert match, line
        arguments_model(tool).model_validate(json.loads(match[1]))


def test_there_are_texts_of_tools_only(prompts: Prompts) -> None:
    assert {f"tools/{name}.md" for name in TOOL_NAMES} == {p for p in prompts.texts if p.startswith("tools/")}


def test_a_version_of_the_prompts_changes_what_is_read_of_a_tool(prompts: Prompts, tmp_path: Path) -> None:
    (tmp_path / "bare" / "tools").mkdir(parents=True)
    (tmp_path / "bare" / "tools" / "cart.md").write_text("$description", "utf-8")
    bare = prompt_version(prompts, "bare", tmp_path)
    cart = next(tool for tool in TOOLS if tool.__name__ == "cart")
    assert tool_text(bare, cart) == docstring_of(cart) != tool_text(prompts, cart)
    assert bare.hash != prompts.hash


def _requests(folder: Path) -> list[dict[str, Any]]:
    """What the endpoint is sent for two turns of a guest and one of another, with other words and another page."""
    import_products(PRODUCTS, root=catalogues_folder(Settings(data=folder)), name="small", encoder=None, currency="USD")
    with openai_server({"say": "Hello."}) as (url, script), asyncio.Runner() as runner:
        settings = Settings(
            data=folder, catalogue="small", encoder="off", llm_url=url, llm_model="m", llm_api_key=SecretStr("k")
        )
        assistant = build_assistant(settings)
        assistant.start(wait="words")
        try:
            one, two = (Visitor(assistant, runner, runner.run(assistant.open_session(None)), name) for name in "ab")
            two.page_product_id = PRODUCTS[0].id
            one.say("hello")
            one.say("a mug")
            two.say("something quite different")
        finally:
            assistant.close()
    return script.requests


def test_nothing_varies_before_the_dialogue(aisle_data: Path) -> None:
    first, second, other = _requests(aisle_data)
    assert first["messages"][0]["role"] == "system"
    for request in (second, other):
        assert _bytes(request["tools"]) == _bytes(first["tools"])
        assert _bytes(request["messages"][0]) == _bytes(first["messages"][0])
    # The earlier turns come before all that the table changes.
    assert [message["content"] for message in second["messages"][1:-1]] == ["hello", "Hello."]
    assert "<shop_state" in second["messages"][-1]["content"]


def _bytes(part: Any) -> bytes:
    return json.dumps(part).encode()
