"""Eight-bit weights are read with their scales where those are plain, and left out where they are not."""

import json

import numpy as np
import pytest

from originality.core.compare import compare_paths
from originality.core.quantised import decode
from originality.core.readers import TensorMeta, open_folder
from originality.core.roles import Role, assign_roles
from originality.core.summary import summarise


def write(path, tensors):
    """A safetensors file of (dtype, array) pairs; its library writes no FP8 from numpy."""
    header, data = {}, b""
    for name, (dtype, array) in tensors.items():
        raw = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    path.mkdir(exist_ok=True)
    (path / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + data)
    return path


def weight(rows=300, columns=200, seed=1):
    return np.random.default_rng(seed).normal(0, 0.02, (rows, columns)).astype(np.float32)


def encode(values):
    """The nearest FP8 E4M3 code."""
    numbers = decode(np.arange(127, dtype=np.uint8), dtype="F8_E4M3")
    middles = (numbers[1:] + numbers[:-1]) / 2
    return (np.searchsorted(middles, np.abs(values)) + 128 * (values < 0)).astype(np.uint8)


def fp8_blocks(values):
    """Codes and one scale per 128 × 128 block, as FP8 checkpoints keep them."""
    rows, columns = values.shape
    scales = np.zeros((-(-rows // 128), -(-columns // 128)), np.float32)
    codes = np.zeros(values.shape, np.uint8)
    for i in range(scales.shape[0]):
        for j in range(scales.shape[1]):
            block = np.s_[i * 128 : (i + 1) * 128, j * 128 : (j + 1) * 128]
            scales[i, j] = np.abs(values[block]).max() / 448
            codes[block] = encode(values[block] / scales[i, j])
    return codes, scales


def int8_rows(values):
    scales = np.abs(values).max(axis=1, keepdims=True) / 127
    return np.rint(values / scales).astype(np.int8), scales.astype(np.float32)


@pytest.mark.parametrize(
    ("dtype", "code", "number"),
    [
        ("F8_E4M3", 0x00, 0.0),
        ("F8_E4M3", 0x01, 2**-9),  # the smallest subnormal
        ("F8_E4M3", 0x08, 2**-6),  # the smallest normal
        ("F8_E4M3", 0x38, 1.0),
        ("F8_E4M3", 0x7E, 448.0),  # the largest
        ("F8_E4M3", 0xB9, -1.125),
        ("F8_E5M2", 0x3C, 1.0),
        ("F8_E5M2", 0x7B, 57344.0),
        ("I8", -5, -5.0),
    ],
)
def test_codes_mean_what_the_format_says(dtype, code, number):
    kind = np.int8 if dtype == "I8" else np.uint8

    assert decode(np.array([code], kind), dtype=dtype)[0] == number


def test_fp8_has_no_infinity_but_nan():
    assert np.isnan(decode(np.array([0x7F, 0xFF], np.uint8), dtype="F8_E4M3")).all()


def test_fp8_with_block_scales_is_read_as_numbers(tmp_path):
    values = weight()
    codes, scales = fp8_blocks(values)
    name = "model.layers.0.mlp.gate_proj.weight"
    source = open_folder(write(tmp_path, {name: ("F8_E4M3", codes), f"{name}_scale_inv": ("F32", scales)}))

    read = np.concatenate([block.values for block in source.blocks(name)])
    assert np.abs(read - values).max() < 0.07 * np.abs(values).max()
    assert np.corrcoef(read.ravel(), values.ravel())[0, 1] > 0.999
    np.testing.assert_array_equal(source.stored(name)[100:170, 120:140], read[100:170, 120:140])
    assert assign_roles(source.tensors).slots[f"{name}_scale_inv"].role is Role.SCALE


@pytest.mark.parametrize(("ending", "factor"), [("weight_scale", 1), ("SCB", 127)])
def test_int8_with_row_scales_is_read_as_numbers(tmp_path, ending, factor):
    values = weight()
    codes, scales = int8_rows(values)
    name = "model.layers.0.mlp.gate_proj.weight"
    stored = {name: ("I8", codes), name.replace("weight", ending): ("F32", scales[:, 0] * factor)}
    source = open_folder(write(tmp_path, stored))

    read = np.concatenate([block.values for block in source.blocks(name)])
    np.testing.assert_allclose(read, codes * scales, rtol=1e-5)


def test_weights_without_plain_scales_are_left_out_with_their_reason(tmp_path):
    codes, scales = int8_rows(weight())
    at = "model.layers.0.mlp."
    stored = {
        at + "gate_proj.weight": ("F8_E4M3", codes.view(np.uint8)),  # no scale at all
        at + "up_proj.weight": ("I8", codes),
        at + "up_proj.weight_scale": ("F32", scales),
        at + "up_proj.weight_zero_point": ("I8", codes[:, :1]),
        at + "down_proj.qweight": ("I32", np.ones((32, 8), np.int32)),
        at + "down_proj.scales": ("F16", np.ones((2, 8), np.float16)),
    }
    source = open_folder(write(tmp_path, stored))
    roles = assign_roles(source.tensors)

    reasons = {name: summarise(source, name, slot=roles.slots[name])[0].excluded for name in stored}

    assert not source.scales
    assert reasons[at + "gate_proj.weight"] == "integers and quantised numbers are not compared"
    assert reasons[at + "up_proj.weight"] == "integers and quantised numbers are not compared"
    assert reasons[at + "up_proj.weight_scale"] == "a scale of quantised numbers"
    assert reasons[at + "down_proj.scales"] == "a scale of quantised numbers"


def test_trained_scales_of_layers_are_no_quantisation():
    tensors = {
        "blocks.0.ls1.scale": TensorMeta("F32", (8,)),
        "blocks.0.attn.proj.weight": TensorMeta("F32", (8, 8)),
        "logit_scale": TensorMeta("F32", ()),
    }
    assert Role.SCALE not in {slot.role for slot in assign_roles(tensors).slots.values()}


def test_a_quantised_descendant_is_found_and_the_report_says_how_it_was_read(tmp_path):
    at = "model.layers.0.mlp."
    matrices = {at + "gate_proj": weight(256, 96, 1), at + "up_proj": weight(256, 96, 2), at + "down_proj": weight(96, 256, 3)}  # fmt: skip
    quantised = {}
    for name, values in matrices.items():
        codes, scales = fp8_blocks(values)
        quantised |= {f"{name}.weight": ("F8_E4M3", codes), f"{name}.weight_scale_inv": ("F32", scales)}
    candidate = write(tmp_path / "candidate", quantised)
    reference = write(tmp_path / "reference", {f"{name}.weight": ("F32", values) for name, values in matrices.items()})

    report = compare_paths(candidate, reference)

    assert report["global"]["level"] >= 2
    assert "eight-bit weights were read as code times scale" in report["limits"]
    assert {item["reason"] for item in report["candidate"]["excluded"]} == {"a scale of quantised numbers"}
