import hashlib

import pytest

from portal.common.formats.hashing import digest_parts, sha256_of


@pytest.mark.parametrize(("size", "parts"), [(0, 0), (1, 1), (1000, 1), (1001, 2), (3_000_000, 3000)])
def test_parts_and_whole_come_from_one_read(tmp_path, size, parts):
    data = bytes(n % 251 for n in range(size))
    path = tmp_path / "file"
    path.write_bytes(data)

    digests = digest_parts(path, part_size=1000)

    assert digests.sha256 == sha256_of(path) == hashlib.sha256(data).hexdigest()
    assert digests.size == size
    assert digests.parts == tuple(hashlib.sha256(data[n : n + 1000]).hexdigest() for n in range(0, size, 1000))
    assert len(digests.parts) == parts


def test_bytes_read_are_reported(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 2500)
    seen: list[int] = []

    digest_parts(tmp_path / "file", part_size=1000, on_bytes=seen.append)

    assert sum(seen) == 2500
