"""What is known of a shopper, and why a product was chosen, in words: each sentence a template filled from the fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from assistant.llm.embedded.wording import Wording, plain
from assistant.turn import ProfileChange, ProfileFact, ProfileLine, WhyFact
from recommender.events import Reason
from recommender.reasons import Code, tellable

MAX_LIKES: Final = 5
MAX_PRICES: Final = 2
MAX_REASONS: Final = 3
_SIMPLE: Final = {
    ProfileChange.UNKNOWN: "profile_unknown",
    ProfileChange.PAUSED: "profile_paused",
    ProfileChange.RESUMED: "profile_resumed",
    ProfileChange.FOR_SOMEBODY: "profile_gift",
    ProfileChange.FOR_ONESELF: "profile_own",
    ProfileChange.PUT_AWAY: "put_away",
    ProfileChange.ERASE_ASKED: "profile_erase",
}
_NAMED: Final = {
    ProfileChange.FORGOT: "profile_forgot",
    ProfileChange.AVOIDS: "profile_never",
    ProfileChange.WELCOMES: "profile_welcome",
}
_OF_VISIT: Final = (ProfileChange.FOR_SOMEBODY, ProfileChange.FOR_ONESELF, ProfileChange.PUT_AWAY)
"""What is done for this visit, with or without a profile."""
# Reason code -> the sentence with a detail, and the one without.
_WHY: Final = {
    Code.RELEVANT: ("why_relevant", "why_relevant"),
    Code.POPULAR: ("why_popular", "why_popular"),
    Code.WELL_RATED: ("why_well_rated", "why_well_rated"),
    Code.ON_SALE: ("why_on_sale", "why_on_sale"),
    Code.TRYING_NEW: ("why_trying_new", "why_trying_new"),
    Code.FOR_YOU: ("why_for_you", "why_for_you_seen"),
    Code.BOUGHT_WITH: ("why_bought_with", "why_bought_with_seen"),
    Code.SEEN_WITH: ("why_seen_with", "why_seen_with_seen"),
    Code.SIMILAR_TO: ("why_similar_to", "why_similar_to_seen"),
}
_WITH_PRODUCT: Final = (Code.BOUGHT_WITH, Code.SEEN_WITH, Code.SIMILAR_TO)


class ProfileWords:
    """Writes about profiles and reasons.

    Args:
        wording: the templates.
    """

    def __init__(self, wording: Wording) -> None:
        self._say = wording

    def profile(self, fact: ProfileFact) -> str:
        """Say what is known of the shopper, or what was just changed about it."""
        about_visit = fact.changed in _OF_VISIT
        if not fact.kept and not about_visit:
            return " ".join(self._of_visit(fact))
        if fact.changed in _NAMED:
            return self._say(_NAMED[fact.changed], what=self._listed(fact.changed_labels))
        if fact.changed is not None:
            return self._say(_SIMPLE[fact.changed])
        visit = [self._say("profile_visit", wishes=self._quoted(fact.visit))] if fact.visit else []
        return " ".join([*self._known(fact), *visit])

    def _of_visit(self, fact: ProfileFact) -> list[str]:
        """Say what this visit keeps in mind, where no profile is kept, and what of it was just forgotten."""
        visit = [self._say("profile_visit", wishes=self._quoted(fact.visit))] if fact.visit else []
        not_kept = self._say("profile_not_kept" if fact.offered else "profile_not_offered")
        match fact.changed:
            case ProfileChange.FORGOT | ProfileChange.WELCOMES:
                return [self._say("profile_forgot_visit", what=self._quoted(fact.changed_labels)), *visit, not_kept]
            case ProfileChange.UNKNOWN:
                return [self._say("profile_unknown"), *visit, not_kept]
            case ProfileChange.AVOIDS if fact.offered:
                return [self._say("profile_never_visit")]
            case _:
                return [not_kept, *visit]

    def _quoted(self, labels: Sequence[str]) -> str:
        return self._say.quoted([self._say.label(label) for label in dict.fromkeys(labels)])

    def why(self, fact: WhyFact) -> str:
        """Say why a product stands where it stands, heaviest reason first."""
        title = plain(fact.item.product.title)
        told = sorted(tellable(fact.item.reasons), key=lambda reason: -reason.weight)
        met = [self._say.label(reason.detail) for reason in told if reason.code == Code.MATCHES and reason.detail]
        # A wish that is met says more than the words that it was read from.
        said = (Code.MATCHES, Code.RELEVANT) if met else (Code.MATCHES,)
        reasons = [self._say("why_matches", detail=self._say.quoted(met))] if met else []
        reasons += [self._reason(reason, fact) for reason in told if reason.code in _WHY and reason.code not in said]
        reasons = list(dict.fromkeys(reasons))
        if not reasons:
            return self._say("why_unknown", title=title)
        return self._say("why", title=title, reasons=self._say.listing(reasons[:MAX_REASONS]))

    def _known(self, fact: ProfileFact) -> list[str]:
        if not fact.lines:
            return [self._say("profile_nothing"), *([self._say("profile_is_paused")] if fact.paused else [])]
        rows = []
        likes = _varied(self._of(fact, "likes"))[:MAX_LIKES]
        if likes:
            rows.append(self._say("profile_likes", likes=self._listed([line.label for line in likes])))
        for line in self._of(fact, "price")[:MAX_PRICES]:
            if line.low and line.high:
                low, high = self._say.money(line.low), self._say.money(line.high)
                rows.append(self._say("profile_price", what=plain(line.label), low=low, high=high))
        for kind, template in (("less_of", "profile_less"), ("avoids", "profile_avoids")):
            if lines := self._of(fact, kind):
                rows.append(self._say(template, what=self._listed([line.label for line in lines])))
        rows += [self._say("profile_is_paused")] if fact.paused else []
        return [*rows, self._say("profile_how", example=plain(fact.lines[0].label))]

    def _of(self, fact: ProfileFact, kind: str) -> list[ProfileLine]:
        return sorted((line for line in fact.lines if line.kind == kind), key=lambda line: -line.strength)

    def _listed(self, labels: Sequence[str]) -> str:
        return self._say.listing([plain(label) for label in dict.fromkeys(labels)])

    def _reason(self, reason: Reason, fact: WhyFact) -> str:
        code = Code(reason.code)
        detailed, plainly = _WHY[code]
        if detailed == plainly:
            return self._say(plainly)
        detail = fact.titles.get(reason.detail, "") if code in _WITH_PRODUCT else reason.detail
        return self._say(detailed, detail=plain(detail)) if detail else self._say(plainly)


def _varied(lines: Sequence[ProfileLine]) -> list[ProfileLine]:
    """The strongest of each kind of thing first, then the next of each: four materials say less than a colour too."""
    place: Counter[str] = Counter()
    ranked = []
    for line in lines:
        ranked.append((place[line.about], line))
        place[line.about] += 1
    return [line for _, line in sorted(ranked, key=lambda pair: pair[0])]
