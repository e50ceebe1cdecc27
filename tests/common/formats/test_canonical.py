import hashlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.formats.canonical import MAX_DEPTH, CanonicalError, canonical_json, digest_of

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(texts, children, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_reading_the_canonical_form_gives_the_document_back(document):
    assert json.loads(canonical_json(document)) == document


@given(st.dictionaries(texts, st.integers(), min_size=2))
def test_order_of_keys_does_not_matter(document):
    assert canonical_json(dict(reversed(document.items()))) == canonical_json(document)


def test_decimals_keep_their_places_and_use_no_exponent():
    values = [Decimal("8.50"), Decimal("1E+2"), Decimal("1E-7"), Decimal("-0.0")]

    assert canonical_json(values) == b'["8.50","100","0.0000001","-0.0"]'


def test_digest_is_the_sha256_of_the_bytes():
    assert digest_of({"나": 1}) == hashlib.sha256('{"나":1}'.encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, {"b": 0.5}]}, "$.a[1].b"),
        ({"a": float("nan")}, "$.a"),
        ([Decimal("Infinity")], "$[0]"),
        ({1: "x"}, "$"),
        ({"a": {2}}, "$.a"),
        (["\ud800"], "$[0]"),
        ({"a": b"x"}, "$.a"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value, path):
    with pytest.raises(CanonicalError) as caught:
        canonical_json(value)

    assert caught.value.path == path


def test_depth_is_bounded():
    value: list = []
    for _ in range(MAX_DEPTH + 1):
        value = [value]

    with pytest.raises(CanonicalError, match="nested deeper"):
        canonical_json(value)
