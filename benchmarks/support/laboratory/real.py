"""Real models: those that packages carry, one quantised again, and two trained here at their widths with their tokenizers."""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from benchmarks.support.laboratory import initials, reading
from benchmarks.support.laboratory.network import Shape, Tensors, decoder_loss
from benchmarks.support.laboratory.training import Course, train
from demo.packaged import PACKAGED

DECODER = Shape(layers=2, width=576, units=1536, heads=9, kv_heads=3, head=64, vocabulary=4096)
MASKED = 0.15


def packaged(name: str, keep: Path) -> Path | None:
    """Return the folder of a packaged model, made once; None where its package is not installed."""
    found = next(model for model in PACKAGED if model.name == name)
    target = keep / name
    if (target / "model.safetensors").exists():
        return target
    return found.write(target)


def quantised_again(source: Path, keep: Path) -> Path:
    """Put the matrices through another quantisation, of four bits and one scale for 32 numbers, and back."""
    from gguf import GGMLQuantizationType, dequantize, quantize

    target = keep / f"{source.name}, quantised again"
    if (target / "model.safetensors").exists():
        return target
    kind = GGMLQuantizationType.Q4_0
    changed: Tensors = {}
    for name, tensor in load_file(source / "model.safetensors").items():
        changed[name] = tensor
        if tensor.dim() > 1:
            rows = tensor.float().numpy()
            changed[name] = torch.from_numpy(np.array(dequantize(quantize(rows, kind), kind))).bfloat16()
    return _beside(source, target, changed)


def _beside(source: Path, target: Path, tensors: Tensors, **config: Any) -> Path:
    """Write weights with the configuration and the tokenizer of another folder."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    document = json.loads((source / "config.json").read_text(encoding="utf-8")) | config
    (target / "config.json").write_text(json.dumps(document), encoding="utf-8")
    save_file({n: t.contiguous() for n, t in tensors.items()}, target / "model.safetensors", metadata={"format": "pt"})
    return target


def decoder_trained_here(source: Path, keep: Path, *, steps: int) -> Path:
    """Train a decoder of the width of `source` on the first ids of its tokenizer, so that both share token strings."""
    target = keep / f"decoder of width {DECODER.width} trained here"
    if (target / "model.safetensors").exists():
        return target
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    ids = [number for number in _ids(tokenizer) if number < DECODER.vocabulary]
    data = torch.tensor(ids[: steps * 8 * 65]).view(-1, 8, 65)
    course = Course(initials.decoder(DECODER, seed=576), data, rate=1e-3)
    [trained] = train([course], loss=partial(decoder_loss, shape=DECODER))
    print(f"decoder trained here: loss {trained.first_loss:.2f} to {trained.last_loss:.2f}", flush=True)
    return _beside(source, target, trained.tensors, num_hidden_layers=DECODER.layers, vocab_size=DECODER.vocabulary)


def _ids(tokenizer: Tokenizer) -> list[int]:
    return [number for encoded in tokenizer.encode_batch_fast(list(reading.lines("english"))) for number in encoded.ids]


def bert_trained_here(source: Path, keep: Path, *, steps: int) -> Path:
    """Train a BERT of the width of `source` with its tokenizer on masked tokens."""
    from transformers import BertConfig, BertForMaskedLM

    target = keep / "BERT of width 384 trained here"
    if (target / "model.safetensors").exists():
        return target
    shape = json.loads((source / "config.json").read_text(encoding="utf-8"))
    kept = {key: shape[key] for key in ("hidden_size", "intermediate_size", "num_attention_heads", "vocab_size")}
    torch.manual_seed(384)
    model = BertForMaskedLM(BertConfig(**kept, num_hidden_layers=4, max_position_embeddings=128))
    losses = _unmask(model, Tokenizer.from_file(str(source / "tokenizer.json")), steps=steps)
    print(f"BERT trained here: loss {losses[0]:.2f} to {np.mean(losses[-5:]):.2f}", flush=True)
    tensors = {name: value for name, value in model.bert.state_dict().items() if value.dtype == torch.float32}
    return _beside(source, target, tensors, num_hidden_layers=4, max_position_embeddings=128)


def _unmask(model: Any, tokenizer: Tokenizer, *, steps: int) -> list[float]:
    """Hide some tokens behind one mark and learn to write them."""
    tokenizer.no_padding()
    data = torch.tensor(_ids(tokenizer)[: steps * 8 * 64]).view(-1, 8, 64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
    dice, losses = torch.Generator().manual_seed(1), []
    for step, ids in enumerate(data):
        hidden = torch.rand(ids.shape, generator=dice) < MASKED
        loss = model(input_ids=ids.masked_fill(hidden, 103), labels=ids.masked_fill(~hidden, -100)).loss
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = 5e-4 * min(1.0, (step + 1) / 5)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
