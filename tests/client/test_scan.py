import os
import unicodedata

import pytest

from portal.client.cache import DigestCache
from portal.client.errors import ClientError
from portal.client.scan import check_files, find_files, make_manifest
from portal.client.sources import LocalFile
from tests.factories.artifacts import manifest_of, write_folder

OLD = 1_700_000_000


@pytest.fixture
def cache(tmp_path):
    cache = DigestCache(tmp_path / "cache" / "digests.sqlite3")
    yield cache
    cache.close()


def settle(folder):
    """Files as they lie there after training, not written this very second."""
    for path in folder.rglob("*"):
        os.utime(path, (OLD, OLD))
    return folder


def manifest(folder, cache, read=None):
    return make_manifest(
        find_files([str(folder)]),
        part_size=1000,
        cache=cache,
        threads=2,
        on_bytes=[].append if read is None else read.append,
    )


def test_the_manifest_is_that_of_the_files(tmp_path, cache):
    folder = write_folder(tmp_path / "model")

    assert manifest(folder, cache) == manifest_of(folder)


def test_a_second_look_reads_nothing(tmp_path, cache, monkeypatch):
    folder = settle(write_folder(tmp_path / "model"))
    first = manifest(folder, cache)
    monkeypatch.setattr("portal.client.scan.digest_stream", None)

    assert manifest(folder, cache) == first


def test_a_changed_file_is_read_again(tmp_path, cache):
    folder = settle(write_folder(tmp_path / "model"))
    first = manifest(folder, cache)
    (folder / "config.json").write_text("{}", encoding="utf-8")

    assert manifest(folder, cache).digest != first.digest


def test_a_file_written_just_now_is_not_remembered(tmp_path, cache):
    folder = write_folder(tmp_path / "model")
    manifest(folder, cache)

    assert cache.get(LocalFile(folder / "config.json"), part_size=1000) is None


def test_rows_are_written_together_and_survive(tmp_path, monkeypatch):
    folder = settle(write_folder(tmp_path / "model"))
    first = DigestCache(tmp_path / "digests.sqlite3")
    whole = manifest(folder, first)
    assert len(first.pending) == 4
    first.close()
    monkeypatch.setattr("portal.client.scan.digest_stream", None)

    assert manifest(folder, DigestCache(tmp_path / "digests.sqlite3")) == whole


@pytest.mark.parametrize("trouble", ["damaged", "a folder", "no place"])
def test_without_a_cache_everything_is_hashed(tmp_path, trouble):
    path = tmp_path / "digests.sqlite3"
    if trouble == "damaged":
        path.write_bytes(b"no database at all" * 100)
    elif trouble == "a folder":
        path.mkdir()
    else:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "digests.sqlite3"
    folder = settle(write_folder(tmp_path / "model"))

    assert manifest(folder, DigestCache(path)) == manifest_of(folder)


def test_another_part_size_has_other_digests(tmp_path, cache):
    folder = settle(write_folder(tmp_path / "model"))
    manifest(folder, cache)

    assert cache.get(LocalFile(folder / "model.safetensors"), part_size=999) is None


def test_all_bytes_are_reported(tmp_path, cache):
    folder, read = write_folder(tmp_path / "model"), []
    whole = manifest(folder, cache, read)

    assert sum(read) == whole.total_size


def test_names_are_composed_and_dot_files_left_out(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").touch()
    (tmp_path / unicodedata.normalize("NFD", "한글.txt")).touch()

    assert list(find_files([str(tmp_path)])) == [unicodedata.normalize("NFC", "한글.txt")]


def test_several_folders_keep_their_names(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.log").touch()

    assert list(find_files([str(tmp_path / "one"), str(tmp_path / "two")])) == ["one/a.log", "two/a.log"]


def test_one_file_has_its_own_name(tmp_path):
    (tmp_path / "loss.csv").touch()

    assert list(find_files([str(tmp_path / "loss.csv")])) == ["loss.csv"]


@pytest.mark.parametrize("name", ["missing", "."])
def test_nothing_to_send_is_said(tmp_path, name):
    with pytest.raises(ClientError, match="There is no"):
        find_files([str(tmp_path / name)])


@pytest.mark.parametrize("names", [["a.pt"], ["A.txt", "a.txt"], ["two\nlines.txt"]])
def test_what_the_portal_would_refuse_is_refused_here(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()

    with pytest.raises(ClientError) as caught:
        check_files(find_files([str(tmp_path)]))

    assert caught.value.hint
