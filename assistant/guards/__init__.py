"""Checks around a turn, in order, each with a declared failure mode: what comes in, what it is, what goes out.

    inputs    may the message be read at all?                     a text, or TurnRefused
    hearing   is it more than shopping? what of it is a wish?     what is heard, and which answer it gets
    outputs   does a sentence give away what is not for sale?     said, or left out

No guard is what orders and carts rest on: identity comes from the session, tools act on the shopper's own words, and a
person's click carries a proposal out, whatever a guard has missed.
"""

from assistant.guards.guarding import Guarding, answer_to
from assistant.guards.hearing import CONCERNS, Heard, Hearing
from assistant.guards.inputs import INPUT_GUARDS, Guard, check_input
from assistant.guards.outputs import OUTPUT_GUARDS, Outlet, OutputGuard, secrets_of

__all__ = [
    "CONCERNS",
    "INPUT_GUARDS",
    "OUTPUT_GUARDS",
    "Guard",
    "Guarding",
    "Heard",
    "Hearing",
    "Outlet",
    "OutputGuard",
    "answer_to",
    "check_input",
    "secrets_of",
]
