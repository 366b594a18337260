"""Signs for forms: a form sent back must be one that this server gave to this very session."""

from __future__ import annotations

import hashlib
import hmac
import secrets


class FormTokens:
    """Makes and checks form tokens; they are void after a restart, and the page then asks once more.

    Args:
        key: secret; random where not given.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def make(self, session_token: str, form_key: str) -> str:
        """Return the token of one form of one session."""
        message = f"{len(session_token)}:{session_token}:{form_key}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()

    def fits(self, token: str, session_token: str, form_key: str) -> bool:
        """Whether the token belongs to that form and session."""
        return hmac.compare_digest(token.encode(), self.make(session_token, form_key).encode())
