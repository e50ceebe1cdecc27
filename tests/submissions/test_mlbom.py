"""The declaration as CycloneDX ML-BOM: written, valid by the official schema, and read back."""

import json
from decimal import Decimal

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from portal.submissions.components import Ancestor, Component, DeclarationError, parse_declaration
from portal.submissions.mlbom import import_mlbom, to_mlbom

PARTS = (
    Component("encoder", "Enc", "Public Encoder", "Own terms", "frozen", Decimal("0.07"), (Ancestor("Public Encoder", "ab" * 32), Ancestor("A"))),
    Component("decoder", "디코더", "own", "Apache-2.0", "from_scratch", Decimal("0.9300")),
)  # fmt: skip


@pytest.mark.parametrize("version", [SchemaVersion.V1_6, SchemaVersion.V1_7])
def test_the_export_is_valid_by_the_official_schema(version):
    document = json.loads(to_mlbom(PARTS, name="가람 1"))
    document["specVersion"] = version.to_version()
    document["$schema"] = f"http://cyclonedx.org/schema/bom-{version.to_version()}.schema.json"

    assert JsonStrictValidator(version).validate_str(json.dumps(document)) is None


def test_what_is_written_is_read_back_and_written_again():
    content = to_mlbom(PARTS, name="가람 1")

    assert parse_declaration(content) == PARTS
    assert to_mlbom(parse_declaration(content), name="가람 1") == content


def test_a_document_of_another_tool_becomes_rows_to_complete():
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "components": [
            {"type": "machine-learning-model", "name": "b", "publisher": "Org", "licenses": [{"expression": "MIT OR ISC"}]},
            {"type": "library", "name": "trainer"},
            {"type": "machine-learning-model", "name": "a", "pedigree": {"ancestors": [{"type": "data", "name": "z"}]}},
        ],
    }  # fmt: skip

    found = import_mlbom(json.dumps(document).encode())

    assert [(row["name"], row["origin"], row["licence"], row["ancestors"]) for row in found.rows] == [
        ("b", "Org", "MIT OR ISC", ""),
        ("a", "", "", "z"),
    ]
    assert found.left_out == 1


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "specVersion"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.2"}, "specVersion"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]}, "components.0"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "x", "purl": "\u0000"}]}, "document"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": str(n), "type": "file"} for n in range(2000)]}, "document"),
    ],
)  # fmt: skip
def test_a_document_that_is_not_valid_is_refused_with_its_place(document, where):
    with pytest.raises(DeclarationError) as error:
        import_mlbom(json.dumps(document).encode())

    assert error.value.where == where


def test_text_that_no_database_keeps_is_left_out_and_a_long_address_costs_no_minute():
    part = {"type": "machine-learning-model", "name": "a\u0000b\ud800", "swid": {"tagId": "t", "name": "n", "url": "http://" + "a" * 30_000}}  # fmt: skip
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [part]}

    found = import_mlbom(json.dumps(document).encode())

    assert found.rows[0]["name"] == "a b "


def test_an_address_that_is_none_is_refused():
    part = {"type": "machine-learning-model", "name": "a", "externalReferences": [{"type": "vcs", "url": "http://a b"}]}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [part]}

    with pytest.raises(DeclarationError) as error:
        import_mlbom(json.dumps(document).encode())

    assert error.value.where == "components.0.externalReferences.0.url"
