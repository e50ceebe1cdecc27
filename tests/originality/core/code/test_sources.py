"""Which files are compared: folders and archives alike, any usual encoding, and a reason for whatever is left out."""

import io
import tarfile
import zipfile

from originality.core.code import patience, sources
from originality.core.code.building import build_corpus
from originality.core.code.index import Origin
from originality.core.code.report import code_report
from originality.core.code.sources import LeftOut, Source, read_sources, source_of
from tests.factories.code_runs import PUBLIC


def test_archives_and_folders_are_read_alike(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "packed").mkdir()
    files = {
        "a/train.py": "x = 1\n",
        "b.ipynb": '{"cells": [{"cell_type": "code", "source": ["!ls\\n", "y = 2"]}]}',
        "LICENSE": "MIT License",
    }
    with tarfile.open(tmp_path / "packed" / "code.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    for name, text in files.items():
        (tmp_path / "plain" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "plain" / name).write_text(text)

    plain = {item.path: item.text for item in read_sources(tmp_path / "plain")}
    packed = {item.path.removeprefix("code.tar.gz/"): item.text for item in read_sources(tmp_path / "packed")}

    assert plain == packed
    assert plain["b.ipynb"] == "# !ls\ny = 2"


def test_what_is_not_compared_is_listed_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "LARGEST", 20_000)
    files = {"big.py": b"x\n" * 20_000, "min.js": b"a;" * 5000, "bad.py": b"\xff\x00\x01", "deep.ipynb": b"[" * 15_000}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ok.py", "x = 1")
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-5])

    found = list(read_sources(tmp_path))

    assert [item.path for item in found if isinstance(item, Source)] == ["a.zip/ok.py"]
    assert {item.path: item.reason for item in found if isinstance(item, LeftOut)} == {
        "big.py": sources.TOO_LARGE, "min.js": sources.MINIFIED, "bad.py": sources.NO_TEXT,
        "deep.ipynb": sources.NO_NOTEBOOK, "b.zip": sources.BROKEN,
    }  # fmt: skip
    monkeypatch.setattr(sources, "MOST_FILES", 0)
    assert [item.reason for item in read_sources(tmp_path / "..") if isinstance(item, LeftOut)][-1] == sources.TOO_MUCH


def test_korean_encodings_are_read_and_hidden_characters_shown():
    assert source_of("a.py", "# 학습\nx = 1".encode("cp949")).text.startswith("# 학습")
    assert source_of("a.py", "x = 1\r\n".encode("utf-16")).text == "x = 1\n"
    assert source_of("a.py", "x = '\u202e'\x07".encode()).text == "x = '\ufffd'\ufffd"
    assert source_of(
        "a.ipynb", b'{"cells": [{"cell_type": "code", "source": "x = 1 # \\ud800\\u0000"}]}'
    ).text.endswith("\ufffd\ufffd")


def test_a_file_that_takes_too_long_is_left_out_and_the_next_one_compared(tmp_path, monkeypatch):
    (tmp_path / "bora").mkdir()
    (tmp_path / "bora" / "core.py").write_text(PUBLIC)
    corpus = build_corpus([Origin("bora", "1", "MIT", tmp_path / "bora")], tmp_path / "index", name="x")
    monkeypatch.setattr(patience, "EACH", 0.3)
    items = [Source("slow.c", "/" * 100_000, "c"), Source("train.py", PUBLIC, "python")]

    report = code_report(items, corpora=[corpus], passages=tmp_path / "passages")

    assert [row["path"] for row in report["files"]] == ["train.py"]
    assert report["left_out"] == [{"path": "slow.c", "reason": sources.TOO_SLOW, "detail": ""}]
