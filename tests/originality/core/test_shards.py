"""A sketch made in parts is the sketch made in one piece, byte by byte."""

import itertools
import shutil

import numpy as np
import pytest

from originality.core.errors import InputError
from originality.core.packing import pack, rounded, unpack
from originality.core.readers import open_folder
from originality.core.shards import merge_sketches, shards_of, spans_read
from originality.core.sketch import build_sketch
from originality.core.sketchfile import load_sketch, save_sketch
from tests.factories.originality import llama, write_model


@pytest.fixture
def source(tmp_path):
    return open_folder(write_model(tmp_path / "model", llama(seed=1), shards=2))


def parts_of(source, *, count):
    return [build_sketch(source, only=names) for names in shards_of(source, count=count)]


def kept(sketch, path):
    save_sketch(sketch, path)
    return load_sketch(path)


def test_parts_share_out_all_tensors_and_keep_layers_whole(source):
    shards = shards_of(source, count=3)

    assert sorted(itertools.chain(*shards)) == sorted(source.tensors)
    for layer in range(3):
        names = {name for name in source.tensors if f".layers.{layer}." in name}
        assert sum(bool(names & shard) for shard in shards) == 1


@pytest.mark.parametrize("count", [1, 3, 50])
def test_merged_parts_are_the_sketch_in_one_piece(source, tmp_path, count):
    save_sketch(build_sketch(source), tmp_path / "whole")
    parts = [kept(part, tmp_path / f"part{index}") for index, part in enumerate(parts_of(source, count=count))]

    for order in (parts, parts[::-1]):
        save_sketch(merge_sketches(order), tmp_path / "merged")
        assert (tmp_path / "merged").read_bytes() == (tmp_path / "whole").read_bytes()


def test_parts_that_do_not_fit_are_refused(source, tmp_path):
    first, *rest = parts_of(source, count=3)
    other = open_folder(write_model(tmp_path / "other", llama(seed=2)))

    with pytest.raises(InputError, match="is missing"):
        merge_sketches(rest)
    with pytest.raises(InputError, match="is in two parts"):
        merge_sketches([first, first, *rest])
    with pytest.raises(InputError, match="not of one model"):
        merge_sketches([parts_of(other, count=3)[0], *rest])
    with pytest.raises(InputError, match="no part"):
        merge_sketches([])
    with pytest.raises(InputError, match="no tensor x"):
        build_sketch(source, only={"x"})


@pytest.mark.parametrize("shape", [(1, 1), (300, 32), (50, 7), (4, 0)])
def test_rounding_is_a_fixed_point(shape):
    values = np.random.default_rng(3).standard_t(3, size=shape).astype(np.float32)
    once = rounded(values)

    assert np.array_equal(unpack(*pack(once)), once)


def test_a_part_needs_no_more_than_its_spans(tmp_path, monkeypatch):
    """What a worker did not copy stays zero, and the part comes out the same."""
    monkeypatch.setattr("originality.core.ownbasis.SEEN", 48 * 40)
    whole = write_model(tmp_path / "whole", llama(seed=1), shards=2)
    source = open_folder(whole)
    only = shards_of(source, count=3)[1]
    copied = tmp_path / "copied" / "whole"
    shutil.copytree(whole, copied)
    for file, spans in spans_read(source, only=only).items():
        data, kept = file.read_bytes(), bytearray(file.stat().st_size)
        for start, stop in spans:
            kept[start:stop] = data[start:stop]
        assert kept != data
        (copied / file.name).write_bytes(kept)

    save_sketch(build_sketch(source, only=only), tmp_path / "a")
    save_sketch(build_sketch(open_folder(copied), only=only), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
