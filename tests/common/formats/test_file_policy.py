import io
import pickle
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save

from portal.common.formats.file_policy import REFUSED, FilePolicyError, check_content, check_head, check_name

WEIGHTS = save({"a": np.zeros(3, np.float32)})


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.pkl", b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "path",
    [
        "model-00001-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.model", "LICENSE", "기술 보고서.pdf",
        "logs/events.out.tfevents.1700000000.node-1.77.0", "curve.CSV", "merges.txt", "chat_template.jinja",
    ],
)  # fmt: skip
def test_the_files_of_a_submission_are_taken(path):
    check_name(path)


@pytest.mark.parametrize("suffix", REFUSED)
def test_refused_kinds_say_what_to_do(suffix):
    with pytest.raises(FilePolicyError, match=f"\\{suffix} is not accepted") as caught:
        check_name(f"folder/weights{suffix.upper()}")

    assert caught.value.hint


@pytest.mark.parametrize("path", ["run", "a.exe", "a.safetensors.part", "x.svg", "a.html"])
def test_other_kinds_are_refused_with_the_list(path):
    with pytest.raises(FilePolicyError, match=r"Accepted are .*\.safetensors"):
        check_name(path)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_renamed_pickle_is_recognised(protocol):
    with pytest.raises(FilePolicyError, match="pickle") as caught:
        check_head("model.safetensors", pickle.dumps({"weight": [1.0] * 20}, protocol=protocol))

    assert "save_file" in caught.value.hint


@pytest.mark.parametrize(
    "head", [zipped(), b"GGUF\x03", b"\x89HDF\r\n\x1a\n", b"\x1f\x8b\x08", b"\x7fELF", b"\x93NUMPY"]
)
def test_other_content_under_a_good_name_is_recognised(head):
    with pytest.raises(FilePolicyError, match="whatever its name says"):
        check_head("model.safetensors", head)


def test_pictures_and_reports_are_what_they_say():
    check_head("a.pdf", b"%PDF-1.7")
    with pytest.raises(FilePolicyError, match=r"not a \.pdf file"):
        check_head("a.pdf", b"<html>")
    with pytest.raises(FilePolicyError, match="binary, not text"):
        check_head("a.csv", b"step,loss\n\x00")


def test_every_header_length_of_real_weights_passes():
    for length in range(0x0280, 0x0286):
        check_head("a.safetensors", length.to_bytes(8, "little") + b'{"a"')
    check_head("a.safetensors", (0x0280).to_bytes(8, "little") + b"{")


def test_content_is_read_from_the_file(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(WEIGHTS)
    check_content(tmp_path / "a.safetensors", "a.safetensors")
