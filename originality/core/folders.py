"""A model folder before its weights: is it whole, what stands beside the weights, and why it cannot be read if it cannot."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from originality.core.errors import InputError
from originality.core.sizes import checked_sizes, tower_sizes

SIZES = (
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
    "vocab_size", "max_position_embeddings",
)  # fmt: skip
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
MAX_LEGAL_BYTES = 1 << 20
MAX_LINES = 20
MAX_TEXT = 200
_SHARD = re.compile(r"(.*)-(\d{3,6})-of-(\d{3,6})\.safetensors")
_LEGAL = re.compile(r"(licen[cs]e|notice|copying|third[-_ ]?party[-_ ]?notices?)([-_.].*)?", re.IGNORECASE)
_HOLDER = re.compile(r"^\W*(?:spdx-filecopyrighttext:\s*)?(copyright\s.*\d{4}.*)$", re.IGNORECASE | re.MULTILINE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive, as torch saves pickles; convert it to safetensors, pickles are never opened"),
    (b"\x80\x02", "a pickle under another name; convert it to safetensors, pickles are never opened"),
    (b"\x80\x03", "a pickle under another name; convert it to safetensors, pickles are never opened"),
    (b"\x80\x04", "a pickle under another name; convert it to safetensors, pickles are never opened"),
    (b"\x80\x05", "a pickle under another name; convert it to safetensors, pickles are never opened"),
    (b"Salted__", "encrypted (OpenSSL); decrypt it first"),
    (b"age-encryption.org/", "encrypted (age); decrypt it first"),
    (b"-----BEGIN PGP", "encrypted or signed (PGP); decrypt it first"),
    (b"version https://git-lfs", "a Git LFS pointer instead of the weights; fetch the file itself"),
    (b"GGUF", "a GGUF file; convert it to safetensors"),
    (b"\x89HDF", "an HDF5 file; convert it to safetensors"),
    (b"\x1f\x8b", "compressed (gzip); unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd); unpack it first"),
    (b"<!DOCTYPE", "a web page instead of the weights; download it again"),
    (b"<html", "a web page instead of the weights; download it again"),
)


def weight_files(folder: Path) -> list[Path]:
    """Return the shards in the order of their names; InputError says what is missing or stands there instead."""
    files = sorted(folder.glob("**/*.safetensors"))
    if not files:
        raise InputError(_why_no_weights(folder))
    _check_numbering(files)
    for index in _indices(folder):
        missing = sorted(name for name in set(index.values()) if not (folder / name).is_file())
        if missing:
            raise InputError(f"{folder}: the index names {missing[0]}, which is not there; send the missing shard")
    return files


def check_index(folder: Path, held: set[str]) -> None:
    """Every tensor that an index promises must stand in a shard: a part that is not there was not compared."""
    for index in _indices(folder):
        if missing := sorted(set(index) - held):
            raise InputError(
                f"{folder}: the index names tensor {missing[0]}, which no shard holds; send the whole model"
            )


def _indices(folder: Path) -> list[dict[str, str]]:
    """The weight maps at the top of the folder, tensor name → file name."""
    maps = [read_json(file).get("weight_map") for file in sorted(folder.glob("*.safetensors.index.json"))]
    return [{str(name): str(file) for name, file in found.items()} for found in maps if isinstance(found, dict)]


def _check_numbering(files: list[Path]) -> None:
    """Shards say how many they are, so a missing one shows without an index."""
    found: dict[tuple[Path, str, int], set[int]] = {}
    for file in files:
        if match := _SHARD.fullmatch(file.name):
            found.setdefault((file.parent, match[1], int(match[3])), set()).add(int(match[2]))
    for (parent, prefix, count), numbers in found.items():
        if lacking := next((n for n in range(1, min(count, 99_999) + 1) if n not in numbers), None):
            raise InputError(f"{parent}: shard {lacking} of {count} of {prefix!r} is not there; send the missing shard")


def _why_no_weights(folder: Path) -> str:
    if folder.is_file():
        return f"{folder}: is a file; give the model's folder, or a sketch made with `sketch`"
    if not folder.is_dir():
        return f"{folder}: no such folder; give a model folder with *.safetensors or a .sketch file"
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    if not files:
        return f"{folder}: the folder is empty; give a model folder with *.safetensors"
    pickles = [file.name for file in files if file.suffix.lower() in PICKLES]
    if pickles:
        return f"{folder}: only pickle files ({pickles[0]}); convert them to safetensors, pickles are never opened"
    known = ((file.name, what_it_is(file)) for file in files[:1_000])
    other = next((f"; {name} is {what}" for name, what in known if what), "")
    return f"{folder}: no *.safetensors file{other}"


def what_it_is(file: Path) -> str:
    """Return what a file that is no safetensors file looks like from its first bytes, or ""."""
    with file.open("rb") as stream:
        start = stream.read(64)
    return next((text for magic, text in _MAGIC if start.startswith(magic)), "")


def unread_files(folder: Path) -> list[str]:
    """Pickles beside the safetensors: they are never opened, and a report has to say that they are there."""
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICKLES and file.is_file())
    return [_line(file.name) for file in found if not _harmless(file)][:MAX_LINES]


def _harmless(file: Path) -> bool:
    """Arguments and schedules of a trainer weigh nothing; a part of a model does."""
    return file.stat().st_size < 64 << 10


def read_config(folder: Path) -> dict[str, Any]:
    """Keep the fields the engine knows, where they have the type it expects: the file comes from anybody."""
    document = read_json(folder / "config.json")
    sizes = {key: document[key] for key in SIZES if _is_size(document.get(key))}
    names = document.get("architectures")
    auto_map = document.get("auto_map")
    return sizes | {
        "model_type": str(document.get("model_type", ""))[:MAX_TEXT],
        "architectures": [_line(str(name)) for name in names][:MAX_LINES] if isinstance(names, list) else [],
        "auto_map": sorted(_line(str(key)) for key in auto_map)[:MAX_LINES] if isinstance(auto_map, dict) else [],
        "towers": tower_sizes(document),
        "legal": legal_files(folder),
        "unread": unread_files(folder),
    }


def checked_config(config: Any) -> dict[str, Any]:
    """Return the config of a sketch that anybody may have made; ValueError where a field is not of its type."""
    legal, texts = config.get("legal", []), [config.get(key, []) for key in ("architectures", "auto_map", "unread")]
    sizes = [config[key] for key in SIZES if key in config]
    lines = [*texts, *[item["holders"] for item in legal]]
    words = [str(item[key]) for item in legal for key in ("name", "sha256", "title")]
    good = all(map(_is_size, sizes)) and isinstance(config.get("model_type", ""), str)
    good = good and checked_sizes(config.get("towers", {}))
    if not good or not all(isinstance(found, list) and all(isinstance(text, str) for text in found) for found in lines):
        raise ValueError("a field of its config is not of the type it has to be")
    if any(len(text) > MAX_TEXT for text in [*words, *[text for found in lines for text in found]]):
        raise ValueError("a text in its config is too long")
    return dict(config)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 31


def legal_files(folder: Path) -> list[dict[str, Any]]:
    """LICENSE and NOTICE at the top of the folder: name, digest, title, and the lines that name a holder of rights."""
    found = sorted(file for file in folder.iterdir() if _LEGAL.fullmatch(file.name) and file.is_file())
    return [_legal_file(file) for file in found[:MAX_LINES] if file.stat().st_size <= MAX_LEGAL_BYTES]


def _legal_file(file: Path) -> dict[str, Any]:
    raw = file.read_bytes()
    text = raw.decode("utf-8", "replace")
    title = next((line for line in text.splitlines() if line.strip()), "")
    holders = list(dict.fromkeys(_line(match[1]) for match in _HOLDER.finditer(text)))
    digest = hashlib.sha256(raw).hexdigest()
    return {"name": _line(file.name), "sha256": digest, "title": _line(title), "holders": holders[:MAX_LINES]}


def _line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split()).encode("utf-8", "replace").decode()[:MAX_TEXT]


def read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error})") from error
    return document if isinstance(document, dict) else {}
