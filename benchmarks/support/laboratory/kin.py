"""What owners of models do to them, and what somebody does who hides them: every kin has a parent among the strangers."""

from dataclasses import dataclass

import torch

from benchmarks.support.laboratory import changes, encoders, initials, reading
from benchmarks.support.laboratory.keeping import Model
from benchmarks.support.laboratory.network import Shape, Tensors
from benchmarks.support.laboratory.strangers import (
    BODY,
    EYES,
    JOINED_LOSS,
    PLAIN,
    PLAIN_LOSS,
    SMALL,
    SPARSE,
    loss_of,
    pages,
)
from benchmarks.support.laboratory.training import Course, Loss

UPCYCLED = SMALL.but(experts=3, units=256)
FOUND, DISGUISED = "found", "disguised"  # what is asked of a kin: level 2, or level 1 by the scores that need no sign


@dataclass(frozen=True)
class Kin:
    """A kin before its own training; steps 0 leaves the weights as the change made them."""

    name: str
    parent: str
    start: Tensors
    shape: Shape = SMALL
    steps: int = 60
    rate: float = 2e-3
    data: str = "korean"
    words: str = "both"
    asked: str = FOUND
    kind: str = "llama"
    places: tuple[int, ...] = ()
    located: tuple[str, ...] = ()  # the tower or block that holds all that was reused

    def course(self) -> tuple[Loss, Course]:
        if self.kind == "gpt2":
            return PLAIN_LOSS, Course(self.start, self._batches(), self.rate)
        if self.kind == "qwen2_5_vl":
            data = pages(self.data, seed=9, steps=self.steps)
            return JOINED_LOSS, Course(self.start, data, self.rate, slow=(f"{encoders.VISUAL}b", f"{encoders.VISUAL}p"))
        return loss_of(self.shape), Course(self.start, self._batches(), self.rate)

    def _batches(self) -> torch.Tensor:
        return reading.batches(self.data, seed=9, steps=self.steps, words=self.words)

    def model(self, tensors: Tensors) -> Model:
        return Model(tensors, self.shape, words=self.words, places=self.places, kind=self.kind)


def kin_of(made: dict[str, Model], eyes: list[Tensors], *, steps: int) -> list[Kin]:
    base, shape = made["base"].tensors, SMALL
    return [
        *_owners(base, steps=steps),
        *_pruned(base),
        *_moved(base),
        *_mixed(base, made),
        *_sparse(base, made["sparse-a"].tensors),
        *_plain(made["plain-a"].tensors),
        _two_towers(eyes[0]),
        *_hidden(base, shape=shape),
    ]


def _owners(base: Tensors, *, steps: int) -> list[Kin]:
    places = torch.randperm(SMALL.vocabulary, generator=changes.generator(31)).tolist()
    moved = dict(base)
    moved["model.embed_tokens.weight"] = torch.empty_like(base["model.embed_tokens.weight"])
    moved["model.embed_tokens.weight"][places] = base["model.embed_tokens.weight"]
    return [
        Kin("fine-tuned", "base", base),
        Kin("trained on, as many tokens again", "base", base, steps=steps, rate=6e-3, data="second"),
        Kin("stored as bfloat16", "base", {n: t.bfloat16() for n, t in base.items()}, steps=0),
        Kin("quantised to 4 bits", "base", {n: changes.quantised(t, bits=4) for n, t in base.items()}, steps=0),
        Kin("vocabulary in another order", "base", moved, places=tuple(places), steps=0),
        Kin("new vocabulary", "base", fresh(base), words="korean"),
        Kin("gains folded into the matrices", "base", changes.gains_folded(base)),
    ]


def fresh(tensors: Tensors, *, seed: int = 77) -> Tensors:
    """New embeddings, as a new vocabulary needs them."""
    table = tensors["model.embed_tokens.weight"]
    return tensors | {"model.embed_tokens.weight": initials.Dice(seed).matrix(*table.shape)}


def _pruned(base: Tensors) -> list[Kin]:
    return [
        Kin("deeper: layers 0 1 2 1 2 3", "base", changes.layers_taken(base, [0, 1, 2, 1, 2, 3]), SMALL.but(layers=6)),
        Kin("layer 1 dropped", "base", changes.layers_taken(base, [0, 2, 3]), SMALL.but(layers=3)),
        Kin("192 of 256 units kept", "base", changes.units_pruned(base, keep=0.75), SMALL.but(units=192)),
        Kin("56 of 64 channels kept", "base", changes.channels_pruned(base, keep=56), SMALL.but(width=56)),
    ]


def _moved(base: Tensors) -> list[Kin]:
    return [
        Kin("units in another order", "base", changes.units_ordered(base, seed=41)),
        Kin("heads in another order", "base", changes.heads_ordered(base, shape=SMALL, seed=42)),
        Kin("channels in another order", "base", changes.channels_ordered(base, seed=43)),
        Kin("turned, reordered, rescaled", "base", disguised(base)),
        Kin("turned, reordered, new vocabulary", "base", fresh(disguised(base)), words="korean"),
        Kin(
            "turned, deeper: layers 0 1 2 1 2 3",
            "base",
            changes.layers_taken(disguised(base), [0, 1, 2, 1, 2, 3]),
            SMALL.but(layers=6),
        ),
    ]


def disguised(base: Tensors) -> Tensors:
    """Everything at once that leaves the function as it is and the signs alone."""
    turned = changes.heads_ordered(changes.turned(base, seed=44), shape=SMALL, seed=45)
    return changes.scaled(changes.units_ordered(turned, seed=46), seed=47)


def _mixed(base: Tensors, made: dict[str, Model]) -> list[Kin]:
    other, grafted = made["seed-2"].tensors, dict(made["seed-5"].tensors)
    grafted |= {name: base[name] for name in base if "layers.2.mlp." in name}
    return [
        Kin("half merged with an own model", "base", {n: (base[n] + other[n]) / 2 for n in base}),
        Kin("one MLP reused", "base", grafted, located=("mlp 2",)),
    ]


def _sparse(base: Tensors, sparse: Tensors) -> list[Kin]:
    return [
        Kin("dense model made into experts", "base", upcycled(base), UPCYCLED, steps=40, kind="qwen2_moe"),
        Kin("experts in another order", "sparse-a", changes.experts_ordered(sparse, seed=51), SPARSE, kind="qwen2_moe"),
    ]


def upcycled(base: Tensors, *, seed: int = 52) -> Tensors:
    """Every expert is the dense MLP with its units shuffled and half of them initialised again."""
    dice = changes.generator(seed)
    tensors = {name: value for name, value in base.items() if ".mlp." not in name}
    for at in changes.mlps(base):
        tensors[f"{at}gate.weight"] = initials.Dice(seed).matrix(UPCYCLED.experts, SMALL.width)
        for expert in range(UPCYCLED.experts):
            order = torch.randperm(SMALL.units, generator=dice)
            again = initials.mlp(SMALL, dice=initials.Dice(seed + expert), at=at)
            half = torch.randperm(SMALL.units, generator=dice)[: SMALL.units // 2]
            for name, value in changes.taken(base, at, order).items():
                new = value.clone()
                if name.endswith("down_proj.weight"):
                    new[:, half] = again[name][:, half]
                else:
                    new[half] = again[name][half]
                tensors[name.replace(at, f"{at}experts.{expert}.")] = new
    return tensors


def _plain(plain: Tensors) -> list[Kin]:
    return [
        Kin("plain GELU model, fine-tuned", "plain-a", plain, PLAIN, kind="gpt2"),
        Kin(
            "plain GELU model, units reordered",
            "plain-a",
            changes.plain_units_ordered(plain, seed=53),
            PLAIN,
            kind="gpt2",
        ),
    ]


def _two_towers(eyes: Tensors) -> Kin:
    """A decoder of its own initialisation over the encoder of another: what this portal was asked about."""
    own = encoders.two_towers(eyes=EYES, shape=BODY, seed=61)
    own |= {name: value for name, value in eyes.items() if name != "reader.weight"}
    return Kin(
        "encoder reused under an own decoder",
        "towers-a",
        own,
        BODY,
        kind="qwen2_5_vl",
        rate=6e-3,
        steps=120,
        located=("vision",),
    )


def _hidden(base: Tensors, *, shape: Shape) -> list[Kin]:
    signs = changes.queries_flipped(changes.flipped(base, shape=shape, seed=71), shape=shape, seed=72)
    both = changes.queries_flipped(changes.flipped(disguised(base), shape=shape, seed=73), shape=shape, seed=74)
    return [
        Kin("random signs", "base", signs, asked=DISGUISED),
        Kin("turned, reordered, random signs", "base", both, asked=DISGUISED),
    ]
