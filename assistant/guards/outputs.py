"""What may leave in a reply: no text of the prompts, no secret, no picture or markup, no link that is not the shop's.

Runs over each sentence before it is shown, whoever wrote it, with what was shown before it. Reads it plainly, squeezed
together, backwards, and out of base64 and hexadecimal; other ciphers pass, which is why no prompt holds a secret.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from pydantic import SecretStr

from assistant.config import Settings
from assistant.evidence import CartFact, Evidence, OrdersFact, PolicyFact, Proposal, RefusalFact

log = structlog.get_logger()

WINDOW_CHARS = 32
"""So many letters and digits in a row of a prompt are no chance: some six words."""
MIN_SECRET_CHARS = 8
_IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{8,}", re.I)
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}[\s:,-]?){8,}", re.I)
_MARKUP = re.compile(r"!\[|<\s*/?\s*[a-z!]|\b(?:javascript|data|vbscript):", re.I)
_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:)\S+|\]\(\s*<?[^)\s>]+|\b[\w.+-]+@[\w-]+\.[\w.]+", re.I)
_DOMAIN = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|info|biz|xyz|site|shop|store|app|example|ru|cn|de|es|co)\b", re.I
)
_SHOPS_OWN = (PolicyFact, CartFact, OrdersFact, Proposal, RefusalFact)
_NOT_ALNUM = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that wants to leave.

    Args:
        sentence: as it is to be shown.
        before: what was shown of this reply.
        allowed: whether a piece of text stands in the evidence, or in the shopper's own words.
        is_shops: whether it stands in what the shop itself says (policies, cart, orders); others write a catalogue.
    """

    sentence: str
    before: str
    allowed: Callable[[str], bool]
    is_shops: Callable[[str], bool]


class Outlet:
    """The last look at a reply.

    Args:
        prompts: texts that a language model is given and nobody else is to read: system prompt, tools.
        secrets: of the settings; they stand in no prompt, and must stand in no reply.
        brands: of the catalogue, as written; one that looks like an address ("StarTech.com") may be named.
    """

    def __init__(self, prompts: Iterable[str], secrets: Iterable[str] = (), brands: Iterable[str] = ()) -> None:
        texts = tuple(prompts)
        self.brands = frozenset(brands)
        self.prompt = _squeezed(" ".join(texts))
        self.identifiers = frozenset(word for text in texts for word in _IDENTIFIER.findall(text))
        codes = (code for text in texts[:1] for code in _CODE.findall(text))
        squeezed = (_squeezed(secret) for secret in (*secrets, *codes))
        self.secrets = frozenset(secret for secret in squeezed if len(secret) >= MIN_SECRET_CHARS)

    def objection(
        self,
        sentence: str,
        before: str,
        evidence: Sequence[Evidence],
        words: str,
        guards: Sequence[OutputGuard] | None = None,
    ) -> str | None:
        """Return the name of the first guard that keeps a sentence back; None where it may be said.

        Args:
            sentence: of a reply.
            before: what was shown of it.
            evidence: what the reply may rest on.
            words: the shopper's own of this turn.
            guards: in order; OUTPUT_GUARDS if None.
        """
        own = tuple(fact for fact in evidence if isinstance(fact, _SHOPS_OWN))
        said = Said(
            sentence,
            before,
            allowed=lambda piece: piece in words or piece in repr(evidence),
            is_shops=lambda piece: piece in repr(own),
        )
        for guard in OUTPUT_GUARDS if guards is None else guards:
            try:
                if guard.holds_back(self, said):
                    return guard.name
            except Exception as problem:  # noqa: BLE001 - a guard that breaks does what it declares
                log.error("guard.broken", guard=guard.name, error=type(problem).__name__)
                if guard.when_broken == "closed":
                    return guard.name
        return None


@dataclass(frozen=True, slots=True)
class OutputGuard:
    """One check of a sentence.

    Args:
        name: for the log.
        holds_back: whether the sentence must not be shown.
        when_broken: "closed" leaves the sentence out when the check itself fails, "open" lets it pass.
    """

    name: str
    holds_back: Callable[[Outlet, Said], bool]
    when_broken: Literal["open", "closed"] = "closed"


def no_secret(outlet: Outlet, said: Said) -> bool:
    """Hold back a secret of the settings, or a code that stands in the system prompt."""
    return any(secret in text for text in _readings(said) for secret in outlet.secrets)


def no_prompt_text(outlet: Outlet, said: Said) -> bool:
    """Hold back a run of a prompt's own words, and names that only its tools have."""
    if any(name in said.sentence and not said.allowed(name) for name in outlet.identifiers):
        return True
    for reading in _readings(said):
        if any(reading[i : i + WINDOW_CHARS] in outlet.prompt for i in range(len(reading) - WINDOW_CHARS + 1)):
            return not said.allowed(said.sentence.strip())
    return False


def no_code(outlet: Outlet, said: Said) -> bool:
    """Hold back a long run of signs that is no word and that the evidence does not hold."""
    return any(not said.allowed(match.group().strip("=-_")) for match in _BLOB.finditer(_without_links(said.sentence)))


def no_markup(outlet: Outlet, said: Said) -> bool:
    """Hold back pictures, tags and script: a reply is text, and a picture's address can carry words away."""
    return _MARKUP.search(said.sentence) is not None


def no_foreign_link(outlet: Outlet, said: Said) -> bool:
    """Hold back addresses of pages and mailboxes that are not the shop's own."""
    domains = (match for match in _DOMAIN.finditer(said.sentence) if match.group() not in outlet.brands)
    found = [*_LINK.finditer(said.sentence), *domains]
    return any(not said.is_shops(match.group().lstrip("](< ").rstrip(".,;:!?)>\"'”’")) for match in found)


OUTPUT_GUARDS: tuple[OutputGuard, ...] = (
    OutputGuard("no_secret", no_secret),
    OutputGuard("no_prompt_text", no_prompt_text),
    OutputGuard("no_code", no_code),
    OutputGuard("no_markup", no_markup),
    OutputGuard("no_foreign_link", no_foreign_link),
)

ARGUMENT_GUARDS = OUTPUT_GUARDS[:2]
"""For what a model gives to a tool: it may name a page or hold a code, but nothing that is ours to keep."""


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The settings' secrets that are long enough to be known again."""
    values = [value for name in type(settings).model_fields for value in _each(getattr(settings, name))]
    return tuple(value for value in values if len(value) >= MIN_SECRET_CHARS)


def _each(value: object) -> Iterator[str]:
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, SecretStr):
            yield one.get_secret_value()


def _readings(said: Said) -> Iterator[str]:
    """The ways to read a sentence, all squeezed, with the end of what was said before: a secret may come in pieces."""
    squeezed = _squeezed(said.before)[1 - WINDOW_CHARS :] + _squeezed(said.sentence)
    yield squeezed
    yield squeezed[::-1]
    for match in _BASE64.finditer(said.sentence):
        yield from _decoded(base64.b64decode, match.group().rstrip("=") + "=" * (-len(match.group().rstrip("=")) % 4))
    for match in _HEX.finditer(said.sentence):
        yield from _decoded(bytes.fromhex, re.sub(r"[^0-9a-f]", "", match.group(), flags=re.I))


def _decoded(decode: Callable[[str], bytes], text: str) -> Iterator[str]:
    try:
        yield _squeezed(decode(text).decode("utf-8", "ignore"))
    except (binascii.Error, ValueError):
        return


def _without_links(sentence: str) -> str:
    return _LINK.sub(" ", sentence)


def _squeezed(text: str) -> str:
    return _NOT_ALNUM.sub("", text).casefold()
