"""Numbers that decide what counts, each with its unit and its reason. Knows neither the environment nor the shop."""

from __future__ import annotations

from dataclasses import dataclass, field

from recommender.events import EventType


@dataclass(frozen=True, slots=True)
class Windows:
    """How long after an impression an event may still be its consequence, in seconds.

    Args:
        click_s: 30 minutes: a visit.
        cart_s: a day: compared, slept over.
        purchase_s: a week.
    """

    click_s: float = 30 * 60.0
    cart_s: float = 24 * 3600.0
    purchase_s: float = 7 * 24 * 3600.0

    def of(self, kind: EventType) -> float | None:
        """Return the window of a kind of event; None where it is no label."""
        return {
            EventType.CLICK: self.click_s,
            EventType.ADD_TO_CART: self.cart_s,
            EventType.PURCHASE: self.purchase_s,
        }.get(kind)

    @property
    def longest_s(self) -> float:
        """After so long nothing that is shown waits for an outcome any more."""
        return max(self.click_s, self.cart_s, self.purchase_s)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit taken from the data within bounds: median + `spread` robust standard deviations, of logarithms.

    Args:
        floor: never judged below: people do this.
        ceiling: always judged above, so that a log full of robots cannot raise its own limit.
    """

    floor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class BotSettings:
    """Signs of a machine. A session needs `min_actions` before anything is said of it.

    Args:
        min_actions: slates asked for, clicks, carts and so on.
        spread: robust standard deviations (1.4826 MAD) above the median; 4 leaves one in 30,000 of a
            log-normal distribution.
        per_minute: most actions in any minute.
        regular_gaps: coefficient of variation of the gaps below which a timer drives them; people's are near 1 and
            seldom under 0.4, because gaps between actions are about log-normal.
        hurried_items: different items clicked and left within `dwell_s`.
        hurried_share: share of all clicks that must be so.
        dwell_s: less time than it takes to look at a product.
        every_slot: share of the shown items that were clicked, over at least `min_shown` of them.
        min_shown: about three slates.
        idle_s: a session not heard of for so long is judged by what it did until then.
        max_open: sessions watched at once; the longest idle is judged first.
        max_sample: sessions that limits are taken from, chosen by the hash of their keys.
    """

    min_actions: int = 12
    spread: float = 4.0
    per_minute: Limit = Limit(30.0, 90.0)
    regular_gaps: float = 0.15
    hurried_items: Limit = Limit(12.0, 60.0)
    hurried_share: float = 0.8
    dwell_s: float = 1.5
    every_slot: float = 0.8
    min_shown: int = 18
    idle_s: float = 6 * 3600.0
    max_open: int = 100_000
    max_sample: int = 50_000


@dataclass(frozen=True, slots=True)
class CleaningSettings:
    """What is no event of a shopper.

    Args:
        repeat_s: the same kind on the same item in one session and slate within so many seconds is one act.
        future_s: clocks may differ by so much.
        early_s: an event may precede its slate by so much, for the same reason.
        id_memory: event ids remembered at least; older repeats are refused by the log itself.
        max_decisions: slates remembered; older ones are looked up in the log.
        bots: signs of a machine.
    """

    repeat_s: float = 2.0
    future_s: float = 60.0
    early_s: float = 1.0
    id_memory: int = 500_000
    max_decisions: int = 50_000
    bots: BotSettings = field(default_factory=BotSettings)


@dataclass(frozen=True, slots=True)
class KnownTraffic:
    """Keys of shoppers or sessions that are known to be no customers.

    Args:
        staff: the shop's own people.
        tests: the demo's, the tests' and monitors' sessions.
        automation: those whose client said so (user agent, API key).
    """

    staff: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()
    automation: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """All of them."""
        return self.staff | self.tests | self.automation
