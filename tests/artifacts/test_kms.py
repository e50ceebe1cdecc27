"""Account keys under a key management service, which a real server process stands for."""

import boto3
import pytest

from portal.artifacts.actions import rotate_account_keys
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import AccountKey
from portal.artifacts.stores import current_store
from portal.artifacts.stores.masters import KmsKey, add_to_key_file

OWNER = "consortium:1"


@pytest.fixture
def new_key(object_server, settings, monkeypatch):
    """Makes a key in the service, of which the portal knows the address."""
    for name, value in object_server.sign_in.items():
        monkeypatch.setenv(name, value)
    settings.STORE_KMS_ENDPOINT = object_server.url
    kms = boto3.client("kms", endpoint_url=object_server.url)
    return lambda: kms.create_key()["KeyMetadata"]["KeyId"]


def keep(tmp_path, data):
    (tmp_path / "file").write_bytes(data)
    return current_store().add_copy(tmp_path / "file", owner=OWNER).sha256


def test_the_service_seals_for_one_account(object_server, new_key):
    key = KmsKey(new_key(), object_server.url)

    wrapped = key.wrap(b"k" * 32, account="a")

    assert key.unwrap(wrapped, account="a") == b"k" * 32
    assert b"k" * 32 not in wrapped
    with pytest.raises(ArtifactError, match="refused the key"):
        key.unwrap(wrapped, account="b")


@pytest.mark.django_db
def test_from_a_key_file_to_the_service_and_on_to_its_next_key(new_key, settings, tmp_path):
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    name = keep(tmp_path, b"weights")

    for _ in range(2):
        settings.STORE_KMS_KEY = new_key()
        assert rotate_account_keys(actor="user:1") == 1
        settings.STORE_KEY_FILE = ""
        assert AccountKey.objects.get().master == f"kms:{settings.STORE_KMS_KEY}"
        assert current_store().open(OWNER, name).read() == b"weights"


@pytest.mark.django_db
def test_a_key_that_the_service_does_not_know_is_named(new_key, settings, tmp_path):
    settings.STORE_KMS_KEY = "11111111-2222-3333-4444-555555555555"

    with pytest.raises(ArtifactError, match="11111111-2222") as caught:
        keep(tmp_path, b"weights")

    assert caught.value.code == "store_key"
    assert not list(current_store().objects())
