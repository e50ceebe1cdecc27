import pytest

from portal.artifacts.actions import complete_upload, missing_parts
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import StorageAccount, Upload
from portal.artifacts.selectors import used_bytes
from portal.audit.models import Event
from tests.factories.artifacts import OWNER, declare, noise, send_all

pytestmark = pytest.mark.django_db

LOG = {"train.log": b"x" * 2500}


def test_all_parts_of_a_new_upload_are_missing():
    upload = declare(LOG)

    assert missing_parts(upload) == {"train.log": [0, 1, 2]}
    assert Event.objects.get().subject == f"upload:{upload.pk}"


def test_declaring_again_finds_the_open_upload():
    assert declare(LOG) == declare(LOG)
    assert Event.objects.count() == 1


def test_declaring_again_finds_the_complete_upload():
    upload = declare(LOG)
    send_all(upload, LOG)
    complete_upload(upload, actor="user:1")

    again = declare(LOG)
    assert again == upload
    assert missing_parts(again) == {}


def test_another_account_starts_from_nothing():
    send_all(upload := declare(LOG), LOG)
    complete_upload(upload, actor="user:1")

    other = declare(LOG, owner="consortium:2")
    assert missing_parts(other) == {"train.log": [0, 1, 2]}


def test_known_files_are_not_asked_for_again():
    send_all(upload := declare(LOG), LOG)
    complete_upload(upload, actor="user:1")

    assert missing_parts(declare({**LOG, "new.log": b"y" * 1500})) == {"new.log": [0, 1]}


def test_equal_files_travel_once():
    assert missing_parts(declare({"a.log": b"z" * 1500, "b.log": b"z" * 1500})) == {"a.log": [0, 1]}


def test_an_open_upload_keeps_its_part_size():
    declare(LOG)

    with pytest.raises(ArtifactError, match="parts of 1000 bytes") as caught:
        declare(LOG, part_size=500)

    assert caught.value.extra == {"part_size": 1000}


@pytest.mark.parametrize("name", ["pytorch_model.bin", "weights.pt", "model.gguf", "a.h5"])
def test_pickles_are_refused_before_a_byte_travels(name):
    with pytest.raises(ArtifactError, match="not accepted") as caught:
        declare({name: b"x"})

    assert (caught.value.code, caught.value.where) == ("file_refused", name)
    assert "safetensors" in caught.value.hint
    assert not Upload.objects.exists()


def test_open_uploads_count_against_the_quota(limits):
    limits(quota_bytes=4000)
    declare(LOG)

    with pytest.raises(ArtifactError, match="2500 of 4000 bytes") as caught:
        declare({"other.log": b"x" * 1501})

    assert caught.value.code == "over_quota"
    assert used_bytes(OWNER) == 2500


def test_a_quota_of_its_own_goes_before_the_setting():
    StorageAccount.objects.create(owner=OWNER, limit=100)

    with pytest.raises(ArtifactError, match="of 100 bytes"):
        declare(LOG)


def test_stored_bytes_are_counted_once(limits):
    limits(quota_bytes=4000)
    send_all(upload := declare(LOG), LOG)
    complete_upload(upload, actor="user:1")

    declare({**LOG, "more.log": noise(1500)})
    assert used_bytes(OWNER) == 4000


def test_a_full_disk_is_said_before_a_byte_travels(limits):
    limits(disk_reserve_bytes=1 << 60)

    with pytest.raises(ArtifactError, match="no room for 2500 bytes") as caught:
        declare(LOG)

    assert caught.value.code == "disk_short"
