"""A tiny real language model, a suite of a few items of installed sets, and runs of both."""

import shutil
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from demo.makers import train_from_scratch
from demo.recipes import GARAM, HandIn
from evaluation.actions import SHIPPED, request_run
from evaluation.core.suites import parse_suite
from evaluation.models import EvaluationRun, Suite
from portal.artifacts.actions import store_folder

TINY = replace(
    GARAM,
    name="tiny",
    steps=2,
    checkpoints=(),
    vocabulary=400,
    width=64,
    units=96,
    heads=4,
    kv_heads=2,
    batch=2,
    length=32,
)
OWNER = "consortium:1"
_numbers = count(1)


def tiny_model(folder: Path) -> HandIn:
    """Two training steps of a Llama of width 64: it answers at random, but it answers."""
    return train_from_scratch(folder, recipe=TINY)


@cache
def _shipped() -> str:
    return (SHIPPED / "small-korean.yaml").read_text(encoding="utf-8")


def suite_document(*tasks: str, items: int = 6, **changes: Any) -> dict[str, Any]:
    """The shipped suite cut down to some tasks and few items."""
    document = yaml.safe_load(_shipped())
    wanted = tasks or ("ko_spelling", "ko_foreign_words", "ko_text")
    kept = [task | {"items": items} for task in document["tasks"] if task["name"] in wanted]
    return document | {"name": "tiny-korean", "tasks": kept} | changes


def grouped_document(*tasks: str, items: int = 4, **changes: Any) -> dict[str, Any]:
    """Of the shipped suite with groups, some tasks and few items; by default one task in each of its two groups."""
    document = yaml.safe_load((SHIPPED / "small.yaml").read_text(encoding="utf-8"))
    wanted = tasks or ("ko_knowledge", "en_arithmetic")
    kept = [task | {"items": items} for task in document["tasks"] if task["name"] in wanted]
    used = {task["group"] for task in kept}
    groups = [group for group in document["groups"] if group["name"] in used]
    code = {} if any(task["form"] == "code" for task in kept) else {"code"}
    document = {key: value for key, value in document.items() if key not in code}
    return document | {"name": "tiny-grouped", "tasks": kept, "groups": groups} | changes


def make_suite(document: dict[str, Any] | None = None) -> Suite:
    suite = parse_suite(document or suite_document())
    return Suite.objects.create(name=suite.name, version=suite.version, document=suite.document, digest=suite.digest)


def make_run(checkpoint: Path, *, suite: Suite | None = None, **options: Any) -> EvaluationRun:
    bundle = store_folder(checkpoint, owner=OWNER, actor="user:1")
    defaults = {"key": f"run-{next(_numbers)}", "actor": "user:1"}
    return request_run(bundle, suite=suite or make_suite(), **(defaults | options))


def copy_of(checkpoint: Path, folder: Path) -> Path:
    """A checkpoint that a test may break."""
    return Path(shutil.copytree(checkpoint, folder))


def outcome_of(run: EvaluationRun, *, samples: int, raw: int, value: str = "0.5") -> dict[str, Any]:
    """What `collect` returns for a run, with one value for every metric."""
    metrics = [
        {"task": task["name"], "metric": metric, "value": value, "stderr": "0.1", "n": task["items"]}
        | {"higher_is_better": metric.startswith("acc")}
        for task in run.suite.document["tasks"]
        for metric in task["metrics"]
    ]
    seen = {
        "suite": {"name": run.suite.name, "version": run.suite.version, "digest": run.suite.digest},
        "harness": {"name": "lm-eval", "version": "0.4.13"},
        "libraries": {"torch": "2.13.0"},
        "seeds": run.suite.document["seeds"],
        "limit": run.limit,
        "dtype": "float32",
        "batch_size": 8,
        "max_length": 1024,
        "chat_template": {"applied": False, "sha256": None},
        "architecture": "LlamaForCausalLM",
        "parameters": 8260416,
        "hardware": "cpu x86_64",
    }
    return {"metrics": metrics, "frozen": seen, "seconds": "1.0", "samples": samples, "raw": raw}
