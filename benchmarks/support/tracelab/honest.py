"""The honest dossiers: what differs between teams that do nothing wrong, and the runs that forgers take from."""

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
    ]


def bare(run: Run) -> Dossier:
    """A final checkpoint and a log, and nothing else: little is shown, and nothing speaks against it."""
    dossier = honest(run, declared=False, deposits_from=None, covered=0.0)
    return dossier.but(checkpoints={run.recipe.steps: run.final})
