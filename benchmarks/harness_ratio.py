"""The same model evaluated through the portal and by calling lm-eval directly: equal figures, and what the portal's way costs.

    python benchmarks/harness_ratio.py [--items 16] [--pairs 3] [--model FOLDER]

The real SmolLM2-135M-Instruct out of its package is handed in, and tasks of the shipped suite `small` (choices, a text, sums that
are written out) are asked: by a worker of the portal in jobs, and by `lm_eval.simple_evaluate` with the same arguments. Figures
must be equal in every digit. Processor seconds are compared beyond start-up, pair by pair: of the portal everything counts that the
worker and all its children use (locks, hashing, storing, joining), less what a worker uses that finds no work and what the
children use until the model is ready. lm-eval's own report on its machine runs in processes of its own and is not counted.
Ends with 1 if a figure differs or the median of the ratios is above 1.05.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # waiting threads burn processor time that belongs to nobody
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.meters import run_measured  # noqa: E402
from benchmarks.support.site import Site, portal_site  # noqa: E402

DIRECT = Path(__file__).parent / "support" / "direct_harness.py"
FORMS = ("choices", "text", "generate")
MOST = 1.05
DRAIN = (sys.executable, "manage.py", "run_worker", "--drain", "--every", "0.2")


class Measured(NamedTuple):
    """Figures by (task, metric): value and standard error; processor seconds beyond start-up, and those of asking alone."""

    figures: dict[tuple[str, str], tuple[float, float | None]]
    seconds: float
    asking: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=16, help="items of each task")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--model", type=Path, help="folder of another checkpoint, for trying out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, portal_site(Path(folder)) as site:
        model = options.model or _smollm2(Path(folder) / "model")
        suite = cut_suite(options.items)
        pairs = [_pair(site, model, suite, number) for number in range(options.pairs)]
    return report(pairs)


def _smollm2(folder: Path) -> Path:
    import torch

    from demo.makers import reference_smollm2

    return Path(reference_smollm2(folder, dtype=torch.float32).folder)


def cut_suite(items: int) -> dict[str, Any]:
    """The shipped suite with so many items of each task that the harness itself scores."""
    import yaml

    from evaluation.actions import SHIPPED

    document: dict[str, Any] = yaml.safe_load((SHIPPED / "small.yaml").read_text(encoding="utf-8"))
    tasks = [task | {"items": min(items, task["items"])} for task in document["tasks"] if task["form"] in FORMS]
    groups = {task["group"] for task in tasks}
    kept = {key: value for key, value in document.items() if key != "code"}
    return kept | {
        "name": "small-cut",
        "tasks": tasks,
        "groups": [group for group in document["groups"] if group["name"] in groups],
    }


def _pair(site: Site, model: Path, suite: Mapping[str, Any], number: int) -> tuple[Measured, Measured]:
    through = portal(site, model, suite, number)
    alone = direct(site, model, suite, number)
    print(
        f"pair {number + 1}: portal {through.seconds:.2f} s ({through.asking:.2f} s of it asking the model), "
        f"lm-eval {alone.seconds:.2f} s",
        flush=True,
    )
    return through, alone


def portal(site: Site, model: Path, suite: Mapping[str, Any], number: int) -> Measured:
    """Ask for the run, let one worker do it, and read what is recorded."""
    from evaluation.actions import request_run
    from evaluation.models import Suite
    from evaluation.selectors import parts_of
    from portal.artifacts.actions import store_folder
    from portal.common.formats.canonical import digest_of

    bundle = store_folder(model, owner="consortium:1", actor="system")
    fields = {"document": dict(suite), "digest": digest_of(suite)}
    row, _ = Suite.objects.get_or_create(name=suite["name"], version=suite["version"], defaults=fields)
    idle = run_measured(DRAIN, env=site.environment, cwd=ROOT)
    run = request_run(bundle, suite=row, key=f"pair-{number}", actor="system")
    done = run_measured(DRAIN, env=site.environment, cwd=ROOT)
    run.refresh_from_db()
    if run.job.state != "succeeded":
        raise SystemExit(f"The run ended as {run.job.state}: {run.job.error}")
    told = [(part.job.outcome or {})["processor_seconds"] for part in parts_of(run)]
    starting, asking = (sum(float(one[name]) for one in told) for name in ("starting", "asking"))
    figures = {
        (row.task, row.metric): (float(row.value), float(row.stderr) if row.stderr else None)
        for row in run.results.all()
    }
    return Measured(figures, done.cpu - idle.cpu - starting, asking)


def direct(site: Site, model: Path, suite: Mapping[str, Any], number: int) -> Measured:
    from evaluation.core.harness import BOOTSTRAP
    from evaluation.core.run import OFFLINE
    from evaluation.core.suites import metric_key, parse_suite
    from evaluation.core.tasks import build_tasks

    parsed, folder = parse_suite(dict(suite)), site.folder / f"direct-{number}"
    build_tasks(parsed, folder / "tasks")
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    spec = {
        "folder": str(model),
        "tasks_folder": str(folder / "tasks"),
        "tasks": [task.name for task in parsed.tasks],
        "dtype": parsed.model.dtype,
        "batch_size": parsed.model.batch_size,
        "max_length": min(config["max_position_embeddings"], parsed.model.max_length),
        "seeds": parsed.seeds._asdict(),
        "bootstrap": BOOTSTRAP,
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    command = [sys.executable, str(DIRECT), str(folder / "spec.json"), str(folder / "out.json")]
    run_measured(command, env=site.environment | OFFLINE | {"HF_HOME": str(folder / "hf")}, cwd=ROOT)
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    figures = {}
    for task in parsed.tasks:
        for metric in task.metrics:
            name, _, taken_after = metric_key(task, metric).partition(",")
            told = found["results"][task.name]
            stderr = told.get(f"{name}_stderr,{taken_after}", "N/A")
            figures[task.name, metric] = (told[f"{name},{taken_after}"], None if stderr == "N/A" else stderr)
    seconds = found["processor_seconds"]["asking"]
    return Measured(figures, seconds, seconds)


def report(pairs: list[tuple[Measured, Measured]]) -> int:
    differing = [
        (key, through.figures.get(key), alone.figures[key])
        for through, alone in pairs
        for key in alone.figures
        if through.figures.get(key) != alone.figures[key]
    ]
    for (task, metric), (value, stderr) in pairs[0][1].figures.items():
        print(f"  {task:24} {metric:14} {value!r} ± {stderr!r}")
    print(f"figures compared {sum(len(alone.figures) for _, alone in pairs)}, different {len(differing)}")
    for key, through, alone in differing:
        print(f"  {key}: portal {through}, lm-eval {alone}")
    ratios = [through.seconds / alone.seconds for through, alone in pairs]
    middle = statistics.median(ratios)
    print(f"processor seconds, portal / lm-eval: {', '.join(f'{ratio:.3f}' for ratio in ratios)}; median {middle:.3f}")
    return 1 if differing or middle > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
