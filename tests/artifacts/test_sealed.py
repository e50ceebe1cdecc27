"""The sealed form: same bytes for the reader, none for whoever has the store's folder only."""

import hashlib
import io
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.artifacts.actions import (
    collect_store,
    complete_upload,
    materialise,
    open_blob,
    rotate_account_keys,
    shred_account_key,
    store_folder,
    write_part,
)
from portal.artifacts.actions.destroying import remove_objects
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import AccountKey, Blob, FileKey, Upload
from portal.artifacts.stores import Incoming, current_store
from portal.artifacts.stores.masters import add_to_key_file, read_key_file
from portal.artifacts.stores.sealed import EXTRA, UNIT, FileSeal, SealedReader
from portal.artifacts.system_checks import check_store_key
from portal.audit.models import Event
from portal.common.formats.manifest import MIB
from tests.factories.artifacts import OWNER, declare, manifest_of, noise, part_of, send_all, write_folder

KEY = bytes(range(32))
SIZES = [0, 1, UNIT - 1, UNIT, UNIT + 1, 2 * UNIT, 2 * UNIT + 77]


@pytest.fixture
def key_file(settings, tmp_path):
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    return settings.STORE_KEY_FILE


def seal(data, *, key=KEY):
    name = hashlib.sha256(data).hexdigest()
    file_seal = FileSeal(key, sha256=name, size=len(data))
    starts = range(0, max(1, len(data)), UNIT)
    return name, b"".join(file_seal.encode(start, data[start : start + UNIT]) for start in starts)


def reader(stored, name, *, key=KEY):
    return io.BufferedReader(SealedReader(io.BytesIO(stored), key, sha256=name), buffer_size=UNIT)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_reads_back_from_any_place(size):
    data = random.Random(size).randbytes(size)
    name, stored = seal(data)
    file = reader(stored, name)

    assert file.read() == data
    for place in {0, 1, size // 2, max(0, size - 3), size, size + 5}:
        file.seek(place)
        assert file.read(7) == data[place : place + 7]
    assert file.seek(-min(size, 5), io.SEEK_END) == max(0, size - 5)
    assert file.read() == data[max(0, size - 5) :]


def test_large_reads_over_chunks_are_whole():
    data = random.Random(1).randbytes(3 * UNIT + 5)
    name, stored = seal(data)
    file = reader(stored, name)
    file.seek(UNIT - 3)
    target = bytearray(2 * UNIT + 1)

    assert file.readinto(target) == len(target)
    assert target == data[UNIT - 3 : 3 * UNIT - 2]


def swapped(stored):
    chunk = UNIT + EXTRA
    return stored[chunk : 2 * chunk] + stored[:chunk] + stored[2 * chunk :]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda stored: stored[:-1], id="cut by a byte"),
        pytest.param(lambda stored: stored[: 2 * (UNIT + EXTRA)], id="cut by a chunk"),
        pytest.param(lambda stored: stored + stored[: UNIT + EXTRA], id="a chunk too many"),
        pytest.param(swapped, id="chunks swapped"),
        pytest.param(lambda stored: stored[:40] + bytes([stored[40] ^ 1]) + stored[41:], id="a bit changed"),
        pytest.param(lambda stored: b"", id="nothing left"),
        pytest.param(lambda stored: stored[:20], id="less than a tag"),
    ],
)
def test_any_change_is_noticed(damage):
    name, stored = seal(random.Random(2).randbytes(2 * UNIT + 5))

    with pytest.raises(ArtifactError) as caught:
        reader(damage(stored), name).read()

    assert caught.value.code == "seal_broken"
    assert name in caught.value.detail


def test_another_key_or_another_name_opens_nothing():
    name, stored = seal(b"weights")
    other = hashlib.sha256(b"other").hexdigest()

    for file in (lambda: reader(stored, name, key=bytes(32)), lambda: reader(stored, other)):
        with pytest.raises(ArtifactError, match="does not open"):
            file().read()


def test_the_same_bytes_look_different_each_time():
    assert seal(b"weights")[1] != seal(b"weights")[1]


def test_a_chunk_out_of_place_is_an_error_of_the_caller():
    file_seal = FileSeal(KEY, sha256="ab" * 32, size=UNIT)

    with pytest.raises(ValueError, match="multiples"):
        file_seal.encode(UNIT // 2, bytes(10))
    with pytest.raises(ValueError, match="not 1048577"):
        file_seal.encode(0, bytes(UNIT + 1))


@pytest.mark.django_db
def test_a_part_that_breaks_off_within_a_chunk_is_refused(key_file):
    data = noise(MIB + 500)
    upload = declare({"train.log": data}, part_size=MIB)

    for number, sent in ((0, data[: MIB - 1]), (1, data[MIB : MIB + 9])):
        length = len(part_of(data, number, part_size=MIB))
        with pytest.raises(ArtifactError) as caught:
            write_part(upload, index=0, number=number, stream=io.BytesIO(sent), length=length)
        assert caught.value.code == "short_body"


def bytes_on_disk(folder):
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_sealed_store_gives_the_same_bundle_and_shows_no_bytes(key_file, store, tmp_path):
    folder = write_folder(tmp_path / "model")

    bundle = store_folder(folder, owner=OWNER, actor="system")

    assert bundle.digest == manifest_of(folder).digest
    materialise(bundle, tmp_path / "work", reader="job:1", purpose="benchmark")
    assert manifest_of(tmp_path / "work").digest == bundle.digest
    assert (tmp_path / "work" / "model.safetensors").stat().st_mode & 0o222 == 0
    weights = (folder / "model.safetensors").read_bytes()
    assert not any(needle in data for data in bytes_on_disk(store) for needle in (weights[600:632], b"llama", b"loss"))


@pytest.mark.django_db
def test_parts_are_sealed_as_they_arrive(key_file, store):
    data = noise(2 * MIB + MIB // 2)
    upload = declare({"train.log": data}, part_size=MIB)
    for number in (2, 0, 1):
        part = part_of(data, number, part_size=MIB)
        write_part(upload, index=0, number=number, stream=Dribble(part), length=len(part))
    assert not any(data[:64] in stored or data[-64:] in stored for stored in bytes_on_disk(store))

    complete_upload(upload, actor="user:1")

    with open_blob(Blob.objects.get(size=len(data)), reader="user:1", purpose="keeping") as file:
        assert file.read() == data


class Dribble(io.BytesIO):
    """A sender whose bytes come in small pieces."""

    def read(self, size=-1):
        return super().read(min(size, 300_007))


@pytest.mark.django_db
def test_parts_that_cannot_be_sealed_alone_are_refused_with_a_way_out(key_file):
    with pytest.raises(ArtifactError) as caught:
        declare({"train.log": noise(2500)}, part_size=1000)

    assert (caught.value.code, caught.value.where) == ("part_unit", "$.part_size")
    assert "64 MiB" in caught.value.hint


def keep(owner, data, tmp_path):
    (tmp_path / "file").write_bytes(data)
    return current_store().add_copy(tmp_path / "file", owner=owner).sha256


@pytest.mark.django_db
def test_every_account_has_a_key_of_its_own(key_file, tmp_path):
    name = keep("consortium:1", b"weights", tmp_path)
    keep("consortium:2", b"weights", tmp_path)
    store = current_store()
    other = store.object_path("consortium:2", name)
    other.replace(store.object_path("consortium:1", name))

    with pytest.raises(ArtifactError, match="does not open"):
        store.open("consortium:1", name).read()
    assert AccountKey.objects.count() == 2


@pytest.mark.django_db
def test_a_new_master_key_takes_over_and_the_old_one_can_go(key_file, tmp_path):
    name = keep(OWNER, b"weights", tmp_path)
    before = AccountKey.objects.get().wrapped
    new = add_to_key_file(key_file)

    assert rotate_account_keys(actor="user:1") == 1
    assert rotate_account_keys(actor="user:1") == 0

    key_file.write_text(key_file.read_text().splitlines()[0])
    row = AccountKey.objects.get()
    assert (row.master, row.wrapped != before) == (new.name, True)
    assert current_store().open(OWNER, name).read() == b"weights"
    assert Event.objects.filter(action="store.keys_rotated").count() == 1


@pytest.mark.django_db
def test_a_missing_master_key_is_named(key_file, tmp_path):
    name = keep(OWNER, b"weights", tmp_path)
    key_file.unlink()
    lost = AccountKey.objects.get().master
    add_to_key_file(key_file)
    AccountKey.objects.update(wrapped="AAAA")  # not in the memory of this process

    with pytest.raises(ArtifactError, match=lost) as caught:
        current_store().open(OWNER, name)

    assert caught.value.code == "store_key"


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ="])
def test_a_wrong_key_file_is_a_clear_error(tmp_path, text):
    (tmp_path / "keys").write_text(text)

    with pytest.raises(ArtifactError, match="keys"):
        read_key_file(tmp_path / "keys")
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_key_file(tmp_path / "absent")


def test_a_key_file_is_for_its_owner_only(tmp_path):
    first = add_to_key_file(tmp_path / "keys")
    second = add_to_key_file(tmp_path / "keys")

    assert read_key_file(tmp_path / "keys") == (second, first)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    assert first.secret.hex() not in repr(first)


@pytest.mark.django_db
def test_a_shredded_key_opens_nothing_any_more(key_file, tmp_path):
    name = keep(OWNER, b"weights", tmp_path)

    assert shred_account_key(OWNER, actor="user:1") is True

    with pytest.raises(ArtifactError, match="has no key"):
        current_store().open(OWNER, name)
    assert AccountKey.objects.get().wrapped == ""
    assert shred_account_key(OWNER, actor="user:1") is False


@pytest.mark.django_db
def test_a_key_stays_while_its_account_holds_files(key_file, tmp_path):
    store_folder(write_folder(tmp_path / "model"), owner=OWNER, actor="system")

    with pytest.raises(ArtifactError) as caught:
        shred_account_key(OWNER, actor="user:1")

    assert caught.value.code == "account_in_use"


@pytest.mark.django_db
def test_one_file_is_destroyed_and_its_neighbour_stays(key_file, tmp_path):
    gone, stays = keep(OWNER, b"destroyed", tmp_path), keep(OWNER, b"kept", tmp_path)
    copy = current_store().object_path(OWNER, gone).read_bytes()

    assert remove_objects([gone], owner=OWNER).removed == 1

    path = current_store().object_path(OWNER, gone)
    path.write_bytes(copy)  # from a backup of the store
    with pytest.raises(ArtifactError, match="its key was destroyed"):
        current_store().open(OWNER, gone)
    assert current_store().open(OWNER, stays).read() == b"kept"


@pytest.mark.django_db
def test_an_object_whose_key_is_gone_gives_way_to_the_same_bytes(key_file, tmp_path):
    name = keep(OWNER, b"weights", tmp_path)
    FileKey.objects.all().delete()

    assert keep(OWNER, b"weights", tmp_path) == name

    assert current_store().open(OWNER, name).read() == b"weights"


@pytest.mark.django_db
def test_plain_parts_from_before_the_sealing_are_cleared_away(settings, store, tmp_path):
    upload = declare({"train.log": noise(500)})
    send_all(upload, {"train.log": noise(500)})
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)

    with pytest.raises(ArtifactError, match="1 parts changed"):
        complete_upload(upload, actor="user:1")
    assert send_all(upload, {"train.log": noise(500)}) == 500
    complete_upload(upload, actor="user:1")

    assert not any(noise(500)[:64] in data for data in bytes_on_disk(store))


@pytest.mark.django_db
def test_keys_go_with_files_that_nothing_uses(key_file, tmp_path):
    declare({"train.log": noise(500)})
    sealed_part = current_store().part(Incoming.of(Upload.objects.get(), 0), 0)
    with sealed_part:
        pass
    name = keep(OWNER, b"orphan", tmp_path)
    later = timezone.now() + timedelta(days=2)

    assert collect_store(now=later) == (0, 0, 1, 1)
    assert FileKey.objects.exclude(sha256=name).count() == 1


@pytest.mark.django_db
def test_after_shredding_an_account_can_send_again(key_file, tmp_path):
    keep(OWNER, b"weights", tmp_path)
    shred_account_key(OWNER, actor="user:1")
    current_store().delete(OWNER, hashlib.sha256(b"weights").hexdigest())

    name = keep(OWNER, b"weights", tmp_path)

    assert current_store().open(OWNER, name).read() == b"weights"
    assert AccountKey.objects.count() == 2


def test_a_wrong_key_is_said_before_anybody_sends(settings, key_file):
    assert check_store_key() == []
    key_file.write_text("short")

    [error] = check_store_key()

    assert "line 1: not 32 bytes in base64" in error.msg
    settings.STORE_KEY_FILE = ""
    assert check_store_key() == []
