"""The tiny model's own tokenizer: byte-level BPE over words and blanks apart, digits one by one.

A word is the same tokens after a blank, after a quotation mark and at the beginning, so that it can be copied as it
stands from a sentence into JSON.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from tests.tiny_model.chat import CALL, CALLED, END, PAD, START

VOCABULARY = 2048
_PIECES = r"\p{L}+|\p{N}|\s|[^\s\p{L}\p{N}]"


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Train it; ids 0 to 2 are the pad and the two borders of a message."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 2,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    # Not special: the server's parser of tool calls has to read them.
    tokenizer.add_tokens([AddedToken(CALL, normalized=False), AddedToken(CALLED, normalized=False)])
    return tokenizer
