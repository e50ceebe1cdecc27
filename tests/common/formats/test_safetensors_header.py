"""The header checker against files made by the library, crafted files, and mutations that the library judges too."""

import json
import random
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from benchmarks.header_fuzz import SOUND
from benchmarks.support.mutations import judge, mutate
from portal.common.formats import safetensors_header
from portal.common.formats.safetensors_header import HeaderError, TensorInfo, parse_header, read_header


def pack(header, data=b"", *, length=None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header, ensure_ascii=False).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def tensor(dtype="F32", shape=(1,), offsets=(0, 4), **extra) -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **extra}


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "model.safetensors"
    tensors = {
        "가중치": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.zeros(0, np.int64),
        "c": np.ones((), np.uint8),
    }
    save_file(tensors, path, metadata={"format": "pt"})
    return path


def test_a_file_of_the_library_is_read(sound):
    header = read_header(sound)

    assert header.metadata == {"format": "pt"}
    assert header.tensors["가중치"] == TensorInfo("F32", (2, 3), 0, 24)
    assert header.tensors["b"].begin == header.tensors["b"].end
    assert header.data_start + max(info.end for info in header.tensors.values()) == sound.stat().st_size


CRAFTED = {
    "empty file": b"",
    "short length": b"\x01\x02",
    "zero length": struct.pack("<Q", 0),
    "length beyond the file": struct.pack("<Q", 1000) + b"{}",
    "huge length": struct.pack("<Q", 1 << 62) + b"{}",
    "length of all ones": b"\xff" * 16,
    "a pickle": b"\x80\x04\x95" + b"\x00" * 40,
    "not JSON": pack(b"{nope}"),
    "leading space": pack(b" {}"),
    "a list": pack(b"[]"),
    "trailing text": pack(b"{} x"),
    "two documents": pack(b"{}{}"),
    "not UTF-8": pack(b'{"\xff": 1}'),
    "byte order mark": pack("\ufeff{}".encode()),
    "deep nesting": pack(b'{"a":' + b"[" * 20000),
    "depth of four": pack({"a": tensor(shape=[[[1]]])}),
    "duplicate tensor": pack(b'{"a":%s,"a":%s}' % ((json.dumps(tensor()).encode(),) * 2), bytes(4)),
    "duplicate field": pack(b'{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
    "tensor is a number": pack({"a": 3}),
    "missing offsets": pack({"a": {"dtype": "F32", "shape": [1]}}),
    "unknown field": pack({"a": tensor(strides=[1])}, bytes(4)),
    "unknown dtype": pack({"a": tensor("F33")}, bytes(4)),
    "dtype is a list": pack({"a": tensor(["F32"])}, bytes(4)),
    "shape is text": pack({"a": tensor() | {"shape": "1"}}, bytes(4)),
    "negative size": pack({"a": tensor(shape=[-1])}, bytes(4)),
    "minus zero": pack(b'{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'),
    "size is a float": pack({"a": tensor(shape=[1.0])}, bytes(4)),
    "size in exponents": pack(b'{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', bytes(4)),
    "size is true": pack({"a": tensor(shape=[True])}, bytes(4)),
    "size overflows": pack({"a": tensor(shape=[1 << 40, 1 << 40], offsets=[0, 4])}, bytes(4)),
    "overflow before a zero": pack({"a": tensor(shape=[1 << 40, 1 << 40, 0], offsets=[0, 0])}),
    "number of 5000 digits": pack(b'{"a":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,4]}}', bytes(4)),
    "NaN": pack(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', bytes(4)),
    "bytes do not fit the shape": pack({"a": tensor(shape=[2])}, bytes(4)),
    "offsets backwards": pack({"a": tensor(offsets=[4, 0])}, bytes(4)),
    "three offsets": pack({"a": tensor(offsets=[0, 4, 4])}, bytes(4)),
    "half a byte": pack({"a": tensor("F4", [1], [0, 1])}, bytes(1)),
    "overlap": pack({"a": tensor(), "b": tensor(offsets=[2, 6])}, bytes(6)),
    "same place twice": pack({"a": tensor(), "b": tensor()}, bytes(4)),
    "hole at the start": pack({"a": tensor(offsets=[4, 8])}, bytes(8)),
    "hole in the middle": pack({"a": tensor(), "b": tensor(offsets=[8, 12])}, bytes(12)),
    "torn data": pack({"a": tensor()}, bytes(3)),
    "bytes behind the data": pack({"a": tensor()}, bytes(5)),
    "metadata is a list": pack({"__metadata__": [], "a": tensor()}, bytes(4)),
    "metadata holds a number": pack({"__metadata__": {"x": 1}, "a": tensor()}, bytes(4)),
    "half a surrogate in a name": pack(b'{"\\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
    "half a surrogate in metadata": pack(b'{"__metadata__":{"x":"\\udfff"}}'),
    "a control character in a name": pack({"a\x00b": tensor()}, bytes(4)),
    "nine dimensions": pack({"a": tensor(shape=[1] * 9)}, bytes(4)),
}  # fmt: skip


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_files_are_refused(name, tmp_path):
    path = tmp_path / "crafted.safetensors"
    path.write_bytes(CRAFTED[name])

    with pytest.raises(HeaderError):
        read_header(path)


def test_the_error_names_tensor_and_byte(tmp_path):
    path = tmp_path / "torn.safetensors"
    path.write_bytes(pack({"model.layers.0": tensor(), "model.layers.1": tensor(offsets=[8, 12])}, bytes(12)))

    with pytest.raises(HeaderError) as caught:
        read_header(path)

    data_start = path.stat().st_size - 12
    assert caught.value.tensor == "model.layers.1"
    assert caught.value.offset == data_start + 4
    assert str(caught.value) == f"tensor 'model.layers.1', byte {data_start + 4}: a hole of 4 bytes before it"


def test_a_torn_shard_is_told_from_a_long_one(sound):
    size = sound.stat().st_size
    with sound.open("r+b") as file:
        file.truncate(size - 3)

    with pytest.raises(HeaderError, match=f"the tensors end at byte {size}, the file at {size - 3}: it is torn"):
        read_header(sound)


@pytest.mark.parametrize("dtype", safetensors_header.BITS)
def test_every_dtype_we_know_is_known_to_the_library(dtype, tmp_path):
    path = tmp_path / "one.safetensors"
    size = safetensors_header.BITS[dtype] * 8 // 8
    path.write_bytes(pack({"a": tensor(dtype, [8], [0, size])}, bytes(size)))

    assert read_header(path).tensors["a"].dtype == dtype
    with safe_open(path, framework="np") as file:
        assert list(file.keys()) == ["a"]


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_never_pass_us_and_fail_the_library(seed, tmp_path):
    """`python benchmarks/header_fuzz.py` does the same a hundred thousand times."""
    rng = random.Random(seed)
    path = tmp_path / "mutated.safetensors"
    verdicts = [judge(mutate(SOUND[n % len(SOUND)], rng), path) for n in range(1500)]

    assert [verdict for verdict in verdicts if verdict.wrong] == []
    assert any(verdict.ours for verdict in verdicts)
    assert any(verdict.library and not verdict.ours for verdict in verdicts), "the stricter reader is stricter"


@given(st.binary(max_size=200))
def test_random_headers_give_header_errors_only(raw):
    try:
        parse_header(raw, file_size=8 + len(raw))
    except HeaderError:
        return
    assert raw.strip().startswith(b"{")


names = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(
    lambda name: name != "__metadata__"
)


@given(st.dictionaries(names, st.lists(st.integers(0, 5), max_size=3), max_size=6))
def test_sound_headers_are_read_back(shapes):
    header, place = {}, 0
    for name, shape in shapes.items():
        size = 2 * int(np.prod(shape, dtype=np.int64))
        header[name] = tensor("BF16", shape, [place, place + size])
        place += size
    raw = json.dumps(header).encode()

    assert set(parse_header(raw, file_size=8 + len(raw) + place).tensors) == set(shapes)
