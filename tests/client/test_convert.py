"""Foreign checkpoints into safetensors: the same bits, in bounded memory, and no code of the file is run."""

import argparse
import io
import json
import os
import pickle

import pytest
import torch
from safetensors.torch import load_file
from torch.distributed.checkpoint import metadata as meta
from torch.distributed.checkpoint.filesystem import _StorageInfo

from portal.client.conversion import layout, worker
from portal.client.conversion.distributed import read_distributed
from portal.client.conversion.layout import Tensor
from portal.client.conversion.reading import RUN, Loaded, item_of, load
from portal.client.errors import ClientError
from portal.client.main import main

GB = 10**9


def weights():
    """All that makes layouts differ: types, no dimension, nothing in it, bits of NaN, an order of its own, one storage twice."""
    matrix = torch.arange(40 * 30, dtype=torch.float32).reshape(40, 30)
    nan = torch.tensor([0x7FC1, 0x0001, 0xFF81], dtype=torch.int32).to(torch.int16).view(torch.bfloat16)
    return {
        "layer.matrix": matrix,
        "layer.turned": matrix.t(),
        "layer.part": matrix[3:9, ::2],
        "half": torch.linspace(-2, 2, 7, dtype=torch.float16),
        "nan": nan,
        "scalar": torch.tensor(3.5, dtype=torch.float64),
        "flags": torch.tensor([True, False, True]),
        "empty": torch.zeros(0, 4),
        "ids": torch.arange(9, dtype=torch.int64),
    }


def assert_same(folder, expected):
    found = {name: tensor for file in folder.glob("*.safetensors") for name, tensor in load_file(file).items()}
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert (found[name].dtype, found[name].shape) == (tensor.dtype, tensor.shape), name
        assert bytes_of(found[name]) == bytes_of(tensor), name


def bytes_of(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def convert(source, target, *, shard_size=GB):
    worker.write(source, target, shard_size=shard_size)
    return worker.compare(source, target, shard_size=shard_size)


def test_shards_of_pytorch_by_the_command(tmp_path, capsys):
    """The real thing: two processes, one that writes and one that compares."""
    source, parts = tmp_path / "model", list(weights().items())
    source.mkdir()
    torch.save(dict(parts[:4]), source / "pytorch_model-00001-of-00002.bin")
    torch.save(dict(parts[4:]), source / "pytorch_model-00002-of-00002.bin")

    assert main(["convert", str(source), str(tmp_path / "out"), "--shard-size", "0.000005", "--json"]) == 0

    result = json.loads(capsys.readouterr().out)
    assert (result["tensors"], result["equal"], result["left_out"]) == (9, True, [])
    assert_same(tmp_path / "out", weights())
    index = json.loads((tmp_path / "out" / worker.INDEX).read_text(encoding="utf-8"))
    assert set(index["weight_map"]) == set(weights())
    assert result["files"] == len(set(index["weight_map"].values())) > 1


@pytest.mark.parametrize("zipped", [True, False])
def test_a_training_state_gives_its_weights_alone(tmp_path, zipped):
    state = {
        "args": argparse.Namespace(lr=1),
        "iteration": 7,
        "model": {"module": weights()},
        "optimizer": {"m": torch.zeros(3)},
    }
    torch.save(state, tmp_path / "last.ckpt", _use_new_zipfile_serialization=zipped)

    result = worker.write(tmp_path / "last.ckpt", tmp_path / "out", shard_size=GB)

    assert_same(tmp_path / "out", weights())
    assert result["left_out"] == ["args", "iteration", "optimizer"]


def test_ranks_stay_apart(tmp_path):
    for rank in ("mp_rank_00", "mp_rank_01"):
        (tmp_path / "in" / rank).mkdir(parents=True)
        torch.save({"model": {"w": torch.full((3,), int(rank[-1]))}}, tmp_path / "in" / rank / "model_optim_rng.pt")

    assert convert(tmp_path / "in", tmp_path / "out")["ranks"] == 2
    assert_same(tmp_path / "out" / "mp_rank_01", {"w": torch.full((3,), 1)})


class Distributed:
    """A checkpoint of torch.distributed.checkpoint, with pieces as several ranks write them."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.entries, self.places = folder, {}, {}

    def add(self, name, whole, pieces, *, file="__0_0.distcp"):
        chunks = []
        for offsets, sizes in pieces:
            region = tuple(slice(at, at + length) for at, length in zip(offsets, sizes, strict=True))
            data = io.BytesIO()
            torch.save(whole[region].clone(), data)
            with (self.folder / file).open("ab") as target:
                place = _StorageInfo(file, target.tell(), len(data.getvalue()))
                target.write(data.getvalue())
            chunks.append(meta.ChunkStorageMetadata(torch.Size(offsets), torch.Size(sizes)))
            self.places[meta.MetadataIndex(name, torch.Size(offsets), None)] = place
        properties = meta.TensorProperties(dtype=whole.dtype)
        self.entries[name] = meta.TensorStorageMetadata(properties, whole.size(), chunks)
        return self

    def close(self):
        (self.folder / ".metadata").write_bytes(pickle.dumps(meta.Metadata(self.entries, None, self.places)))
        return self.folder


def test_pieces_of_all_ranks_become_whole_tensors(tmp_path):
    matrix, cube = weights()["layer.matrix"], torch.randn(5, 6, 4, dtype=torch.bfloat16)
    made = Distributed(tmp_path / "dist")
    made.add(
        "model.matrix", matrix, [((0, 0), (20, 15)), ((0, 15), (20, 15)), ((20, 0), (20, 15)), ((20, 15), (20, 15))]
    )
    made.add("model.cube", cube, [((0, 0, 0), (5, 2, 4)), ((0, 2, 0), (5, 4, 4))], file="__1_0.distcp")
    made.add("model.scalar", torch.tensor(2.5), [((), ())])
    made.add("optimizer.exp_avg", torch.zeros(3), [((0,), (3,))])
    made.entries["step"] = meta.BytesStorageMetadata()

    result = worker.write(made.close(), tmp_path / "out", shard_size=GB)

    assert_same(tmp_path / "out", {"matrix": matrix, "cube": cube, "scalar": torch.tensor(2.5)})
    assert result["left_out"] == ["optimizer", "step"]
    assert worker.compare(made.folder, tmp_path / "out", shard_size=GB)["tensors"] == 3


@pytest.mark.parametrize(
    "pieces",
    [
        [((0,), (3,))],
        [((0,), (2,)), ((1,), (2,))],
        [((0,), (2,)), ((0,), (2,))],
        [((0,), (3,)), ((2,), (1,))],  # as many elements as the whole: one twice, the last in none
    ],
)
def test_pieces_that_do_not_make_up_the_whole_are_refused(tmp_path, pieces):
    made = Distributed(tmp_path / "dist").add("w", torch.arange(4), pieces)
    if pieces[-1][0] == (1,):
        made.entries["w"].chunks[1] = meta.ChunkStorageMetadata(torch.Size((3,)), torch.Size((2,)))

    with pytest.raises(ClientError, match="do not make up"):
        read_distributed(made.close())


class Runs:
    """Makes a folder when it is unpickled without care."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_file_is_not_run(tmp_path, zipped):
    torch.save(
        {"w": torch.ones(2), "x": Runs(tmp_path / "trace")}, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped
    )

    with pytest.raises(ClientError, match="weights alone") as caught:
        load(tmp_path / "a.pt")
    assert "state_dict" in caught.value.hint
    assert not (tmp_path / "trace").exists()


def test_code_in_a_list_of_pieces_is_not_run(tmp_path):
    folder = Distributed(tmp_path / "dist").close()
    (folder / ".metadata").write_bytes(pickle.dumps(Runs(tmp_path / "trace")))

    with pytest.raises(ClientError, match="does not belong into a list"):
        read_distributed(folder)
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("data", [b"", b"\x80", b"PK\x03\x04broken", b"{}" * 50])
def test_what_is_no_checkpoint_is_said(tmp_path, data):
    (tmp_path / "a.pt").write_bytes(data)

    with pytest.raises(ClientError, match="weights alone"):
        load(tmp_path / "a.pt")


def test_a_bit_that_changed_on_the_way_is_noticed(tmp_path):
    torch.save(weights(), tmp_path / "a.pt")
    worker.write(tmp_path / "a.pt", tmp_path / "out", shard_size=GB)
    [file] = (tmp_path / "out").glob("*.safetensors")
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)

    with pytest.raises(ClientError, match="is not what the source holds"):
        worker.compare(tmp_path / "a.pt", tmp_path / "out", shard_size=GB)


@pytest.mark.parametrize("make", ["empty", "full", "sparse"])
def test_what_cannot_be_converted_says_what_to_do(tmp_path, make, monkeypatch):
    (tmp_path / "in").mkdir()
    if make != "empty":
        torch.save({"w": torch.eye(3).to_sparse() if make == "sparse" else torch.eye(3)}, tmp_path / "in" / "a.pt")
    if make == "full":
        monkeypatch.setattr(worker, "SPARE", 1 << 60)

    with pytest.raises(ClientError) as caught:
        worker.write(tmp_path / "in", tmp_path / "out", shard_size=GB)
    assert caught.value.hint


def test_an_existing_folder_is_not_written_into(tmp_path):
    torch.save(weights(), tmp_path / "a.pt")

    with pytest.raises(ClientError, match="not empty"):
        worker.write(tmp_path / "a.pt", tmp_path, shard_size=GB)


def test_large_tensors_are_handed_on_in_runs():
    tensor = torch.zeros(RUN // 4 + 100, 5, dtype=torch.int8)[:, :4]  # not in one piece
    item = item_of("w", Loaded(tensor, mapped=False))

    runs = [(offset, len(data)) for offset, data in item.runs()]

    assert max(length for _, length in runs) <= RUN
    assert [offset for offset, _ in runs] == [sum(length for _, length in runs[:n]) for n in range(len(runs))]
    assert sum(length for _, length in runs) == item.tensor.size


def test_shards_are_filled_in_order_and_aligned():
    tensors = [Tensor("a", "U8", (3,), 3), Tensor("b", "F64", (2,), 16), Tensor("c", "F32", (10,), 40)]

    first, second = layout.plan(tensors, shard_size=20)

    assert (set(first.offsets), set(second.offsets)) == ({"a", "b"}, {"c"})
    assert first.offsets["b"] % 8 == 0
    assert first.size == len(first.header) + 19
