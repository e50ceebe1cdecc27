import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from originality.core.trace.events import masked_crc, read_events
from originality.core.trace.spool import POINT, Found, Sink, Spool

tensorboard = pytest.importorskip("tensorboard")


@pytest.fixture
def events(tmp_path):
    """An event file written by TensorBoard's own writer."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    path = tmp_path / "events.out.tfevents.1"
    with path.open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString())
        for step in range(1, 6):
            value = Summary.Value(tag="train/loss", simple_value=7.0 - step)
            event = Event(wall_time=1.8e9 + step, step=step, summary=Summary(value=[value]))
            writer.write(event.SerializeToString())
    return path


def read(path):
    """Points of each name, and the faults."""
    spool = Spool()
    with path.open("rb") as file:
        read_events(file, Sink(spool, file=0, name=path.name))
    return {tag: spool.take(Found(tag, 0)) for tag in spool.names()}, spool.faults.kept


def places(path):
    """Where the records of a file begin."""
    data, found = path.read_bytes(), [0]
    while found[-1] < len(data):
        found.append(found[-1] + 16 + struct.unpack("<Q", data[found[-1] : found[-1] + 8])[0])
    return found


def test_reads_what_tensorboard_wrote(events):
    points, faults = read(events)

    expected = [
        (step, 7.0 - step, 1.8e9 + step, place) for step, place in zip(range(1, 6), places(events)[1:], strict=False)
    ]
    assert points["train/loss"].tolist() == np.array(expected, POINT).tolist()
    assert not faults


def test_reads_scalars_in_tensors(tmp_path):
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.summary.writer.record_writer import RecordWriter

    path = tmp_path / "events.out.tfevents.2"
    values = [
        Summary.Value(tag="packed", tensor=TensorProto(dtype=1, float_val=[2.5])),
        Summary.Value(tag="content", tensor=TensorProto(dtype=1, tensor_content=struct.pack("<f", 1.5))),
        Summary.Value(tag="double", tensor=TensorProto(dtype=2, double_val=[0.1])),
        Summary.Value(tag="many", tensor=TensorProto(dtype=1, float_val=[1.0, 2.0])),
        Summary.Value(tag="text", tensor=TensorProto(dtype=7, string_val=[b"loss"])),
    ]
    with path.open("wb") as file:
        RecordWriter(file).write(Event(step=3, summary=Summary(value=values)).SerializeToString())

    points, faults = read(path)

    assert {tag: rows["value"].tolist() for tag, rows in points.items()} == {
        "packed": [2.5],
        "content": [1.5],
        "double": [0.1],
    }
    assert not faults


def test_a_damaged_body_is_reported_and_skipped(events):
    data = bytearray(events.read_bytes())
    second = places(events)[1]
    data[second + 12 + 9] ^= 0xFF
    events.write_bytes(data)

    points, (fault,) = read(events)

    assert fault == (events.name, second, "the checksum does not fit the data")
    assert points["train/loss"]["step"].tolist() == [2, 3, 4, 5]


def test_after_a_damaged_length_reading_goes_on_at_the_next_record(events):
    data = bytearray(events.read_bytes())
    third = places(events)[3]
    data[third] ^= 0xFF
    events.write_bytes(data)

    points, (fault,) = read(events)

    assert fault.offset == third
    assert points["train/loss"]["step"].tolist() == [1, 2, 4, 5]


def test_a_torn_file_ends_with_a_fault(events):
    events.write_bytes(events.read_bytes()[:-3])

    points, (fault,) = read(events)

    assert (fault.offset, fault.reason) == (places(events)[-2], "the file ends inside this record")
    assert points["train/loss"]["step"].tolist() == [1, 2, 3, 4]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("events") / "events.out.tfevents.3"
    body = struct.pack("<Q", len(data))
    path.write_bytes(body + struct.pack("<I", masked_crc(body)) + data + struct.pack("<I", masked_crc(data)))

    read(path)


def test_checksum_is_the_known_one():
    assert masked_crc(b"123456789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF
