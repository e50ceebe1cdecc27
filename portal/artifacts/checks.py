"""What must hold for the files of a bundle before it exists. Needs no database; nothing is unpickled or executed."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from portal.artifacts.errors import ArtifactError
from portal.common.formats.config_policy import MAX_BYTES, ConfigError, check_config, is_config
from portal.common.formats.file_policy import FilePolicyError, check_content, check_name
from portal.common.formats.safetensors_header import HeaderError, read_header

INDEX = ".safetensors.index.json"
MAX_INDEX_BYTES = 64 << 20
_RESEND = "The file is not a whole safetensors file. Save it again and push; only changed files are sent."


def check_names(paths: Iterable[str]) -> None:
    for path in paths:
        try:
            check_name(path)
        except FilePolicyError as error:
            raise refused(path, error.message, hint=error.hint) from error


def check_file(path: Path, *, name: str) -> None:
    """Compare a stored file with what its name in the bundle promises."""
    try:
        check_name(name)
        check_content(path, name)
    except FilePolicyError as error:
        raise refused(name, error.message, hint=error.hint) from error
    if name.endswith(".safetensors"):
        _check_header(path, name=name)
    if is_config(name):
        _check_config(path, name=name)


def check_indexes(names: Iterable[str], locate: Callable[[str], Path]) -> None:
    """Every shard that an index names is there and holds the tensors it is said to hold."""
    known = set(names)
    for name in sorted(known):
        if name.endswith(INDEX):
            _check_index(name, known=known, locate=locate)


def refused(name: str, message: str, *, hint: str) -> ArtifactError:
    return ArtifactError("file_refused", f"The file is not accepted: {message}.", where=name, hint=hint)


def _check_header(path: Path, *, name: str) -> None:
    try:
        read_header(path)
    except HeaderError as error:
        raise refused(name, str(error), hint=_RESEND) from error


def _check_config(path: Path, *, name: str) -> None:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    try:
        check_config(raw, name=name)
    except ConfigError as error:
        raise refused(name, f"{error.where}: {error.message}", hint=error.hint) from error


def _check_index(name: str, *, known: set[str], locate: Callable[[str], Path]) -> None:
    folder = PurePosixPath(name).parent
    tensors: dict[str, set[str]] = {}
    for tensor, shard in _weight_map(locate(name), name=name).items():
        tensors.setdefault(str(folder / str(shard)), set()).add(tensor)
    for shard, expected in sorted(tensors.items()):
        if shard not in known:
            raise refused(
                name, f"it names the shard {shard}, which is not in the bundle", hint="Push all shards together."
            )
        if absent := expected - set(read_header(locate(shard)).tensors):
            raise refused(shard, f"it does not hold the tensor {min(absent)!r} that {name} places there", hint=_RESEND)


def _weight_map(path: Path, *, name: str) -> dict[str, Any]:
    if path.stat().st_size > MAX_INDEX_BYTES:
        raise refused(name, f"larger than {MAX_INDEX_BYTES} bytes", hint="An index lists tensors only.")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise refused(name, "not JSON", hint="Save it again with save_pretrained.") from error
    weights = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(weights, dict):
        raise refused(name, "it has no weight_map", hint="Save it again with save_pretrained.")
    return weights
