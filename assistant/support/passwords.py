"""Passwords: hashed with scrypt, compared in constant time, never kept or logged as they are.

N = 2^15, r = 8, p = 3: 32 MB and three passes for each guess, one of the settings that OWASP's password storage cheat
sheet gives for scrypt. The parameters stand in the hash, so that they can be raised without locking anybody out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from assistant.errors import Refused

MIN_CHARS = 10
MAX_CHARS = 200
_N, _R, _P = 2**15, 8, 3
_SALT_BYTES = 16
_HASH_BYTES = 32
_MAX_MEMORY = 128 * 1024 * 1024
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Return what is kept of a password: "scrypt$N$r$p$salt$hash"."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return "$".join(["scrypt", str(_N), str(_R), str(_P), _text(salt), _text(_scrypt(password, salt, _N, _R, _P))])


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one that was kept; takes as long for a wrong one."""
    _, n, r, p, salt, expected = kept.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(expected))


def make_password() -> str:
    """Return a new random password of 20 letters and digits in groups, about 98 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def check_new(password: str) -> str:
    """Return a password that may be set.

    Raises:
        Refused: "password_short" or "password_long".
    """
    if len(password) < MIN_CHARS:
        raise Refused("password_short", f"A password needs at least {MIN_CHARS} characters.")
    if len(password) > MAX_CHARS:
        raise Refused("password_long", f"A password has at most {MAX_CHARS} characters.")
    return password


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    words = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=_HASH_BYTES)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
