"""What a file must be to get in: the second opinion on headers, the index against the shards, tokenizer files."""

import io
import json
import resource
import tempfile
import zipfile

import pytest
from safetensors.numpy import save

from portal.artifacts.checks import check_content, check_indexes
from portal.artifacts.errors import ArtifactError
from portal.artifacts.second_reader import SecondOpinionError, SecondReader
from portal.common.formats.safetensors_header import Header, TensorInfo, parse_header
from tests.artifacts.shards import ONE, header_of, index, shard


@pytest.fixture(scope="module")
def second():
    with SecondReader() as reader:
        yield reader


def content(name, data, second):
    return check_content(io.BytesIO(data), name=name, size=len(data), second=second)


def contents_of(files, second):
    return {name: content(name, data, second) for name, data in files.items()}


def refusal(name, data, second) -> ArtifactError:
    with pytest.raises(ArtifactError) as caught:
        content(name, data, second)
    assert (caught.value.code, caught.value.where) == ("file_refused", name)
    assert caught.value.hint
    return caught.value


def test_a_shard_is_known_by_its_tensors(second):
    assert content("s.safetensors", shard("a", "b"), second).tensors == {"a", "b"}


def test_what_the_library_refuses_is_refused(second):
    raw = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}'  # as if our checker had let it through

    with pytest.raises(SecondOpinionError, match="SafetensorError"):
        second.check(raw, Header({"a": TensorInfo("F32", (1,), 0, 8)}, {}, 8), size=8 + len(raw) + 8)


def test_other_tensors_are_refused(second):
    raw, size = header_of(ONE)
    header = parse_header(raw, file_size=size)
    other = Header({"b": header.tensors["a"]}, header.metadata, header.data_start)

    with pytest.raises(SecondOpinionError, match="other tensors"):
        second.check(raw, other, size=size)


def test_a_library_that_dies_refuses_that_file_only():
    raw, size = header_of(ONE)
    header = parse_header(raw, file_size=size)
    with SecondReader() as reader:
        reader.check(raw, header, size=size)
        reader._process.process.kill()
        with pytest.raises(SecondOpinionError, match="did not come to an end"):
            reader.check(raw, header, size=size)
        reader.check(raw, header, size=size)


def test_only_the_header_leaves_the_store(second):
    """A file of 1 TiB is judged by its header: nothing of its size is written or read."""
    size = 1 << 40
    count = (size - 4096) // 4
    raw = json.dumps({"a": {"dtype": "F32", "shape": [count], "data_offsets": [0, count * 4]}}).encode()
    raw += b" " * (4088 - len(raw))

    second.check(raw, parse_header(raw, file_size=8 + len(raw) + count * 4), size=8 + len(raw) + count * 4)


def test_a_full_temporary_folder_is_no_refusal(second):
    raw, size = header_of(shard("a" * 3000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(ArtifactError) as caught:
            second.check(raw, parse_header(raw, file_size=size), size=size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert (caught.value.code, caught.value.where) == ("disk_short", tempfile.gettempdir())


def test_an_index_of_all_shards_is_accepted(second):
    files = {"m/model.safetensors.index.json": index(a="1.safetensors", b="2.safetensors")}
    files |= {"m/1.safetensors": shard("a"), "m/2.safetensors": shard("b", "buffer")}

    check_indexes(contents_of(files, second))


@pytest.mark.parametrize(
    ("files", "where", "words"),
    [
        ({"1.safetensors": shard("a"), "2.safetensors": shard("b", "a")}, "2.safetensors", "which 1.safetensors holds too"),
        ({"1.safetensors": shard("a"), "2.safetensors": shard("c")}, "2.safetensors", "does not hold the tensor 'b'"),
        ({"1.safetensors": shard("a")}, "x.safetensors.index.json", "which is not in the bundle"),
        ({"1.safetensors": shard("a"), "2.safetensors/b.txt": b""}, "x.safetensors.index.json", "not in the bundle"),
    ],
)  # fmt: skip
def test_an_index_that_does_not_fit_is_refused(files, where, words, second):
    files = {**files, "x.safetensors.index.json": index(a="1.safetensors", b="2.safetensors")}

    with pytest.raises(ArtifactError, match=words) as caught:
        check_indexes(contents_of(files, second))

    assert caught.value.where == where


@pytest.mark.parametrize("document", [b"[1]", b'{"weight_map": []}', b'{"weight_map": {"a": 1}}', b"[" * 100_000])
def test_an_index_of_another_form_is_refused(document, second):
    refusal("x.safetensors.index.json", document, second)


def test_a_tokenizer_is_judged_by_its_form(second):
    content("t/tokenizer.json", b'{"model": {"vocab": {"a": 0}, "merges": []}}', second)

    assert "$.model.vocab" in refusal("tokenizer.json", b'{"model": {"vocab": {"a": "0"}}}', second).detail


def test_weights_under_another_name_stay_what_they_are(second):
    assert content("model.vocab", save({}), second).tensors is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"x = 1", b"x = 2", "checksum"),
        (b"train.py", b"../ab.py", "'..'"),
        (b"PK\x03\x04", b"text", "not the archive that its name promises"),
    ],
)
def test_archives_of_code_are_read_to_their_end(second, old, new, said):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("train.py", b"x = 1\n" * 50)
    content("code.zip", buffer.getvalue(), second)

    assert said in str(refusal("code.zip", buffer.getvalue().replace(old, new), second))
