"""Trains the tiny model: `python -m tests.tiny_model.train --facts FILE --out FOLDER`.

Every batch is written by code from its own number, so that a run depends on the seed alone (and on the arithmetic of
the device). It begins with nothing but copying; dialogues come once copying is learnt.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from tests.tiny_model.chat import END, PAD, Dialogue
from tests.tiny_model.dialogues import Writer
from tests.tiny_model.facts import Facts, Halves, load
from tests.tiny_model.tokenizer import VOCABULARY, train_tokenizer

SEED = 7
TEMPLATE = Path(__file__).parent / "model" / "chat_template.jinja"
ROW = 1024
"""Tokens of a row: dialogues one after another."""
COPYING_SHARE, COPYING_LATER = 0.15, 0.25
"""The share of steps that only copy, and of copying in the others."""
WARM_UP, PEAK, DECAY = 200, 2e-3, 0.1
MAX_POSITIONS = 4096
IGNORED = -100
Rows = tuple[torch.Tensor, torch.Tensor]


def config() -> Qwen3Config:
    """A Qwen3 of 5.5 million parameters."""
    return Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        max_position_embeddings=MAX_POSITIONS,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
    )


def encode(tokenizer: Tokenizer, dialogue: Dialogue) -> tuple[list[int], list[int]]:
    """Tokens, and the same where the model has to write them; IGNORED elsewhere."""
    tokens: list[int] = []
    targets: list[int] = []
    for text, written in dialogue.pieces():
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        tokens += ids
        targets += ids if written else [IGNORED] * len(ids)
    return tokens, targets


class Batches(Dataset[Rows]):
    """Batch number i of a run, written when asked for.

    Args:
        halves: the shop; nothing of what is held out comes into a batch.
        tokenizer: of the model.
        steps: of the whole run.
        n_rows: rows of a batch.
    """

    def __init__(self, halves: Halves, tokenizer: Tokenizer, steps: int, n_rows: int) -> None:
        self._halves, self._tokenizer, self._steps, self._n_rows = halves, tokenizer, steps, n_rows

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> Rows:
        draw = random.Random(f"{SEED}:{step}")
        writer = Writer(self._halves.known, draw)
        copying = 1.0 if step < COPYING_SHARE * self._steps else COPYING_LATER
        rows = [self._row(writer, draw, copying) for _ in range(self._n_rows)]
        return torch.tensor([tokens for tokens, _ in rows]), torch.tensor([targets for _, targets in rows])

    def _row(self, writer: Writer, draw: random.Random, copying: float) -> tuple[list[int], list[int]]:
        tokens: list[int] = []
        targets: list[int] = []
        while len(tokens) < ROW:
            dialogue = writer.copying() if draw.random() < copying else writer.dialogue()
            if not self._halves.is_clean("".join(text for text, _ in dialogue.pieces())):
                continue  # Two words put together may make one that is held out.
            more, wanted = encode(self._tokenizer, dialogue)
            tokens += more
            targets += wanted
        return tokens[:ROW], targets[:ROW]


def exact_share(model: Qwen3ForCausalLM, tokenizer: Tokenizer, dialogues: list[Dialogue], device: str) -> float:
    """Share of dialogues of which every call and every word is right, the most likely token taken each time."""
    right = 0
    for dialogue in dialogues:
        tokens, targets = encode(tokenizer, dialogue)
        with torch.no_grad():
            found = model(torch.tensor([tokens], device=device)).logits[0].argmax(-1).tolist()
        right += all(target in (IGNORED, guess) for guess, target in zip(found, targets[1:], strict=False))
    return right / len(dialogues)


def trials(facts: Facts, kind: str, n: int) -> list[Dialogue]:
    """Dialogues for judging: of one kind, or "copying"; nothing in them is made up but names of places."""
    writer = Writer(facts, random.Random(f"trial:{kind}"), invents=0.0)
    return [writer.copying() if kind == "copying" else writer.dialogue(kind) for _ in range(n)]


def judge(model: Qwen3ForCausalLM, tokenizer: Tokenizer, halves: Halves, device: str, n: int) -> dict[str, float]:
    """Exact share of each kind, on what training has not held; "known": on what it may have."""
    model.eval()
    kinds = ("copying", "search", "refine", "several", "sort", "track", "orders", "cancel", "policy", "person", "cart")
    names = (*kinds, "details", "compare", "like", "talk")
    found = {kind: exact_share(model, tokenizer, trials(halves.held, kind, n), device) for kind in names}
    found["known"] = exact_share(model, tokenizer, trials(halves.known, "", n), device)
    model.train()
    return {name: round(share, 3) for name, share in found.items()}


def save(model: Qwen3ForCausalLM, tokenizer: Tokenizer, folder: Path) -> None:
    """Write a folder that vLLM serves."""
    folder.mkdir(parents=True, exist_ok=True)
    clone = Qwen3ForCausalLM(config()).to(torch.bfloat16)
    clone.load_state_dict(model.state_dict())
    clone.generation_config.eos_token_id = 2
    clone.save_pretrained(folder)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=END, pad_token=PAD, clean_up_tokenization_spaces=False
    )
    fast.model_max_length = MAX_POSITIONS
    fast.chat_template = TEMPLATE.read_text()
    fast.save_pretrained(folder)


def rate(step: int, steps: int) -> float:
    """Learning rate as a share of the peak: a warm-up, then half a cosine."""
    return min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps))


def train(halves: Halves, tokenizer: Tokenizer, out: Path, options: argparse.Namespace) -> None:
    """Run it; saves at every fifth of the way."""
    device, steps = options.device, options.steps
    torch.manual_seed(SEED)
    model = Qwen3ForCausalLM(config()).to(device)
    print(sum(weight.numel() for weight in model.parameters()), "parameters", flush=True)  # noqa: T201
    backbone: Any = torch.compile(model.model) if options.compile else model.model
    groups = [
        {"params": [w for w in model.parameters() if w.dim() > 1], "weight_decay": DECAY},
        {"params": [w for w in model.parameters() if w.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.98), fused=device == "cuda")
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
    batches = DataLoader(
        Batches(halves, tokenizer, steps, options.rows),
        batch_size=None,
        num_workers=options.workers,
        prefetch_factor=8 if options.workers else None,
        pin_memory=device == "cuda",
    )
    began = time.perf_counter()
    for step, batch in enumerate(batches):
        tokens, targets = (part.to(device, non_blocking=True) for part in batch)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            hidden = backbone(tokens, use_cache=False).last_hidden_state[:, :-1]
            wanted = targets[:, 1:] != IGNORED
            logits = model.lm_head(hidden[wanted])
        loss = cross_entropy(logits.float(), targets[:, 1:][wanted])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        if step % 50 == 0 or step == steps - 1:
            seconds = time.perf_counter() - began
            print(f"step {step} loss {loss.item():.4f} seconds {seconds:.1f}", flush=True)  # noqa: T201
        if (step + 1) % max(1, steps // 5) == 0 or step == steps - 1:
            exact = judge(model, tokenizer, halves, device, options.judged)
            print(json.dumps({"step": step + 1, **exact}), flush=True)  # noqa: T201
            save(model, tokenizer, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="written by python -m tests.tiny_model.facts FILE")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--rows", type=int, default=64, help="rows of 1,024 tokens in a batch")
    parser.add_argument("--workers", type=int, default=0, help="processes that write batches")
    parser.add_argument("--judged", type=int, default=100, help="dialogues of each kind to judge by")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    halves = load(options.facts)
    writer = Writer(halves.known, random.Random(SEED), invents=0.2)
    texts = ["".join(text for text, _ in writer.dialogue().pieces()) for _ in range(6000)]
    train(halves, train_tokenizer(filter(halves.is_clean, texts)), options.out, options)


if __name__ == "__main__":
    main()
