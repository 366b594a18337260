"""Short remarks about what is on the table: one is not liked, or one like it is wanted for less.

Tells what words are for; which product they point at is the references' to say.
"""

from __future__ import annotations

import re
from typing import Final

from assistant.llm.state import TurnState
from assistant.references import Table
from retrieval.refinement import price_step

_LEAD: Final = r"\W*(?:(?:no|nah|nope|well|but|and|ok(?:ay)?|hm+|sorry|actually|ugh)\W+)*"
_ONE: Final = r"(?:it|this|that|(?:number|no\.?|#) ?\d{1,2}|the [^,;]{2,60}?)(?: one)?"
_NOT_LIKED: Final = re.compile(
    rf"{_LEAD}(?:i\s?(?:(?:really )?(?:do not|don['’]?t|did not|didn['’]?t)(?: really)? (?:like|love|want|fancy)"
    r"|(?:really )?(?:hate|dislike)|can['’]?t stand|(?:(?:a|['’])?m )?not (?:a fan of|(?:really )?into|keen on))"
    rf"|not|(?:hide|skip)) {_ONE}(?: at all| much| that much| either| please)*[.! ]*",
    re.I,
)
_BUT: Final = re.compile(r"\b(?:but|only|just)\b", re.I)


def dislikes_one(clause: str) -> bool:
    """Whether a clause says that one thing is not liked, and nothing else ("I don't like the second one")."""
    return _NOT_LIKED.fullmatch(clause) is not None


def wants_it_cheaper(clause: str) -> bool:
    """Whether something like what is pointed at is wanted for less ("the second one but cheaper")."""
    return price_step(clause)[0] == "cheaper" and _BUT.search(clause) is not None


def table_of(state: TurnState) -> Table:
    """What words can point at when a turn begins."""
    find = {product.id: product for product in state.shown}
    compared, talked = (
        tuple(find[id_] for id_ in ids if id_ in find) for ids in (state.focus.compared, state.focus.talked)
    )
    return Table(state.shown, state.in_focus, state.page, compared=compared, talked=talked)
