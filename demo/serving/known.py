"""Serve a checkpoint that transformers knows: `python known.py WEIGHTS PORT`. The same model as source A, by another way."""

import sys
from collections.abc import Sequence

import protocol  # type: ignore[import-not-found]  # beside this file in the bundle
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main(weights: str, port: str) -> None:
    model = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(weights, local_files_only=True)

    @torch.inference_mode()
    def score(ids: Sequence[int]) -> list[protocol.Scored]:
        logits = model(torch.tensor([list(ids)])).logits[0]  # (tokens, vocabulary): what is said after each token
        table = logits.float().log_softmax(-1)
        best = table.max(-1)
        said = [*ids[1:], int(best.indices[-1])]
        own = table.gather(1, torch.tensor(said)[:, None])[:, 0]
        rows = zip(said, own.tolist(), best.indices.tolist(), best.values.tolist(), strict=True)
        return [protocol.Scored(*row) for row in rows]

    def text(ids: Sequence[int]) -> str:
        return str(tokenizer.decode(list(ids), skip_special_tokens=True))

    serving = protocol.Model("known-1", score, text, tokenizer.eos_token_id)
    protocol.serve(serving, port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
