"""A folder of reference sketches with an index: what they are, where they come from, and the nulls between them."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from originality.core.baselines import Baselines, build_baselines, dump_baselines, load_baselines
from originality.core.compare import Side, examine
from originality.core.errors import InputError
from originality.core.metadata import token_scores
from originality.core.readers import open_folder
from originality.core.scores import raw_scores
from originality.core.sketch import Progress, Sketch, build_sketch, silent
from originality.core.sketchfile import load_sketch, save_sketch
from originality.core.typescores import type_scores
from portal.common.formats.canonical import digest_of
from portal.common.formats.hashing import sha256_of

SCHEMA = "originality-registry/1"
MAX_TEXT = 300


@dataclass(frozen=True)
class Entry:
    """`descends_from` names a declared parent: such a pair is a positive control and never part of a null."""

    name: str
    file: str
    sha256: str
    digest: str
    parameters: int
    family: str
    source: str
    revision: str
    licence: str
    public_since: str
    descends_from: str = ""


def list_entries(folder: Path) -> list[Entry]:
    index = folder / "registry.json"
    if not index.is_file():
        return []
    try:
        document = json.loads(index.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise InputError(f"{index}: schema {document['schema']}, expected {SCHEMA}")
        return [_entry(item) for item in document["entries"]]
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{index}: not a readable registry ({error})") from error


def _entry(item: dict[str, Any]) -> Entry:
    """Take an entry of an index that may have come over the net: its file stands in the folder and nowhere else."""
    entry = Entry(**item)
    if not all(isinstance(value, int if name == "parameters" else str) for name, value in asdict(entry).items()):
        raise ValueError(f"an entry has a field of another type: {entry.name!r}")
    if not entry.file or entry.file != Path(entry.file).name:
        raise ValueError(f"{entry.name!r} names a file outside of the folder")
    return entry


def find_entry(folder: Path, name: str) -> Entry:
    entries = list_entries(folder)
    found = next((entry for entry in entries if entry.name == name), None)
    if found is None:
        known = ", ".join(entry.name for entry in entries) or "none"
        raise InputError(f"{folder}: no reference is called {name!r}; there are {known}")
    return found


def add_entry(
    folder: Path,
    *,
    model: Path,
    name: str,
    source: str,
    revision: str,
    licence: str,
    public_since: str,
    descends_from: str = "",
    progress: Progress = silent,
) -> Entry:
    """Sketch a model, or take a sketch, into the registry; a name is used once."""
    entries = list_entries(folder)
    if any(entry.name == name for entry in entries):
        raise InputError(f"{folder}: {name!r} is already in the registry; give a new revision a new name")
    _check_date(public_since)
    _check_texts(name=name, source=source, revision=revision, licence=licence)
    if descends_from:
        find_entry(folder, descends_from)
    sketch = load_sketch(model) if model.is_file() else build_sketch(open_folder(model), progress=progress)
    if twin := next((entry.name for entry in entries if entry.digest == sketch.digest), None):
        raise InputError(f"{folder}: these weights are already in the registry as {twin!r}")
    if not sketch.whole:
        raise InputError(f"{model}: the sketch is of a part of a model; put the parts together first")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{sketch.digest[:16]}.sketch"
    save_sketch(replace(sketch, label=name), file)
    entry = Entry(
        name, file.name, sha256_of(file), sketch.digest, sketch.parameters, sketch.family,
        source, revision, licence, public_since, descends_from,
    )  # fmt: skip
    _write(folder / "registry.json", {"schema": SCHEMA, "entries": [asdict(item) for item in [*entries, entry]]})
    return entry


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--public-since {text!r} is not a date; write it as 2024-11-01") from error


def _check_texts(**texts: str) -> None:
    for name, text in texts.items():
        if not text.strip() or not text.isprintable() or len(text) > MAX_TEXT:
            raise InputError(f"--{name} {text[:40]!r} must be one line of 1 to {MAX_TEXT} characters")


def entry_configs(folder: Path) -> list[dict[str, Any]]:
    """Return what the sketches know of each reference's config.json."""
    return [load_sketch(folder / entry.file).config for entry in list_entries(folder)]


def registry_state(folder: Path) -> str:
    """SHA-256 of what the nulls depend on: every reference, its content and its declared parent."""
    members = [[entry.name, entry.digest, entry.sha256, entry.descends_from] for entry in list_entries(folder)]
    return digest_of({"schema": SCHEMA, "members": members})


def verify_registry(folder: Path) -> list[str]:
    """Return one line per damaged or missing sketch; an empty list means that every byte is as it was added."""
    if not (folder / "registry.json").is_file():
        raise InputError(f"{folder}: no registry.json; give the folder of a registry")
    faults = []
    for entry in list_entries(folder):
        path = folder / entry.file
        if not path.is_file():
            faults.append(f"{entry.name}: {entry.file} is missing")
        elif sha256_of(path) != entry.sha256:
            faults.append(f"{entry.name}: {entry.file} was changed since it was added")
        elif load_sketch(path).digest != entry.digest:
            faults.append(f"{entry.name}: {entry.file} is the sketch of another model")
    if (made_for := _nulls_made_for(folder)) and made_for != registry_state(folder):
        faults.append("baselines.json belongs to another state of the registry; make it again with `registry nulls`")
    return faults


def _nulls_made_for(folder: Path) -> str:
    """Return the state of the registry that its nulls were made for, or "" when there are none."""
    path = folder / "baselines.json"
    if not path.is_file():
        return ""
    load_baselines(path)
    return str(json.loads(path.read_text(encoding="utf-8")).get("registry", "unknown"))


def make_baselines(folder: Path, *, progress: Progress = silent) -> Baselines:
    """Compare all pairs and write baselines.json: unrelated pairs become nulls, declared descent a positive control."""
    entries = list_entries(folder)
    if not entries:
        raise InputError(f"{folder}: the registry is empty; fill it with `registry add`")
    sketches = {entry.name: load_sketch(folder / entry.file) for entry in entries}
    pairs = null_pairs([(entry.name, entry.descends_from) for entry in entries])
    scores = []
    for index, (a, b, kin) in enumerate(pairs, start=1):
        scores.append((kin, pair_scores(sketches[a], sketches[b], names=(a, b))))
        progress(index, len(pairs), f"{a} – {b}")
    baselines = build_baselines([s for kin, s in scores if not kin], [s for kin, s in scores if kin])
    _write(folder / "baselines.json", dump_baselines(baselines) | {"registry": registry_state(folder)})
    return baselines


def null_pairs(members: list[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Return (a, b, kin) of (name, parent) members: strangers among models without a parent, and each with its parent.

    A descendant would repeat its parent's figures with every stranger, so it only serves as a positive control.
    """
    roots = [name for name, parent in members if not parent]
    strangers = [(a, b, False) for a, b in combinations(roots, 2)]
    return strangers + [(parent, name, True) for name, parent in members if parent]


def pair_scores(a: Sketch, b: Sketch, *, names: tuple[str, str]) -> dict[str, Any]:
    """Return {"pair", "scores", "chance"} of two sketches: bare values that only ever become part of a null."""
    findings = examine(Side(a, None), Side(b, None))
    scores = raw_scores(a, b, gains=findings.gains, rows=findings.tensors, robust=findings.robust)
    chance = {"norm": findings.gains.null_mean} if findings.gains else {}
    for kind, score in type_scores(a, b).items():
        scores[kind], chance[kind] = score.value, score.chance_mean
    return {"pair": list(names), "scores": scores | token_scores(a, b), "chance": chance}


def registry_baselines(folder: Path) -> Baselines | None:
    path = folder / "baselines.json"
    return load_baselines(path) if path.is_file() else None


def _write(path: Path, document: dict[str, Any]) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.rename(path)
