"""What a checkpoint folder may hold, decided before any library opens it.

The rules of uploads hold again here, for a run trusts nothing but its folder:
no pickles, no configuration that makes a library fetch or run code, every
shard complete. Sizes that take memory before a weight is read are bounded.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.core.errors import CheckpointError, ConfigError
from portal.common.formats import config_policy, file_policy
from portal.common.formats.safetensors_header import HeaderError, read_header

BOUNDS = {
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
CONFIGS = ("config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json")
FOREIGN_CODE = "custom_generate"
KERNEL_KEYS = ("attn_implementation", "experts_implementation")


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
    with path.open("rb") as file:
        raw = file.read(config_policy.MAX_BYTES + 1)
    try:
        config_policy.check_config(raw, name=path.name)
    except config_policy.ConfigError as error:
        raise ConfigError(f"{path.name} {error.where}", f"{error.message}. {error.hint}") from error
    config: dict[str, Any] = json.loads(raw)
    for where, message in _violations(config, "$"):
        raise ConfigError(f"{path.name} {where}", message)
    return config


def _violations(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """What matters only to a folder that is about to be loaded."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _key_violations(key, inner, f"{where}.{key}")
            yield from _violations(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _violations(inner, f"{where}[{n}]")
    elif isinstance(value, float) and not abs(value) < 2.0**128:
        yield where, f"{value} does not fit a 32-bit float"


def _key_violations(key: str, value: Any, where: str) -> Iterator[tuple[str, str]]:
    if key == FOREIGN_CODE and value:
        yield where, "asks for generation code outside the portal's libraries; that is never run"
    if any(word in key for word in KERNEL_KEYS) and isinstance(value, Mapping):
        yield where, "must be one name; a built-in attention needs no table"
    if key in BOUNDS and value is not None and not isinstance(value, dict | list):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not 0 < value <= BOUNDS[key]:
            yield where, f"{value!r} must be a whole number from 1 to {BOUNDS[key]}"


def _check_file(path: Path, *, name: str) -> None:
    try:
        file_policy.check_name(name)
        file_policy.check_content(path, name)
    except file_policy.FilePolicyError as error:
        raise CheckpointError(name, f"{error.message}. {error.hint}") from error
    if path.suffix == ".safetensors":
        try:
            read_header(path)
        except HeaderError as error:
            raise CheckpointError(name, f"is not a complete safetensors file: {error}") from error


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
