"""The check of a large upload as a job: every way in which it ends, and every point at which it may be killed."""

import json
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone
from safetensors.numpy import save

from originality.core.filesummary import bfloat16_counts, parse_summary
from originality.core.kernels import histogram, to_bf16
from portal.artifacts.actions import begin_check, cancel_upload, checking, missing_parts, open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, Bundle, CustodyRead, Upload
from portal.artifacts.stores import Incoming, current_store
from portal.artifacts.stores.masters import add_to_key_file
from portal.audit.models import Event
from portal.intake import child, jobs
from portal.intake.checking import outcome_of
from portal.intake.selectors import progress_of
from portal.intake.tasks import look_after_checks
from portal.jobs.actions import cancel
from portal.jobs.enums import Cause, JobState
from portal.jobs.models import Job
from tests.factories.artifacts import declare, noise, send_all

pytestmark = pytest.mark.django_db

VALUES = {f"layer.{n}": np.random.default_rng(n).standard_normal(300, dtype=np.float32) for n in range(3)}
INDEX = json.dumps({"weight_map": {name: f"s-{n}.safetensors" for n, name in enumerate(VALUES)}}).encode()
CHECKPOINT = {
    **{f"s-{n}.safetensors": save({name: VALUES[name]}) for n, name in enumerate(VALUES)},
    "model.safetensors.index.json": INDEX,
    "empty.txt": b"",
    "again.txt": b"",
}


class Killed(BaseException):
    pass


@pytest.fixture
def told_each_file(monkeypatch):
    monkeypatch.setattr(checking, "TELL_EVERY", 0)


def asked(contents=CHECKPOINT) -> Job:
    """An upload with all parts, and the job that was asked for."""
    upload = declare(contents)
    send_all(upload, contents)
    begin_check(upload, actor="user:1", elsewhere=True)
    return Job.objects.latest("pk")


def upload_of(job: Job) -> Upload:
    return Upload.objects.get(pk=job.payload["upload"])


def test_the_job_of_a_large_upload_makes_the_bundle(tmp_path):
    job = asked()
    command = jobs.prepare(job, tmp_path)

    assert command.argv[1:] == ["-m", "portal.intake.child", "spec.json"]
    assert child.main(tmp_path / "spec.json") == 0
    jobs.commit(job, jobs.collect(job, tmp_path))

    upload = upload_of(job)
    assert (upload.state, upload.checked, upload.reserved) == ("complete", 6, 0)
    assert upload.checked_bytes == upload.bundle.total_size
    read = CustodyRead.objects.get()
    assert (read.bundle, read.reader, read.purpose) == (upload.bundle, f"job:{job.pk}", ReadPurpose.ARRIVAL)
    actions = list(Event.objects.values_list("action", flat=True))
    assert actions == ["upload.declared", "upload.checking", "upload.completed"]


def test_every_shard_leaves_the_counts_of_its_tensors():
    job = asked()
    jobs.commit(job, outcome_of(job.payload["upload"], threads=2))

    for number, (name, values) in enumerate(VALUES.items()):
        blob = Blob.objects.get(uses__path=f"s-{number}.safetensors")
        summary = blob.summaries.get(kind="file-summary/1")
        with open_blob(summary.document, reader="system", purpose=ReadPurpose.KEEPING) as stream:
            found = parse_summary(stream.read())[name]
        assert np.array_equal(bfloat16_counts(found), histogram(to_bf16(values)))


@pytest.mark.parametrize("files", [0, 2, 4])
def test_a_check_that_was_killed_goes_on(files, told_each_file):
    job = asked()
    calls = iter([None] * (files + 1))

    def note(_done, _total):
        if next(calls, "killed"):
            raise Killed

    upload = upload_of(job)
    with pytest.raises(Killed):
        outcome_of(str(upload.pk), threads=1, note=note)
    jobs.commit(job, outcome_of(str(upload.pk), threads=1))

    assert upload_of(job).bundle.files.count() == len(CHECKPOINT)
    assert upload_of(job).checked == len(CHECKPOINT)


def test_refusal_stays_and_is_said_again():
    job = asked({"s.safetensors": CHECKPOINT["s-0.safetensors"][:-4]})
    jobs.commit(job, outcome_of(job.payload["upload"], threads=1))

    upload = upload_of(job)
    assert (upload.state, upload.refusal["where"]) == ("refused", "s.safetensors")
    with pytest.raises(ArtifactError, match="is torn") as caught:
        begin_check(upload, actor="user:1")
    assert caught.value.code == "file_refused"
    assert not Bundle.objects.exists()


def test_bytes_that_changed_on_the_disk_open_the_upload_again():
    contents = {"a.log": noise(2500)}
    job = asked(contents)
    path = current_store().incoming_path(Incoming.of(upload_of(job), 0))
    path.write_bytes(contents["a.log"][:1500] + b"?" + contents["a.log"][1501:])

    jobs.commit(job, outcome_of(job.payload["upload"], threads=1))

    upload = upload_of(job)
    assert (upload.state, missing_parts(upload)) == ("declared", {"a.log": [1]})
    assert send_all(upload, contents) == 1000
    second = asked_again(upload)
    assert second != job
    jobs.commit(second, outcome_of(str(upload.pk), threads=1))
    assert upload_of(job).state == "complete"


def test_a_broken_seal_is_bytes_that_changed(settings, tmp_path):
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    upload = declare({"a.log": noise(2500)}, part_size=1 << 20)
    send_all(upload, {"a.log": noise(2500)})
    begin_check(upload, actor="user:1", elsewhere=True)
    path = current_store().incoming_path(Incoming.of(upload, 0))
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    jobs.commit(Job.objects.get(), outcome_of(str(upload.pk), threads=1))

    upload.refresh_from_db()
    assert (upload.state, missing_parts(upload)) == ("declared", {"a.log": [0]})


def asked_again(upload: Upload) -> Job:
    begin_check(upload, actor="user:1", elsewhere=True)
    return Job.objects.latest("pk")


def test_an_upload_given_up_meanwhile_stays_given_up():
    job = asked()
    outcome = outcome_of(job.payload["upload"], threads=1)
    cancel_upload(upload_of(job), actor="user:1")

    jobs.commit(job, outcome)

    assert upload_of(job).state == "cancelled"
    assert outcome_of(job.payload["upload"], threads=1) == {"state": "cancelled"}
    assert not Bundle.objects.exists()


def test_giving_up_ends_the_reading(told_each_file):
    job = asked()

    def note(_done, _total):
        Upload.objects.update(state="cancelled")

    assert outcome_of(job.payload["upload"], threads=1, note=note) == {"state": "cancelled"}


def test_two_checks_never_run_at_once():
    job = asked()

    with current_store().alone(job.payload["upload"]), pytest.raises(ArtifactError) as caught:
        outcome_of(job.payload["upload"], threads=1, patience=0)

    assert caught.value.code == "checking"


def test_a_mishap_is_left_to_the_next_attempt(tmp_path):
    contents = {"a.log": b"1", "b.log": b"2"}
    job = asked(contents)
    upload = upload_of(job)
    Blob.objects.create(owner=upload.owner, sha256=upload.plan.files[0].sha256, size=1)  # its object was lost
    jobs.prepare(job, tmp_path)

    assert child.main(tmp_path / "spec.json") == child.INPUT_ERROR
    said = json.loads((tmp_path / "error.json").read_text())
    assert said["transient"] is True
    assert "not in the store" in said["message"]
    assert upload_of(job).state == "checking"


def test_a_check_that_broke_off_for_good_can_be_asked_for_again():
    job = asked()
    job.state, job.cause, job.finished = JobState.FAILED, Cause.STORAGE, timezone.now()
    jobs.failed(job)
    job.save()

    assert upload_of(job).state == "declared"
    assert progress_of(upload_of(job)).failure == f"{Cause.STORAGE.label}."
    second = asked_again(upload_of(job))
    jobs.commit(second, outcome_of(second.payload["upload"], threads=1))
    assert upload_of(job).state == "complete"


def test_the_reconciler_asks_for_checks_that_nobody_does():
    upload = declare(CHECKPOINT)
    send_all(upload, CHECKPOINT)
    begin_check(upload, actor="user:1")  # within a request, which is then killed

    assert look_after_checks() == 0
    Upload.objects.update(active_at=timezone.now() - timedelta(minutes=1))
    assert (look_after_checks(), look_after_checks()) == (1, 0)
    assert Job.objects.get().payload == {"upload": str(upload.pk)}


def test_the_reconciler_opens_an_upload_whose_job_was_ended():
    job = asked()
    cancel(job)

    assert look_after_checks() == 1
    assert upload_of(job).state == "declared"


def test_progress_says_why_it_waits():
    job = asked()

    progress = progress_of(upload_of(job))
    assert (progress.state, progress.held, progress.files) == ("checking", progress.total, 6)
    assert progress.waiting
    jobs.commit(job, outcome_of(job.payload["upload"], threads=1))
    assert progress_of(upload_of(job)).waiting == ""
