import os
import unicodedata

import pytest

from portal.artifacts.actions import materialise, open_blob, open_made, store_file, store_folder
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, CustodyRead
from portal.artifacts.stores import current_store
from tests.factories.artifacts import OWNER, make_bundle, manifest_of, write_folder, write_weights

READING = {"reader": "job:1", "purpose": "benchmark"}
pytestmark = pytest.mark.django_db


def test_a_stored_file_reads_back(tmp_path):
    (tmp_path / "samples.jsonl").write_bytes(b"{}\n")

    blob = store_file(tmp_path / "samples.jsonl", owner=OWNER)

    with open_blob(blob, reader="system", purpose="report") as file:
        assert file.read() == b"{}\n"
    assert store_file(tmp_path / "samples.jsonl", owner=OWNER) == blob
    assert Blob.objects.count() == 1


def test_what_the_portal_made_opens_without_a_line_and_an_upload_never_does(tmp_path):
    (tmp_path / "series.safetensors").write_bytes(b"made here")
    made = store_file(tmp_path / "series.safetensors", owner=OWNER)
    uploaded = make_bundle(tmp_path / "model").files.select_related("blob").first().blob

    with open_made(made) as file, open_made(uploaded):
        assert file.read() == b"made here"

    assert list(CustodyRead.objects.values_list("sha256", "reader")) == [(uploaded.sha256, "system")]


def test_a_folder_and_its_upload_are_the_same_bundle(tmp_path):
    folder = write_folder(tmp_path / "model")

    assert store_folder(folder, owner=OWNER, actor="system").digest == manifest_of(folder).digest


def test_materialised_files_are_read_only_and_not_copies(tmp_path):
    bundle = make_bundle(tmp_path / "model")

    folder = materialise(bundle, tmp_path / "work" / "input", **READING)

    assert manifest_of(folder).digest == bundle.digest
    weights = folder / "model.safetensors"
    assert weights.stat().st_mode & 0o222 == 0
    assert weights.stat().st_nlink == 2


def test_materialising_again_changes_nothing(tmp_path):
    bundle = make_bundle(tmp_path / "model")

    assert materialise(bundle, tmp_path / "work", **READING) == materialise(bundle, tmp_path / "work", **READING)


def test_another_file_system_gets_symbolic_links(tmp_path, monkeypatch):
    bundle = make_bundle(tmp_path / "model")

    def other_device(*arguments, **options):
        raise OSError

    monkeypatch.setattr(os, "link", other_device)
    folder = materialise(bundle, tmp_path / "work", **READING)

    assert (folder / "config.json").is_symlink()
    assert manifest_of(folder).digest == bundle.digest


def test_a_lost_object_is_named(tmp_path):
    bundle = make_bundle(tmp_path / "model")
    lost = bundle.entries()[0].sha256
    current_store().delete(OWNER, lost)

    with pytest.raises(ArtifactError, match=lost):
        materialise(bundle, tmp_path / "work", **READING)


def test_names_from_macos_are_composed(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / unicodedata.normalize("NFD", "한글.txt")).write_text("가", encoding="utf-8")

    bundle = store_folder(folder, owner=OWNER, actor="system")

    assert [entry.path for entry in bundle.entries()] == [unicodedata.normalize("NFC", "한글.txt")]


def test_a_folder_is_held_to_the_rules_of_an_upload(tmp_path):
    write_weights(tmp_path / "model" / "weights.bin")

    with pytest.raises(ArtifactError, match=r"weights\.bin"):
        store_folder(tmp_path / "model", owner=OWNER, actor="system")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="no file"):
        store_folder(tmp_path, owner=OWNER, actor="system")
