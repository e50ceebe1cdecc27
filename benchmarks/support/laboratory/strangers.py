"""Models that share nothing but what strangers share: data and order, tokenizer, width, recipe."""

from functools import partial
from typing import NamedTuple

import torch

from benchmarks.support.laboratory import encoders, initials, reading
from benchmarks.support.laboratory.keeping import Model
from benchmarks.support.laboratory.network import Shape, Tensors, decoder_loss
from benchmarks.support.laboratory.training import Course, Loss

SMALL = Shape()
DEEP = SMALL.but(layers=6)
WIDE = SMALL.but(units=320)
SPARSE = SMALL.but(layers=3, units=96, experts=4, shared=1)
PLAIN = SMALL.but(layers=3)
EYES = Shape(layers=3, units=192, kv_heads=4)
BODY = SMALL.but(layers=3)
HERD = Shape(layers=2, units=128)


class Start(NamedTuple):
    """One model before training: `data` says what distinguishes it from its neighbours."""

    name: str
    seed: int
    data: str = "first"
    order: int = 0
    law: str = "normal"
    words: str = "both"


DECODERS = (
    Start("base", 1),
    Start("seed-2", 2),
    Start("seed-3", 3),
    Start("seed-4", 4),
    Start("seed-5", 5),
    Start("data-6", 6, data="second"),
    Start("data-7", 7, data="second", order=3),
    Start("korean-8", 8, data="korean"),
    Start("uniform-9", 9, law="uniform"),
    Start("words-10", 10, data="korean", words="korean"),
)
TWIN = Start("twin-1", 1, data="second", order=4)  # the seed of `base`, other data: no reuse, and yet the same coins


def decoder_course(start: Start, *, shape: Shape, steps: int) -> Course:
    data = reading.batches(start.data, seed=start.order, steps=steps, words=start.words)
    return Course(initials.decoder(shape, seed=start.seed, law=start.law), data)


def loss_of(shape: Shape) -> Loss:
    return partial(decoder_loss, shape=shape)


def pages(kind: str, *, seed: int, steps: int) -> torch.Tensor:
    """Return (steps, batch, symbols, 1 + patch): the ids, and what the encoder sees of them."""
    ids = reading.batches(kind, seed=seed, steps=steps, batch=12, length=encoders.SYMBOLS - 1)
    return torch.cat([ids[..., None].float(), encoders.page(ids)], dim=-1)


def reader_course(seed: int, *, steps: int) -> Course:
    """An encoder that learns to read; its last layer is thrown away afterwards."""
    reader = {"reader.weight": initials.Dice(seed + 50).matrix(SMALL.vocabulary, EYES.width)}
    return Course(encoders.tower(EYES, seed=seed) | reader, pages("first", seed=seed, steps=steps))


def plain_course(seed: int, *, steps: int) -> Course:
    return Course(encoders.plain(PLAIN, seed=seed), reading.batches("first", seed=0, steps=steps))


PLAIN_LOSS: Loss = partial(encoders.plain_loss, shape=PLAIN)
READER_LOSS: Loss = partial(encoders.reading_loss, shape=EYES)
JOINED_LOSS: Loss = partial(encoders.joined_loss, eyes=EYES, shape=BODY)


def groups(*, steps: int) -> dict[str, tuple[Loss, list[Course]]]:
    """Everything that starts from its own step 0, by shape."""
    short = steps * 2 // 3
    odd = (Start("", 11), Start("", 12))
    return {
        "small": (loss_of(SMALL), [decoder_course(s, shape=SMALL, steps=steps) for s in (*DECODERS, TWIN)]),
        "deep": (loss_of(DEEP), [decoder_course(odd[0], shape=DEEP, steps=short)]),
        "wide": (loss_of(WIDE), [decoder_course(odd[1], shape=WIDE, steps=short)]),
        "sparse": (loss_of(SPARSE), [decoder_course(Start("", s), shape=SPARSE, steps=short) for s in (13, 14)]),
        "plain": (PLAIN_LOSS, [plain_course(seed, steps=short) for seed in (15, 16)]),
        "eyes": (READER_LOSS, [reader_course(seed, steps=short) for seed in (17, 18)]),
        "herd": (loss_of(HERD), [decoder_course(Start("", 20 + s), shape=HERD, steps=short) for s in range(16)]),
    }


def named(trained: dict[str, list[Tensors]]) -> dict[str, Model]:
    """Give the trained tensors their names, shapes and tokenizers."""
    made = {s.name: Model(t, SMALL, words=s.words) for s, t in zip((*DECODERS, TWIN), trained["small"], strict=True)}
    made |= {"deep-11": Model(trained["deep"][0], DEEP), "wide-12": Model(trained["wide"][0], WIDE)}
    for letter, tensors in zip("ab", trained["sparse"], strict=True):
        made[f"sparse-{letter}"] = Model(tensors, SPARSE, kind="qwen2_moe")
    for letter, tensors in zip("ab", trained["plain"], strict=True):
        made[f"plain-{letter}"] = Model(tensors, PLAIN, kind="gpt2")
    return made | {f"herd-{i:02d}": Model(t, HERD) for i, t in enumerate(trained["herd"])}
