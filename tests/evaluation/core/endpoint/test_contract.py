"""serving.json is read strictly, and an image is what its digest says."""

import hashlib
import json

import pytest

from demo.serving.bundles import serving_document
from evaluation.core.endpoint.binding import check_binding
from evaluation.core.endpoint.contract import check_files, parse_serving, read_serving
from evaluation.core.endpoint.faults import ServedError
from evaluation.core.endpoint.image import check_layout
from tests.factories.endpoints import rows_of, write_layout

DIGEST = "sha256:" + 64 * "a"


def changed(**changes):
    return serving_document("own") | changes


def test_a_contract_gives_the_command_with_its_folders():
    serving = parse_serving(serving_document("own"))
    assert serving.argv(weights="/w", bundle="/b") == ["python", "/b/own.py", "/w", "8000"]
    assert (serving.model, serving.max_length, serving.logprobs, serving.nodes) == ("gated-recurrence-1", 256, True, 1)


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"<html>", "serving.json"),
        (b"[" * 50_000, "serving.json"),
        (b" " * 70_000, "serving.json"),
        (b"[]", "serving.json $"),
        (b'{"schema": "serving/1"}', "serving.json $"),
    ],
)
def test_what_is_no_contract_is_refused(raw, where):
    with pytest.raises(ServedError) as raised:
        read_serving(raw)
    assert (raised.value.fault, raised.value.where) == ("contract", where)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"schema": "serving/2"}, "$.schema"),
        ({"port": 80}, "$.port"),
        ({"command": []}, "$.command"),
        ({"command": ["python", "a\nb"]}, "$.command[1]"),
        ({"command": ["python", "{home}"]}, "$.command[1]"),
        ({"model": "../x"}, "$.model"),
        ({"max_length": 8}, "$.max_length"),
        ({"logprobs": "yes"}, "$.logprobs"),
        ({"needs": {"gpus": 1}}, "$.needs"),
        ({"needs": {"gpus": 1, "memory_gb": 4, "root": 1}}, "$.needs"),
        ({"image": {"manifest": "latest"}}, "$.image.manifest"),
        ({"env": {"LD_PRELOAD": "x"}}, "$"),
        ({"start_seconds": 10**6}, "$.start_seconds"),
    ],
)
def test_each_key_is_bounded_and_nothing_else_is_taken(changes, where):
    with pytest.raises(ServedError) as raised:
        parse_serving(changed(**changes))
    assert raised.value.where == f"serving.json {where}"


def test_files_and_contract_belong_together():
    plain, image = parse_serving(serving_document("own")), parse_serving(changed(image={"manifest": DIGEST}))
    blob = DIGEST.replace("sha256:", "blobs/sha256/")
    check_files(plain, ["serving.json", "own.py"])
    check_files(image, ["serving.json", "oci-layout", "index.json", blob])
    for serving, paths in ((plain, ["serving.json"]), (plain, ["a.py", blob]), (image, ["a.py", "oci-layout", blob])):
        with pytest.raises(ServedError):
            check_files(serving, paths)


def test_a_layout_gives_the_id_of_the_image_it_pins(tmp_path):
    manifest, config = write_layout(tmp_path)
    assert check_layout(tmp_path, manifest=manifest) == config


def test_a_layout_with_another_manifest_or_without_a_layer_is_refused(tmp_path):
    manifest, _ = write_layout(tmp_path)
    with pytest.raises(ServedError, match="exactly the manifest"):
        check_layout(tmp_path, manifest=DIGEST)
    path = tmp_path / "blobs" / "sha256" / manifest[7:]
    layer = json.loads(path.read_text())["layers"][0]["digest"]
    (tmp_path / "blobs" / "sha256" / layer[7:]).unlink()
    with pytest.raises(ServedError, match="missing or of another size"):
        check_layout(tmp_path, manifest=manifest)
    path.write_text(path.read_text() + " ")
    with pytest.raises(ServedError, match="does not have the digest"):
        check_layout(tmp_path, manifest=manifest)


@pytest.mark.parametrize("name", ["oci-layout", "index.json"])
def test_a_layout_whose_documents_are_no_json_is_refused(tmp_path, name):
    manifest, _ = write_layout(tmp_path)
    (tmp_path / name).write_text("[" * 100_000)
    with pytest.raises(ServedError, match="JSON"):
        check_layout(tmp_path, manifest=manifest)


def test_files_are_bound_by_name_and_digest(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "b.txt").write_text("b")
    files = rows_of(folder)
    check_binding(folder, files, when="before")
    (folder / "a.txt").write_text("c")
    with pytest.raises(ServedError, match="after: has another digest"):
        check_binding(folder, files, when="after")
    (folder / "a.txt").unlink()
    with pytest.raises(ServedError, match="is missing"):
        check_binding(folder, files, when="after")
    (folder / "a.txt").write_text("a")
    (folder / "c.py").write_text("")
    with pytest.raises(ServedError, match="after: was not handed in"):
        check_binding(folder, files, when="after")
    assert hashlib.sha256(b"a").hexdigest() == files[0]["sha256"]
