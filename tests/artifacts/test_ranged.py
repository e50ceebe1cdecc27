"""Several objects of a bucket read as one file, wherever the reader jumps."""

import io
import random
import threading

import pytest

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores import current_store, ranged
from portal.artifacts.stores.ranged import Piece, PieceReader, open_pieces

SIZES = [700, 1, 0, 2500, 64, 999]


@pytest.fixture
def place(bucket, monkeypatch):
    """Requests of 10, 40, then 100 bytes."""
    for name, value in {"FIRST": 10, "LARGEST": 100, "BUFFER": 16, "FIRST_DELAY": 0.001}.items():
        monkeypatch.setattr(ranged, name, value)
    return current_store().bucket


@pytest.fixture
def pieces(place):
    chance = random.Random(0)
    contents = [chance.randbytes(size) for size in SIZES]
    for number, content in enumerate(contents):
        place.put(f"piece-{number}", content)
    listed = [Piece(item.key, item.size, item.etag) for item in place.items("piece-")]
    return listed, b"".join(contents)


def test_in_order(place, pieces):
    listed, content = pieces
    with open_pieces(place, listed) as file:
        assert file.read() == content
        assert file.read() == b""


def test_from_any_place(place, pieces):
    listed, content = pieces
    chance = random.Random(1)
    with open_pieces(place, listed) as file:
        for _ in range(60):
            start, length = chance.randrange(len(content) + 5), chance.choice([1, 7, 50, 900])
            file.seek(start)
            assert file.read(length) == content[start : start + length]
        assert file.seek(-3, io.SEEK_END) == len(content) - 3
        assert file.read() == content[-3:]


def test_a_gap_reads_as_zeros(place, pieces):
    listed, content = pieces
    with open_pieces(place, [Piece("", 700), *listed[1:]]) as file:
        assert file.read() == bytes(700) + content[700:]


def test_a_jump_asks_for_little_and_reading_on_for_more(place, pieces, monkeypatch):
    listed, _ = pieces
    asked = []
    read = PieceReader._read

    def watched(self, start, length):
        asked.append((start, length))
        return read(self, start, length)

    monkeypatch.setattr(PieceReader, "_read", watched)
    with PieceReader(place, listed) as file:
        file.seek(1000)
        file.read(5)
        assert asked == [(1000, 10)]
        while file.tell() < 1400:
            file.read(50)
    assert sorted(asked)[:4] == [(1000, 10), (1010, 40), (1050, 100), (1150, 100)]
    assert len(asked) == len(set(asked))


def test_nothing_runs_on_after_closing(place, pieces):
    listed, _ = pieces
    before = threading.active_count()
    with open_pieces(place, listed) as file:
        file.read(400)
    for thread in threading.enumerate():
        if thread.name.startswith("ThreadPoolExecutor"):
            thread.join(timeout=5)
    assert threading.active_count() <= before


def test_an_object_that_goes_away(place, pieces):
    listed, _ = pieces
    place.delete_all([listed[3].name])
    with open_pieces(place, listed) as file, pytest.raises(ArtifactError) as caught:
        file.read()
    assert caught.value.code == "store_changed"
