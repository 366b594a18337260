"""Another size or colour of what is in the cart: the same number of the other variant takes its place."""

from __future__ import annotations

from dataclasses import replace

from assistant.choices import answered_options, fitting_variants, unmet_answer
from assistant.errors import BadArguments, Refused
from assistant.tools.cart_changing import lines_meant, note_change
from assistant.tools.context import ShopperContext
from assistant.tools.pointing import put_in_focus, quoted
from assistant.turn import CartFact, Evidence
from retrieval.filters import fold


def change_option(context: ShopperContext, seen: CartFact, which: str) -> list[Evidence]:
    """Put the variant that the shopper's words choose in the place of the line that they mean.

    Raises:
        BadArguments: the words choose nothing.
        Refused: the product does not come in it, or not any more.
    """
    line = lines_meant(context, seen.lines, which)[0]
    product, variant = line.product, line.variant
    if product is None or variant is None:
        raise Refused("no_such_product", f"{line.title} is no longer sold here.")
    chosen = answered_options(product, context.words)
    for name, value in unmet_answer(product, context.words, context.shop.reader).items():
        held = ", ".join(dict.fromkeys(v.options[name] for v in product.variants if name in v.options))
        raise Refused("not_sold_in", f"{product.title} does not come in {quoted(value)}. It comes in {held}.")
    if not chosen:
        raise BadArguments("The shopper's words choose no other size or colour.")
    options = {name: fold(value) for name, value in variant.options.items()} | chosen
    fitting = [v for v in fitting_variants(product.variants, options) if v.in_stock is not False]
    if not fitting:
        raise Refused("sold_out", f"{product.title} is sold out in {', '.join(options.values())}.")
    if fitting[0].id == variant.id:
        return [seen]
    carts, principal = context.shop.carts, context.principal
    context.ledger.count_cart_change()
    added = carts.add(principal, fitting[0].id, line.quantity, decision_id=carts.decisions(principal).get(variant.id))
    note_change(context, added)
    context.ledger.count_cart_change()
    removed = carts.set_quantity(principal, variant.id, 0)
    note_change(context, removed)
    put_in_focus(context, product)
    return [replace(removed, changed="added", undo=added.undo)]
