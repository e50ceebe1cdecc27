import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from originality.core.trace.events import Scalar, masked_crc, read_events
from originality.core.trace.model import Fault

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
            event = Event(wall_time=100.0 + step, step=step, summary=Summary(value=[value]))
            writer.write(event.SerializeToString())
    return path


def test_reads_what_tensorboard_wrote(events):
    assert list(read_events(events)) == [Scalar("train/loss", step, 100.0 + step, 7.0 - step) for step in range(1, 6)]


def test_reads_scalars_in_float_tensors(tmp_path):
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.summary.writer.record_writer import RecordWriter

    path = tmp_path / "events.out.tfevents.2"
    values = [
        Summary.Value(tag="packed", tensor=TensorProto(dtype=1, float_val=[2.5])),
        Summary.Value(tag="content", tensor=TensorProto(dtype=1, tensor_content=struct.pack("<f", 1.5))),
    ]
    with path.open("wb") as file:
        RecordWriter(file).write(Event(step=3, summary=Summary(value=values)).SerializeToString())

    assert [(item.tag, item.value) for item in read_events(path)] == [("packed", 2.5), ("content", 1.5)]


def test_a_damaged_body_is_reported_and_skipped(events):
    data = bytearray(events.read_bytes())
    second = 12 + struct.unpack("<Q", data[:8])[0] + 4
    data[second + 12 + 9] ^= 0xFF
    events.write_bytes(data)

    found = list(read_events(events))

    assert found[0] == Fault(events.name, second, "the checksum does not fit the data")
    assert [item.step for item in found[1:]] == [2, 3, 4, 5]


def test_a_damaged_length_ends_the_file(events):
    data = bytearray(events.read_bytes())
    data[0] ^= 0xFF
    events.write_bytes(data)

    (fault,) = read_events(events)

    assert fault.offset == 0
    assert "length is damaged" in fault.reason


def test_a_torn_file_ends_with_a_fault(events):
    events.write_bytes(events.read_bytes()[:-3])

    found = list(read_events(events))

    assert isinstance(found[-1], Fault)
    assert [item.step for item in found[:-1]] == [1, 2, 3, 4]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("events") / "events.out.tfevents.3"
    body = struct.pack("<Q", len(data))
    path.write_bytes(body + struct.pack("<I", masked_crc(body)) + data + struct.pack("<I", masked_crc(data)))

    assert all(isinstance(item, Scalar | Fault) for item in read_events(path))


def test_checksum_is_the_known_one():
    assert masked_crc(b"123456789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF
