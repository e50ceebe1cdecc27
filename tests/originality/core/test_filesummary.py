"""The histograms of pass A against numpy, whatever the pieces in which the bytes come."""

import json

import numpy as np
import pytest

from originality.core.errors import InputError
from originality.core.filesummary import Summariser, bfloat16_counts, parse_summary
from originality.core.kernels import histogram, to_bf16, widened

RNG = np.random.default_rng(4)
WIDE = RNG.standard_normal((300, 257), dtype=np.float32)
WIDE[0, :3] = (np.nan, np.inf, -np.inf)
CODES = to_bf16(WIDE.reshape(-1)).reshape(WIDE.shape)
TENSORS = {
    "a.bf16": CODES,
    "b.f16": WIDE.astype(np.float16),
    "c.f32": WIDE,
    "d.scale": np.float32(2.5).reshape(()),
    "e.empty": np.zeros((0, 4), np.float32),
    "f.u8": RNG.integers(0, 256, (400, 200), dtype=np.uint8),
    "g.i64": np.arange(5),
    "h.norm": RNG.standard_normal(64, dtype=np.float32),
}
DTYPES = {"float32": "F32", "float16": "F16", "uint16": "BF16", "uint8": "U8", "int64": "I64"}


def save(tensors, metadata=None) -> bytes:
    """A file as the library writes it, with uint16 standing for bfloat16."""
    header, place = ({"__metadata__": metadata} if metadata else {}), 0
    for name, array in tensors.items():
        spans = [place, place + array.nbytes]
        header[name] = {"dtype": DTYPES[str(array.dtype)], "shape": array.shape, "data_offsets": spans}
        place += array.nbytes
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(array.tobytes() for array in tensors.values())


FILE = save(TENSORS)


def summary(data: bytes, *, step: int = 1 << 20, compiled: bool = True) -> bytes | None:
    summariser = Summariser(size=len(data), compiled=compiled)
    for start in range(0, len(data), step):
        summariser.feed(data[start : start + step])
    return summariser.document()


@pytest.mark.parametrize("compiled", [True, False])
def test_every_tensor_has_the_counts_that_the_comparison_makes(compiled):
    found = parse_summary(summary(FILE, compiled=compiled))

    assert sorted(found) == sorted(TENSORS)
    for name in ("a.bf16", "b.f16", "c.f32", "d.scale", "h.norm"):
        stored = np.ascontiguousarray(TENSORS[name]).reshape(-1)
        values = widened(stored.reshape(1, -1)).reshape(-1) if name == "a.bf16" else stored.astype(np.float32)
        assert np.array_equal(bfloat16_counts(found[name]), histogram(to_bf16(values))), name
    assert np.array_equal(found["f.u8"].counts, np.bincount(TENSORS["f.u8"].reshape(-1), minlength=256))
    assert (found["g.i64"].counts, bfloat16_counts(found["f.u8"])) == (None, None)
    assert found["e.empty"].counts.sum() == 0
    assert [(found[name].nan, found[name].infinite) for name in ("a.bf16", "b.f16", "c.f32")] == [(1, 2)] * 3


@pytest.mark.parametrize("step", [1, 7, 4099])
def test_the_pieces_do_not_matter(step):
    small = save({"x": WIDE[:3, :50].copy(), "y": WIDE[:3, :51].astype(np.float16)}, metadata={"odd": "x"})

    assert summary(small, step=step) == summary(small)
    assert summary(FILE, step=99_991) == summary(FILE)


@pytest.mark.parametrize("data", [b"", b"\x00" * 7, FILE[:-1], b"\xff" * 100, FILE[:8] + b"[" + FILE[9:]])
def test_what_is_no_whole_file_has_no_summary(data):
    assert summary(data) is None


def test_a_document_is_small():
    normal = save({"w": to_bf16(RNG.standard_normal(1 << 20, dtype=np.float32))})

    assert len(summary(normal)) < 20_000


def test_another_document_is_refused():
    for raw in (b"{", b"[]", b'{"schema": "other/1"}', summary(FILE).replace(b'"counts":"', b'"counts":"AAAA')):
        with pytest.raises(InputError):
            parse_summary(raw)
