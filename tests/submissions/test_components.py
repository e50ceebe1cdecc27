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

    assert part == ("decoder", "Decoder", "own", "Apache-2.0", "from_scratch", Decimal("0.9"))
    assert part.percent == 90


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
        (document(row(), row(share_of_parameters="0.2")), "components"),
    ],
)
def test_a_broken_declaration_is_refused_with_its_place(content, where):
    with pytest.raises(DeclarationError) as refused:
        parse_declaration(content)

    assert refused.value.where == where
