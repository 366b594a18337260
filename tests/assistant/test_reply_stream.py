"""A reply as it streams: whatever pieces a draft comes in, only sentences that the evidence holds are ever shown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.grounding import Facts, Lexicon, split_sentences, tells_more, unsupported
from assistant.replying import Removed, Reply
from tests.assistant.small_shop import FJELL_2, FJELL_4, PRODUCTS, slate

LEXICON = Lexicon.of(PRODUCTS)
EVIDENCE = (slate(FJELL_2, FJELL_4),)
HELD = (
    "The **Norrfell Fjell 2 Tent** costs $199.00. ",
    "It weighs 2.4 kg, e.g. for two. ",
    "It sleeps 2. ",
    "Both are in stock! 🎉 ",
    "Yes. The Fjell 2 is waterproof. ",
    "- The Fjell 4 weighs approx. 4.1 kg\n",
    "| Tent | Weight |\n|---|---|\n| Norrfell Fjell 2 Tent | 2.4 kg |\n",
    "The Fjell 2 weighs 2.4 kg。",
    "Would you like to see more? ",
)
NOT_HELD = (
    "It weighs 1.5 kg. ",
    "The Fjell 2 is made of titanium, e.g. poles. ",
    "See https://evil.example/a.b?c=1. ",
    "No. It is not waterproof. ",
    "- The Fjell 2 costs $99.00\n",
    "| Norrfell Fjell 2 Tent | 9.9 kg |\n",
    "它在德国制造 by Adidas。",
    "It ships tomorrow! ",
    "It has no. 5 heating. ",
)


def _keep(reply: Reply, sentences: list[str], facts: Facts) -> list[str]:
    return reply.keep(sentences, facts, LEXICON, lambda sentence: unsupported(sentence, facts, LEXICON))


def _shown(pieces: list[str]) -> list[list[str]]:
    """What is shown after each piece, and at the end."""
    reply, facts, rows, kept = Reply(), Facts(EVIDENCE), [], []
    for piece in pieces:
        kept += _keep(reply, reply.add(piece), facts)
        rows.append(list(kept))
    rows.append([*kept, *_keep(reply, reply.close(), facts)])
    return rows


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*HELD, *NOT_HELD]), min_size=1, max_size=6), st.data())
def test_at_every_prefix_only_held_sentences_are_shown_and_pieces_do_not_matter(
    drawn: list[str], data: st.DataObject
) -> None:
    draft = "".join(drawn)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(draft)), max_size=12)))
    whole = _shown([draft])[-1]
    rows = _shown([draft[a:b] for a, b in pairwise([0, *cuts, len(draft)])])
    assert rows[-1] == whole
    for shown in rows:
        assert shown == whole[: len(shown)]
    for text in ("1.5", "titanium", "evil", "$99", "9.9", "Adidas", "tomorrow", "heating", "not waterproof"):
        assert text not in "".join(whole)


@example("1?\n 1", {4})
@example("1 \n\n - 1", {2, 3, 5})
@given(st.text(alphabet='aB1 .!?。！”"\n|-ce', max_size=40), st.sets(st.integers(0, 40), max_size=8))
def test_a_text_is_cut_alike_in_any_pieces(text: str, cuts: set[int]) -> None:
    reply, rows = Reply(), []
    for a, b in pairwise([0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]):
        rows += reply.add(text[a:b])
    assert "".join([*rows, reply.buffer]) == text
    assert [row for row in [*rows, reply.buffer] if row] == split_sentences(text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It weighs approx. 5 kg. Nice.", ["It weighs approx. 5 kg. ", "Nice."]),
        ("Es kommt am 3. Mai an. Gut.", ["Es kommt am 3. Mai an. ", "Gut."]),
        ("It is **Hub, 2x USB 3.0,…** at $42.95. Yes.", ["It is **Hub, 2x USB 3.0,…** at $42.95. ", "Yes."]),
        ("Without it there are 7. From here on.", ["Without it there are 7. ", "From here on."]),
        ("Ohne das sind es 7. Und hier.", ["Ohne das sind es 7. ", "Und hier."]),
        ("z. B. rot. Ja. Es ist rot.", ["z. B. rot. ", "Ja. Es ist rot."]),
        ("它防水。有货！好", ["它防水。", "有货！", "好"]),
        ("It weighs 1500 g. It is 3 m. Nice.", ["It weighs 1500 g. ", "It is 3 m. ", "Nice."]),
        ("It is $3.50. “Good.” Two", ["It is $3.50. ", "“Good.” ", "Two"]),
        ("Great! 🎉 It costs $5", ["Great! ", "🎉 It costs $5"]),
        ("No. It is not.", ["No. It is not."]),
        ("See https://a.b/c.d?e=1. Then", ["See https://a.b/c.d?e=1. ", "Then"]),
        ("- one\n- two\n\nthree", ["- one\n", "- two\n\n", "three"]),
    ],
)
def test_sentences_end_where_people_end_them(text: str, cut: list[str]) -> None:
    assert split_sentences(text) == cut


def test_what_was_removed_and_what_is_claimed_is_kept() -> None:
    reply, facts = Reply(), Facts(EVIDENCE)
    _keep(reply, ["The Fjell 2 costs $199.00. ", "It weighs 1.5 kg. "], facts)
    assert reply.text == "The Fjell 2 costs $199.00. "
    assert reply.removed == [Removed("It weighs 1.5 kg. ", "number")]
    assert ("amount", "fjell-2#price") in {(claim.kind, claim.source) for claim in reply.claims}


AGAIN = ("The Fjell 2 weighs 2.4 kg. ", "It sleeps 2. ", "Both are in stock! 🎉 ", "The Fjell 4 weighs 4.1 kg. ")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*HELD, *NOT_HELD]), max_size=4), st.data())
def test_what_is_said_again_in_any_pieces_adds_only_held_sentences_that_tell_more(
    drawn: list[str], data: st.DataObject
) -> None:
    reply, facts = Reply(), Facts(EVIDENCE)
    _keep(reply, reply.add("".join(drawn)), facts)
    _keep(reply, reply.close(), facts)
    first = reply.text
    reply.begin_again()
    again = "".join(data.draw(st.lists(st.sampled_from([*AGAIN, *NOT_HELD]), min_size=1, max_size=5)))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(again)), max_size=8)))
    shown = [first]
    for a, b in pairwise([0, *cuts, len(again)]):
        _keep(reply, reply.add(again[a:b]), facts)
        shown.append(reply.text)
    _keep(reply, reply.close(), facts)
    shown.append(reply.text)
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))
    for text in ("1.5", "titanium", "evil", "$99", "9.9", "Adidas", "tomorrow", "heating", "not waterproof"):
        assert text not in reply.text
    added = split_sentences(reply.text[len(first) :])
    assert all(tells_more(sentence, first) for sentence in added)
    assert reply.text[len(first) : len(first) + 1].isspace() or not added or not first or first[-1].isspace()


@pytest.mark.parametrize(
    ("sentence", "before", "more"),
    [
        ("It weighs 2.4 kg.", "The Fjell 2 weighs 2.4 kg. It sleeps 2.", False),
        ("It weighs 2.5 kg.", "The Fjell 2 weighs 2.4 kg. It sleeps 2.", True),
        ("Here it is.", "Here it is, as you asked!", False),
        ("No, it does not.", "Here it is.", True),
        ("Both are waterproof.", "The Fjell 2 is red. It is waterproof.", False),
        ("It is waterproof and red.", "The Fjell 2 is red. It is waterproof.", True),
        ("它重2.4公斤。", "它重2.4公斤。好。", False),
        ("It is one.", "", True),
    ],
)
def test_a_sentence_tells_more_by_its_words_and_numbers(sentence: str, before: str, *, more: bool) -> None:
    assert tells_more(sentence, before) is more
