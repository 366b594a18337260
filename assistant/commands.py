"""What the `aisle` commands on catalogues and pages do, once their arguments are read.

It knows how to call the rooms and how to write their answers; it decides nothing about shopping.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from assistant.config import Settings
from assistant.loading import encoder_of
from assistant.terminal import Progress, say, say_json, showing_progress, warn

if TYPE_CHECKING:
    from assistant.service import Assistant
    from retrieval.engine import Retrieval
    from retrieval.results import SearchResult, Understanding


def make_demo(settings: Settings, *, as_json: bool) -> None:
    """Make the demo shop where it is missing or damaged; what shoppers did is kept where the database is whole."""
    from assistant.bootstrap import make_demo_shop
    from assistant.places import catalogues_folder
    from assistant.upkeep import demo_trouble, set_broken_database_aside
    from retrieval.engine import Retrieval

    with showing_progress() as progress:
        if (trouble := demo_trouble(settings)) is not None:
            if (aside := set_broken_database_aside(settings)) is not None:
                warn(f"The database cannot be read; it lies now in {aside}, and a new one is begun.")
            if (catalogues_folder(settings) / settings.catalogue).exists():
                warn(f"The demo shop is made again: {_without_advice(trouble)}")
            make_demo_shop(settings, progress)
    n_products = len(Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.rows)
    if as_json:
        say_json({"catalogue": settings.catalogue, "products": n_products})
    else:
        say(f"The demo shop stands, with {n_products} products. Visit it: aisle serve")


def _without_advice(trouble: str) -> str:
    from retrieval.errors import IMPORT_AGAIN

    return trouble.replace(f": {IMPORT_AGAIN}", "").replace(f"; {IMPORT_AGAIN}", "")


def prepare_catalogue(settings: Settings, progress: Progress) -> None:
    """Make the demo shop where it is asked for and missing or damaged; say so on stderr before.

    Raises:
        CatalogueMissing: another catalogue is asked for, and nothing is imported under that name.
        IndexBroken: another catalogue is asked for, and it is damaged.
        StoreError: the data folder cannot be used.
    """
    from assistant.upkeep import catalogue_trouble, is_demo
    from retrieval.errors import CatalogueMissing, IndexBroken

    try:
        # Files alone are looked at: opening a large catalogue twice would delay the page.
        trouble = catalogue_trouble(settings)
    except CatalogueMissing:
        if not is_demo(settings):
            raise
        warn("Nothing is imported yet, so the demo shop is made first.")
    else:
        if trouble is None:
            return
        if not is_demo(settings):
            raise IndexBroken(trouble)
        warn(f"The demo shop is made again; what shoppers did is kept. {_without_advice(trouble)}")
    from assistant.bootstrap import make_demo_shop

    make_demo_shop(settings, progress)


def prepare_shop(settings: Settings, progress: Progress) -> None:
    """Prepare the catalogue, and look whether the database that belongs to it is there.

    Raises:
        CatalogueMissing, IndexBroken: see `prepare_catalogue`.
        StoreError: the database of the demo shop is missing, or the data folder is in use or broken.
    """
    from assistant.upkeep import check_database

    prepare_catalogue(settings, progress)
    check_database(settings, warn)


def serve_pages(settings: Settings) -> None:
    """Serve the pages until Ctrl-C. The port answers at once; the shop is opened behind it.

    Raises:
        AisleError: the data folder is in use or broken, or the address cannot be listened on.
    """
    from assistant.store import open_store
    from ui.serve import run

    with showing_progress() as progress:
        prepare_shop(settings, progress)
    for caution in settings.cautions():
        warn(caution)
    # Opened for a moment: what is wrong with it must end this command, not stand on a page.
    open_store(settings.data).close()
    to_desk, to_owner = _invitations(settings)
    with ExitStack() as ending, suppress(KeyboardInterrupt):

        def build(settings: Settings) -> Assistant:
            from assistant.bootstrap import build_assistant

            assistant = build_assistant(settings)
            ending.callback(assistant.close)
            assistant.start()
            Thread(target=_tell_what_is_missing, args=(assistant,), name="aisle-tell", daemon=True).start()
            return assistant

        def ready(url: str) -> None:
            say(f"Serving {settings.shop_name} on {url}. Ctrl-C stops it.")
            say(f"The desk for the staff: {url}/desk/. {to_desk}")
            say(f"The owner's page, for admins: {url}/owner/. {to_owner}")

        run(settings, build, ready, say)
    say("Stopped.")


def _invitations(settings: Settings) -> tuple[str, str]:
    """Say who may use the desk and the owner's page.

    The demo shop has an admin of its own, with a new password at every start.
    """
    from assistant.service import DEMO_CATALOGUE
    from assistant.store.clock import system_clock
    from assistant.store.staff import open_staff_store
    from assistant.support.staff import Staff

    own = "Sign in with a name and password of your own."
    with closing(Staff(open_staff_store(settings.data), system_clock)) as staff:
        password = None
        if settings.catalogue == DEMO_CATALOGUE:
            password = staff.open_demo()
        else:
            staff.close_demo()
        roles = {member.role for member in staff.all() if member.disabled_at is None}
    if password:
        return (
            f"Sign in as demo with the password {password} (a new one at every start).",
            "The same name and password.",
        )
    to_desk = own if roles else "Nobody can sign in yet: aisle users add NAME"
    return to_desk, own if "admin" in roles else "Nobody is an admin yet: aisle users add NAME --role admin"


def _tell_what_is_missing(assistant: Assistant) -> None:
    """Write what does not work once the shop has opened, with the way out of each."""
    # What stops the shop from opening is among the sentences.
    with suppress(Exception):
        assistant.start(wait="meaning")
    tell_degraded(assistant)


def tell_degraded(assistant: Assistant) -> None:
    """Write what does not work on stderr, a sentence each."""
    for sentence in assistant.readiness().degraded:
        warn(sentence)


def search_catalogue(settings: Settings, text: str, *, limit: int, as_json: bool) -> None:
    """Search, and write the products with what was understood; each of several needs is searched for itself."""
    from assistant.places import catalogues_folder
    from assistant.turn import Need
    from assistant.wishes import words_to_rank_by, words_to_search
    from retrieval.engine import Retrieval
    from retrieval.query import QueryReader
    from retrieval.results import SearchRequest, Understanding

    with showing_progress() as progress:
        prepare_catalogue(settings, progress)
        retrieval = Retrieval.open(catalogues_folder(settings), settings.catalogue)
        _warm(retrieval, settings, progress)
    catalogue = retrieval.catalogue
    reader = QueryReader(retrieval.vocabulary(), catalogue.currency)
    found = []
    for understanding in reader.read(text) or (Understanding(text),):
        # The words that the chat ranks by, so that both count the same products.
        text = words_to_search(understanding, understanding.constraints)
        words = words_to_rank_by(Need(text, understanding.constraints, understanding.sort))
        request = SearchRequest(words, understanding.constraints, understanding.sort, limit)
        found.append(_search_answer(retrieval, understanding, retrieval.search(request)))
    if as_json:
        say_json({**found[0], "also": found[1:]})
    else:
        for answer in found:
            _write_search(answer, settings.locale)


def _warm(retrieval: Retrieval, settings: Settings, progress: Progress) -> None:
    """Attach meaning where the catalogue has it; where that fails, say so and go on by words."""
    from retrieval.errors import IndexBroken

    try:
        if retrieval.vectors() is not None and (encoder := encoder_of(settings, progress)):
            retrieval.warm(encoder)
    except IndexBroken as error:
        warn(f"{error} This search goes by words alone.")
    if settings.cross_encoder != "off":
        _use_cross_encoder(retrieval, settings, progress)


def _use_cross_encoder(retrieval: Retrieval, settings: Settings, progress: Progress) -> None:
    from retrieval.cross_encoder import load_cross_encoder
    from retrieval.errors import IndexBroken
    from retrieval.reranking import HeadReranker

    progress("loading the cross-encoder", 0, None)
    try:
        retrieval.use_reranker(HeadReranker(load_cross_encoder(settings.cross_encoder, settings.encoder_dtype), warn))
    except IndexBroken as error:
        warn(f"{error} This search goes without it.")


def _search_answer(retrieval: Retrieval, understanding: Understanding, result: SearchResult) -> dict[str, Any]:
    from retrieval.filters import CONSTRAINTS

    labels = {constraint.key: constraint.label() for constraint in understanding.constraints}
    products = []
    for hit in result.hits:
        product = retrieval.catalogue.get(hit.product_id)
        variant = product.get_variant(hit.variant_id)
        products.append(
            {
                "id": product.id,
                "variant_id": variant.id,
                "title": product.title,
                "brand": product.brand,
                "price_minor": variant.price.amount_minor,
                "currency": variant.price.currency,
                "in_stock": variant.in_stock,
                "rating": product.rating,
                "score": hit.score,
                "wishes": {labels[key]: str(verdict) for key, verdict in hit.verdicts.items()},
            }
        )
    return {
        "text": understanding.text,
        "filters": CONSTRAINTS.dump_python(understanding.constraints, mode="json"),
        "wishes": list(labels.values()),
        "sort": str(understanding.sort),
        "set_aside": list(understanding.set_aside),
        "corrected": dict(understanding.corrected),
        "mode": result.mode,
        "total": result.total,
        "products": products,
        "relaxations": [{"drop": r.drop, "label": r.label, "count": r.count} for r in result.relaxations],
        "loosenings": [
            {
                "of": way.of,
                "label": way.label,
                "to": CONSTRAINTS.dump_python((way.to,), mode="json")[0],
                "count": way.count,
            }
            for way in result.loosenings
        ],
        "facets": {name: dict(counts) for name, counts in result.facets.items()},
    }


def _write_search(answer: Mapping[str, Any], locale: str) -> None:
    from retrieval.product import Money

    wishes = ", ".join(answer["wishes"])
    say(f"{answer['text'] or 'anything'}{f' ({wishes})' if wishes else ''}: {answer['total']} found")
    for number, product in enumerate(answer["products"], start=1):
        price = Money(product["price_minor"], product["currency"]).format(locale)
        say(f"  {number}. {product['title']}  {price}")
    for relaxation in answer["relaxations"]:
        say(f"  without {relaxation['label']}: {relaxation['count']}")
    for loosening in answer["loosenings"]:
        say(f"  {_moved(loosening)} instead: {loosening['count']}")
    if answer["set_aside"]:
        say(f"  could not be used: {', '.join(answer['set_aside'])}")
    if answer["corrected"]:
        told = ", ".join(f"“{wrong}” as “{right}”" for wrong, right in answer["corrected"].items())
        say(f"  read {told}")


def _moved(loosening: Mapping[str, Any]) -> str:
    """Where a limit is moved to: the price that it is moved to is within it."""
    return str(loosening["label"]).replace("under ", "up to ", 1) if loosening["of"] == "price" else loosening["label"]
