"""What a model's configuration may say: nothing that makes a library fetch or run code, no absurd numbers."""

import json
from pathlib import PurePosixPath
from typing import Any

CONFIG_NAMES = frozenset({
    "config.json", "generation_config.json", "tokenizer_config.json", "processor_config.json",
    "preprocessor_config.json", "adapter_config.json",
})  # fmt: skip
MAX_BYTES = 8 << 20
MAX_INTEGER = (1 << 31) - 1
MAX_DEPTH = 32
_CODE_KEYS = frozenset({"auto_map", "custom_pipelines", "trust_remote_code"})
_INTERNAL = "_implementation_internal"
_ATTENTION = ("attn", "attention")


class ConfigError(ValueError):
    """A configuration that is refused; `where` is the path of the key."""

    def __init__(self, where: str, message: str, *, hint: str) -> None:
        super().__init__(f"{where}: {message}. {hint}")
        self.where = where
        self.message = message
        self.hint = hint


def is_config(path: str) -> bool:
    return PurePosixPath(path).name in CONFIG_NAMES


def check_config(raw: bytes, *, name: str) -> None:
    """`name` is the file's path: the bound on numbers holds for config.json alone, where they size memory."""
    document = _parse(raw)
    _check(document, where="$", bounded=PurePosixPath(name).name == "config.json", depth=0)


def _parse(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise ConfigError("$", f"larger than {MAX_BYTES} bytes", hint="A configuration holds settings, not data.")
    try:
        document = json.loads(raw)
    except RecursionError as error:
        raise ConfigError("$", "nested too deeply", hint="Flatten it.") from error
    except ValueError as error:
        raise ConfigError("$", f"not JSON: {error}", hint="Save it again with save_pretrained.") from error
    if not isinstance(document, dict):
        raise ConfigError("$", "not a JSON object", hint="Save it again with save_pretrained.")
    return document


def _check(value: Any, *, where: str, bounded: bool, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ConfigError(where, f"nested deeper than {MAX_DEPTH} levels", hint="Flatten it.")
    if isinstance(value, dict):
        for key, item in value.items():
            _check_key(key, item, where=f"{where}.{key}")
            _check(item, where=f"{where}.{key}", bounded=bounded, depth=depth + 1)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _check(item, where=f"{where}[{place}]", bounded=bounded, depth=depth + 1)
    elif bounded and isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ConfigError(where, f"{str(value)[:24]} is larger than {MAX_INTEGER}", hint="Use the model's real sizes.")


def _check_key(key: str, value: Any, *, where: str) -> None:
    if key in _CODE_KEYS and value:
        raise ConfigError(
            where, "it makes a library run code from the bundle", hint="Use an architecture of transformers."
        )
    if key.endswith(_INTERNAL):
        raise ConfigError(where, "an internal setting", hint="Remove the line.")
    if isinstance(value, str) and "/" in value and any(word in key.lower() for word in _ATTENTION):
        raise ConfigError(where, f"{value!r} would fetch an attention kernel", hint='Use "eager" or "sdpa".')
