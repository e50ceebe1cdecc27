"""The whole test set: strangers, kin and the pair of two towers, trained here and written as folders."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.support.laboratory import encoders, initials, strangers
from benchmarks.support.laboratory.keeping import Model, train_all, write
from benchmarks.support.laboratory.kin import Kin, kin_of
from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.laboratory.training import Course, Loss


class Zoo(NamedTuple):
    """Names of folders under `folder`."""

    folder: Path
    made: dict[str, Model]
    strangers: list[str]
    herd: list[str]
    kin: list[Kin]


def make(folder: Path, *, steps: int, cache: Path | None = None, workers: int = 2) -> Zoo:
    """Train the strangers, change them into kin, train those, and write every model into a folder of its name."""
    groups = strangers.groups(steps=steps)
    done = train_all(list(groups.values()), cache=cache, workers=workers)
    trained = dict(zip(groups, done, strict=True))
    made, eyes = strangers.named(trained), trained["eyes"]
    kin = kin_of(made, eyes, steps=steps)
    parents = _parents(eyes, steps=steps)
    finished = _train_kin([*parents, *kin], cache=cache, workers=workers)
    made |= {k.name: k.model(finished[k.name]) for k in [*parents, *kin]}
    made["step-0 of base"] = Model(initials.decoder(strangers.SMALL, seed=1), strangers.SMALL)
    for name, model in made.items():
        write(folder / name, model, shards=2 if name == "fine-tuned" else 1)
    herd = [name for name in made if name.startswith("herd")]
    return Zoo(folder, made, _independent(made, kin, herd), herd, kin)


def _parents(eyes: list[Tensors], *, steps: int) -> list[Kin]:
    """Two models of two towers, each all its owner's: the encoder was trained alone first."""
    return [
        Kin(
            f"towers-{letter}",
            "",
            encoders.two_towers(eyes=strangers.EYES, shape=strangers.BODY, seed=seed)
            | {name: value for name, value in tower.items() if name != "reader.weight"},
            strangers.BODY,
            steps=steps // 2,
            rate=6e-3,
            data="first",
            kind="qwen2_5_vl",
        )
        for letter, seed, tower in zip("ab", (81, 91), eyes, strict=True)
    ]


def _train_kin(kin: Iterable[Kin], *, cache: Path | None, workers: int) -> dict[str, Tensors]:
    """Kin of equal shapes and data share a stack; those that are not trained on stay as they are."""
    finished: dict[str, Tensors] = {}
    stacks: dict[object, tuple[Loss, list[tuple[str, Course]]]] = {}
    for one in kin:
        if not one.steps:
            finished[one.name] = one.start
            continue
        loss, course = one.course()
        key = (one.kind, one.steps, tuple((name, tensor.shape) for name, tensor in sorted(one.start.items())))
        stacks.setdefault(key, (loss, []))[1].append((one.name, course))
    groups = [(loss, [course for _, course in members]) for loss, members in stacks.values()]
    done = train_all(groups, cache=cache, workers=workers)
    for (_, members), tensors in zip(stacks.values(), done, strict=True):
        finished |= {name: t for (name, _), t in zip(members, tensors, strict=True)}
    return finished


def _independent(made: dict[str, Model], kin: list[Kin], herd: list[str]) -> list[str]:
    related = {one.name for one in kin} | {strangers.TWIN.name, "step-0 of base", *herd}
    return [name for name in made if name not in related]


def opened(zoo: Zoo, name: str) -> Model:
    """Return a model whose tensors may be changed."""
    model = zoo.made[name]
    return replace(model, tensors=dict(model.tensors))
