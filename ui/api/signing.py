"""Signatures of the shop's server: HMAC-SHA256 over the time and the body exactly as sent.

Pure: knows neither settings nor what was signed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

TOLERANCE_S = 300
"""How far the signer's time may lie from ours."""
_PART = re.compile(r"(?P<name>[a-z0-9]{1,10})=(?P<value>[0-9a-f]{1,128})", re.ASCII)
_MAX_HEADER = 1000


def sign(secret: str, body: bytes, at: int) -> str:
    """Return the header of a body, e.g. "t=1764072000,v1=5f1c…".

    Args:
        secret: shared with the receiver.
        body: as sent.
        at: seconds since the epoch.
    """
    return f"t={at},v1={_digest(secret, body, str(at))}"


def fits(header: str, body: bytes, secrets: Sequence[str], now: float) -> bool:
    """Whether a header is of one of the secrets, of this very body, and of now.

    Args:
        header: "t=UNIX,v1=HEX"; several `v1` may stand in it while a secret is replaced.
        body: as received.
        secrets: every one that is accepted.
        now: seconds since the epoch.
    """
    parts = [_PART.fullmatch(part.strip()) for part in header[:_MAX_HEADER].split(",")]
    if not all(parts):
        return False
    pairs = [(part["name"], part["value"]) for part in parts if part]
    times = [value for name, value in pairs if name == "t"]
    given = [value for name, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isdigit() and len(times[0]) <= 12):
        return False
    # Every pair is compared, each in constant time: how long it takes says nothing of the secrets.
    found = [hmac.compare_digest(_digest(secret, body, times[0]), one) for secret in secrets for one in given]
    return any(found) and abs(now - int(times[0])) <= TOLERANCE_S


def _digest(secret: str, body: bytes, at: str) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
