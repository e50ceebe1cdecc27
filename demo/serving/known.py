"""Serve a checkpoint that transformers knows: `python known.py WEIGHTS PORT`. The same model as source A, by another way."""

import sys
from collections.abc import Sequence
from typing import Any

import protocol  # type: ignore[import-not-found]  # beside this file in the bundle
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main(weights: str, port: str) -> None:
    model = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(weights, local_files_only=True)

    @torch.inference_mode()
    def logprobs(ids: Sequence[int]) -> Any:
        logits = model(torch.tensor([list(ids)])).logits[0]  # (tokens, vocabulary)
        return logits.float().log_softmax(-1)

    def score(ids: Sequence[int]) -> list[protocol.Scored]:
        return scored(logprobs(ids[:-1]), ids) if len(ids) > 1 else []

    def next_token(ids: Sequence[int]) -> tuple[int, float]:
        best = logprobs(ids)[-1].max(-1)
        return int(best.indices), float(best.values)

    def text(ids: Sequence[int]) -> str:
        return str(tokenizer.decode(list(ids), skip_special_tokens=True))

    serving = protocol.Model("known-1", score, next_token, text, tokenizer.eos_token_id)
    protocol.serve(serving, port=int(port))


def scored(table: Any, ids: Sequence[int]) -> list[protocol.Scored]:
    """`table` is (tokens - 1, vocabulary): what is said before each token but the first."""
    best = table.max(-1)
    own = table.gather(1, torch.tensor(list(ids[1:]))[:, None])[:, 0]
    rows = zip(ids[1:], own.tolist(), best.indices.tolist(), best.values.tolist(), strict=True)
    return [protocol.Scored(*row) for row in rows]


if __name__ == "__main__":
    main(*sys.argv[1:])
