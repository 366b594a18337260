"""Signatures of the shop's server: only the right secret, over this very body, now."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.api.signing import TOLERANCE_S, fits, sign

SECRET = "a-secret-of-the-shop"
BODY = b'{"order_id":"W-1"}'
AT = 1_764_072_000


def test_a_signature_is_the_hmac_of_time_and_body() -> None:
    by_hand = hmac.new(SECRET.encode(), b"1764072000." + BODY, hashlib.sha256).hexdigest()
    assert sign(SECRET, BODY, AT) == f"t=1764072000,v1={by_hand}"
    assert fits(f"t=1764072000,v1={by_hand}", BODY, [SECRET], AT)


@given(st.binary(max_size=200), st.text(min_size=1), st.integers(0, 10**11))
def test_what_was_signed_fits(body: bytes, secret: str, at: int) -> None:
    assert fits(sign(secret, body, at), body, [secret], at)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_another_body_does_not_fit(body: bytes, other: bytes) -> None:
    assert fits(sign(SECRET, body, AT), other, [SECRET], AT) is (body == other)


@pytest.mark.parametrize(
    ("late_s", "ok"), [(0, True), (TOLERANCE_S, True), (-TOLERANCE_S, True), (TOLERANCE_S + 1, False), (-301, False)]
)
def test_a_signature_is_good_for_five_minutes_either_way(late_s: int, ok: bool) -> None:
    assert fits(sign(SECRET, BODY, AT), BODY, [SECRET], AT + late_s) is ok


def test_while_a_secret_is_replaced_both_are_good() -> None:
    old, new = "the-old-secret-of-us", "the-new-secret-of-us"
    for secret in (old, new):
        assert fits(sign(secret, BODY, AT), BODY, [old, new], AT)
    both = f"{sign(new, BODY, AT)},{sign(old, BODY, AT).partition(',')[2]}"
    assert fits(both, BODY, [old], AT)
    assert not fits(sign(old, BODY, AT), BODY, [new], AT)


GOOD = sign(SECRET, BODY, AT).partition("v1=")[2]


@pytest.mark.parametrize(
    "header",
    [
        "",
        GOOD,
        f"v1={GOOD}",
        f"t={AT}",
        f"t={AT},v1=",
        f"t={AT},v0={GOOD}",
        f"t={AT + 1},v1={GOOD}",
        f"t={AT},t={AT},v1={GOOD}",
        f"t={AT}.0,v1={GOOD}",
        f"t=-{AT},v1={GOOD}",
        f"t=0{AT}abc,v1={GOOD}",
        f"t=٣,v1={GOOD}",
        f"t={AT},v1={GOOD[:-1]}",
        f"t={AT},v1={GOOD}0",
        f"t={AT},v1={GOOD.upper()}",
        f"t={AT};v1={GOOD}",
        f"t={AT},v1={GOOD},",
        f"t={AT},v1={'0' * 64}",
        "t=" + "9" * 5000 + f",v1={GOOD}",
        "," * 100_000,
        f"t={AT},v1=\u00e9",
    ],
)
def test_a_header_of_another_form_does_not_fit(header: str) -> None:
    assert not fits(header, BODY, [SECRET], AT)


@pytest.mark.parametrize("secrets", [[], [""], ["another-secret-of-us"]])
def test_another_secret_or_none_does_not_fit(secrets: list[str]) -> None:
    assert not fits(sign(SECRET, BODY, AT), BODY, secrets, AT)
