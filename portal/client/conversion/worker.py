"""The process that reads foreign checkpoints: started by `portal-upload convert`, without token and without network use.

    python -m portal.client.conversion.worker write SOURCE TARGET SHARD_SIZE
    python -m portal.client.conversion.worker compare SOURCE TARGET SHARD_SIZE

It prints one JSON object per line: {"total": bytes}, {"done": bytes} and, last, {"result": …} or {"error": …}.
`compare` is another run of another process: it trusts nothing that `write` remembers, only the headers of what it wrote.
"""

import json
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any, BinaryIO

from portal.client.conversion.distributed import is_distributed, read_distributed
from portal.client.conversion.layout import Shard, index_of, plan
from portal.client.conversion.reading import Found, Item, files_of_torch, read_files
from portal.client.errors import ClientError
from portal.client.words import _
from portal.common.formats.safetensors_header import read_header

INDEX = "model.safetensors.index.json"
SPARE = 64 << 20  # bytes that stay free beside the output


def main(arguments: list[str]) -> int:
    mode, source, target, shard_size = arguments
    try:
        run = {"write": write, "compare": compare}[mode]
        _say(result=run(Path(source), Path(target), shard_size=int(shard_size)))
    except ClientError as error:
        _say(error={"detail": error.detail, "where": error.where, "hint": error.hint})
        return 1
    except OSError as error:
        _say(error={"detail": str(error), "where": str(error.filename or target), "hint": ""})
        return 1
    return 0


def write(source: Path, target: Path, *, shard_size: int) -> dict[str, Any]:
    """Each file appears under its name when it is whole."""
    parts = parts_of(source)
    total = sum(item.tensor.size for found in parts.values() for item in found.items)
    _require_room(target, total=total)
    _say(total=total)
    files = 0
    for name, found in parts.items():
        folder = target / name if name else target
        folder.mkdir(parents=True, exist_ok=True)
        shards = plan([item.tensor for item in found.items], shard_size=shard_size)
        items = {item.tensor.name: item for item in found.items}
        for shard in shards:
            _write_shard(folder, shard, items)
        if len(shards) > 1:
            (folder / INDEX).write_bytes(index_of(shards, total=sum(item.tensor.size for item in found.items)))
        files += len(shards)
    left_out = sorted({name for found in parts.values() for name in found.left_out})
    return {**_facts(parts, total=total), "files": files, "left_out": left_out}


def compare(source: Path, target: Path, *, shard_size: int) -> dict[str, Any]:
    """Every byte of every tensor once more, from the source and from what was written."""
    parts = parts_of(source)
    total = sum(item.tensor.size for found in parts.values() for item in found.items)
    _say(total=total)
    for name, found in parts.items():
        _compare_folder(target / name if name else target, found)
    return _facts(parts, total=total)


def parts_of(source: Path) -> dict[str, Found]:
    """Folders of the output with what goes there: one, or one per rank where ranks were saved apart."""
    if is_distributed(source):
        return {"": read_distributed(source)}
    ranks = sorted(path for path in source.glob("mp_rank_*") if path.is_dir()) if source.is_dir() else []
    parts = {path.name: read_files(files_of_torch(path)) for path in ranks} or {"": read_files(files_of_torch(source))}
    if empty := [name for name, found in parts.items() if not found.items]:
        raise ClientError(
            _("There are no weights in it."),
            where=str(source / empty[0]),
            hint=_("Name a folder with .bin or .pt files, or with the .metadata of a distributed checkpoint."),
        )
    return parts


def _facts(parts: dict[str, Found], *, total: int) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tensors = sum(len(found.items) for found in parts.values())
    return {"tensors": tensors, "bytes": total, "peak_memory": peak, "ranks": len(parts)}


def _write_shard(folder: Path, shard: Shard, items: dict[str, Item]) -> None:
    partial = folder / f"{shard.name}.part"
    with partial.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shard.size)
        file.write(shard.header)
        for name, offset in shard.offsets.items():
            for position, data in items[name].runs():
                file.seek(offset + position)
                file.write(data)
                _say(done=len(data))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / shard.name)


def _compare_folder(folder: Path, found: Found) -> None:
    files = sorted(folder.glob("*.safetensors"))
    headers = {path: read_header(path) for path in files}
    places = {name: (path, info) for path, header in headers.items() for name, info in header.tensors.items()}
    for item in found.items:
        path, info = places.pop(item.tensor.name)
        if (info.dtype, info.shape) != (item.tensor.dtype, item.tensor.shape):
            raise _differs(item, path)
        with path.open("rb") as file:
            _compare_tensor(item, file, start=headers[path].data_start + info.begin, path=path)
    if places:
        raise ClientError(_("The output holds a tensor that the source does not have."), where=min(places))


def _compare_tensor(item: Item, file: BinaryIO, *, start: int, path: Path) -> None:
    for position, data in item.runs():
        file.seek(start + position)
        if file.read(len(data)) != data:
            raise _differs(item, path)
        _say(done=len(data))


def _differs(item: Item, path: Path) -> ClientError:
    text = _("The tensor {name} is not what the source holds.").format(name=item.tensor.name)
    return ClientError(text, where=str(path), hint=_("Check disk and memory of this machine, and convert again."))


def _require_room(target: Path, *, total: int) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise ClientError(_("The folder for the output is not empty."), where=str(target), hint=_("Name a new folder."))
    free = shutil.disk_usage(target).free
    if free < total + SPARE:
        raise ClientError(
            _("The output needs {needed} bytes, {free} are free.").format(needed=total + SPARE, free=free),
            where=str(target),
            hint=_("Name a folder on a larger disk."),
        )


def _say(**message: Any) -> None:
    print(json.dumps(message, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
