"""Which tower of a multimodal model a tensor belongs to, and what its name is inside of it."""

import re
from collections.abc import Mapping

from originality.core.readers import TensorMeta
from originality.core.roles.tables_towers import AUDIO_ALONE, PREFIXES, VISION_ALONE

Inside = dict[str, tuple[str, str]]  # name → (tower, the rest of the name)

COMPILED = tuple((tower, re.compile(prefix)) for tower, prefix in PREFIXES)
WORDS = re.compile(r".*(?:embed_tokens|word_embeddings|wte|tok_embeddings|token_embedding|embed_in)\.weight")
STACK = re.compile(r"(?:model\.)?(encoder|decoder)\.(?:layers|block|layer)\.\d")
PATCHES = re.compile(VISION_ALONE)
SOUNDS = re.compile(AUDIO_ALONE)


def split_towers(tensors: Mapping[str, TensorMeta]) -> Inside:
    """Cut the prefix of a tower off every name; a tower that stands alone without one is told by its first layer."""
    inside = {name: _place(name) for name in tensors}
    stacks = {found.group(1) for tower, rest in inside.values() if not tower and (found := STACK.match(rest))}
    sound = any(not tower and SOUNDS.fullmatch(rest) for tower, rest in inside.values())
    if sound or stacks == {"encoder", "decoder"}:
        return _apart(inside, "audio" if sound else "encoder")
    return _named_alone(inside, tensors)


def _place(name: str) -> tuple[str, str]:
    for tower, prefix in COMPILED:
        if (found := prefix.match(name)) and found.end() < len(name):
            return tower, name[found.end() :]
    return "", name


def _apart(inside: Inside, tower: str) -> Inside:
    """The encoder of an encoder–decoder model is a tower of its own."""
    begin = re.compile(r"(?:model\.)?encoder\.")
    moved = {name: rest for name, (old, rest) in inside.items() if not old and begin.match(rest)}
    return inside | {name: (tower, rest) for name, rest in moved.items()}


def _named_alone(inside: Inside, tensors: Mapping[str, TensorMeta]) -> Inside:
    """A model without words that begins with patches is a vision tower, with one-dimensional convolutions audio."""
    if any(WORDS.fullmatch(rest) for tower, rest in inside.values() if not tower):
        return inside
    first = [name for name, (tower, rest) in inside.items() if not tower and PATCHES.fullmatch(rest)]
    if not first:
        return inside
    tower = "audio" if len(tensors[first[0]].shape) == 3 else "vision"
    return {name: (old or tower, rest) for name, (old, rest) in inside.items()}
