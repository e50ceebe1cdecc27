import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.core.errors import SpecError
from evaluation.core.spec import CheckpointSource, EndpointSource, Spec, parse_spec, spec_document

CHECKPOINT = {"kind": "checkpoint", "folder": "checkpoint"}
ENDPOINT = {
    "kind": "endpoint",
    "socket": "door/harness.sock",
    "model": "own",
    "tokenizer": "tokenizer",
    "max_length": 512,
    "logprobs": True,
}
DOCUMENT = {"schema": "evaluation-spec/2", "suite": {}, "source": CHECKPOINT}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("source", [CHECKPOINT | {"backend": "vllm", "arguments": {"max_num_seqs": 8}}, ENDPOINT])
def test_what_is_written_is_read_again(source):
    spec = parse_spec(DOCUMENT | {"source": source, "group": "text", "limit": 3, "data": {"private": "/dev/shm/x"}})  # noqa: S108
    assert parse_spec(spec_document(spec)) == spec


def test_what_is_left_out_has_its_default():
    assert parse_spec(DOCUMENT) == Spec({}, CheckpointSource("checkpoint"))
    assert parse_spec(DOCUMENT | {"source": ENDPOINT}).source == EndpointSource(
        "door/harness.sock", "own", "tokenizer", 512, logprobs=True, concurrency=1, timeout=300.0
    )


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"schema": "evaluation-spec/1"}, "$.schema"),
        ({"surprise": 1}, "$"),
        ({"limit": 0}, "$.limit"),
        ({"device": "cuda; rm"}, "$.device"),
        ({"data": {"elsewhere": "x"}}, "$.data"),
        ({"source": {"kind": "magic"}}, "$.source.kind"),
        ({"source": CHECKPOINT | {"socket": "x"}}, "$.source"),
        ({"source": CHECKPOINT | {"backend": "gguf"}}, "$.source.backend"),
        ({"source": CHECKPOINT | {"folder": "../elsewhere"}}, "$.source.folder"),
        ({"source": CHECKPOINT | {"folder": "/etc"}}, "$.source.folder"),
        ({"source": CHECKPOINT | {"arguments": {"x": 0.5}}}, "$.source.arguments.x"),
        ({"source": ENDPOINT | {"socket": "../door"}}, "$.source.socket"),
        ({"source": ENDPOINT | {"max_length": 1}}, "$.source.max_length"),
        ({"source": {key: value for key, value in ENDPOINT.items() if key != "logprobs"}}, "$.source"),
    ],
)
def test_a_fault_is_told_with_its_place(change, where):
    with pytest.raises(SpecError) as caught:
        parse_spec(DOCUMENT | change)
    assert caught.value.where == where


@given(JSON)
def test_anything_else_is_refused_as_a_specification(document):
    with pytest.raises(SpecError):
        parse_spec(document)


@given(st.sampled_from([*DOCUMENT, "group", "limit", "data"]), JSON)
def test_one_wrong_part_is_refused_or_still_a_specification(key, value):
    with suppress(SpecError):
        assert parse_spec(copy.deepcopy(DOCUMENT) | {key: value})
