"""The training declaration as a file and the facts of a run as a document."""

import json
import random

import pytest
from jsonschema import Draft202012Validator

from originality.core.trace.declaration import (
    FIELDS,
    MOST_BYTES,
    declaration_document,
    facts_document,
    parse_declaration_of_training,
    parse_facts,
)
from originality.core.trace.facts import SCHEMA, ChainLink, Deposited, Facts, Grant
from originality.core.trace.reading import DocumentError
from portal.common.formats.canonical import digest_of
from tests.architecture.layers import ROOT

DIGEST = "0f" * 32
WHOLE = {
    "schema": SCHEMA,
    "vocabulary": 32000,
    "parameters": 7_000_000_000,
    "active_parameters": 7e9,
    "optimiser": {
        "name": "adamw",
        "beta1": 0.9,
        "beta2": 0.95,
        "epsilon": 1e-8,
        "weight_decay": 0.1,
        "others_for": ["*.embed_tokens.*"],
    },
    "schedule": {"kind": "cosine", "peak": 3e-4, "warmup_steps": 2000, "total_steps": 100_000, "final": 3e-5},
    "clip": 1.0,
    "batch_tokens": 4_194_304,
    "sequence_length": 4096,
    "layers": 32,
    "width": 4096,
    "seed": 42,
    "init": [{"pattern": "*.weight", "law": "normal", "scale": 0.02}],
    "own_compute": [
        {"card_type": "H200", "cards": 64, "starts": "2026-01-01", "ends": "2026-02-01", "gpu_hours": 40000.5}
    ],
    "events": [{"step": 50000, "kind": "data change", "note": "한국어 비중을 높임"}],
    "cards": 512,
    "rate_groups": [{"pattern": "*.embed_tokens.*", "factor": 10}],
    "started": "2026-01-02T09:00:00+09:00",
    "ended": "2026-03-02",
}


def parsed(**changes):
    return parse_declaration_of_training(json.dumps(WHOLE | changes).encode())


def test_what_is_written_is_what_is_read():
    found = parsed()

    assert found.active_parameters == 7_000_000_000
    assert found.optimiser.beta2 == 0.95
    assert found.events[0].note == "한국어 비중을 높임"
    assert parse_declaration_of_training(json.dumps(declaration_document(found)).encode()) == found


def test_what_is_left_out_is_not_declared():
    found = parse_declaration_of_training(json.dumps({"schema": SCHEMA, "clip": None}).encode())

    assert found.clip is None
    assert found.optimiser is None
    assert declaration_document(found) == {"schema": SCHEMA}


def test_facts_come_back_from_a_document_that_can_be_digested():
    facts = Facts(
        declaration=parsed(),
        chain=(ChainLink(DIGEST, "initial", 0, 0), ChainLink(DIGEST, "final", None, None)),
        deposits=(Deposited(DIGEST, 10, None, "2026-01-03T00:00:00+00:00"),),
        grants=(Grant("H200", 8, "2026-01-01T00:00:00+09:00", "2026-02-01T00:00:00+09:00", 5952.0, None),),
        phase_opened="2026-01-01T00:00:00+09:00",
        frozen_references=(DIGEST,),
    )
    document = facts_document(facts)

    assert len(digest_of(document)) == 64
    assert parse_facts(json.loads(json.dumps(document))) == facts
    assert parse_facts(facts_document(Facts())) == Facts()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"schema": "training-declaration/2"}, "schema"),
        ({"optimizer": {}}, "optimizer"),
        ({"vocabulary": "32000"}, "vocabulary"),
        ({"vocabulary": True}, "vocabulary"),
        ({"vocabulary": 1.5}, "vocabulary"),
        ({"parameters": 10**400}, "parameters"),
        ({"active_parameters": 8_000_000_000}, "active_parameters"),
        ({"optimiser": {"name": "adamw", "beta1": 1.0}}, "optimiser.beta1"),
        ({"optimiser": {"beta1": 0.9}}, "optimiser.name"),
        ({"optimiser": "adamw"}, "optimiser"),
        ({"schedule": {"kind": "wsd", "peak": 1e-3}}, "schedule.decay_start"),
        ({"schedule": {"kind": "cosine", "peak": 0}}, "schedule.peak"),
        ({"schedule": {"kind": "cosine", "peak": 1e-3, "warmup_steps": 9, "total_steps": 3}}, "schedule.warmup_steps"),
        ({"schedule": {"kind": "cosine", "peak": 1e-3, "final": 1}}, "schedule.final"),
        ({"clip": 10**400}, "clip"),
        ({"init": [{"pattern": "*", "law": "normal", "scale": 0}]}, "init[0].scale"),
        ({"init": [{"pattern": "", "law": "normal", "scale": 1}]}, "init[0].pattern"),
        ({"events": [{"step": 1, "kind": "restart"}, {"step": -1, "kind": "restart"}]}, "events[1].step"),
        ({"events": [{"step": 1, "kind": "restart", "note": "a\u0000b"}]}, "events[0].note"),
        ({"events": {"step": 1}}, "events"),
        ({"events": [{"step": 1, "kind": "restart"}] * 1001}, "events"),
        ({"started": "yesterday"}, "started"),
        ({"started": "2026-01-02T09:00:00"}, "started"),
        ({"ended": "2025-12-31"}, "ended"),
    ],
)
def test_a_fault_is_said_with_its_place(changes, where):
    with pytest.raises(DocumentError) as error:
        parsed(**changes)

    assert error.value.where == where


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"schema": NaN}',
        b"[" * 100_000,
        b'{"a":' * 20 + b"1" + b"}" * 20,
        b'{"schema": "training-declaration/1", "clip": 1, "clip": 2}',
        b'{"clip": ' + b"9" * 5000 + b"}",
        b" " * (MOST_BYTES + 1),
    ],
)
def test_bytes_that_are_no_declaration(content):
    with pytest.raises(DocumentError):
        parse_declaration_of_training(content)


def test_mutated_declarations_raise_nothing_else():
    draw, whole = random.Random(6), json.dumps(WHOLE).encode()
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        try:
            found = parse_declaration_of_training(bytes(content))
        except DocumentError:
            continue
        assert parse_facts(facts_document(Facts(declaration=found))).declaration == found


def test_the_published_schema_names_what_the_reader_reads():
    schema = json.loads((ROOT / "docs" / "training-declaration.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)

    assert set(schema["properties"]) - {"schema", "$schema"} == set(FIELDS)
    assert list(validator.iter_errors(WHOLE)) == []
    assert list(validator.iter_errors(declaration_document(parsed()))) == []
    for changes in ({"optimizer": {}}, {"vocabulary": "32000"}, {"schedule": {"kind": "cosine", "peak": 0}}):
        assert list(validator.iter_errors(WHOLE | changes))
