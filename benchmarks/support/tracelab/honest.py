"""The honest dossiers: what differs between teams that do nothing wrong, and the runs that forgers take from."""

from dataclasses import replace

import torch

from benchmarks.support.tracelab.course import Optimiser, Recipe, Resume
from benchmarks.support.tracelab.dossier import Dossier, honest
from benchmarks.support.tracelab.training import Run
from originality.core.trace.facts import Event

NINE_HOURS = 9 * 3600.0 / 43_200.0  # of a clock in another zone, in seconds of this machine

RESTARTS = (Event(300, "restart", "a node failed"), Event(600, "restart", "maintenance"))
DATA_CHANGE = (Event(400, "data change", "Korean added"),)


def recipes(seed: int) -> list[Recipe]:
    """`seed` moves all seeds: thresholds are found on one set of runs and judged on another."""
    return [
        Recipe("adamw", seed + 1),
        Recipe(
            "muon",
            seed + 2,
            order=2,
            optimiser=Optimiser("muon"),
            schedule="wsd",
            decay_start=600,
        ),
        Recipe("own-compute", seed + 3, order=3),
        Recipe("restarts", seed + 4, order=4, resumes=(Resume(330, 300), Resume(600, 600, pause=2.0))),
        Recipe("data-change", seed + 5, order=5, mixes=((0, "english"), (400, "both"))),
        Recipe("late-deposits", seed + 6, order=6, optimiser=Optimiser(betas=(0.9, 0.999)), schedule="linear"),
        Recipe("averaged", seed + 7, order=7, law="uniform", peak=1.5e-3),
        Recipe("batch-ramp", seed + 8, order=8, batches=((0, 4), (200, 8)), schedule="linear", final=0.0),
        Recipe(
            "rollback",
            seed + 9,
            order=9,
            spike=430,
            resumes=(Resume(450, 400, clock=-NINE_HOURS),),
        ),
        Recipe("lion", seed + 10, order=10, optimiser=Optimiser("lion", (0.9, 0.99)), peak=4e-4, schedule="constant"),
        Recipe("bare", seed + 11, order=11, clip=0.0),
        Recipe("rounded", seed + 12, order=12),
        Recipe("merged-end", seed + 13, order=13),
        Recipe("sgd", seed + 14, order=14, optimiser=Optimiser("sgd", decay=0.0), peak=0.2, schedule="constant"),
        Recipe("lost-part", seed + 16, order=16, resumes=(Resume(520, 400, pause=5.0),)),
        Recipe("forgetful", seed + 15, order=15, spike=520, resumes=(Resume(400, 400, pause=5.0, forgets=True),)),
    ]


def strangers(seed: int) -> list[Recipe]:
    """Runs that no dossier declares: a public model, a better curve, a rate that is not the declared one."""
    return [
        Recipe("foreign", seed + 51, order=21),
        Recipe("other-curve", seed + 52, order=22, mixes=((0, "english"),), peak=4e-4, warmup=10, steps=800),
        Recipe("hidden-rate", seed + 53, order=23, true_rate=5.0),
    ]


def warm_recipe(seed: int) -> Recipe:
    """Another's body under a new vocabulary, trained on."""
    return Recipe("warm", seed + 54, order=24, words="korean")


def continued_recipe(seed: int) -> Recipe:
    """Another's model trained on as it is."""
    return Recipe("continued", seed + 55, order=25)


def honest_dossiers(runs: dict[str, Run]) -> list[Dossier]:
    back = (Event(400, "rollback", "a broken shard"), Event(400, "clock change", "another zone"))
    return [
        honest(runs["adamw"]),
        honest(runs["muon"]),
        honest(runs["own-compute"], form="jsonl", own=True, covered=0.2),
        honest(runs["restarts"], events=RESTARTS),
        honest(runs["data-change"], events=DATA_CHANGE),
        honest(runs["late-deposits"], deposits_from=500, form="jsonl"),
        honest(runs["averaged"], window=10, form="csv", dtype="bfloat16"),
        honest(
            runs["batch-ramp"],
            window=5,
            form="trainer",
            events=(Event(200, "batch change", "from 4 to 8 sequences"),),
        ),
        honest(runs["rollback"], events=back),
        honest(runs["lion"]),
        bare(runs["bare"]),
        honest(clipped(runs["rounded"]), first=1, form="rounded"),
        merged(runs["merged-end"]),
        honest(runs["sgd"], form="jsonl"),
        honest(runs["forgetful"]),
        lost_part(runs["lost-part"]),
        honest(runs["adamw"], form="seoul").but(name="seoul-clock"),
        begun_late(runs["muon"]),
        coarse(runs["own-compute"]),
    ]


def lost_part(run: Run) -> Dossier:
    """A program that resumes cuts its log back to the step where it goes on; what was deposited meanwhile stays deposited."""
    whole = honest(run, form="jsonl", events=(Event(400, "restart", "a node failed"),))
    kept = [row for row in whole.rows if row.segment > 0 or row.step <= 400]
    return whole.but(rows=kept, deposited=whole, cut=True)


def begun_late(run: Run) -> Dossier:
    """The file of the first hundred steps was lost with its disk, before anything of it was deposited."""
    dossier = honest(run, deposits_from=200)
    return dossier.but(name="begun-late", rows=[row for row in dossier.rows if row.step >= 100])


def coarse(run: Run) -> Dossier:
    """Losses that were computed and logged in bfloat16."""
    dossier = honest(run, own=True, covered=0.2)
    rows = [row._replace(values=row.values | _in_bfloat16(row.values)) for row in dossier.rows]
    return dossier.but(name="coarse", rows=rows)


def _in_bfloat16(values: dict[str, float]) -> dict[str, float]:
    names = [name for name in ("loss", "validation_loss", "grad_norm") if name in values]
    return {name: float(torch.tensor(values[name]).bfloat16()) for name in names}


def clipped(run: Run) -> Run:
    """Some programs log the norm after clipping."""
    points = [point._replace(norm=min(point.norm, run.recipe.clip)) for point in run.points]
    return replace(run, points=points)


def merged(run: Run) -> Dossier:
    """The mean of the last three checkpoints is handed in as the end, as many teams do."""
    last = [run.checkpoints[step] for step in sorted(run.checkpoints)[-3:]]
    mean = {name: torch.stack([tensors[name] for tensors in last]).mean(0) for name in last[0]}
    dossier = honest(run)
    return dossier.but(checkpoints=dossier.checkpoints | {run.recipe.steps: mean})


def bare(run: Run) -> Dossier:
    """A final checkpoint and a log, and nothing else: little is shown, and nothing speaks against it."""
    dossier = honest(run, declared=False, deposits_from=None, covered=0.0)
    return dossier.but(checkpoints={run.recipe.steps: run.final})
