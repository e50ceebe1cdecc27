"""Archives are read as they are packed everywhere, and refused where two readers could see two different things in them."""

import bz2
import io
import random
import stat
import struct
import tarfile
import zipfile
import zlib

import pytest

from portal.common.formats.archives import ArchiveError, Limits, check_archive, read_archive

FILES = {
    "model/attention.py": b"print(1)\n" * 20_000,
    "설명/읽어 보세요.md": "훈련 코드\n".encode(),
    "deep/" + "d" * 120 + "/e.py": b"y = 1\n",
    "empty.py": b"",
}
MODES = {"a.tar": "w", "a.tar.gz": "w:gz", "a.tgz": "w:gz", "a.tar.bz2": "w:bz2", "a.tar.xz": "w:xz"}


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files, mode="w", form=tarfile.PAX_FORMAT):
    return tar_of([(entry(name, size=len(content)), content) for name, content in files.items()], mode, form)


def entry(name, *, kind=tarfile.REGTYPE, size=0, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, target
    return info


def tar_of(entries, mode="w", form=tarfile.PAX_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:
        for info, content in entries:
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def contents(data, name, **limits):
    return {
        member.path: b"".join(body)
        for member, body in read_archive(io.BytesIO(data), name=name, limits=Limits(**limits))
        if not member.left_out
    }


def refusal(data, name, **limits):
    with pytest.raises(ArchiveError) as caught:
        check_archive(io.BytesIO(data), name=name, limits=Limits(**limits))
    assert caught.value.where
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize("name", MODES)
def test_tars_are_read_whole(name):
    assert contents(tarred(FILES, MODES[name]), name) == FILES
    assert contents(tarred(FILES, MODES[name], tarfile.GNU_FORMAT), name) == FILES


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_are_read_whole(method):
    assert contents(zipped(FILES, method), "a.zip") == FILES


def test_members_that_are_not_taken_are_checked_all_the_same():
    data = bytearray(zipped({"a.py": b"a" * 500}, zipfile.ZIP_STORED))
    data[data.index(b"aaaa")] ^= 1

    with pytest.raises(ArchiveError, match="checksum"):
        list(read_archive(io.BytesIO(bytes(data)), name="a.zip"))


def test_streamed_zips_and_leading_dots_are_common():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", b"x")
    assert contents(pipe.getvalue(), "a.zip") == {"a.py": b"x"}
    dotted = tar_of([(entry(".", kind=tarfile.DIRTYPE), b""), (entry("./a.py", size=1), b"x")])
    assert contents(dotted, "a.tar") == {"a.py": b"x"}


def test_several_gzip_streams_are_one():
    whole = tarred(FILES)
    data = zlib.compressobj(wbits=31), zlib.compressobj(wbits=31)
    parts = [
        pack.compress(piece) + pack.flush() for pack, piece in zip(data, (whole[:5000], whole[5000:]), strict=True)
    ]
    assert contents(b"".join(parts), "a.tar.gz") == FILES


def korean_zip(encoding):
    data = zipped({"AAAAAAAA.py": b"x"})
    return data.replace(b"AAAAAAAA", "모델코드".encode(encoding))


def test_korean_names_of_windows_are_read_and_said():
    [member] = check_archive(io.BytesIO(korean_zip("cp949")), name="a.zip")
    assert (member.path, member.encoding) == ("모델코드.py", "CP949")
    packed = tar_of([(entry("모델코드.py", size=1), b"x")], form=tarfile.USTAR_FORMAT)
    old = io.BytesIO()
    with tarfile.open(fileobj=old, mode="w", format=tarfile.GNU_FORMAT, encoding="cp949") as archive:
        archive.addfile(entry("모델코드.py", size=1), io.BytesIO(b"x"))
    assert [member.encoding for member in check_archive(io.BytesIO(packed), name="a.tar")] == [""]
    assert [member.path for member in check_archive(io.BytesIO(old.getvalue()), name="a.tar")] == ["모델코드.py"]


def test_links_and_inner_archives_are_listed_and_not_followed():
    links = tar_of([
        (entry("a.py", size=1), b"x"),
        (entry("link", kind=tarfile.SYMTYPE, target="../../etc/passwd"), b""),
        (entry("hard", kind=tarfile.LNKTYPE, target="a.py"), b""),
        (entry("inner.zip", size=1), b"x"),
    ])  # fmt: skip
    said = {member.path: (member.left_out, member.target) for member in check_archive(io.BytesIO(links), name="a.tar")}
    assert said["a.py"] == ("", "")
    assert said["link"] == ("a link; links are not followed", "../../etc/passwd")
    assert said["hard"] == ("a link; links are not followed", "a.py")
    assert "not opened" in said["inner.zip"][0]
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    [member] = check_archive(io.BytesIO(buffer.getvalue()), name="a.zip")
    assert (member.left_out, member.target) == ("a link; links are not followed", "/etc/passwd")


@pytest.mark.parametrize(
    "name",
    ["../a.py", "/etc/passwd", "a/../../b.py", "C:/a.py", "a\\b.py", "a/\x1b[2J.py", "a\u202egpj.py", "x" * 600, "a/" * 40 + "b"],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_lie_are_refused(name):
    refusal(tarred({name: b"x"}), "a.tar")
    if "\\" not in name:
        refusal(zipped({name: b"x"}), "a.zip")


@pytest.mark.parametrize("names", [("a.py", "A.py"), ("a", "a/b.py"), ("a/b.py", "a"), ("a.py", "a.py")])
def test_two_names_for_one_file_are_refused(names):
    assert "same" in (said := refusal(tar_of([(entry(name), b"") for name in names]), "a.tar")) or "folder" in said


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE, b"Z"])
def test_other_kinds_of_entries_are_refused(kind):
    assert "it is" in refusal(tar_of([(entry("a", kind=kind), b"")]), "a.tar")


def test_sparse_files_under_pax_are_refused():
    info = entry("a")
    info.pax_headers = {"GNU.sparse.major": "1"}
    assert "sparse" in refusal(tar_of([(info, b"")]), "a.tar")


def test_bombs_are_refused_before_they_unpack():
    zeros = bytes(4 << 20)
    assert "times its size" in refusal(zipped({"a": zeros}), "a.zip", free=1 << 20)
    assert "times its size" in refusal(bz2.compress(tarred({"a": zeros})), "a.tar.bz2", free=1 << 20)
    assert "more than 1,000" in refusal(tarred({"a": b"x" * 2000}), "a.tar", member=1000)
    assert "unpacks to more than 9,000" in refusal(zipped({"a": b"x" * 5000, "b": b"x" * 5000}), "a.zip", total=9000)
    assert "took more than" in refusal(tarred({"a": b"x"}), "a.tar", seconds=-1)


def test_many_files_are_refused_with_their_number():
    many = {f"{number}": b"" for number in range(101)}
    assert "more than 100 entries" in refusal(tarred(many), "a.tar", entries=100)
    assert "101 entries" in refusal(zipped(many), "a.zip", entries=100)


def test_a_hundred_thousand_files_are_refused_in_little_time():
    block = tar_of([(entry("AAAAAA"), b"")])[:512]
    parts = []
    for number in range(25_000):
        header = bytearray(block.replace(b"AAAAAA", b"%06d" % number))
        header[148:156] = b"%06o\x00 " % (sum(header) - sum(header[148:156]) + 256)
        parts.append(bytes(header))
    assert "more than 20,000 entries" in refusal(b"".join(parts) + bytes(1024), "a.tar")


def test_encrypted_and_strangely_packed_entries_are_refused():
    plain = zipped({"a.py": b"x" * 50})
    central = plain.index(b"PK\x01\x02")
    locked = bytearray(plain)
    locked[6] |= 1
    locked[central + 8] |= 1
    assert "encrypted" in refusal(bytes(locked), "a.zip")
    strange = bytearray(plain)
    strange[8], strange[central + 10] = 93, 93
    assert "Zstandard" in refusal(bytes(strange), "a.zip")


def test_a_directory_that_lies_is_refused():
    plain = zipped({"a.py": b"x" * 50, "b.py": b"y" * 50}, zipfile.ZIP_STORED)
    central = plain.index(b"PK\x01\x02")
    second = plain.index(b"PK\x01\x02", central + 4)
    other_name = plain[:central] + plain[central:].replace(b"b.py", b"c.py")
    assert "disagree" in refusal(other_name, "a.zip")
    overlap = bytearray(plain)
    overlap[second + 42 : second + 46] = struct.pack("<L", 1)
    assert "shares bytes" in refusal(bytes(overlap), "a.zip")
    assert "bytes follow" in refusal(plain + b"x", "a.zip")
    assert "directory" in refusal(plain[:-30], "a.zip")
    assert "not where its end says" in refusal(plain[:central] + b"x" + plain[central:], "a.zip")


def test_wrong_endings_and_other_archives_are_named():
    assert "the content is zip, its name promises gzip" in refusal(zipped(FILES), "a.tar.gz")
    assert "ends in none of" in refusal(b"7z\xbc\xaf\x27\x1c", "a.7z")
    assert "no header of a tar entry" in refusal(b"#!/bin/sh\n" * 100, "a.tar")
    assert "no archive that is read" in refusal(b"plain text", "a.zip")


def test_what_is_cut_off_or_follows_is_refused():
    whole = tarred(FILES)
    assert "cut off" in refusal(whole[:3000], "a.tar")
    assert "ends in the middle" in refusal(tarred(FILES, "w:gz")[:-9], "a.tar.gz")
    assert "does not unpack" in refusal(tarred(FILES, "w:xz")[:40] + b"x" * 200, "a.tar.xz")
    assert "follows the end" in refusal(whole + b"hidden".ljust(512, b"\x00"), "a.tar")


def test_mutated_archives_end_in_no_other_error():
    chance = random.Random(7)
    small = {"a/b.py": b"print(1)\n" * 30, "한글.py": b"x", "d" * 120 + "/e.py": b"y"}
    seeds = [("a.zip", zipped(small))] + [(name, tarred(small, mode)) for name, mode in MODES.items()]
    for _ in range(1500):
        name, data = chance.choice(seeds)
        damaged = bytearray(data)
        for _place in range(chance.choice((1, 2, 9))):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        try:
            check_archive(io.BytesIO(bytes(damaged)), name=name)
        except ArchiveError:
            continue
