"""Client of an OpenAI-compatible endpoint, vLLM first. Knows nothing of the shop."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from assistant.config import Settings

MAX_REPLY_TOKENS = 600


def endpoint_model(settings: Settings) -> BaseChatModel:
    """Build the chat model behind `settings.llm_url`.

    The client itself never retries: the turn has one time limit, and the embedded model takes over.
    """
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.llm_model,
        base_url=settings.llm_url,
        api_key=settings.llm_api_key,
        temperature=0.0,
        max_retries=0,
        timeout=settings.turn_timeout_s,
        max_completion_tokens=MAX_REPLY_TOKENS,
        stream_usage=False,
    )
