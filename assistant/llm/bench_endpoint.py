"""For `aisle bench turn`: an endpoint that answers at once, and LangChain's bare agent as rival on any endpoint.

The endpoint is no language model: to a message it answers with one search for its words, to what the search found with
one sentence. It stands for a server of unlimited speed, so that what a turn takes beside it is our own.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from langchain.agents import create_agent

from assistant.config import Settings
from assistant.llm.vllm import endpoint_model
from retrieval.engine import Retrieval
from retrieval.results import SearchRequest

_SENTENCE = "Here is what I found for you."
_N_RESULTS = 6


@dataclass
class AnsweringEndpoint:
    """A running endpoint.

    Args:
        url: base URL.
        busy_s: seconds from each request until its answer was written, summed.
    """

    url: str
    busy_s: float = 0.0


@contextmanager
def answering_endpoint() -> Iterator[AnsweringEndpoint]:
    """Run the endpoint on loopback for a while."""
    endpoint = AnsweringEndpoint("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            began = time.perf_counter()
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = "".join(f"data: {json.dumps(part)}\n\n" for part in _chunks(asked["messages"])) + "data: [DONE]\n\n"
            streams = asked.get("stream", False)
            answer = body.encode() if streams else json.dumps(_whole(asked["messages"])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream" if streams else "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            endpoint.busy_s += time.perf_counter() - began

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _chunks(messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    message = _message(messages)
    for index, call in enumerate(message.get("tool_calls", ())):
        call["index"] = index
    words = message["content"].split(" ") if message["content"] else []
    deltas = [{"role": "assistant", "content": ""}, *({"content": f"{word} "} for word in words)]
    if "tool_calls" in message:
        deltas.append({"tool_calls": message["tool_calls"]})
    reasons = [None] * len(deltas) + ["tool_calls" if "tool_calls" in message else "stop"]
    for delta, reason in zip([*deltas, {}], reasons, strict=True):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        yield {"id": "bench", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": [choice]}


def _whole(messages: list[dict[str, Any]]) -> dict[str, Any]:
    choice = {"index": 0, "message": _message(messages), "finish_reason": "stop"}
    return {"id": "bench", "object": "chat.completion", "created": 0, "model": "bench", "choices": [choice]}


def _message(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """One search for the words of the last message; a sentence once it was made."""
    last = messages[-1]
    if last["role"] == "tool":
        return {"role": "assistant", "content": _SENTENCE}
    function = {"name": "search_products", "arguments": json.dumps({"query": last["content"].split("\n")[-1]})}
    call = {"id": "call_bench", "type": "function", "function": function}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


class BareAgent:
    """LangChain's agent with one plain function over the same search: no wishes, ranking, grounding, log or store.

    Args:
        settings: name the endpoint.
        retrieval: the same catalogue.
    """

    def __init__(self, settings: Settings, retrieval: Retrieval) -> None:
        def search_products(query: str) -> str:
            """Find products for what the shopper wants."""
            hits = retrieval.search(SearchRequest(query, k=_N_RESULTS)).hits
            found = [retrieval.catalogue.products[hit.product_id] for hit in hits]
            return json.dumps([{"title": product.title, "price": product.price.format()} for product in found])

        self._graph: Any = create_agent(
            endpoint_model(settings),
            [search_products],
            system_prompt="You are the shopping assistant of a shop. Find products with the tool.",
        )

    async def answer(self, words: str) -> str:
        """Answer one message."""
        told: list[str] = []
        asked = {"messages": [{"role": "user", "content": words}]}
        async for message, _ in self._graph.astream(asked, stream_mode="messages"):
            if isinstance(message.content, str):
                told.append(message.content)
        return "".join(told)
