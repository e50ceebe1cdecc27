"""A real model from its checkpoint and through a server of its own: the same accuracy, the same written answers.

    python benchmarks/served_model.py [--items 12] [--model FOLDER]

The real SmolLM2-135M-Instruct out of its package answers tasks of the shipped suite `small` (choices in Korean and English, a
text, sums that are written out), once loaded by the harness (source A) and once served by `demo/serving/known.py` behind walls
of its own, asked over the completions protocol through the guard (source B). Ends with 1 when an accuracy or an exact match
differs, when a log-probability differs by more than 1e-3, or when counts of tokens read do. Times are printed, not judged.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from evaluation.core.run import OFFLINE  # noqa: E402
from tests.factories.endpoints import conduct, lay_out, small_suite  # noqa: E402

TASKS = ("ko_knowledge", "en_knowledge", "ko_passages", "ko_arithmetic")
EXACT = ("acc", "acc_norm", "exact_match")
CLOSE = 1e-3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=12, help="items of each task")
    parser.add_argument("--model", type=Path, help="folder of another checkpoint, for trying out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or _smollm2(Path(folder) / "model")
        suite = small_suite(*TASKS, items=options.items)
        loaded = _loaded(Path(folder) / "loaded", model=model, suite=suite)
        served = _served(Path(folder) / "served", model=model, suite=suite)
        return report(loaded, served)


def _smollm2(folder: Path) -> Path:
    import torch

    from demo.makers import reference_smollm2

    return Path(reference_smollm2(folder, dtype=torch.float32).folder)


def _loaded(folder: Path, *, model: Path, suite: dict[str, Any]) -> dict[str, Any]:
    folder.mkdir()
    (folder / "checkpoint").symlink_to(model)
    spec = {"schema": "evaluation-spec/2", "suite": suite, "source": {"kind": "checkpoint", "folder": "checkpoint"}}
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    own = {name: os.environ[name] for name in ("PATH", "OMP_NUM_THREADS")}
    own |= {"PYTHONPATH": str(ROOT), "HOME": str(folder)} | OFFLINE
    began = time.monotonic()
    command = [sys.executable, "-m", "evaluation.core.run", "spec.json"]
    subprocess.run(command, cwd=folder, env=own, check=True, capture_output=True)
    return _found(folder, seconds=time.monotonic() - began)


def _served(folder: Path, *, model: Path, suite: dict[str, Any]) -> dict[str, Any]:
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    longest = min(config["max_position_embeddings"], suite["model"]["max_length"])
    options = {"start_seconds": 600, "request_seconds": 600, "needs": {"gpus": 0, "memory_gb": 8}}
    lay_out(folder, weights=model, name="known", suite=suite, max_length=longest, **options)
    began = time.monotonic()
    done = conduct(folder)
    if done.code != 0:
        raise SystemExit(f"The served run ended with {done.code}:\n{done.output[-3000:]}")
    shutil.rmtree(folder / "weights")
    return _found(folder, seconds=time.monotonic() - began) | {"endpoint": done.read("endpoint.json")}


def _found(folder: Path, *, seconds: float) -> dict[str, Any]:
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    figures = {(row["task"], row["metric"]): float(row["value"]) for row in result["metrics"]}
    usage = [[row[key] for key in ("task", "requests", "tokens_in", "truncated")] for row in result["usage"]]
    with gzip.open(folder / "samples.jsonl.gz", "rt", encoding="utf-8") as file:
        samples = {(row["task"], row["doc_id"]): row["resps"] for row in map(json.loads, file)}
    return {"figures": figures, "usage": usage, "samples": samples, "seconds": seconds}


def report(loaded: dict[str, Any], served: dict[str, Any]) -> int:
    wrong = []
    for key, known in loaded["figures"].items():
        found = served["figures"].get(key)
        equal = found is not None and (found == known if key[1] in EXACT else abs(found - known) <= CLOSE)
        shown = "missing" if found is None else f"{found:.6f}"
        print(f"{key[0]:24} {key[1]:16} {known:10.6f} {shown:>10} {'' if equal else '!'}")
        wrong += [] if equal else [key]
    gaps = [abs(a - b) for key in loaded["samples"] for a, b in _pairs(loaded["samples"][key], served["samples"][key])]
    texts = sum(_texts(loaded["samples"][key]) != _texts(served["samples"][key]) for key in loaded["samples"])
    print(f"largest difference of {len(gaps)} log-probabilities: {max(gaps):.2e}; written answers that differ: {texts}")
    counted = loaded["usage"] == served["usage"]
    print(f"tokens read are counted alike: {counted}; guard: {served['endpoint']}")
    print(f"seconds: checkpoint {loaded['seconds']:.0f}, served {served['seconds']:.0f}")
    return int(bool(wrong) or max(gaps) > CLOSE or texts > 0 or not counted)


def _pairs(first: Any, second: Any) -> Iterator[tuple[float, float]]:
    """Numbers at the same places of two nested lists."""
    if isinstance(first, list):
        for a, b in zip(first, second, strict=True):
            yield from _pairs(a, b)
    elif isinstance(first, float):
        yield first, float(second)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) and value not in {"True", "False"} else []


if __name__ == "__main__":
    sys.exit(main())
