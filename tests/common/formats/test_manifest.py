import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.formats.manifest import (
    EMPTY_SHA256,
    FileEntry,
    Limits,
    Manifest,
    ManifestError,
    parse_manifest,
)

PART = 8 << 20


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file(path="model.safetensors", *, size=3, sha256=None, parts=None) -> dict:
    sha256 = sha256 or digest(path)
    return {"path": path, "size": size, "sha256": sha256, "parts": [sha256] if parts is None else parts}


def document(*files, part_size=PART) -> dict:
    return {"part_size": part_size, "files": list(files) or [file()]}


def test_a_manifest_survives_the_way_there_and_back():
    manifest = parse_manifest(document(file("b"), file("a"), file("c", size=2 * PART + 1, parts=[digest("c")] * 3)))

    assert [entry.path for entry in manifest.files] == ["a", "b", "c"]
    assert manifest.total_size == 2 * PART + 7
    assert parse_manifest(manifest.document()) == manifest


def test_the_digest_does_not_depend_on_the_parts():
    entry = FileEntry("a", 20, digest("a"))
    small = Manifest(part_size=10, files=(FileEntry("a", 20, digest("a"), (digest("1"), digest("2"))),))

    assert small.digest == Manifest(part_size=20, files=(entry,)).digest


@pytest.mark.parametrize(("number", "span"), [(0, (0, 10)), (1, (10, 10)), (2, (20, 5))])
def test_spans_cover_the_file(number, span):
    entry = FileEntry("a", 25, digest("a"))

    assert Manifest(part_size=10, files=(entry,)).span(entry, number) == span


def test_a_part_behind_the_end_is_refused():
    entry = FileEntry("a", 20, digest("a"))

    with pytest.raises(ManifestError, match="a: there is no part 2"):
        Manifest(part_size=10, files=(entry,)).span(entry, 2)


def test_an_empty_file_has_no_part():
    manifest = parse_manifest(document(file("빈 파일.txt", size=0, sha256=EMPTY_SHA256, parts=[])))

    assert manifest.total_size == 0


@pytest.mark.parametrize(
    ("obj", "where"),
    [
        ([], "$"),
        ({"part_size": PART}, "$.files"),
        ({"part_size": PART, "files": []}, "$.files"),
        ({"part_size": True, "files": [file()]}, "$.part_size"),
        ({"part_size": 1 << 40, "files": [file()]}, "$.part_size"),
        ({"schema": "manifest/9", "part_size": PART, "files": [file()]}, "$.schema"),
        ({"part_size": PART, "files": [file()], "extra": 1}, "$"),
        (document(part_size=100) | {"files": [file(size=101, parts=[digest("")] * 2)]}, "$.part_size"),
        (document({"path": "a"}), "$.files[0].size"),
        (document(file(size=-1)), "$.files[0].size"),
        (document(file(size=1.0)), "$.files[0].size"),
        (document(file(sha256="ABC")), "$.files[0].sha256"),
        (document(file(sha256=digest("a").upper())), "$.files[0].sha256"),
        (document(file(parts=[])), "$.files[0].parts"),
        (document(file(parts=[digest("x")])), "$.files[0].parts[0]"),
        (document(file(size=0, parts=[])), "$.files[0].sha256"),
        (document(file("a"), file("b") | {"mode": 1}), "$.files[1]"),
    ],
)
def test_errors_name_their_place(obj, where):
    with pytest.raises(ManifestError) as caught:
        parse_manifest(obj)

    assert caught.value.where == where


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "C:/x", "a\\b", "a\x00b", "a\nb", "a\u202eb", "a\u200bb",
        "a\ufeffb", " a", "a ", "a.", "x/" * 32 + "y", "가" * 100, "ab/" + "a" * 256, "\ud800",
        unicodedata.normalize("NFD", "한글.txt"),
    ],
)  # fmt: skip
def test_names_that_other_systems_read_otherwise_are_refused(path):
    with pytest.raises(ManifestError) as caught:
        parse_manifest(document(file("ok") | {"path": path}))

    caught.value.where.encode()


@pytest.mark.parametrize("pair", [("a", "a"), ("A.txt", "a.TXT"), ("straße", "STRASSE"), ("a", "a/b"), ("A", "a/b")])
def test_names_that_collide_are_refused(pair):
    with pytest.raises(ManifestError):
        parse_manifest(document(*(file(path) for path in pair)))


def test_korean_names_and_folders_are_welcome():
    manifest = parse_manifest(document(file("학습 기록/1단계.csv"), file("학습 기록/2단계.csv")))

    assert len(manifest.files) == 2


def test_the_number_of_files_and_parts_is_bounded():
    with pytest.raises(ManifestError, match="3 files; at most 2"):
        parse_manifest(document(file("a"), file("b"), file("c")), limits=Limits(max_files=2))
    with pytest.raises(ManifestError, match="2 parts; at most 1"):
        parse_manifest(document(file("a"), file("b")), limits=Limits(max_parts=1))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.sampled_from(["path", "size", "parts", "files", "part_size", "sha256"]), children),
    max_leaves=30,
)  # fmt: skip


@given(values)
def test_nothing_but_a_manifest_error_comes_out(value):
    try:
        parse_manifest(value)
    except ManifestError:
        return
    raise AssertionError("a random document was accepted")
