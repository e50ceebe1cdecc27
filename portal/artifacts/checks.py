"""What must hold for the files of a bundle before it exists. Needs no database; nothing is unpickled or executed."""

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple

from portal.artifacts.errors import ArtifactError
from portal.artifacts.second_reader import SecondOpinionError, SecondReader
from portal.common.formats import config_policy, tokenizer_policy
from portal.common.formats.archives import ArchiveError, check_archive, is_archive
from portal.common.formats.config_policy import ConfigError
from portal.common.formats.file_policy import HEAD, FilePolicyError, check_head, check_name
from portal.common.formats.foreign_text import shown
from portal.common.formats.safetensors_header import HeaderError, parse_header, read_raw_header
from portal.common.formats.tokenizer_policy import TokenizerError

WEIGHTS = ".safetensors"
INDEX = ".safetensors.index.json"
MAX_INDEX_BYTES = 64 << 20
_RESEND = "The file is not a whole safetensors file. Save it again and push; only changed files are sent."
_SAVE_AGAIN = "Save it again with save_pretrained."


class Content(NamedTuple):
    """What the cross-check needs: the tensors of a shard, or the shards that an index names (tensor -> shard)."""

    tensors: frozenset[str] | None = None
    weight_map: Mapping[str, str] | None = None


def check_names(paths: Iterable[str]) -> None:
    for path in paths:
        try:
            check_name(path, archives=True)
        except FilePolicyError as error:
            raise refused(path, error.message, hint=error.hint) from error


def check_content(stream: BinaryIO, *, name: str, size: int, second: SecondReader) -> Content:
    """Compare a seekable stream of `size` bytes, from its start, with what its name in the bundle promises."""
    try:
        check_name(name, archives=True)
        check_head(name, stream.read(HEAD))
    except FilePolicyError as error:
        raise refused(name, error.message, hint=error.hint) from error
    stream.seek(0)
    if is_archive(name):
        _check_archive(stream, name=name)
        return Content()
    if name.endswith(WEIGHTS):
        return Content(tensors=_tensors(stream, name=name, size=size, second=second))
    if name.endswith(INDEX):
        return Content(weight_map=_weight_map(stream, name=name, size=size))
    if config_policy.is_config(name):
        _check_config(stream, name=name)
    elif tokenizer_policy.is_tokenizer(name):
        _check_tokenizer(stream, name=name, size=size)
    return Content()


def check_indexes(contents: Mapping[str, Content]) -> None:
    """Every shard that an index names is there and holds its tensors; no tensor stands in two shards of an index."""
    for name, content in sorted(contents.items()):
        if content.weight_map is not None:
            _check_index(name, content.weight_map, contents=contents)


def check_known_size(size: int, *, name: str, declared: int) -> None:
    """Bytes that are here already are not sent again: only the declaration speaks for their size."""
    if size != declared:
        raise refused(name, f"its digest is that of {size} bytes, declared are {declared}", hint="Hash the file again.")


def refused(name: str, message: str, *, hint: str) -> ArtifactError:
    return ArtifactError("file_refused", f"The file is not accepted: {shown(message)}.", where=name, hint=hint)


def _tensors(stream: BinaryIO, *, name: str, size: int, second: SecondReader) -> frozenset[str]:
    """Ours first: what it refuses, the library never sees."""
    try:
        raw = read_raw_header(stream, file_size=size)
        header = parse_header(raw, file_size=size)
        second.check(raw, header, size=size)
    except HeaderError as error:
        raise refused(name, str(error), hint=_RESEND) from error
    except SecondOpinionError as error:
        raise refused(name, f"the safetensors library says: {error}", hint=_RESEND) from error
    return frozenset(header.tensors)


def _check_archive(stream: BinaryIO, *, name: str) -> None:
    """Read it once to its end: names, sizes and checksums of all members. Nothing is written anywhere."""
    try:
        check_archive(stream, name=name)
    except ArchiveError as error:
        raise refused(name, f"{error.where}: {error.message}", hint=error.hint) from error


def _check_config(stream: BinaryIO, *, name: str) -> None:
    try:
        config_policy.check_config(stream.read(config_policy.MAX_BYTES + 1), name=name)
    except ConfigError as error:
        raise refused(name, f"{error.where}: {error.message}", hint=error.hint) from error


def _check_tokenizer(stream: BinaryIO, *, name: str, size: int) -> None:
    try:
        tokenizer_policy.check_size(size)
        tokenizer_policy.check_tokenizer(stream.read(), name=name)
    except TokenizerError as error:
        raise refused(name, f"{error.where}: {error.message}", hint=error.hint) from error


def _check_index(name: str, weight_map: Mapping[str, str], *, contents: Mapping[str, Content]) -> None:
    folder = PurePosixPath(name).parent
    placed: dict[str, set[str]] = {}
    for tensor, shard in weight_map.items():
        placed.setdefault(str(folder / shard), set()).add(tensor)
    held: dict[str, str] = {}
    for shard, expected in sorted(placed.items()):
        tensors = contents[shard].tensors if shard in contents else None
        if tensors is None:
            raise refused(
                name, f"it names the shard {shard}, which is not in the bundle", hint="Push all shards together."
            )
        if absent := expected - tensors:
            raise refused(shard, f"it does not hold the tensor {min(absent)!r} that {name} places there", hint=_RESEND)
        if twice := tensors & held.keys():
            tensor = min(twice)
            hint = "Which of the two counts would depend on the reader. Save the shards again."
            raise refused(shard, f"it holds the tensor {tensor!r}, which {held[tensor]} holds too", hint=hint)
        held |= dict.fromkeys(tensors, shard)


def _weight_map(stream: BinaryIO, *, name: str, size: int) -> dict[str, str]:
    if size > MAX_INDEX_BYTES:
        raise refused(name, f"larger than {MAX_INDEX_BYTES} bytes", hint="An index lists tensors only.")
    try:
        document: Any = json.loads(stream.read())
    except (ValueError, RecursionError) as error:
        raise refused(name, "not JSON", hint=_SAVE_AGAIN) from error
    weights = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(weights, dict) or not all(isinstance(shard, str) for shard in weights.values()):
        raise refused(name, "it has no weight_map of texts", hint=_SAVE_AGAIN)
    return weights
