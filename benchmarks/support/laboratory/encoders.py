"""Small encoders of patches, and the model that joins one to a decoder.

An image is a page of symbols: every token id has a texture of its own, and noise lies over the page. An encoder learns to read
the symbols; in a model of two towers the decoder sees the page first and then writes what stands on it.
"""

import torch
from torch.nn import functional

from benchmarks.support.laboratory.initials import Dice, decoder
from benchmarks.support.laboratory.network import EPSILON, Shape, Tensors, attend, decoder_stream, gated, rms, split

PATCH = 3 * 2 * 4 * 4  # colours × frames × pixels, as one row
SYMBOLS = 16  # patches on a page
NOISE = 0.7
VISUAL, LANGUAGE = "model.visual.", "model.language_model."


def page(ids: torch.Tensor) -> torch.Tensor:
    """Return the noisy patches (…, symbols, PATCH) of ids (…, symbols); the noise follows from the ids."""
    textures = torch.randn(1024, PATCH, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(*ids.shape, PATCH, generator=torch.Generator().manual_seed(int(ids.sum())))
    return textures[ids] + NOISE * noise


def tower(shape: Shape, *, seed: int, prefix: str = VISUAL) -> Tensors:
    """An encoder with RMSNorm, SwiGLU and one matrix for query, key and value, as Qwen2.5-VL names them."""
    dice, width = Dice(seed), shape.width
    tensors = {f"{prefix}patch_embed.proj.weight": dice.matrix(width, 3, 2, 4, 4)}
    for layer in range(shape.layers):
        at = f"{prefix}blocks.{layer}."
        tensors |= {
            f"{at}norm1.weight": torch.ones(width),
            f"{at}norm2.weight": torch.ones(width),
            f"{at}attn.qkv.weight": dice.matrix(3 * width, width),
            f"{at}attn.qkv.bias": torch.zeros(3 * width),
            f"{at}attn.proj.weight": dice.matrix(width, width),
            f"{at}attn.proj.bias": torch.zeros(width),
            f"{at}mlp.gate_proj.weight": dice.matrix(shape.units, width),
            f"{at}mlp.up_proj.weight": dice.matrix(shape.units, width),
            f"{at}mlp.down_proj.weight": dice.matrix(width, shape.units),
        }
    return tensors


def merger(shape: Shape, *, seed: int, prefix: str = VISUAL) -> Tensors:
    dice, width = Dice(seed), shape.width
    return {
        f"{prefix}merger.ln_q.weight": torch.ones(width),
        f"{prefix}merger.mlp.0.weight": dice.matrix(width, width),
        f"{prefix}merger.mlp.2.weight": dice.matrix(width, width),
    }


def seen(tensors: Tensors, patches: torch.Tensor, *, shape: Shape, prefix: str = VISUAL) -> torch.Tensor:
    """Return the features (batch, symbols, width) of a page."""
    x = patches @ tensors[f"{prefix}patch_embed.proj.weight"].flatten(1).T
    for layer in range(shape.layers):
        at = f"{prefix}blocks.{layer}."
        inside = rms(x, tensors[f"{at}norm1.weight"])
        joined = inside @ tensors[f"{at}attn.qkv.weight"].T + tensors[f"{at}attn.qkv.bias"]
        q, k, v = (split(y, shape.head) for y in joined.chunk(3, dim=-1))
        x = x + attend(q, k, v, None) @ tensors[f"{at}attn.proj.weight"].T + tensors[f"{at}attn.proj.bias"]
        x = x + gated(tensors, rms(x, tensors[f"{at}norm2.weight"]), at=f"{at}mlp.")
    return x


def reading_loss(tensors: Tensors, data: torch.Tensor, *, shape: Shape) -> torch.Tensor:
    """Read the symbols of a page through a linear layer that is thrown away; data (batch, symbols, 1 + PATCH)."""
    logits = seen(tensors, data[..., 1:], shape=shape) @ tensors["reader.weight"].T
    return functional.cross_entropy(logits.flatten(0, 1), data[..., 0].long().flatten())


def joined_loss(tensors: Tensors, data: torch.Tensor, *, eyes: Shape, shape: Shape) -> torch.Tensor:
    """Write what stands on the page: loss of the next id after the page; data as in `reading_loss`."""
    x = rms(seen(tensors, data[..., 1:], shape=eyes), tensors[f"{VISUAL}merger.ln_q.weight"])
    x = functional.gelu(x @ tensors[f"{VISUAL}merger.mlp.0.weight"].T) @ tensors[f"{VISUAL}merger.mlp.2.weight"].T
    ids, table = data[..., 0].long(), tensors[f"{LANGUAGE}embed_tokens.weight"]
    hidden = decoder_stream(tensors, torch.cat([x, table[ids]], dim=-2), shape=shape, prefix=LANGUAGE)
    logits = hidden[..., SYMBOLS - 1 : -1, :] @ table.T  # the last patch writes the first id
    return functional.cross_entropy(logits.flatten(0, 1), ids.flatten())


def two_towers(*, eyes: Shape, shape: Shape, seed: int) -> Tensors:
    own = tower(eyes, seed=seed + 1) | merger(eyes, seed=seed + 2)
    return own | decoder(shape, seed=seed, prefix=LANGUAGE)


def plain(shape: Shape, *, seed: int) -> Tensors:
    """A decoder with LayerNorm, learned positions and a plain GELU MLP; matrices are (in, out), as GPT-2 stores them."""
    dice, width = Dice(seed), shape.width
    tensors = {"wte.weight": dice.matrix(shape.vocabulary, width), "wpe.weight": dice.matrix(128, width)}
    for layer in range(shape.layers):
        at = f"h.{layer}."
        for name, rows, columns in (
            ("attn.c_attn", width, 3 * width),
            ("attn.c_proj", width, width),
            ("mlp.c_fc", width, shape.units),
            ("mlp.c_proj", shape.units, width),
        ):
            tensors |= {f"{at}{name}.weight": dice.matrix(rows, columns), f"{at}{name}.bias": torch.zeros(columns)}
        for name in ("ln_1", "ln_2"):
            tensors |= {f"{at}{name}.weight": torch.ones(width), f"{at}{name}.bias": torch.zeros(width)}
    return tensors | {"ln_f.weight": torch.ones(width), "ln_f.bias": torch.zeros(width)}


def plain_loss(tensors: Tensors, ids: torch.Tensor, *, shape: Shape) -> torch.Tensor:
    length = ids.shape[-1] - 1
    x = tensors["wte.weight"][ids[:, :-1]] + tensors["wpe.weight"][:length]
    mask = torch.full((length, length), float("-inf")).triu(1)
    for layer in range(shape.layers):
        at = f"h.{layer}."
        q, k, v = (
            split(y, shape.head)
            for y in linear(tensors, f"{at}attn.c_attn", norm(tensors, f"{at}ln_1", x)).chunk(3, -1)
        )
        x = x + linear(tensors, f"{at}attn.c_proj", attend(q, k, v, mask))
        inside = functional.gelu(linear(tensors, f"{at}mlp.c_fc", norm(tensors, f"{at}ln_2", x)))
        x = x + linear(tensors, f"{at}mlp.c_proj", inside)
    logits = norm(tensors, "ln_f", x) @ tensors["wte.weight"].T
    return functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


def linear(tensors: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    return x @ tensors[f"{name}.weight"] + tensors[f"{name}.bias"]


def norm(tensors: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred * torch.rsqrt(centred.square().mean(-1, keepdim=True) + EPSILON)
    return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]
