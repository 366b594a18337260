"""What the planner asks of an opened catalogue and of the policies, as plain questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.aspects import Aspects
from assistant.llm.embedded.extreme_needs import ExtremeNeeds
from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.needs import NeedReader
from assistant.llm.embedded.policy_talk import PolicyTalk
from assistant.llm.embedded.relation_talk import RelationTalk
from assistant.llm.embedded.superlatives import Superlatives
from assistant.llm.embedded.table_questions import TableQuestions
from assistant.llm.embedded.table_talk import TableTalk
from assistant.naming import named_by, unnamed_thing
from assistant.prompts import Prompts
from assistant.support.policies import Policies
from assistant.titles import TitleIndex
from assistant.turn import Need, ProductFact, SlateFact
from assistant.wishes import words_to_rank_by
from retrieval.engine import Retrieval
from retrieval.query import QueryReader
from retrieval.results import SearchRequest
from retrieval.words import tokens


def table_talk(
    intents: IntentReader,
    reader: QueryReader,
    retrieval: Retrieval,
    policies: Policies,
    prompts: Prompts,
    titles: TitleIndex,
) -> TableTalk:
    """Build what reads a clause by what is on the table.

    Args:
        intents, reader: as the planner has them.
        retrieval: the opened catalogue.
        policies: the shop's.
        prompts: for superlatives and question words.
        titles: of the catalogue.
    """
    needs = NeedReader(intents, reader, retrieval.catalogue.currency, finds_in(retrieval))

    def says(question: str, topic: str) -> bool:
        return bool(policies.answer(question, topic=topic).sections)

    return TableTalk(
        intents,
        reader,
        extremes=ExtremeNeeds(Superlatives(prompts.superlatives(), retrieval.vocabulary()), needs.read),
        questions=TableQuestions(Aspects(prompts.question_words())),
        policies=PolicyTalk(says, unfound_in(retrieval)),
        relations=RelationTalk(reader, titles),
        titled=titled_in(retrieval),
    )


def finds_in(retrieval: Retrieval) -> Callable[[Need], bool]:
    """Whether a need finds anything, asked of the catalogue; every word of its text must be mentioned."""

    def finds(need: Need) -> bool:
        words = words_to_rank_by(need)
        request = SearchRequest(words, need.constraints, need.sort, 1)
        if request.names_kind:
            request = replace(request, words=tuple(words.split()))
        result = retrieval.search(request)
        return result.total > 0 and all(result.mentions.values())

    return finds


def unfound_in(retrieval: Retrieval) -> Callable[[Need], bool]:
    """Whether nothing in the catalogue goes by the name of a need, though some may mention it."""

    def unfound(need: Need) -> bool:
        request = SearchRequest(words_to_rank_by(need), need.constraints, need.sort, 20)
        view = retrieval.view()
        products = [view.catalogue.get(hit.product_id) for hit in view.search(request).hits]
        items = tuple(ProductFact(product, product.default_variant) for product in products)
        return not items or bool(unnamed_thing(SlateFact(need, items, len(items)))[0])

    return unfound


def titled_in(retrieval: Retrieval) -> Callable[[str], str]:
    """The title of the one product that words name: by its brand and its name, or by all of its title."""

    def titled(words: str) -> str:
        said = {token.key for token in tokens(words)}
        view = retrieval.view()
        products = [view.catalogue.get(hit.product_id) for hit in view.search(SearchRequest(words, k=20)).hits]
        named = [product for product in products if named_by(product, said)]
        whole = [product for product in named if {token.key for token in tokens(product.title)} <= said]
        if whole:
            return max((product.title for product in whole), key=len)
        return named[0].title if len(named) == 1 else ""

    return titled
