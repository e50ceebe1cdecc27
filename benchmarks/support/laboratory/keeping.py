"""Trained models kept by the digest of everything that went into them, and models written as folders that anybody can read."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from benchmarks.support.laboratory import reading
from benchmarks.support.laboratory.network import Shape, Tensors
from benchmarks.support.laboratory.training import Course, Loss, Trained, train

HERE = Path(__file__).parent
SOURCES = ("network.py", "encoders.py", "training.py")
TOGETHER = 6  # models in one stack


@dataclass(frozen=True)
class Model:
    """What a folder is made of; `places` moves the ids of the tokenizer, `config` overrides its entries."""

    tensors: Tensors
    shape: Shape
    words: str = "both"
    places: tuple[int, ...] = ()
    kind: str = "llama"
    config: dict[str, Any] = field(default_factory=dict)


def train_all(groups: list[tuple[Loss, list[Course]]], *, cache: Path | None, workers: int) -> list[list[Tensors]]:
    """Train groups of equal shapes, several processes of one thread each; what `cache` holds already is not trained again."""
    places = [[_place(cache, course, loss) for course in courses] for loss, courses in groups]
    wanted = [
        (g, part)
        for g, group in enumerate(places)
        for part in _parts([i for i, place in enumerate(group) if place is None or not place.exists()])
    ]
    found: dict[tuple[int, int], Tensors] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_train, groups[g][0], [_packed(groups[g][1][i]) for i in part]) for g, part in wanted]
        for (g, part), job in zip(wanted, jobs, strict=True):
            for i, tensors in zip(part, job.result(), strict=True):
                found[g, i] = {name: torch.from_numpy(value) for name, value in tensors.items()}
                if (place := places[g][i]) is not None:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    save_file(found[g, i], place)
    return [
        [found.get((g, i)) or load_file(str(place)) for i, place in enumerate(group)] for g, group in enumerate(places)
    ]


def _parts(wanted: list[int]) -> Iterator[list[int]]:
    """Deal them out evenly, so that two processes have the same work."""
    count = -(-len(wanted) // TOGETHER)
    for part in range(count):
        yield wanted[part::count]


def _packed(course: Course) -> Course:
    """Numpy travels between processes as bytes; torch would open a file per tensor."""
    start: Any = {name: tensor.numpy() for name, tensor in course.start.items()}
    data: Any = course.data.numpy()
    return Course(start, data, course.rate, course.slow)


def _train(loss: Loss, packed: list[Course]) -> list[dict[str, np.ndarray]]:
    torch.set_num_threads(1)
    courses = [
        Course(
            {name: torch.from_numpy(np.array(value)) for name, value in course.start.items()},
            torch.from_numpy(np.array(course.data)),
            course.rate,
            course.slow,
        )
        for course in packed
    ]
    done: list[Trained] = train(courses, loss=loss)
    return [{name: tensor.numpy() for name, tensor in trained.tensors.items()} for trained in done]


def _place(cache: Path | None, course: Course, loss: Loss) -> Path | None:
    if cache is None:
        return None
    text = hashlib.sha256()
    for source in SOURCES:
        text.update((HERE / source).read_bytes())
    text.update(f"{loss.func.__name__} {loss.keywords} {course.rate} {course.slow}".encode())
    for name, tensor in sorted(course.start.items()):
        text.update(name.encode() + str(tuple(tensor.shape)).encode() + tensor.contiguous().numpy().tobytes())
    text.update(course.data.contiguous().numpy().tobytes())
    return cache / f"{text.hexdigest()[:24]}.safetensors"


def write(folder: Path, model: Model, *, shards: int = 1) -> Path:
    """Write config.json, tokenizer.json and the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(model.tensors)
    for shard in range(shards):
        part = {name: model.tensors[name].contiguous() for name in names[shard::shards]}
        save_file(part, folder / f"model-{shard + 1:05d}-of-{shards:05d}.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config(model), indent=1), encoding="utf-8")
    document = json.loads(reading.tokenizer(model.words).to_str())
    if model.places:
        words = document["model"]["vocab"]
        document["model"]["vocab"] = {word: model.places[number] for word, number in words.items()}
    (folder / "tokenizer.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def config(model: Model) -> dict[str, Any]:
    shape = model.shape
    values: dict[str, Any] = {
        "model_type": model.kind,
        "hidden_size": shape.width,
        "intermediate_size": shape.units,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head,
        "vocab_size": shape.vocabulary,
        "tie_word_embeddings": True,
    }
    if shape.experts:
        values |= {"num_experts": shape.experts, "num_experts_per_tok": shape.active}
    return values | model.config
