"""Folders that are no whole model: each is one line that says what is wrong and what to do."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from originality.core.errors import InputError
from originality.core.readers import open_folder

WEIGHT = np.arange(12, dtype=np.float32).reshape(3, 4)


def header_file(path, tensors, *, data=b"", length=None):
    head = json.dumps(tensors).encode()
    path.write_bytes(struct.pack("<Q", len(head) if length is None else length) + head + data)


def tensor(*, dtype="F32", shape=(4,), offsets=(0, 16)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def refused(folder):
    with pytest.raises(InputError) as error:
        open_folder(folder)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("tensors", "options", "cause"),
    [
        ({"w": tensor()}, {"data": bytes(9)}, "is torn or was cut"),
        ({"w": tensor()}, {"data": bytes(16), "length": 10_000}, "the header needs 10000 bytes, but the file ends"),
        ({"w": tensor(), "v": tensor(offsets=(8, 24))}, {"data": bytes(24)}, "overlaps the tensor before it"),
        ({"w": tensor(dtype="F33")}, {"data": bytes(16)}, "unknown dtype 'F33'"),
        ({"w": tensor(shape=(5,))}, {"data": bytes(16)}, "needs 20 bytes, but the offsets hold 16"),
        ({}, {}, "hold no tensor"),
    ],
)
def test_a_broken_shard_says_where_and_why(tmp_path, tensors, options, cause):
    header_file(tmp_path / "model.safetensors", tensors, **options)

    assert cause in refused(tmp_path)


@pytest.mark.parametrize(
    ("start", "cause"),
    [
        (b"\x80\x04\x95\x10", "a pickle under another name"),
        (b"PK\x03\x04", "a zip archive, as torch saves pickles"),
        (b"Salted__12345678", "encrypted (OpenSSL)"),
        (b"age-encryption.org/v1\n", "encrypted (age)"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a Git LFS pointer"),
        (b"GGUF\x03", "a GGUF file"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"", "starts with 8 bytes of length"),
        (b"\xe1" * 64, "a header of"),
    ],
)
def test_what_is_no_safetensors_file_is_named(tmp_path, start, cause):
    (tmp_path / "model.safetensors").write_bytes(start + bytes(40 if start else 0))

    assert cause in refused(tmp_path)


@pytest.mark.parametrize(
    ("name", "start", "cause"),
    [
        ("pytorch_model.bin", b"PK\x03\x04", "only pickle files (pytorch_model.bin)"),
        ("nested/weights.PT", b"\x80\x02", "only pickle files (weights.PT)"),
        ("weights.dat", b"\x80\x04", "weights.dat is a pickle under another name"),
        ("model.enc", b"Salted__", "model.enc is encrypted (OpenSSL)"),
        ("README.md", b"# A model", "no *.safetensors file"),
    ],
)
def test_a_folder_without_safetensors_says_what_stands_there(tmp_path, name, start, cause):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(start + bytes(40))

    assert cause in refused(tmp_path)


def test_empty_folder_missing_folder_and_file(tmp_path):
    (tmp_path / "empty").mkdir()
    save_file({"w": WEIGHT}, tmp_path / "model.safetensors")

    assert "the folder is empty" in refused(tmp_path / "empty")
    assert "no such folder" in refused(tmp_path / "nothing")
    assert "is a file; give the model's folder" in refused(tmp_path / "model.safetensors")


def test_a_missing_shard_shows_without_an_index(tmp_path):
    save_file({"w": WEIGHT}, tmp_path / "model-00001-of-00003.safetensors")
    save_file({"v": WEIGHT}, tmp_path / "model-00003-of-00003.safetensors")

    assert "shard 2 of 3 of 'model' is not there" in refused(tmp_path)


def test_whole_shards_need_no_index(tmp_path):
    save_file({"w": WEIGHT}, tmp_path / "model-00001-of-00002.safetensors")
    save_file({"v": WEIGHT}, tmp_path / "model-00002-of-00002.safetensors")

    assert set(open_folder(tmp_path).tensors) == {"w", "v"}


def test_a_tensor_that_only_the_index_knows_is_missed(tmp_path):
    save_file({"w": WEIGHT}, tmp_path / "model.safetensors")
    index = {"weight_map": {"w": "model.safetensors", "lost": "model.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))

    assert "tensor lost, which no shard holds" in refused(tmp_path)


@pytest.mark.parametrize("text", ['{"weight_map": 7}', '{"weight_map": {"w": 5}}', "[]"])
def test_a_senseless_index_is_survived_or_refused(tmp_path, text):
    save_file({"w": WEIGHT}, tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors.index.json").write_text(text)

    if "5" in text:
        assert "the index names 5, which is not there" in refused(tmp_path)
    else:
        assert open_folder(tmp_path).tensors


def test_licence_notice_and_what_is_not_read_are_kept(tmp_path):
    save_file({"w": WEIGHT}, tmp_path / "model.safetensors")
    (tmp_path / "NOTICE.txt").write_text("Hanbit base model\nCopyright 2025 Hanbit Consortium\n\x1b[31mred\n")
    (tmp_path / "LICENSE").write_bytes(b"Apache License\n\xff\xfe")
    (tmp_path / "part.bin").write_bytes(bytes(70_000))
    (tmp_path / "training_args.bin").write_bytes(bytes(500))

    config = open_folder(tmp_path).config

    assert [(item["name"], item["title"]) for item in config["legal"]] == [
        ("LICENSE", "Apache License"),
        ("NOTICE.txt", "Hanbit base model"),
    ]
    assert config["legal"][1]["holders"] == ["Copyright 2025 Hanbit Consortium"]
    assert config["unread"] == ["part.bin"]
