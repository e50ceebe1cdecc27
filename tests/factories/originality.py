"""Small decoders of random weights, and what happens to weights on their way into another model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

Tensors = dict[str, np.ndarray]
WORDS = 400


def llama(*, seed: int, layers: int = 3, width: int = 48, units: int = 128, words: int = WORDS) -> Tensors:
    """Weights under the names of Llama, with gains near one."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return random.normal(0, 0.02, (rows, columns)).astype(np.float32)

    tensors = {"model.embed_tokens.weight": matrix(words, width)}
    for layer in range(layers):
        at = f"model.layers.{layer}"
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            tensors[f"{at}.self_attn.{name}.weight"] = matrix(width, width)
        for name in ("gate_proj", "up_proj"):
            tensors[f"{at}.mlp.{name}.weight"] = matrix(units, width)
        tensors[f"{at}.mlp.down_proj.weight"] = matrix(width, units)
        for name in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{at}.{name}.weight"] = random.normal(1, 0.1, width).astype(np.float32)
    tensors["model.norm.weight"] = random.normal(1, 0.1, width).astype(np.float32)
    return tensors


def write_model(folder: Path, tensors: Tensors, *, shards: int = 1, tokenizer: bool = True, name: str = "") -> Path:
    """A folder with config.json, tokenizer.json and the tensors dealt out over shards."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(tensors)
    for index in range(shards):
        part = {key: np.ascontiguousarray(tensors[key]) for key in names[index::shards]}
        save_file(part, folder / f"part-{index}.safetensors")
    layers = len({key.split(".")[2] for key in names if ".layers." in key})
    config = {"model_type": name or "llama", "num_attention_heads": 4, "num_hidden_layers": layers}
    (folder / "config.json").write_text(json.dumps(config))
    if tokenizer:
        rows = tensors.get("model.embed_tokens.weight", np.zeros((WORDS, 1))).shape[0]
        vocabulary = {f"word{index}": index for index in range(rows)}
        merges = [f"w o{index}" for index in range(20)]
        (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary, "merges": merges}}))
    return folder


def fine_tuned(tensors: Tensors, *, seed: int = 1001, share: float = 0.3) -> Tensors:
    """Noise on every matrix, `share` of its spread."""
    random = np.random.default_rng(seed)
    return {
        name: value + (share * value.std() * random.normal(size=value.shape)).astype(np.float32)
        for name, value in tensors.items()
    }


def units_permuted(tensors: Tensors, *, seed: int = 2) -> Tensors:
    """Another order of the hidden units in every layer, which changes nothing the network computes."""
    random = np.random.default_rng(seed)
    changed = dict(tensors)
    for name in tensors:
        if name.endswith("mlp.gate_proj.weight"):
            up, down = name.replace("gate", "up"), name.replace("gate", "down")
            order = random.permutation(len(tensors[name]))
            changed[name], changed[up] = tensors[name][order], tensors[up][order]
            changed[down] = tensors[down][:, order]
    return changed


def residual_rotated(tensors: Tensors, *, seed: int = 3) -> Tensors:
    """Another orthonormal basis of the residual stream; gains are folded away first."""
    width = tensors["model.norm.weight"].size
    basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(width, width)))[0].astype(np.float32)
    changed = {}
    for name, value in tensors.items():
        if value.ndim == 1:
            changed[name] = np.full_like(value, 1.0)
        elif name.endswith(("down_proj.weight", "o_proj.weight")):
            changed[name] = basis.T @ value
        else:
            gain = _gain_before(tensors, name)
            changed[name] = (value * gain) @ basis
    return changed


def _gain_before(tensors: Tensors, name: str) -> np.ndarray | float:
    at = ".".join(name.split(".")[:3])
    if ".mlp." in name:
        return tensors[f"{at}.post_attention_layernorm.weight"]
    return tensors[f"{at}.input_layernorm.weight"] if ".self_attn." in name else 1.0


def layers_taken(tensors: Tensors, order: list[int]) -> Tensors:
    """A model of the given layers of another: dropped, repeated or both."""
    changed = {name: value for name, value in tensors.items() if ".layers." not in name}
    for new, old in enumerate(order):
        prefix = f"model.layers.{old}."
        for name in [name for name in tensors if name.startswith(prefix)]:
            changed[f"model.layers.{new}.{name.removeprefix(prefix)}"] = tensors[name]
    return changed


def renamed(tensors: Tensors, rule: Callable[[str], str]) -> Tensors:
    return {rule(name): value for name, value in tensors.items()}


def signs_flipped(tensors: Tensors, *, seed: int = 4) -> Tensors:
    """Random signs on every unit: the disguise that the exact test cannot see through."""
    random = np.random.default_rng(seed)
    changed = dict(tensors)
    for name in tensors:
        if name.endswith("mlp.up_proj.weight"):
            signs = random.choice([-1.0, 1.0], len(tensors[name])).astype(np.float32)
            down = name.replace("up", "down")
            changed[name], changed[down] = tensors[name] * signs[:, None], tensors[down] * signs
    return changed


def write_logs(folder: Path, *, steps: int = 40, first: float = 6.05) -> Path:
    """A loss that falls from about ln 400, as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{step},{step * 512},{first * 0.97**step:.5f},0.001,1.0" for step in range(1, steps + 1)]
    rows[0] = f"1,512,{first},0.001,1.0"
    (folder / "loss.csv").write_text("step,tokens,loss,learning_rate,grad_norm\n" + "\n".join(rows) + "\n")
    return folder
