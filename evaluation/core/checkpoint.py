"""What a checkpoint folder may hold, decided before any library opens it.

No pickles, no code, no configuration that makes a library fetch or run code;
every shard is complete. What is refused is refused with the file's name.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.core.errors import CheckpointError, ConfigError
from portal.common.formats.safetensors_header import HeaderError, read_header

PICKLE_SUFFIXES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".h5", ".msgpack"}
CODE_SUFFIXES = {".py", ".pyc", ".so"}
PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
LARGEST_CONFIG = 4 * 1024 * 1024  # bytes; tokenizer.json is not a configuration
DEEPEST_CONFIG = 16
LARGEST_NUMBER = 2**40
BOUNDS = {  # what makes memory before a weight is read
    "hidden_size": 65_536,
    "intermediate_size": 1_048_576,
    "moe_intermediate_size": 1_048_576,
    "num_hidden_layers": 1_024,
    "num_attention_heads": 4_096,
    "num_key_value_heads": 4_096,
    "num_experts": 65_536,
    "num_local_experts": 65_536,
    "n_routed_experts": 65_536,
    "head_dim": 8_192,
    "vocab_size": 4_194_304,
    "max_position_embeddings": 16_777_216,
}
FOREIGN_CODE = ("auto_map", "custom_generate", "custom_pipelines", "trust_remote_code")
CONFIGS = ("config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json")


def check_checkpoint(folder: Path) -> dict[str, Any]:
    """Refuse what must not be loaded; returns the checked `config.json`."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _check_file(path, name=path.relative_to(folder).as_posix())
    configs = {name: read_config(folder / name) for name in CONFIGS if (folder / name).is_file()}
    if "config.json" not in configs:
        raise CheckpointError("config.json", "is missing; hand in the folder that `save_pretrained` writes")
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model")):
        raise CheckpointError("tokenizer.json", "is missing; without the tokenizer the model cannot be asked anything")
    _check_shards(folder)
    return configs["config.json"]


def read_config(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_CONFIG:
        raise ConfigError(path.name, f"is larger than {LARGEST_CONFIG} bytes")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(path.name, f"is not readable as JSON: {error}") from error
    if not isinstance(config, dict):
        raise ConfigError(path.name, "must hold one JSON object")
    for where, message in _violations(config, "$", depth=0):
        raise ConfigError(f"{path.name} {where}", message)
    return config


def _violations(value: Any, where: str, *, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST_CONFIG:
        yield where, f"is nested deeper than {DEEPEST_CONFIG} levels"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _key_violations(key, inner, f"{where}.{key}")
            yield from _violations(inner, f"{where}.{key}", depth=depth + 1)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _violations(inner, f"{where}[{n}]", depth=depth + 1)
    elif isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER and not _is_unlimited_length(where):
        yield where, f"{value} is not a finite number up to {LARGEST_NUMBER}"


def _key_violations(key: str, value: Any, where: str) -> Iterator[tuple[str, str]]:
    if key in FOREIGN_CODE and value:
        yield (
            where,
            "asks for modelling code outside the portal's libraries; that is never run. See the endpoint route.",
        )
    if "attn_implementation" in key or "experts_implementation" in key:
        for text in _texts(value):
            if "/" in text:
                yield where, f"{text!r} would fetch code from a hub; name a built-in attention or leave it out"
    if key in BOUNDS and value is not None and not isinstance(value, dict | list):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not 0 < value <= BOUNDS[key]:
            yield where, f"{value!r} must be a whole number from 1 to {BOUNDS[key]}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _is_unlimited_length(where: str) -> bool:
    """Transformers itself writes 10**30 for "no limit known"; the suite sets the length used."""
    return where == "$.model_max_length"


def _check_file(path: Path, *, name: str) -> None:
    suffix = path.suffix.lower()
    if suffix in CODE_SUFFIXES:
        raise CheckpointError(name, "is program code; a checkpoint holds weights, configuration and the tokenizer only")
    if suffix in PICKLE_SUFFIXES or _starts_like_a_pickle(path):
        raise CheckpointError(name, "may be a pickle, which runs code when read; save the weights as safetensors")
    if suffix == ".safetensors":
        try:
            read_header(path)
        except HeaderError as error:
            raise CheckpointError(name, f"is not a complete safetensors file: {error}") from error


def _starts_like_a_pickle(path: Path) -> bool:
    with path.open("rb") as file:
        return path.suffix != ".safetensors" and file.read(4).startswith(PICKLE_STARTS)


def _check_shards(folder: Path) -> None:
    """Every shard the index names is there; without an index there is exactly one file."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        if not (folder / "model.safetensors").is_file():
            raise CheckpointError("model.safetensors", "is missing, and so is model.safetensors.index.json")
        return
    weight_map = _weight_map(index)
    for shard in sorted(set(weight_map.values())):
        if "/" in shard or not (folder / shard).is_file():
            raise CheckpointError(shard, "is named by model.safetensors.index.json and is not in the checkpoint")
        known = read_header(folder / shard).tensors
        if absent := sorted(name for name, at in weight_map.items() if at == shard and name not in known):
            raise CheckpointError(shard, f"lacks the tensor {absent[0]} that the index places there")


def _weight_map(index: Path) -> dict[str, str]:
    try:
        found = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        return {str(name): str(shard) for name, shard in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(index.name, 'must be a JSON object with "weight_map"') from error
