"""No room left, at every step that writes: an answer, nothing half there, and the next try goes on.

The limit on the size of a file is the kernel's own and stands for the end of the disk.
"""

import io
import resource
from contextlib import contextmanager

import pytest

from portal.artifacts.actions import complete_upload, materialise, missing_parts, store_file, store_folder, write_part
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, UploadPart
from portal.artifacts.stores import current_store
from portal.artifacts.stores.masters import add_to_key_file
from portal.common.formats.manifest import MIB
from tests.factories.artifacts import OWNER, declare, noise, part_of, send_all, write_folder

pytestmark = pytest.mark.django_db

DATA = noise(MIB + 2500)
FILES = {"train.log": DATA}


@pytest.fixture(params=["plain", "sealed"], autouse=True)
def form(request, settings, tmp_path):
    if request.param == "sealed":
        settings.STORE_KEY_FILE = tmp_path / "master.key"
        add_to_key_file(settings.STORE_KEY_FILE)


@contextmanager
def room(size):
    """No file may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refused(act):
    with room(1000), pytest.raises(ArtifactError) as caught:
        act()
    assert caught.value.code == "disk_short"
    assert caught.value.hint


def leftovers(store):
    return [path for path in store.rglob("*") if path.is_file() and path.name != "store.lock" and path.stat().st_size]


def test_a_part_without_room_is_not_acknowledged(store):
    upload = declare(FILES, part_size=MIB)
    first = part_of(DATA, 0, part_size=MIB)

    refused(lambda: write_part(upload, index=0, number=0, stream=io.BytesIO(first), length=len(first)))

    assert not UploadPart.objects.exists()
    assert missing_parts(upload) == {"train.log": [0, 1]}
    send_all(upload, FILES)
    assert complete_upload(upload, actor="user:1").total_size == len(DATA)


def test_a_file_without_room_is_not_stored(store, tmp_path):
    (tmp_path / "samples.jsonl").write_bytes(DATA)

    refused(lambda: store_file(tmp_path / "samples.jsonl", owner=OWNER))

    assert not leftovers(store)
    assert not Blob.objects.exists()
    assert store_file(tmp_path / "samples.jsonl", owner=OWNER).size == len(DATA)


def test_an_upload_is_checked_without_new_room(store):
    upload = declare(FILES, part_size=MIB)
    send_all(upload, FILES)

    with room(100_000):  # adopting is a rename, in either form
        complete_upload(upload, actor="user:1")

    assert Blob.objects.filter(size=len(DATA)).exists()


def test_inputs_without_room_appear_whole_or_not_at_all(tmp_path):
    bundle = store_folder(write_folder(tmp_path / "model"), owner=OWNER, actor="system")
    work = tmp_path / "work"

    if current_store().sealed:
        refused(lambda: materialise(bundle, work, reader="job:1", purpose="benchmark"))
        assert not (work / "model.safetensors").exists()
        assert not list(work.rglob("*.part"))
    materialise(bundle, work, reader="job:1", purpose="benchmark")
    assert (work / "model.safetensors").read_bytes() == (tmp_path / "model" / "model.safetensors").read_bytes()
