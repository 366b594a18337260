"""Pseudonymous keys of persons and visits, as behaviour is logged under: made from the session alone."""

from __future__ import annotations

from assistant.turn import Principal


def customer_key(customer_id: str) -> str:
    """Key of a customer, e.g. "c:C-1007"."""
    return f"c:{customer_id}"


def visit_key(session_id: str) -> str:
    """Key of the visit that a session is."""
    return f"s:{session_id[:24]}"


def identity_key(principal: Principal) -> str:
    """Key of a person (signed in) or of a guest's visit."""
    return customer_key(principal.customer_id) if principal.customer_id else session_key(principal)


def session_key(principal: Principal) -> str:
    """Key of the session for the recommender."""
    return visit_key(principal.session_id)
