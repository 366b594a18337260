"""Who may sign in, and what belongs to whom."""

from __future__ import annotations

import pytest

from assistant.errors import Refused
from assistant.support.identity import Customers, check_sign_in, owner_key
from assistant.turn import Principal
from tests.assistant.support.shop import MARA, OTTO, Shop


def test_customers_are_found_by_id_and_listed_by_name(shop: Shop) -> None:
    customers = Customers(shop.store)
    assert customers.find_customer("C-2") == OTTO
    assert customers.find_customer("C-9") is None
    assert customers.all() == (MARA, OTTO)
    assert customers.all(limit=1) == (MARA,)


def test_choosing_a_customer_signs_in_only_in_the_demo() -> None:
    assert check_sign_in(MARA, demo=True) == MARA
    with pytest.raises(Refused) as refused:
        check_sign_in(MARA, demo=False)
    assert refused.value.code == "sign_in_off"
    with pytest.raises(Refused) as refused:
        check_sign_in(None, demo=True)
    assert refused.value.code == "no_such_customer"


def test_outside_the_demo_nothing_tells_whether_a_customer_exists() -> None:
    told = []
    for customer in (MARA, None):
        with pytest.raises(Refused) as refused:
            check_sign_in(customer, demo=False)
        told.append((refused.value.code, str(refused.value)))
    assert told[0] == told[1]


def test_a_guest_cannot_pass_for_a_customer_by_the_name_of_the_session() -> None:
    assert owner_key(Principal("C-1")) != owner_key(Principal("s", "C-1"))
    assert owner_key(Principal("customer:C-1")) != owner_key(Principal("s", "C-1"))
