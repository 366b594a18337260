"""From what the assistant found and said to HTML: pure, no Gradio, no state.

Every piece of evidence and every event of a turn has a rendering here; a new one without is a type error.
Templates escape everything (autoescape is on); the only raw HTML is what `ui.text.markdown` has cleaned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assistant.text import clean
from assistant.turn import (
    CartFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Need,
    OrdersFact,
    PolicyFact,
    PolicySection,
    ProductFact,
    ProfileFact,
    Proposal,
    ProposalStatus,
    Question,
    RefusalFact,
    SlateFact,
    Source,
    WhyFact,
)
from retrieval.filters import CategoryIn, fold
from retrieval.results import Relaxation, Sort
from retrieval.words import word_key
from ui.profile_views import profile_view
from ui.text import allowed_link, markdown
from ui.views import Look, cart_view, item_view, moment_view, order_view

ORDER_ASKED = {
    Sort.PRICE_LOW: "cheapest first",
    Sort.PRICE_HIGH: "dearest first",
    Sort.RATING: "best rated first",
    Sort.NEWEST: "newest first",
}
"""An order that was asked for, in words."""

_DRAWN_ALREADY = ("price", "rating")
"""Rows of a comparison that the table draws in its own form."""

OUTCOME = {
    ProposalStatus.OPEN: "",
    ProposalStatus.DONE: "Done.",
    ProposalStatus.DECLINED: "Left as it was.",
    ProposalStatus.EXPIRED: "This offer has run out. Nothing was changed; ask again if you still want it.",
}
"""What became of a proposal, in words."""


def template_environment() -> Environment:
    """Return the templates of this package, with escaping always on."""
    return Environment(
        loader=PackageLoader("ui", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class RelaxationView:
    """One thing to give up, and what that gives, in words."""

    drop: str
    label: str
    products: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a comparison."""

    label: str
    cells: tuple[str | None, ...]
    differs: bool


class Renderer:
    """Writes evidence and replies as HTML.

    Args:
        look: how this shop's pages write and what they may load.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self._templates = template_environment()

    def page(self, template: str, **values: Any) -> str:
        """Fill a template of this package; values are escaped."""
        return self._templates.get_template(template).render(**values)

    def fact(self, fact: Evidence) -> str:
        """Draw one piece of evidence."""
        match fact:
            case SlateFact():
                return self._slate(fact)
            case ProductFact():
                return self.page("product.html", item=item_view(fact, self.look))
            case ComparisonFact():
                return self._comparison(fact)
            case CartFact():
                return self.page("cart.html", cart=cart_view(fact, self.look))
            case OrdersFact():
                return self._orders(fact)
            case PolicyFact():
                return self._policy(fact)
            case Proposal():
                return self.proposal(fact)
            case RefusalFact():
                return self.page("small.html", kind="refusal", text=clean(fact.message))
            case HandOverFact():
                return self.page("small.html", kind="hand_over", position=fact.position, reason=clean(fact.reason))
            case ProfileFact():
                return self.profile(fact, in_talk=True)
            case WhyFact():
                titles = {key: clean(title) for key, title in fact.titles.items()}
                return self.page("why.html", item=item_view(fact.item, self.look, titles))
            case _:
                assert_never(fact)

    def words(self, text: str) -> str:
        """Draw the words of a reply."""
        return markdown(text, self.look.link_hosts)

    def status(self, text: str) -> str:
        """Draw the line that says what is being done."""
        return self.page("small.html", kind="status", text=clean(text))

    def stopped(self) -> str:
        """Draw the end of a turn that the shopper stopped."""
        return self.page("small.html", kind="stopped")

    def passed_on(self, agent_name: str) -> str:
        """Draw that a person has the message now, in place of an answer."""
        return self.page("small.html", kind="passed_on", name=clean(agent_name))

    def failed(self, message: str) -> str:
        """Draw the end of a turn that could not be answered."""
        return self.page("small.html", kind="failed", text=clean(message))

    def question(self, question: Question, *, said: bool) -> str:
        """Draw the clarifying question's answers; `said` where the words of the reply hold the question already."""
        answers = tuple(clean(answer) for answer in question.answers)
        return self.page("small.html", kind="question", text=clean(question.text), answers=answers, show_text=not said)

    def sources(self, sources: Sequence[Source | PolicySection]) -> str:
        """Draw links to the policy sections that an answer rests on."""
        shown = [source for source in sources if allowed_link(source.url, self.look.link_hosts)]
        return self.page("small.html", kind="sources", sources=shown) if shown else ""

    def wishes(self, need: Need) -> str:
        """Draw what is looked for, as chips."""
        chips = [{"key": c.key, "label": clean(c.label(self.look.locale))} for c in need.constraints]
        order = ORDER_ASKED.get(need.sort, "")
        return self.page("wishes.html", text=words_beside(need.text, chips), chips=chips, order=order)

    def details(self, fact: ProductFact) -> str:
        """Draw everything that is known of a product."""
        description = Markup(markdown(fact.product.description))  # noqa: S704 (cleaned by nh3)
        return self.page("details.html", item=item_view(fact, self.look), description=description)

    def profile(self, fact: ProfileFact, *, in_talk: bool = False) -> str:
        """Draw what is known of the shopper, with its controls."""
        return self.page("profile.html", profile=profile_view(fact, self.look.locale), in_talk=in_talk)

    def cart(self, cart: CartFact) -> str:
        """Draw the cart with its controls."""
        return self.page("cart_lines.html", cart=cart_view(cart, self.look))

    def proposal(self, proposal: Proposal) -> str:
        """Draw a proposal with its two buttons, or what became of it."""
        return self.page(
            "proposal.html",
            proposal=proposal,
            status=proposal.status.value,
            amount=proposal.amount.format(self.look.locale) if proposal.amount else "",
            outcome=OUTCOME[proposal.status],
            expires=moment_view(proposal.expires_at, self.look, day_only=False),
        )

    def _slate(self, slate: SlateFact) -> str:
        titles = {fact.product.id: clean(fact.product.title) for fact in slate.items}
        items = [item_view(fact, self.look, titles) for fact in slate.items]
        return self.page(
            "slate.html",
            heading=slate_heading(slate, self.look.locale),
            items=items,
            relaxations=[_relaxation(way) for way in slate.relaxations],
        )

    def _comparison(self, fact: ComparisonFact) -> str:
        rows = [
            RowView(clean(label), tuple(None if c is None else clean(c) for c in cells), len(set(cells)) > 1)
            for label, cells in fact.rows.items()
            if label.casefold() not in _DRAWN_ALREADY
        ]
        return self.page("comparison.html", items=[item_view(item, self.look) for item in fact.items], rows=rows)

    def _orders(self, fact: OrdersFact) -> str:
        empty = "You have no orders yet." if fact.signed_in else "Sign in to see the orders of your account."
        orders = [order_view(order, self.look) for order in fact.orders]
        return self.page("orders.html", orders=orders, tracked=fact.tracked, empty=empty)

    def _policy(self, fact: PolicyFact) -> str:
        return self.sources(fact.sections) if fact.sections else self.page("small.html", kind="policy_none")


def _products(count: int) -> str:
    return "1 product" if count == 1 else f"{count:,} products"


def words_beside(text: str, chips: Sequence[Mapping[str, str]]) -> str:
    """Return the words that no chip says already ("tent" beside the chip "Tents" says nothing new).

    A number that is left alone ("tent for 2") says nothing either.
    """
    said = {word_key(word) for chip in chips for word in fold(chip["label"]).split()}
    words = " ".join(word for word in clean(text).split() if word_key(fold(word)) not in said)
    return words if any(character.isalpha() for character in words) else ""


def slate_heading(slate: SlateFact, locale: str) -> str:
    """Say what a slate is and how much of it is shown; empty where the words say it already."""
    if not slate.items:
        # The words say already that nothing fits; what is left to say is what the buttons below do.
        return "What you could give up" if slate.relaxations else ""
    if slate.surface == "search" and not slate.total:
        return "The nearest"
    if slate.surface == "more_like_this":
        return "More like this"
    if slate.surface == "resume":
        return "Where you stopped"
    if slate.surface == "recommend":
        return "Chosen for you"
    if slate.surface in {"goes_with", "fits", "complement"}:
        return "Goes with it"
    if slate.surface == "better":
        return "Better, for more"
    if slate.surface == "beside":
        return "From the same department"
    shown = len(slate.items)
    count = _products(shown) if slate.total <= shown else f"{shown} of {_products(slate.total)}"
    kinds = [c for c in slate.need.constraints if isinstance(c, CategoryIn) and not c.exclude]
    return f"{clean(kinds[0].label(locale))}: {count}" if kinds and len(kinds[0].values) == 1 else count


def _relaxation(way: Relaxation) -> RelaxationView:
    return RelaxationView(way.drop, clean(way.label), _products(way.count))
