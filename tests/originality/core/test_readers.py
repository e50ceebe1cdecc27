import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from originality.core import readers
from originality.core.errors import InputError
from originality.core.readers import open_folder
from tests.factories.originality import llama, write_model


def whole(source, name):
    return np.concatenate([block.values for block in source.blocks(name)])


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_blocks_join_to_the_tensor(tmp_path, monkeypatch, dtype):
    monkeypatch.setattr(readers, "BLOCK_ELEMENTS", 100)
    weight = np.random.default_rng(0).normal(size=(37, 12)).astype(dtype)
    save_file({"w": weight}, tmp_path / "model.safetensors")

    assert np.array_equal(whole(open_folder(tmp_path), "w"), weight.astype(np.float32))


def test_bfloat16_is_widened(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save

    weight = torch.randn(9, 5).to(torch.bfloat16)
    save({"w": weight}, tmp_path / "model.safetensors")

    assert np.array_equal(whole(open_folder(tmp_path), "w"), weight.float().numpy())


def test_missing_shard_is_named(tmp_path):
    write_model(tmp_path, llama(seed=1))
    index = {"weight_map": {"a": "part-0.safetensors", "b": "part-1.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))

    with pytest.raises(InputError, match=r"names part-1\.safetensors, which is not there"):
        open_folder(tmp_path)


def test_torn_shard_is_named(tmp_path):
    folder = write_model(tmp_path, llama(seed=1))
    path = folder / "part-0.safetensors"
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(InputError, match=r"part-0\.safetensors"):
        open_folder(folder)


def test_a_tensor_in_two_shards_is_refused(tmp_path):
    for name in ("a", "b"):
        save_file({"w": np.ones(3, np.float32)}, tmp_path / f"{name}.safetensors")

    with pytest.raises(InputError, match=r"tensor w is also in a\.safetensors"):
        open_folder(tmp_path)


def test_a_renamed_pickle_is_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"\x80\x04\x95" + bytes(100))

    with pytest.raises(InputError, match=r"model\.safetensors"):
        open_folder(tmp_path)


def test_no_folder_is_said(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        open_folder(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("shape", "seen"), [((), (1, 1)), ((5,), (5, 1)), ((4, 6), (4, 6)), ((3, 4, 6), (12, 6)), ((8, 3, 2, 2), (8, 12))]
)
def test_stacked_experts_are_read_as_matrices_one_after_another(shape, seen):
    assert readers.grid(shape) == seen


def test_a_stack_of_large_experts_is_not_too_wide_to_read():
    assert readers.TensorMeta("BF16", (128, 5120, 16384)).readable
    assert not readers.TensorMeta("BF16", (2, 1 << 25)).readable
