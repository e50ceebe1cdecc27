"""Folders with real small files, their manifests, and the shortest way to a bundle."""

import hashlib
import io
import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import save_file

from portal.artifacts.actions import declare_upload, store_folder, write_part
from portal.common.formats.hashing import digest_parts
from portal.common.formats.manifest import FileEntry, Manifest

OWNER = "consortium:1"
PART = 1000  # bytes; tests set UPLOADS["min_part_size"] to 1


class Token(NamedTuple):
    """What the API asks of a token."""

    account_key: str = OWNER
    actor: str = "user:1"
    scopes: frozenset[str] = frozenset({"upload"})


def write_weights(path: Path, *, count: int = 600, seed: int = 0) -> Path:
    """A safetensors file of `count` float32 numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"model.weight": np.random.default_rng(seed).standard_normal(count, dtype=np.float32)}, path)
    return path


def write_folder(folder: Path, *, seed: int = 0) -> Path:
    """A small checkpoint: two shards' worth of parts, a configuration, an empty file, a Korean name."""
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(folder / "model.safetensors", seed=seed)
    (folder / "config.json").write_text('{"model_type": "llama", "hidden_size": 8}', encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "기록").mkdir(exist_ok=True)
    (folder / "기록" / "손실.csv").write_text("step,loss\n0,10.8\n", encoding="utf-8")
    return folder


def manifest_of(folder: Path, *, part_size: int = PART) -> Manifest:
    entries = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digests = digest_parts(path, part_size=part_size)
            name = path.relative_to(folder).as_posix()
            entries.append(FileEntry(name, digests.size, digests.sha256, digests.parts))
    return Manifest(part_size=part_size, files=tuple(entries))


def manifest_from(files: dict[str, bytes], *, part_size: int = PART) -> Manifest:
    entries = []
    for name, data in files.items():
        parts = [data[n : n + part_size] for n in range(0, len(data), part_size)]
        digests = tuple(hashlib.sha256(part).hexdigest() for part in parts)
        entries.append(FileEntry(name, len(data), hashlib.sha256(data).hexdigest(), digests))
    return Manifest(part_size=part_size, files=tuple(entries))


def part_of(data: bytes, number: int, *, part_size: int = PART) -> bytes:
    return data[number * part_size : (number + 1) * part_size]


def send_all(upload, files: dict[str, bytes]) -> int:
    """Send what is missing; returns the bytes sent."""
    sent = 0
    for index, entry in enumerate(upload.plan.files):
        for number in range(len(entry.parts)):
            data = part_of(files[entry.path], number, part_size=upload.plan.part_size)
            if write_part(upload, index=index, number=number, stream=io.BytesIO(data), length=len(data)):
                sent += len(data)
    return sent


def declare(files: dict[str, bytes], *, owner: str = OWNER, part_size: int = PART):
    return declare_upload(manifest_from(files, part_size=part_size), owner=owner, actor="user:1", label="test")


def make_bundle(folder: Path, *, owner: str = OWNER, seed: int = 0):
    """A stored bundle of a small checkpoint."""
    return store_folder(write_folder(folder, seed=seed), owner=owner, actor="system")


def noise(size: int, *, seed: int = 0) -> bytes:
    """Text that differs everywhere."""
    return random.Random(seed).randbytes(size).hex().encode()[:size]
