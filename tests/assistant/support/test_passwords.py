"""Passwords are kept as salted scrypt hashes and as nothing else."""

from __future__ import annotations

import hashlib

import pytest

from assistant.errors import Refused
from assistant.support import passwords
from assistant.support.passwords import check_new, fits, hash_password, make_password


def test_a_password_fits_its_own_hash_only() -> None:
    kept = hash_password("correct horse")
    assert fits("correct horse", kept)
    assert not fits("correct horsf", kept)
    assert not fits("", kept)


def test_the_hash_is_scrypt_with_its_parameters_and_a_salt_of_its_own() -> None:
    one, other = hash_password("correct horse"), hash_password("correct horse")
    assert one != other
    name, n, r, p, salt, _ = one.split("$")
    assert (name, int(n), int(r), int(p)) == ("scrypt", 2**15, 8, 3)
    assert len(passwords.base64.b64decode(salt)) == 16
    assert "correct horse" not in one


def test_a_hash_of_other_parameters_still_fits() -> None:
    salt = b"0123456789abcdef"
    made = hashlib.scrypt(b"old password", salt=salt, n=2**4, r=8, p=1, dklen=32)
    assert fits("old password", "$".join(["scrypt", "16", "8", "1", passwords._text(salt), passwords._text(made)]))


def test_made_passwords_are_long_and_differ() -> None:
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(word) == 23 and check_new(word) for word in made)


@pytest.mark.parametrize(("word", "code"), [("short", "password_short"), ("x" * 201, "password_long")])
def test_a_password_that_is_too_short_or_too_long_is_refused(word: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_new(word)
    assert refused.value.code == code


def test_any_text_can_be_a_password() -> None:
    word = "pässwörd \ud800 帐篷"
    assert fits(word, hash_password(word))
