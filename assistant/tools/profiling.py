"""A shopper's profile behind their session: whether one may be kept, under which key, what it says, how it changes.

Identity comes from the session alone: a guest's key is that of the visit, a customer's is the same in every channel, so
what one person does in the chat, in the widget and for the desk is one profile. Without consent, behaviour counts under
a key of the visit that nobody's profile is kept under.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.keys import identity_key, session_key
from assistant.store.erasing import Eraser
from assistant.turn import Principal
from recommender.profiles.door import Profiles
from recommender.profiles.edits import NO, YES, Edit, EditKind, anonymous_key, may_profile
from recommender.profiles.view import ProfileView

__all__ = ["Mode", "Profiling", "identity_key", "session_key"]

Mode = Literal["ask", "on", "off"]


@dataclass(frozen=True, slots=True)
class Profiling:
    """Profiles of this shop.

    Args:
        profiles: the recommender's.
        mode: the shop's setting: "ask" keeps one once the shopper agrees, "on" unless they object, "off" never.
        now: seconds since the epoch.
    """

    profiles: Profiles
    mode: Mode
    now: Callable[[], float]

    def may_keep(self, principal: Principal) -> bool:
        """Whether a profile is kept of this shopper."""
        return self._allowed(identity_key(principal))

    def key(self, principal: Principal) -> str:
        """The shopper's key in events and decisions."""
        return self.key_of(identity_key(principal), session_key(principal))

    def key_of(self, shopper_key: str, session: str) -> str:
        """The key that an event of a known person may carry: their own with consent, else one of the visit.

        Args:
            shopper_key: of the person.
            session: of the visit.
        """
        return shopper_key if self._allowed(shopper_key) else anonymous_key(session)

    def unit(self, principal: Principal) -> str:
        """The key under which experiments, trials and caps count this visit: a known person's, else the visit's."""
        return self.profiles.unit(self.key(principal), session_key(principal))

    def view(self, principal: Principal) -> ProfileView:
        """What is known of the shopper now."""
        return self.profiles.view(identity_key(principal), session_key(principal), self.now())

    def edit(self, principal: Principal, edit: Edit) -> None:
        """Change the shopper's profile, or say for whom this visit is."""
        self._record(identity_key(principal), principal, edit)

    def choose(self, principal: Principal, keep: bool) -> None:
        """Keep the shopper's choice about a profile; a no forgets what was learned."""
        self._record(identity_key(principal), principal, Edit(EditKind.CONSENT, value=YES if keep else NO))

    def join(self, guest: Principal, customer: Principal) -> None:
        """Let a guest's profile become the customer's at sign-in, where both may be kept.

        A guest who agreed in this visit is the customer who signs in: their choice counts where the account has none.
        """
        theirs, own = identity_key(guest), identity_key(customer)
        if guest.customer_id is not None or not self._allowed(theirs) or self.profiles.consent(own) is False:
            return
        if not self._allowed(own):
            self.choose(customer, True)
        self._record(own, customer, Edit(EditKind.JOIN, value=theirs))

    def begin_afresh(self, principal: Principal) -> None:
        """Let a new conversation be for the shopper again."""
        if self.view(principal).short_term.for_somebody:
            self.edit(principal, Edit(EditKind.GIFT, value=NO))

    def erase(self, principal: Principal, eraser: Eraser) -> None:
        """Erase the shopper's behaviour from the log, and let go of what was learned from it."""
        erased = eraser.erase(identity_key(principal))
        self.profiles.forget(erased.keys, (*erased.sessions, session_key(principal)))

    def _allowed(self, shopper_key: str) -> bool:
        if self.mode == "off" or not may_profile(shopper_key):
            return False
        chosen = self.profiles.consent(shopper_key)
        return chosen is not False if self.mode == "on" else chosen is True

    def _record(self, shopper_key: str, principal: Principal, edit: Edit) -> None:
        self.profiles.edit(
            edit,
            shopper_key=shopper_key,
            session_key=session_key(principal),
            now=self.now(),
            event_id=uuid.uuid4().hex,
        )
