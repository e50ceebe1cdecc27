"""What a strict object storage checks of a signed part: our own computation of AWS Signature Version 4, beside the library's."""

import hashlib

import pytest

from portal.artifacts.stores.bucket import Access, Bucket
from tests.strict_store import holds

SECRET = "wJalrXUtnFEMI"
BUCKET = Bucket(Access(bucket="checkpoints", url="https://objects.example.org", key="AKID", secret=SECRET))
DIGEST = hashlib.sha256(b"part").hexdigest()


def sign(**changes):
    asked = {"length": 1000, "sha256": DIGEST, "seconds": 900, "public": True, **changes}
    return BUCKET.sign_put("incoming/u1/0/000003", **asked)


def sent_headers(signed, length=1000):
    return {**signed.headers, "host": "objects.example.org", "content-length": str(length)}


def valid(url, headers, **options):
    return holds(url, headers, secret=SECRET, **options)


def test_what_was_signed_holds():
    signed = sign()
    assert valid(signed.url, sent_headers(signed))


@pytest.mark.parametrize("name", ["x-amz-checksum-sha256", "content-length", "x-amz-sdk-checksum-algorithm"])
def test_a_signed_header_can_be_neither_changed_nor_left_out(name):
    signed = sign()
    headers = sent_headers(signed)
    assert not valid(signed.url, headers | {name: "1001"})
    assert not valid(signed.url, {key: value for key, value in headers.items() if key != name})


@pytest.mark.parametrize(
    ("before", "after"),
    [("/000003", "/000004"), ("Expires=900", "Expires=90000"), ("/checkpoints/", "/others/"), ("/u1/", "/u2/")],
)
def test_the_address_is_for_this_part_and_time(before, after):
    signed = sign()
    assert before in signed.url
    assert not valid(signed.url.replace(before, after), sent_headers(signed))


def test_the_address_does_not_read():
    signed = sign()
    assert not valid(signed.url, sent_headers(signed), method="GET")


def test_no_secret_travels():
    assert SECRET not in sign().url


def test_a_sealed_part_has_a_length_and_no_digest_before_it_is_sealed():
    signed = sign(sha256="", length=1028)
    assert signed.headers == {}
    assert valid(signed.url, sent_headers(signed, 1028))
    assert not valid(signed.url, sent_headers(signed, 1000))
