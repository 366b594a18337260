"""Sessions: a token opens what is one shopper's, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import Refused
from assistant.session import Session, Sessions
from assistant.store.tables import sessions as session_table
from assistant.turn import Principal
from tests.assistant.house import House, said_missing
from tests.assistant.support.shop import product, usd
from tests.fakes.clock import ManualClock


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ManualClock())
    yield made
    made.store.close()


@pytest.fixture
def visit(house: House) -> Session:
    return house.sessions.open(None)


def test_a_token_opens_the_same_session_again_also_after_a_restart(house: House, visit: Session) -> None:
    assert house.sessions.open(visit.token) == visit
    house.restart()
    assert house.sessions.open(visit.token) == visit


@pytest.mark.parametrize("token", [None, "", "forged", "x" * 100_000, "\ud800", "\0", "' OR 1=1 --"])
def test_no_token_or_an_unknown_one_opens_a_new_session(house: House, visit: Session, token: str | None) -> None:
    opened = house.sessions.open(token)
    assert opened.principal.session_id != visit.principal.session_id
    assert opened.token not in (token, visit.token)
    assert opened.principal.customer_id is None


def test_tokens_are_long_and_only_their_hash_is_kept(house: House, visit: Session) -> None:
    assert len(visit.token) >= 43
    files = b"".join(path.read_bytes() for path in house.folder.iterdir())
    assert visit.token.encode() not in files
    assert visit.principal.session_id not in visit.token


def test_a_session_ends_thirty_days_after_it_was_last_used(house: House, visit: Session) -> None:
    house.clock.move(days=29)
    assert house.sessions.open(visit.token) == visit
    house.clock.move(days=29)
    assert house.sessions.open(visit.token) == visit
    house.clock.move(days=30)
    assert house.sessions.open(visit.token).principal != visit.principal


def test_looking_at_a_page_does_not_write_each_time(house: House, visit: Session) -> None:
    house.clock.move(minutes=59)
    house.sessions.open(visit.token)
    with house.store.read() as connection:
        seen = connection.execute(sa.select(session_table.c.seen_at)).scalar_one()
    assert (house.clock() - seen).total_seconds() == 59 * 60


def test_signing_in_keeps_the_conversation_and_the_cart_and_changes_the_token(house: House, visit: Session) -> None:
    house.shop.sells(product("tent", usd(2000)))
    house.shop.carts.add(visit.principal, "tent-v", 2)
    signed_in = house.sessions.sign_in(visit.principal, "C-1")
    assert signed_in.principal == Principal(visit.principal.session_id, "C-1")
    assert signed_in.conversation_id == visit.conversation_id
    assert house.sessions.open(signed_in.token) == signed_in
    assert house.sessions.open(visit.token).principal.customer_id is None
    assert [line.quantity for line in house.shop.carts.view(signed_in.principal).lines] == [2]


def test_signing_in_as_somebody_else_leaves_nothing_behind(house: House, visit: Session) -> None:
    first = house.sessions.sign_in(visit.principal, "C-1")
    second = house.sessions.sign_in(first.principal, "C-2")
    assert second.principal.customer_id == "C-2"
    assert second.principal.session_id != first.principal.session_id
    said_missing(lambda: house.conversations.load(second.principal, first.conversation_id))
    assert house.sessions.open(first.token).principal.customer_id is None


def test_signing_in_twice_is_harmless(house: House, visit: Session) -> None:
    first = house.sessions.sign_in(visit.principal, "C-1")
    again = house.sessions.sign_in(first.principal, "C-1")
    assert (again.principal, again.conversation_id) == (first.principal, first.conversation_id)


def test_nobody_signs_in_by_choosing_outside_the_demo(house: House, visit: Session) -> None:
    with pytest.raises(Refused) as refused:
        Sessions(house.store, house.clock).sign_in(visit.principal, "C-1")
    assert refused.value.code == "sign_in_off"
    assert house.sessions.open(visit.token) == visit


def test_an_unknown_customer_or_session_cannot_sign_in(house: House, visit: Session) -> None:
    with pytest.raises(Refused):
        house.sessions.sign_in(visit.principal, "C-9")
    said_missing(lambda: house.sessions.sign_in(Principal("no-such-session"), "C-1"))


def test_signing_out_starts_anew_and_the_old_token_is_worth_nothing(house: House, visit: Session) -> None:
    signed_in = house.sessions.sign_in(visit.principal, "C-1")
    guest = house.sessions.sign_out(signed_in.principal)
    assert guest.principal.customer_id is None
    assert guest.conversation_id != signed_in.conversation_id
    assert house.sessions.open(signed_in.token).principal.customer_id is None
    said_missing(lambda: house.conversations.load(guest.principal, signed_in.conversation_id))


def test_a_new_conversation_is_empty_and_opens_next_time(house: House, visit: Session) -> None:
    house.conversations.append_user(visit.principal, visit.conversation_id, "m1", "hello")
    fresh = house.sessions.start_conversation(visit.principal)
    assert house.sessions.open(visit.token).conversation_id == fresh
    assert house.conversations.load(visit.principal, fresh).messages == ()
    assert len(house.conversations.load(visit.principal, visit.conversation_id).messages) == 1
