"""The operator's question to the bucket; the server here is careless, and it says so."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.artifacts.stores import current_store


def check():
    out = StringIO()
    call_command("check_bucket", stdout=out)
    return out.getvalue().splitlines()


def test_what_a_careless_storage_does_not_hold(bucket):
    lines = check()
    assert [line.split()[0] for line in lines] == ["ok", "ok", "ok", "warn", "warn", "warn", "ok"]
    assert sum("OBJECT_STORE_DIRECT=0" in line for line in lines) == 2
    assert list(current_store().bucket.items("")) == []
    assert list(current_store().bucket.multiparts("")) == []


def test_what_a_strict_storage_holds(strict):
    assert [line.split()[0] for line in check()] == ["ok"] * 7


def test_a_bucket_that_is_not_there(bucket, settings):
    settings.OBJECT_STORE |= {"bucket": "no-such-bucket"}
    with pytest.raises(CommandError, match="failed"):
        check()


def test_a_storage_that_does_not_answer(settings):
    settings.OBJECT_STORE = {"bucket": "b", "url": "http://127.0.0.1:9", "key": "k", "secret": "s"}
    with pytest.raises(CommandError, match="did not take or give"):
        check()


def test_no_bucket_at_all():
    with pytest.raises(CommandError, match="OBJECT_STORE_BUCKET"):
        check()
