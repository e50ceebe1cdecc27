import numpy as np
import pytest

from originality.core.compare import compare_paths
from originality.core.errors import InputError
from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from originality.core.sketchfile import load_sketch, save_sketch
from tests.factories.originality import fine_tuned, llama, units_permuted, write_model


@pytest.fixture
def sketch_of(tmp_path):
    def make(name, tensors):
        path = tmp_path / f"{name}.sketch"
        save_sketch(build_sketch(open_folder(write_model(tmp_path / name, tensors))), path)
        return path

    return make


def test_a_sketch_comes_back_as_it_was(tmp_path, sketch_of):
    before = build_sketch(open_folder(write_model(tmp_path / "m", llama(seed=1))))
    after = load_sketch(sketch_of("m", llama(seed=1)))

    assert after.digest == before.digest
    assert after.summaries == before.summaries
    assert after.gains.keys() == before.gains.keys()
    for ours, theirs in zip(after.blocks, before.blocks, strict=True):
        assert np.allclose(ours.reads, theirs.reads, atol=0.01)


@pytest.mark.parametrize(
    ("change", "level"), [(fine_tuned, 2), (lambda t: units_permuted(fine_tuned(t)), 2), (lambda t: t, 3)]
)
def test_sketches_reach_the_level_of_folders(tmp_path, sketch_of, change, level):
    tensors = change(llama(seed=1))
    parent, child = llama(seed=1), tensors

    by_sketch = compare_paths(sketch_of("child", child), sketch_of("parent", parent))
    by_folder = compare_paths(tmp_path / "child", tmp_path / "parent")

    assert by_sketch["global"]["level"] == by_folder["global"]["level"] == level
    assert by_sketch["candidate"]["digest"] == by_folder["candidate"]["digest"]


def test_strangers_stay_strangers_in_sketches(sketch_of):
    report = compare_paths(sketch_of("a", llama(seed=1)), sketch_of("b", llama(seed=2)))

    assert report["global"]["level"] == 0
    assert "equality and variance were estimated on a public sample of each tensor" in report["limits"]


def test_a_torn_sketch_is_refused(sketch_of):
    path = sketch_of("a", llama(seed=1))
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(InputError, match="not a readable sketch"):
        load_sketch(path)


def test_a_shard_is_not_a_sketch(tmp_path):
    folder = write_model(tmp_path / "m", llama(seed=1))

    with pytest.raises(InputError, match="not a sketch of schema"):
        load_sketch(folder / "part-0.safetensors")
