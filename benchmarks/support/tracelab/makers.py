"""Train all runs of a set, several processes of one thread each, and make the dossiers from them."""

import pickle
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.tracelab.course import Recipe
from benchmarks.support.tracelab.dossier import Dossier
from benchmarks.support.tracelab.forgeries import FORGERS, Material, warm_start
from benchmarks.support.tracelab.honest import continued_recipe, honest_dossiers, recipes, strangers, warm_recipe
from benchmarks.support.tracelab.training import Run, train


def runs_of(seed: int, *, workers: int, cache: Path | None = None) -> dict[str, Run]:
    """Every run by name; the warm start begins where the foreign one ended. `cache` holds runs of our own making only."""
    first = [*strangers(seed), *recipes(seed)]
    runs = {run.recipe.name: run for run in trained(((r, None) for r in first), workers=workers, cache=cache)}
    warm, onward = warm_recipe(seed), continued_recipe(seed)
    body = runs["foreign"].final
    second = [(warm, warm_start(warm, body=body)), (onward, body)]
    return runs | {run.recipe.name: run for run in trained(second, workers=workers, cache=cache)}


def trained(wanted: Iterable[tuple[Recipe, Tensors | None]], *, workers: int, cache: Path | None) -> list[Run]:
    wanted = list(wanted)
    places = [cache / f"{recipe.name}-{recipe.seed}.run" if cache else None for recipe, _ in wanted]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [
            None if place and place.exists() else pool.submit(_packed, recipe, start)
            for place, (recipe, start) in zip(places, wanted, strict=True)
        ]
        return [_held(job.result() if job else None, place) for job, place in zip(jobs, places, strict=True)]


def _packed(recipe: Recipe, start: Tensors | None) -> bytes:
    """A pickle travels between processes in one piece; torch would open a file per tensor."""
    return pickle.dumps(train(recipe, start=start))


def _held(packed: bytes | None, place: Path | None) -> Run:
    if packed is None and place is not None:
        packed = place.read_bytes()
    elif place is not None and packed is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(packed)
    run: Run = pickle.loads(packed or b"")  # noqa: S301 - written by this program
    return run


def dossiers(runs: dict[str, Run], *, seed: int) -> tuple[list[Dossier], list[Dossier]]:
    """Return the honest and the forged ones."""
    material = Material(runs, seed)
    return honest_dossiers(runs), [forger(material, name) for name, forger in FORGERS.items()]
