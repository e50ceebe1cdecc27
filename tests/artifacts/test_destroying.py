"""Destroying takes away every readable form of what nobody uses any more, and nothing else."""

import io
import os

import pytest

from originality.models import Reference
from portal.artifacts.actions import (
    complete_upload,
    declare_upload,
    missing_parts,
    shred_account_key,
    store_folder,
    write_part,
)
from portal.artifacts.actions.destroying import forget_bundles, remove_objects, shred_key
from portal.artifacts.actions.moving import copy_store
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import AccountKey, Blob
from portal.artifacts.stores import current_store, named_store
from portal.artifacts.stores.masters import add_to_key_file
from tests.factories.artifacts import OWNER, manifest_from, send_all, write_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings, tmp_path):
    """From here on the store is sealed."""
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)


def destroy(bundle):
    return remove_objects(forget_bundles([bundle], owner=bundle.owner), owner=bundle.owner)


def left_in(store, data):
    return [path for path in store.rglob("*") if path.is_file() and data in path.read_bytes()]


@pytest.mark.parametrize("old", ["local", "flat"])
def test_what_a_move_left_in_the_old_store_goes_too(settings, tmp_path, store, old):
    folder = write_folder(tmp_path / "files")
    bundle = store_folder(folder, owner=OWNER, actor="user:1")
    if old == "flat":
        for blob in Blob.objects.all():
            path = named_store("flat").object_path(blob.owner, blob.sha256)
            path.parent.mkdir(parents=True)
            os.link(named_store("local").object_path(blob.owner, blob.sha256), path)
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    copy_store(named_store("local"), current_store())
    weights = (folder / "model.safetensors").read_bytes()
    assert left_in(store, weights)

    assert destroy(bundle).kept == ()

    assert not left_in(store, weights)
    assert not [item for kind in ("local", "local+sealed", "flat") for item in named_store(kind).objects()]


def test_the_old_layout_keeps_what_another_account_has(tmp_path, store):
    folder = write_folder(tmp_path / "files")
    bundle = store_folder(folder, owner=OWNER, actor="user:1")
    blob = store_folder(folder, owner="consortium:2", actor="user:2").files.get(path="model.safetensors").blob
    path = named_store("flat").object_path(blob.owner, blob.sha256)
    path.parent.mkdir(parents=True)
    os.link(named_store("local").object_path(blob.owner, blob.sha256), path)

    destroy(bundle)

    assert path.exists()
    assert current_store().exists("consortium:2", blob.sha256)


def test_the_key_stays_while_acknowledged_parts_are_sealed_with_it(tmp_path, store, key_file):
    bundle = store_folder(write_folder(tmp_path / "files"), owner=OWNER, actor="user:1")
    data = os.urandom(1 << 20) + b"the second part"
    upload = declare_upload(manifest_from({"log.txt": data}, part_size=1 << 20), owner=OWNER, actor="user:1")
    write_part(upload, index=0, number=0, stream=io.BytesIO(data[: 1 << 20]), length=1 << 20)

    destroy(bundle)
    assert not shred_key(OWNER)
    with pytest.raises(ArtifactError) as refusal:
        shred_account_key(OWNER, actor="user:1")

    assert refusal.value.code == "account_in_use"
    write_part(upload, index=0, number=1, stream=io.BytesIO(data[1 << 20 :]), length=len(data) - (1 << 20))
    with pytest.raises(ArtifactError, match="not accepted"):  # random bytes are no text: they were read
        complete_upload(upload, actor="user:1")
    assert shred_key(OWNER)
    assert not AccountKey.objects.filter(owner=OWNER, shredded_at=None).exists()


def test_a_file_that_something_else_refers_to_stays_and_stops_nothing(tmp_path, store):
    bundle = store_folder(write_folder(tmp_path / "files"), owner=OWNER, actor="user:1")
    config = bundle.files.get(path="config.json").blob
    facts = {"name": "r", "source": "s", "revision": "1", "licence": "MIT", "digest": "0" * 64, "family": "llama"}
    Reference.objects.create(**facts, public_since="2024-01-01", parameters=1, sketch=config)

    assert destroy(bundle).removed == 3

    assert current_store().exists(OWNER, config.sha256)
    assert list(Blob.objects.all()) == [config]


def test_what_an_open_upload_counted_on_is_asked_for_when_it_is_destroyed(tmp_path, store):
    """No room was reserved for it, so that none can be given back."""
    known, fresh = b"known\n" * 400, b"new\n"
    files = {"a.log": known, "b.log": fresh}
    first = declare_upload(manifest_from({"a.log": known}), owner=OWNER, actor="user:1")
    send_all(first, {"a.log": known})
    bundle = complete_upload(first, actor="user:1")
    upload = declare_upload(manifest_from(files), owner=OWNER, actor="user:1")
    forget_bundles([bundle], owner=OWNER)
    assert set(missing_parts(upload)) == {"a.log", "b.log"}

    send_all(upload, files)
    assert complete_upload(upload, actor="user:1").total_size == len(known) + len(fresh)
