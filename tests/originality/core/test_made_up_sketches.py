"""Sketches that somebody made up: each is refused in one line before any test sees it."""

import json
import zlib

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from originality.core.errors import InputError
from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from originality.core.sketchfile import load_sketch, save_sketch
from tests.factories.originality import llama, write_model


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The parts of a sound sketch: facts, index, arrays."""
    folder = tmp_path_factory.mktemp("sound")
    path = folder / "model.sketch"
    save_sketch(build_sketch(open_folder(write_model(folder / "model", llama(seed=1, layers=1)))), path)
    arrays = load_file(path)
    index = json.loads(zlib.decompress(arrays.pop("index").tobytes()))
    with safe_open(path, "np") as file:
        return json.loads(file.metadata()["sketch"]), index, arrays


def written(path, facts, index, arrays):
    packed = np.frombuffer(zlib.compress(json.dumps(index).encode()), np.uint8)
    save_file({**arrays, "index": packed}, path, metadata={"sketch": json.dumps(facts)})
    return path


def fresh(whole):
    facts, index, arrays = whole
    return json.loads(json.dumps(facts)), json.loads(json.dumps(index)), dict(arrays)


def test_the_parts_make_the_sketch_again(tmp_path, whole):
    assert load_sketch(written(tmp_path / "again.sketch", *fresh(whole))).family == "llama"


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("facts", "k", {"a": 1}),
        ("facts", "digest", "0" * 63),
        ("facts", "label", "two\nlines"),
        ("facts", "config", {"legal": 5}),
        ("facts", "towers", {"": [1, 2]}),
        ("tensor", "role", ["gate"]),
        ("tensor", "layer", "0"),
        ("tensor", "layer", True),
        ("tensor", "shape", [2**40, 2**40]),
        ("tensor", "shape", [-3, 4]),
        ("tensor", "sd", float("nan")),
        ("tensor", "untrained_rows", 1e308),
        ("tensor", "name", "\ud800"),
        ("block", "tensors", [{}]),
        ("block", "elements", [1]),
        ("block", "reads", [[10**9, 16], [32]]),
        ("block", "own_reads", [[4, 16], [32]]),
        ("index", "gains", [["", [], "", [48]]]),
        ("index", "gains", [["", 0, "input", []]]),
        ("index", "gains", [["", 0, "input", [0]]]),
        ("tensor", "sampled", {"kind": "elements", "elements": [], "rows": [1]}),
        ("index", "spectra", 7),
        ("index", "spectra", [["", 0, {"qk": [4, 12], "vo": [2, 12]}]]),
        ("index", "tensors", "no list"),
    ],
)
def test_a_field_of_another_type_is_refused(tmp_path, whole, where, key, value):
    facts, index, arrays = fresh(whole)
    target = {"facts": facts, "index": index, "tensor": index["tensors"][1], "block": index["blocks"][0]}[where]
    target[key] = value

    with pytest.raises(InputError, match="not a readable sketch"):
        load_sketch(written(tmp_path / "made-up.sketch", facts, index, arrays))


@pytest.mark.parametrize("name", ["gains", "reads_scales", "traits", "quantiles", "elements", "spectra"])
def test_a_number_that_is_not_finite_is_refused(tmp_path, whole, name):
    facts, index, arrays = fresh(whole)
    arrays[name] = np.full_like(arrays[name], np.inf)

    with pytest.raises(InputError, match="not finite"):
        load_sketch(written(tmp_path / "made-up.sketch", facts, index, arrays))


def test_features_of_any_length_are_refused(tmp_path, whole):
    facts, index, arrays = fresh(whole)
    arrays["reads_scales"] = np.full_like(arrays["reads_scales"], 3e38)

    with pytest.raises(InputError, match="length about one"):
        load_sketch(written(tmp_path / "made-up.sketch", facts, index, arrays))


def test_a_tensor_that_stands_twice_is_refused(tmp_path, whole):
    facts, index, arrays = fresh(whole)
    index["tensors"][1]["name"] = index["tensors"][0]["name"]

    with pytest.raises(InputError, match="stands twice"):
        load_sketch(written(tmp_path / "made-up.sketch", facts, index, arrays))
