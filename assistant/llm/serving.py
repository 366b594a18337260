"""Language models that a shop can run itself, as data, and the command that serves each with vLLM.

docs/llm.md shows these commands; tests hold it, and vLLM's own argument parser, against this file. Knows no client.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

MIN_VLLM = "0.32.0"
"""Security floor: earlier versions have known holes."""
SERVED_NAME = "aisle"
"""The default of AISLE_LLM_MODEL, so that the model can be changed without the shop noticing."""
KEY_VARIABLE = "VLLM_API_KEY"
"""vLLM reads its key from here: on the command line every user of the machine would see it."""


@dataclass(frozen=True)
class ServedModel:
    """A model and how vLLM serves it.

    Args:
        name: on the model hub.
        gpu_gib: memory of the GPU that it needs, with room for the cache of `max_num_seqs` conversations.
        weights_gib: of it for the weights, by number of parameters and precision.
        licence: SPDX id.
        tool_call_parser: vLLM's reader of its tool calls.
        max_model_len: tokens of prompt and reply together. The shop's prompt with its tools, a dialogue and the results
            of six tools stay below 16,384.
        max_num_seqs: turns answered at the same time; others wait.
        more: arguments that this model needs besides.
    """

    name: str
    gpu_gib: int
    weights_gib: int
    licence: str
    tool_call_parser: str
    max_model_len: int
    max_num_seqs: int
    more: tuple[str, ...] = ()


# A shopper waits for the first word: both models that can think before they speak are told not to.
MODELS: tuple[ServedModel, ...] = (
    ServedModel(
        name="Qwen/Qwen3-4B-Instruct-2507",
        gpu_gib=16,
        weights_gib=8,
        licence="Apache-2.0",
        tool_call_parser="hermes",
        max_model_len=16_384,
        max_num_seqs=8,
    ),
    ServedModel(
        name="Qwen/Qwen3.6-35B-A3B-FP8",
        gpu_gib=48,
        weights_gib=35,
        licence="Apache-2.0",
        tool_call_parser="qwen3_coder",
        max_model_len=16_384,
        max_num_seqs=32,
        more=(
            "--reasoning-parser",
            "qwen3",
            "--default-chat-template-kwargs",
            '{"enable_thinking": false}',
            "--language-model-only",
        ),
    ),
    ServedModel(
        name="google/gemma-4-31B-it",
        gpu_gib=80,
        weights_gib=62,
        licence="Apache-2.0",
        tool_call_parser="gemma4",
        max_model_len=16_384,
        max_num_seqs=16,
        more=("--reasoning-parser", "gemma4", "--language-model-only"),
    ),
)


def serve_arguments(model: ServedModel, *, host: str = "127.0.0.1", port: int = 8000) -> tuple[str, ...]:
    """Arguments of `vllm serve`.

    Args:
        model: one of MODELS, or another.
        host: a private address: vLLM is not made to face the internet.
        port: of the server.
    """
    return (
        *(model.name, "--host", host, "--port", str(port), "--served-model-name", SERVED_NAME),
        *("--enable-auto-tool-choice", "--tool-call-parser", model.tool_call_parser),
        # Arguments follow the tools' schemas, also where a tool is required or named.
        *("--tool-strict-level", "parameter"),
        # The shop's prompt is the same in every call; what the cache holds of it is told, and counts for no budget.
        *("--enable-prefix-caching", "--enable-prompt-tokens-details"),
        *("--max-model-len", str(model.max_model_len), "--max-num-seqs", str(model.max_num_seqs)),
        # Sampling is the shop's to set: a file beside the weights would change it.
        *("--generation-config", "vllm"),
        *model.more,
    )


def serve_command(model: ServedModel) -> str:
    """The whole line, as docs/llm.md shows it."""
    return shlex.join(("vllm", "serve", *serve_arguments(model)))
