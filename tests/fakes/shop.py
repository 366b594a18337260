"""A tiny made-up shop for pages: products with every peculiarity that a card must stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assistant.turn import (
    CartFact,
    CartLineFact,
    ComparisonFact,
    Need,
    Order,
    OrderLine,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    PolicySection,
    ProductFact,
    ProfileFact,
    ProfileLine,
    Proposal,
    SlateFact,
    WhyFact,
)
from recommender.events import Decision, DecisionContext, Reason, SlateItem
from retrieval.filters import AttributeIn, Constraint, PriceRange, Verdict
from retrieval.product import Attribute, Money, Product, Variant
from retrieval.results import Relaxation

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
UNDER_90 = PriceRange("USD", max_minor=9000)
SIZE_M = AttributeIn("size", ("M",))
NOT_WOOL = AttributeIn("material", ("wool",), exclude=True)
WISHES: tuple[Constraint, ...] = (UNDER_90, SIZE_M, NOT_WOOL)
REASONS = (
    Reason("matches", "under $90", 0.6),
    Reason("relevant", "", 0.45),
    Reason("popular", "", 0.2),
    Reason("bought_with", "hut-boot", 0.12),
    Reason("trying_new", "", -0.05),
)


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor, "USD")


def product(
    product_id: str,
    title: str,
    price_minor: int = 7900,
    *,
    was_minor: int | None = None,
    sizes: tuple[str, ...] = ("S", "M", "L"),
    stock: int | None = 12,
    rating: float | None = 4.6,
    rating_count: int = 128,
    category: str | None = "Jackets",
    image: str | None = None,
    material: str | None = "recycled nylon",
    description: str = "Light and **quick to dry**.\n\n- two pockets\n- folds into its hood",
) -> Product:
    """Make a product; one variant a size."""
    price = usd(price_minor)
    was = None if was_minor is None else usd(was_minor)
    variants = tuple(Variant(f"{product_id}-{size.lower()}", price, {"size": size}, was, stock) for size in sizes) or (
        Variant(product_id + "-one", price, {}, was, stock),
    )
    attributes = {"weight": Attribute("weight", 340.0, "g"), "waterproof": Attribute("waterproof", True)}
    if material:
        attributes["material"] = Attribute("material", material)
    return Product(
        product_id,
        title,
        variants,
        description,
        "Norrfell",
        category,
        "Outdoor",
        attributes,
        rating,
        rating_count if rating is not None else 0,
        image,
    )


PRODUCTS: tuple[Product, ...] = (
    product("trail-jacket", "Trail jacket Fjell", 7900, was_minor=9900, image="images/jacket.svg"),
    product(
        "hut-boot", "Hüttenwanderlederstiefelschnürsenkelersatzset Donaudampfschifffahrt", 1999, category="Hiking boots"
    ),
    product("tent-zh", "超轻双人登山帐篷防水防风户外露营", 18900, category="Tents", sizes=(), image="images/tent.svg"),
    product("lamp-he", "מנורת קמפינג נטענת עם לוח סולארי", 3450, category="Lamps", sizes=(), rating=None),
    product("long-title", "Very long " + "and ever longer " * 25 + "title", 5500, category="Bags", stock=3),
    product("sold-out", "Mug, enamel, 0.3 l", 1250, category="Mugs", sizes=(), stock=0, image="images/missing.svg"),
    product("no-facts", "Folding chair", 4400, category="Chairs", sizes=(), stock=None, material=None, rating=3.94),
    product("watch", "Field watch", 12900, category="Watches", sizes=()),
    product("speaker", "Camp speaker", 5900, category="Speakers", sizes=(), image="https://elsewhere.example/x.png"),
    product("bag", "Day pack 18 l", 6900, category="Backpacks", sizes=("One size", "Tall")),
    product("shirt", "Merino shirt", 5900, category="Shirts", material="wool"),
    product("thing", "Thing", 100, category=None, sizes=()),
)


def fact(item: Product, position: int | None = None, decision_id: str | None = None) -> ProductFact:
    """A product as evidence, with verdicts on the usual wishes."""
    verdicts = {
        "under $90": Verdict.MET if item.price.amount_minor <= 9000 else Verdict.NOT_MET,
        "size M": Verdict.MET if any(v.options.get("size") == "M" for v in item.variants) else Verdict.NOT_STATED,
    }
    variant = next((v for v in item.variants if v.options.get("size") == "M"), item.variants[0])
    return ProductFact(item, variant, verdicts, REASONS, decision_id, position)


def slate(products: tuple[Product, ...], *, total: int | None = None, need: Need | None = None) -> SlateFact:
    """A slate with its decision."""
    context = DecisionContext("shopper", "session", "turn", "search", NOW.timestamp(), 7)
    items = tuple(SlateItem(p.id, i, 0.5, 0.2) for i, p in enumerate(products))
    ids = tuple(p.id for p in products)
    decision = Decision("d1", context, items, 0.01, "test/1", "none", ids, tuple(0.5 for _ in ids))
    facts = tuple(fact(p, i, "d1") for i, p in enumerate(products))
    return SlateFact(
        need or Need("jacket", WISHES), facts, len(products) if total is None else total, decision=decision
    )


def _paid(found: SlateFact) -> SlateFact:
    *organic, last = found.items
    return replace(found, items=(*organic, replace(last, reasons=(*last.reasons, Reason("sponsored", "", 0.0)))))


SPONSORED_SLATE = _paid(slate(PRODUCTS[:5]))
EMPTY_SLATE = SlateFact(
    Need("ball gown", (PriceRange("USD", max_minor=2000), SIZE_M)),
    (),
    0,
    relaxations=(Relaxation("attribute:size", "size M", 4), Relaxation("price", "under $20", 1)),
    set_aside=("glitter",),
    corrected={"goun": "gown"},
    meaning_ready=False,
)


def comparison(first: Product, second: Product) -> ComparisonFact:
    """Two products side by side."""
    return ComparisonFact(
        (fact(first), fact(second)), {"Material": ("recycled nylon", None), "Weight": ("340 g", "340 g")}
    )


def cart(*lines: tuple[Product, int] | tuple[Product, int, Variant], changed: str | None = None) -> CartFact:
    """A cart with shipping of $4.90 below $50."""
    facts = tuple(
        CartLineFact(
            variant.id,
            p.title,
            quantity,
            variant.price,
            variant.price,
            p,
            variant,
            ("Price went from $20.00 to $19.99.",) if p.id == "hut-boot" else (),
        )
        for p, quantity, variant in (line if len(line) == 3 else (*line, line[0].variants[0]) for line in lines)
    )
    subtotal = sum(line.total.amount_minor for line in facts)
    saved = sum(
        (line.variant.list_price.amount_minor - line.unit_price.amount_minor) * line.quantity
        for line in facts
        if line.variant and line.variant.list_price
    )
    shipping = 0 if subtotal >= 5000 or not facts else 490
    return CartFact(
        facts,
        usd(subtotal),
        usd(saved),
        usd(shipping),
        usd(subtotal + shipping),
        "Prices include tax.",
        "/checkout?cart=c1" if facts else None,
        changed,
        (facts[-1].variant_id, 0) if changed and facts else None,
    )


ORDER = Order(
    "A-10421",
    OrderStatus.SHIPPED,
    (OrderLine("trail-jacket", "trail-jacket-m", "Trail jacket Fjell", 2, usd(7900)),),
    usd(15800),
    usd(0),
    usd(15800),
    NOW - timedelta(days=3),
    shipped_at=NOW - timedelta(days=1),
    expected_at=NOW + timedelta(days=2),
    carrier="PostNord",
    tracking_code="PN123456789",
)
ORDERS = OrdersFact((ORDER,), tracked=True)
PROPOSAL = Proposal(
    "p1",
    "cancel_order",
    "A-10421",
    "Cancel order A-10421",
    "The order is packed and will be sent.",
    "The order is cancelled and nothing is sent.",
    usd(15800),
    NOW + timedelta(minutes=10),
)
RETURNS = PolicySection(
    "returns#how-long",
    "Returns: How long do I have?",
    "You have **30 days** from delivery.\n\n- unused\n- with its label",
    "/policies/returns#how-long",
)
SHIPPING = PolicySection(
    "shipping#cost", "Shipping: What does it cost?", "$4.90, free from $50.", "/policies/shipping#cost"
)
POLICY = PolicyFact("How long can I return?", (RETURNS,))

PROFILE = ProfileFact(
    kept=True,
    lines=(
        ProfileLine("likes:category=Jackets", "likes", "Jackets", "", 0.8),
        ProfileLine("likes:colour=red", "likes", "red", "Colour", 0.4),
        ProfileLine("likes:brand=Fjell & Söhne", "likes", "Fjell & Söhne", "Brand", 0.3),
        ProfileLine("price:price=Jackets", "price", "Jackets", "", 0.9, usd(6000), usd(12000)),
        ProfileLine("avoids:material=leather", "avoids", "leather", "Material"),
    ),
)
WHY = WhyFact(replace(fact(PRODUCTS[0]), reasons=REASONS), {"hut-boot": "Hut boot"})
