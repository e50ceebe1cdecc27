"""Serve the model of own architecture beside this file: `python own.py WEIGHTS PORT`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import own_model  # type: ignore[import-not-found]  # beside this file in the bundle
import protocol  # type: ignore[import-not-found]  # beside this file in the bundle
import torch
from tokenizers import Tokenizer


def main(weights: str, port: str) -> None:
    model = own_model.load(Path(weights))
    tokenizer = Tokenizer.from_file(str(Path(weights) / "tokenizer.json"))

    @torch.inference_mode()
    def score(ids: Sequence[int]) -> list[protocol.Scored]:
        table = model(torch.tensor([list(ids)]))[0].log_softmax(
            -1
        )  # (tokens, vocabulary): what is said after each token
        best = table.max(-1)
        said = [*ids[1:], int(best.indices[-1])]
        own = table.gather(1, torch.tensor(said)[:, None])[:, 0]
        rows = zip(said, own.tolist(), best.indices.tolist(), best.values.tolist(), strict=True)
        return [protocol.Scored(*row) for row in rows]

    def text(ids: Sequence[int]) -> str:
        return str(tokenizer.decode(list(ids)))

    serving = protocol.Model("gated-recurrence-1", score, text, None)
    protocol.serve(serving, port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
