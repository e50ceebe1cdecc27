"""Serve the model of own architecture beside this file: `python own.py WEIGHTS PORT`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import own_model  # type: ignore[import-not-found]  # beside this file in the bundle
import protocol  # type: ignore[import-not-found]  # beside this file in the bundle
import torch
from tokenizers import Tokenizer


def main(weights: str, port: str) -> None:
    model = own_model.load(Path(weights))
    tokenizer = Tokenizer.from_file(str(Path(weights) / "tokenizer.json"))

    @torch.inference_mode()
    def logprobs(ids: Sequence[int]) -> Any:
        return model(torch.tensor([list(ids)]))[0].log_softmax(-1)  # (tokens, vocabulary)

    def score(ids: Sequence[int]) -> list[protocol.Scored]:
        if len(ids) < 2:
            return []
        table = logprobs(ids[:-1])
        best = table.max(-1)
        own = table.gather(1, torch.tensor(list(ids[1:]))[:, None])[:, 0]
        rows = zip(ids[1:], own.tolist(), best.indices.tolist(), best.values.tolist(), strict=True)
        return [protocol.Scored(*row) for row in rows]

    def next_token(ids: Sequence[int]) -> tuple[int, float]:
        best = logprobs(ids)[-1].max(-1)
        return int(best.indices), float(best.values)

    def text(ids: Sequence[int]) -> str:
        return str(tokenizer.decode(list(ids)))

    serving = protocol.Model("gated-recurrence-1", score, next_token, text, None)
    protocol.serve(serving, port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
