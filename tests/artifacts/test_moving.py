"""Between layouts, and between plain and sealed; tests/artifacts/test_s3_whole.py has the way to object storage and back."""

import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.artifacts.actions import store_file
from portal.artifacts.models import Blob, CustodyRead
from portal.artifacts.stores import current_store, named_store
from portal.artifacts.stores.masters import add_to_key_file
from portal.audit.models import Event

pytestmark = pytest.mark.django_db

ACCOUNTS = {"consortium:1": b"one", "consortium:2": b"two", "system": b""}


@pytest.fixture(autouse=True)
def blobs(tmp_path):
    """Each account has bytes of its own, and all have the same."""
    for owner, data in ACCOUNTS.items():
        for content in (data, b"shared"):
            (tmp_path / "file").write_bytes(content)
            store_file(tmp_path / "file", owner=owner)
    return list(Blob.objects.all())


@pytest.fixture
def keys(settings, tmp_path):
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)


def move(*arguments):
    out = StringIO()
    call_command("move_store", *arguments, stdout=out)
    return out.getvalue()


def holds_everything(kind):
    store = named_store(kind)
    for blob in Blob.objects.all():
        with store.open(blob.owner, blob.sha256) as stream:
            assert stream.read() in {ACCOUNTS[blob.owner], b"shared"}
            assert stream.tell() == blob.size
    return True


def test_plain_becomes_sealed_and_plain_again(keys, store):
    assert "6 objects copied (24 bytes), 0 were there, 6 removed" in move(
        "--from", "local", "--to", "local+sealed", "--remove"
    )
    assert holds_everything("local+sealed")
    assert not list(named_store("local").objects())
    assert not any(b"shared" in path.read_bytes() for path in store.rglob("*") if path.is_file())

    move("--from", "local+sealed", "--to", "local")

    assert holds_everything("local")
    assert CustodyRead.objects.filter(purpose="keeping").count() == 12
    assert Event.objects.filter(action="store.moved").count() == 3


def test_the_flat_layout_of_version_0_1_moves_without_a_second_copy(store, blobs):
    flat = named_store("flat")
    for blob in blobs:
        source = current_store().object_path(blob.owner, blob.sha256)
        path = flat.object_path(blob.owner, blob.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, path)
    for folder in {current_store().object_path(blob.owner, blob.sha256).parent.parent for blob in blobs}:
        shutil.rmtree(folder)

    move("--from", "flat", "--to", "local")

    assert holds_everything("local")
    assert {path.stat().st_nlink for path in store.glob("objects/*/*/*")} == {2, 4}
    move("--from", "flat", "--remove")
    assert not list(flat.objects())
    assert holds_everything("local")


def test_moving_again_copies_only_what_is_not_there(keys, tmp_path):
    move("--from", "local", "--to", "local+sealed")
    (tmp_path / "file").write_bytes(b"later")
    stored = named_store("local").add_copy(tmp_path / "file", owner="system")
    Blob.objects.create(owner="system", sha256=stored.sha256, size=stored.size)

    assert "1 objects copied (5 bytes), 6 were there" in move("--from", "local", "--to", "local+sealed")


def test_a_damaged_object_is_named_and_nothing_is_removed(keys):
    blob = Blob.objects.filter(size=3).first()
    path = named_store("local").object_path(blob.owner, blob.sha256)
    path.chmod(0o600)
    path.write_bytes(b"bad")

    with pytest.raises(CommandError, match=f"1 objects were not copied:\n.*{blob.sha256}"):
        move("--from", "local", "--to", "local+sealed", "--remove")

    assert len(list(named_store("local").objects())) == 6
    assert len(list(named_store("local+sealed").objects())) == 5


def test_a_store_is_not_moved_onto_itself():
    with pytest.raises(CommandError, match="name two"):
        move("--from", "local")


def test_checking_a_store_reads_every_object(settings, capsys):
    settings.STORE_KEY_FILE = ""
    call_command("check_store")
    assert capsys.readouterr().out == "6 objects hash to their names.\n"
    blob = Blob.objects.filter(size=3).first()
    current_store().delete(blob.owner, blob.sha256)

    with pytest.raises(CommandError, match=f"{blob.sha256} is not in the store"):
        call_command("check_store")
