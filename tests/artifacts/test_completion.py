import json
import pickle

import numpy as np
import pytest
from safetensors.numpy import save

from portal.artifacts.actions import complete_upload, missing_parts
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, Bundle, Upload
from portal.artifacts.selectors import used_bytes
from portal.artifacts.stores import LocalStore, current_store
from portal.audit.models import Event
from portal.common.formats.hashing import sha256_of
from tests.factories.artifacts import OWNER, declare, noise, send_all

pytestmark = pytest.mark.django_db

WEIGHTS = save({"a": np.arange(700, dtype=np.float32)})
CHECKPOINT = {
    "model.safetensors": WEIGHTS,
    "config.json": b'{"model_type": "llama"}',
    "empty.txt": b"",
    "기록.csv": b"0,1",
}


def push(contents, **arguments):
    upload = declare(contents, **arguments)
    send_all(upload, contents)
    return complete_upload(upload, actor="user:1")


def refusal_of(contents) -> ArtifactError:
    upload = declare(contents)
    send_all(upload, contents)
    with pytest.raises(ArtifactError) as caught:
        complete_upload(upload, actor="user:1")
    upload.refresh_from_db()
    assert upload.state == "refused"
    assert upload.refusal["where"] == caught.value.where
    assert not Bundle.objects.exists()
    assert not current_store().incoming_folder(upload.pk).exists()
    return caught.value


def test_a_complete_bundle_has_every_file_under_its_digest(store):
    bundle = push(CHECKPOINT)

    assert [entry.path for entry in bundle.entries()] == ["config.json", "empty.txt", "model.safetensors", "기록.csv"]
    assert bundle.files.count() == 4
    assert all(sha256_of(path) == path.name for path in store.glob("objects/*/*/*"))
    assert not list(store.glob("incoming/*"))
    assert Upload.objects.get().bundle == bundle
    assert used_bytes(OWNER) == bundle.total_size


def test_completing_again_changes_nothing():
    bundle = push(CHECKPOINT)

    assert complete_upload(Upload.objects.get(), actor="user:1") == bundle
    assert list(Event.objects.order_by("seq").values_list("action", flat=True)) == [
        "upload.declared",
        "upload.checking",
        "upload.completed",
    ]


def test_missing_parts_are_named():
    with pytest.raises(ArtifactError, match="3 parts are missing") as caught:
        complete_upload(declare({"a.log": noise(2500)}), actor="user:1")

    assert caught.value.extra == {"missing": {"a.log": [0, 1, 2]}}


@pytest.mark.parametrize("point", ["after rename", "before row"])
def test_a_completion_that_was_killed_goes_on(point, monkeypatch):
    upload = declare(CHECKPOINT)
    send_all(upload, CHECKPOINT)
    real = LocalStore.adopt

    def dies(store, file):
        if point == "after rename":
            real(store, file)
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalStore, "adopt", dies)
    with pytest.raises(KeyboardInterrupt):
        complete_upload(upload, actor="user:1")
    monkeypatch.undo()

    assert complete_upload(upload, actor="user:1").files.count() == 4


def test_a_second_completion_at_the_same_time_is_told_to_wait():
    upload = declare(CHECKPOINT)
    send_all(upload, CHECKPOINT)

    with current_store().alone(upload.pk), pytest.raises(ArtifactError) as caught:
        complete_upload(upload, actor="user:1")

    assert caught.value.code == "checking"


def test_bytes_that_changed_on_the_disk_are_asked_for_again():
    contents = {"a.log": noise(2500)}
    upload = declare(contents)
    send_all(upload, contents)
    path = current_store().incoming_folder(upload.pk) / "0"
    path.write_bytes(contents["a.log"][:1500] + b"?" + contents["a.log"][1501:])

    with pytest.raises(ArtifactError, match="1 parts changed on the disk"):
        complete_upload(upload, actor="user:1")

    assert missing_parts(upload) == {"a.log": [1]}
    assert send_all(upload, contents) == 1000
    assert complete_upload(upload, actor="user:1").total_size == 2500


def test_a_lost_file_is_asked_for_again():
    contents = {"a.log": noise(1500)}
    upload = declare(contents)
    send_all(upload, contents)
    (current_store().incoming_folder(upload.pk) / "0").unlink()

    with pytest.raises(ArtifactError, match="2 parts changed"):
        complete_upload(upload, actor="user:1")

    assert missing_parts(upload) == {"a.log": [0, 1]}


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_pickle_under_another_name_is_refused(protocol):
    error = refusal_of({"model.safetensors": pickle.dumps({"w": [1.0] * 50}, protocol=protocol)})

    assert (error.code, error.where) == ("file_refused", "model.safetensors")
    assert "pickle" in error.detail
    assert "save_file" in error.hint


def test_a_torn_shard_is_refused_with_tensor_and_byte():
    error = refusal_of({"model.safetensors": WEIGHTS[:-4]})

    assert f"the tensors end at byte {len(WEIGHTS)}, the file at {len(WEIGHTS) - 4}" in error.detail


def test_an_empty_shard_is_refused():
    assert "0 bytes" in refusal_of({"model.safetensors": b""}).detail


def test_a_configuration_that_runs_code_is_refused():
    error = refusal_of({"config.json": b'{"auto_map": {"AutoModel": "modeling.Model"}}'})

    assert "$.auto_map" in error.detail


def test_known_bytes_under_a_new_name_are_checked_by_the_new_name():
    push({"notes.txt": b"not a tensor"})

    upload = declare({"model.safetensors": b"not a tensor"})
    assert missing_parts(upload) == {}
    with pytest.raises(ArtifactError, match=r"model\.safetensors"):
        complete_upload(upload, actor="user:1")


def test_a_refused_upload_can_be_declared_anew():
    refusal_of({"model.safetensors": WEIGHTS[:-4]})

    assert missing_parts(declare({"model.safetensors": WEIGHTS[:-4]}))


def index(**weights) -> bytes:
    return json.dumps({"weight_map": weights}).encode()


def test_an_index_that_fits_is_accepted():
    push({"model.safetensors.index.json": index(a="s-1.safetensors"), "s-1.safetensors": WEIGHTS})


@pytest.mark.parametrize(
    ("document", "where", "words"),
    [
        (
            index(a="s-1.safetensors", b="s-2.safetensors"),
            "model.safetensors.index.json",
            "s-2.safetensors, which is not",
        ),
        (index(a="s-1.safetensors", b="s-1.safetensors"), "s-1.safetensors", "does not hold the tensor 'b'"),
        (b"{", "model.safetensors.index.json", "not JSON"),
        (b"{}", "model.safetensors.index.json", "no weight_map"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(document, where, words):
    error = refusal_of({"model.safetensors.index.json": document, "s-1.safetensors": WEIGHTS})

    assert error.where == where
    assert words in error.detail


@pytest.mark.parametrize("sign", ["\x00", "\ud800", "x" * 100_000])
@pytest.mark.parametrize("name", ["config.json", "model.safetensors.index.json"])
def test_a_refusal_repeats_no_sign_that_a_row_refuses(name, sign):
    """Keys of a file stand in the words of its refusal, which are kept."""
    keys = {f"{sign}_implementation_internal": 1, "weight_map": {"a": f"{sign}.safetensors"}}

    refusal_of({name: json.dumps(keys).encode()})

    said = json.dumps(Upload.objects.get().refusal)
    assert len(said) < 1200
    assert "\\u0000" not in said
    assert "\\ud800" not in said.replace("\\\\ud800", "")


def test_two_accounts_share_neither_object_nor_blob(store):
    push(CHECKPOINT)
    push(CHECKPOINT, owner="consortium:2")

    assert Blob.objects.filter(size=len(WEIGHTS)).count() == 2
    assert len(list(store.glob("objects/*/*/*"))) == 10  # four files and the summary of the weights, each
