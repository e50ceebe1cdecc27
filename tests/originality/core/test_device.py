"""The kernels on torch give what the compiled ones give; here torch runs on the processor."""

import numpy as np
import pytest

from originality.core import device
from originality.core.errors import InputError
from originality.core.kernels import to_bf16
from originality.core.projection import coins
from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from tests.factories.originality import llama, write_model

torch = pytest.importorskip("torch")


@pytest.fixture
def on_torch(monkeypatch):
    monkeypatch.setattr(device, "_chosen", [device.on_torch("cpu")])


def codes(seed, shape):
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return to_bf16(values.reshape(-1)).reshape(shape)


def test_counts_and_sums_of_pairs_agree():
    a, b = codes(1, 10_000), codes(2, 10_000)
    b[::7] = a[::7]
    tables = np.zeros((2, 4, 65536), np.int64)
    for table, kernels in zip(tables, (device.PROCESSOR, device.on_torch("cpu")), strict=True):
        kernels.count_codes(table, a)

    assert np.array_equal(tables[0].sum(axis=0), tables[1].sum(axis=0))
    compiled, through_torch = device.PROCESSOR.pair_codes(a, b), device.on_torch("cpu").pair_codes(a, b)
    assert through_torch == (compiled[0], pytest.approx(compiled[1], rel=1e-3))


@pytest.mark.parametrize("shift", [0, 16])
@pytest.mark.parametrize("buckets", [1024, 1100])
def test_units_agree(shift, buckets):
    random = np.random.default_rng(4)
    bits = [codes(seed, (9, 1100)) for seed in range(3)]
    if shift == 0:
        bits = [random.normal(size=(9, 1100)).astype(np.float32).view(np.uint32) for _ in range(3)]
    gain = random.normal(1, 0.1, 1100).astype(np.float32)

    folded, sums = device.PROCESSOR.gated_units(tuple(bits), gain, coins(1100), shift, buckets)
    other, other_sums = device.on_torch("cpu").gated_units(tuple(bits), gain, coins(1100), shift, buckets)

    assert np.allclose(folded, other, rtol=1e-3, atol=1e-4)
    assert np.allclose(sums, other_sums, rtol=1e-3, atol=1e-3)


def test_a_sketch_made_through_torch_is_the_same(tmp_path, on_torch):
    source = open_folder(write_model(tmp_path, llama(seed=1)))
    through_torch = build_sketch(source)
    device._chosen[0] = device.PROCESSOR
    compiled = build_sketch(source)

    assert through_torch.summaries == compiled.summaries
    for one, other in zip(through_torch.blocks, compiled.blocks, strict=True):
        assert np.mean(one.reads != other.reads) < 0.01


def test_a_device_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr(device, "_chosen", [device.PROCESSOR])
    assert device.use_device("cpu").name == "cpu"
    with pytest.raises(InputError, match="choose one of"):
        device.use_device("abacus")
    if not torch.cuda.is_available():
        assert device.use_device("auto").name == "cpu"
        with pytest.raises(InputError, match="no such device"):
            device.use_device("cuda")
