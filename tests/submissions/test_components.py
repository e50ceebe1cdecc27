import json
from decimal import Decimal

import pytest

from portal.submissions.components import DeclarationError, parse_declaration


def row(**properties):
    values = {
        "part": "decoder",
        "origin": "own",
        "training": "from_scratch",
        "share_of_parameters": "0.9",
        **properties,
    }
    return {
        "type": "machine-learning-model",
        "name": "Decoder",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "properties": [
            {"name": f"portal:{name}", "value": value} for name, value in values.items() if value is not None
        ],
    }


def document(*rows):
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(rows)}).encode()


def test_a_declaration_lists_its_parts():
    (part,) = parse_declaration(document(row()))

    assert part == ("decoder", "Decoder", "own", "Apache-2.0", "from_scratch", Decimal("0.9"), ())
    assert part.percent == 90


def test_ancestors_have_a_name_and_perhaps_a_digest():
    hashes = [{"alg": "MD5", "content": "00"}, {"alg": "SHA-256", "content": "AB" * 32}]
    ancestors = [{"name": "Somebody's encoder", "hashes": hashes}, {"name": "Ours, 2025"}]

    (part,) = parse_declaration(document({**row(), "pedigree": {"ancestors": ancestors}}))

    assert part.ancestors == (("Somebody's encoder", "ab" * 32), ("Ours, 2025", ""))


def with_ancestor(ancestor):
    return document({**row(), "pedigree": {"ancestors": ancestor}})


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"\xff\xfe", "component declaration"),
        (b"not json", "component declaration"),
        (b"[]", "bomFormat"),
        (b'{"bomFormat": "SPDX"}', "bomFormat"),
        (document(), "components"),
        (document({"type": "library"}), "components[0].name"),
        (document(row(training="yes")), "components[0].properties[portal:training]"),
        (document(row(origin=None)), "components[0].properties[portal:origin]"),
        (document(row(share_of_parameters="most")), "components[0].properties[portal:share_of_parameters]"),
        (document(row(share_of_parameters="NaN")), "components[0].properties[portal:share_of_parameters]"),
        (with_ancestor("a model"), "components[0].pedigree.ancestors"),
        (with_ancestor([{"name": " "}]), "components[0].pedigree.ancestors[0].name"),
        (
            with_ancestor([{"name": "A", "hashes": [{"alg": "SHA-256", "content": "xyz"}]}]),
            "components[0].pedigree.ancestors[0].hashes",
        ),
        (document(row(), row(share_of_parameters="0.2")), "components"),
    ],
)
def test_a_broken_declaration_is_refused_with_its_place(content, where):
    with pytest.raises(DeclarationError) as refused:
        parse_declaration(content)

    assert refused.value.where == where


def with_name(name):
    return document({**row(), "name": name})


SHARE = "components[0].properties[portal:share_of_parameters]"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (with_name("x\ud800"), "components[0].name"),
        (with_name("a\0b"), "components[0].name"),
        (with_name("a\x1bb"), "components[0].name"),
        (with_name("a" * 10**6), "components[0].name"),
        (with_name(["a"]), "components[0].name"),
        (document(7), "components[0]"),
        (document(row(origin="line\nbreak")), "components[0].properties[portal:origin]"),
        (document(row(origin=["own"])), "components[0].properties[portal:origin]"),
        (document(row(part=True)), "components[0].properties[portal:part]"),
        (document({**row(), "properties": None}), "components[0].properties"),
        (document({**row(), "properties": [{"name": ["a"]}]}), "components[0].properties[0]"),
        (document({**row(part=None), "bom-ref": {"a": 1}}), "components[0].bom-ref"),
        (document({**row(), "licenses": 5}), "components[0].licenses"),
        (document({**row(), "licenses": [{"license": {"name": ["x"]}}]}), "components[0].licenses[0].license"),
        (document({**row(), "licenses": [{"license": {"id": "x" * 299}}] * 2}), "components[0].licenses"),
        (document({**row(), "pedigree": []}), "components[0].pedigree"),
        (with_ancestor([{"name": "x\udfff"}]), "components[0].pedigree.ancestors[0].name"),
        (with_ancestor([{"name": "A", "hashes": 3}]), "components[0].pedigree.ancestors[0].hashes"),
        (with_ancestor([{"name": "A"}] * 1001), "components[0].pedigree.ancestors"),
        (document(*[row(share_of_parameters="0")] * 1001), "components"),
        (document(row(share_of_parameters="sNaN")), SHARE),
        (document(row(share_of_parameters="1e-999999")), SHARE),
        (b"[" * 200_000, "component declaration"),
        (with_name("a")[:-1] + b', "x": ' + b"[" * 60 + b"]" * 60 + b"}", "component declaration"),
        (b'{"bomFormat": ' + b"1" * 5000 + b"}", "component declaration"),
    ],
)
def test_a_hostile_declaration_is_refused_with_its_place(content, where):
    with pytest.raises(DeclarationError) as refused:
        parse_declaration(content)

    assert refused.value.where == where
    assert len(str(refused.value)) < 500
    str(refused.value).encode()


def test_numbers_and_the_properties_of_other_tools_are_taken_as_they_come():
    tool = {"name": "tool:notes", "value": {"any": ["thing"]}}
    given = row(share_of_parameters=0.5)

    (part,) = parse_declaration(document({**given, "properties": [*given["properties"], tool]}))

    assert part.share_of_parameters == Decimal("0.5")
