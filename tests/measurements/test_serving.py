"""The server of an own architecture in the portal: taken in, waiting, started by an officer or refused with a reason."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from demo.serving.bundles import serving_document
from evaluation.serving import requirements
from portal.artifacts.actions import store_folder
from portal.artifacts.models import CustodyRead
from portal.audit.models import Event
from portal.common.viewer import viewer_of_user
from portal.jobs.capabilities import checked
from portal.letters.models import Letter
from portal.measurements.actions.serving import refuse_server, start_server
from portal.measurements.errors import MeasurementError
from portal.measurements.models import ServerDecision
from portal.submissions.actions import SubmissionRefused, add_item
from portal.submissions.enums import Role
from portal.submissions.models import SubmissionRun, TrajectoryRun
from portal.submissions.selectors.serving import source_of
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.own_architecture import image_bundle, server_bundle, waiting_server, with_server
from tests.factories.submissions import ACTOR, bundle_of, complete_draft, receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.CELERY_BROKER_URL = ""
    with translation.override("en"):
        yield


@pytest.fixture
def officer():
    return viewer_of_user(make_user("officer"))


def refusal_of(bundle, entry, folder, role=Role.SERVING):
    with pytest.raises(SubmissionRefused) as raised:
        add_item(complete_draft(entry, folder), role=role, bundle=bundle, actor=ACTOR)
    return raised.value


def test_a_server_without_its_contract_is_refused(tmp_path):
    entry = receiving_entry()
    refusal = refusal_of(bundle_of(entry, tmp_path / "server", {"serve.py": b"print(1)\n"}), entry, tmp_path)
    assert (refusal.code, refusal.where) == ("serving", "serving.json")


def test_a_contract_that_cannot_be_kept_is_refused_where_it_is_wrong(tmp_path):
    entry = receiving_entry()
    refusal = refusal_of(server_bundle(entry, tmp_path, port=80), entry, tmp_path)
    assert (refusal.code, refusal.where) == ("serving", "serving.json $.port")


def test_an_image_is_taken_as_a_server_and_as_nothing_else(tmp_path):
    entry = receiving_entry()
    bundle = image_bundle(entry, tmp_path)
    assert refusal_of(bundle, entry, tmp_path, role=Role.CODE).code == "image"
    assert with_server(entry, tmp_path, bundle=bundle).items.get(role=Role.SERVING).bundle == bundle


def test_a_part_of_an_image_under_a_digest_that_is_not_its_own_is_refused(tmp_path):
    entry = receiving_entry()
    image_bundle(entry, tmp_path)
    blob = min((tmp_path / "image" / "blobs" / "sha256").iterdir())
    blob.write_bytes(b"something else")
    bundle = store_folder(tmp_path / "image", owner=entry.consortium.account_key, actor=ACTOR)
    assert refusal_of(bundle, entry, tmp_path).where == f"blobs/sha256/{blob.name}"


def test_benchmarks_wait_for_the_officer_and_the_other_runs_do_not(tmp_path):
    submission = waiting_server(tmp_path)
    assert {row.kind for row in submission.runs.all()} == {"originality", "trace"}
    assert not TrajectoryRun.objects.filter(submission=submission).exists()


def test_starting_asks_for_the_suites_through_the_server(tmp_path, officer):
    submission = waiting_server(tmp_path)

    start_server(submission, reason="Read and found harmless.", by=officer)

    row = SubmissionRun.objects.select_related("benchmark__job").get(submission=submission, kind="benchmark")
    server = submission.items.get(role=Role.SERVING)
    assert row.benchmark.source == source_of(submission)
    assert row.benchmark.source["serving"] == server.digest
    assert row.benchmark.job.requirements == {"memory_gb": 4, "sandbox": 1}
    event = Event.objects.get(action="measurements.server_started")
    assert (event.after["server"], event.after["runs"]) == (server.digest, 1)
    with pytest.raises(MeasurementError, match="started already"):
        start_server(submission, reason="Again.", by=officer)


def test_a_refusal_reaches_the_team_and_may_be_decided_anew(tmp_path, officer):
    entry = make_entry(receiving_entry().phase, consortium=make_consortium(manager=make_user("team")))
    submission = waiting_server(tmp_path, entry=entry)

    refuse_server(submission, reason="It opens a shell.", by=officer)

    assert "It opens a shell." in Letter.objects.get(kind="server_refused").body
    assert not submission.runs.filter(kind="benchmark").exists()
    start_server(submission, reason="Explained by the team.", by=officer)
    assert [row.verdict for row in ServerDecision.objects.order_by("pk")] == ["refuse", "start"]


def test_what_the_installation_cannot_run_is_said_before_anything_waits(tmp_path, officer, settings):
    settings.SERVING_LOCAL_PROCESS = False
    submission = waiting_server(tmp_path)
    with pytest.raises(MeasurementError, match="images alone"):
        start_server(submission, reason="Read.", by=officer)
    entry = receiving_entry()
    image = waiting_server(tmp_path / "b", entry=entry, bundle=image_bundle(entry, tmp_path / "b"))
    start_server(image, reason="Read.", by=officer)
    job = image.runs.get(kind="benchmark").benchmark.job
    assert job.requirements == {"container": 1, "memory_gb": 4, "sandbox": 1}


def test_only_officers_outside_the_teams_decide_and_only_once_receiving_has_closed(tmp_path, officer):
    early = with_server(receiving_entry(), tmp_path)
    with pytest.raises(MeasurementError, match="still receives"):
        start_server(early, reason="Now.", by=officer)
    submission = waiting_server(tmp_path / "b")
    for user in (make_user("auditor"), make_user("operator")):
        with pytest.raises(PermissionDenied):
            start_server(submission, reason="Now.", by=viewer_of_user(user))
    with pytest.raises(MeasurementError, match="reason"):
        start_server(submission, reason=" ", by=officer)


def test_the_page_shows_the_contract_and_starts_the_server(tmp_path, client):
    submission = waiting_server(tmp_path)
    sign_in(client, make_user("officer"))
    address = reverse("ops_measurements:server", args=[submission.pk])

    listed = client.get(reverse("ops_measurements:servers")).content.decode()
    shown = client.get(address).content.decode()
    names = [row["path"] for row in submission.items.get(role=Role.SERVING).bundle.file_list()]
    code = client.get(reverse("ops_measurements:server_file", args=[submission.pk, names.index("own_model.py")]))
    read = CustodyRead.objects.get(purpose="server")
    empty = client.post(address, {"do": "start", "reason": ""})
    done = client.post(address, {"do": "start", "reason": "Read."}, follow=True).content.decode()

    assert submission.entry.code in listed
    assert "gated-recurrence-1" in shown
    assert "own_model.py" in shown
    assert "class GatedRecurrence(nn.Module):" in code.content.decode()
    assert (read.owner, read.reader[:5]) == (submission.entry.consortium.account_key, "user:")
    assert empty.status_code == 422
    assert "Waiting" in done
    assert "Approve and start" not in done


def test_a_server_without_cards_waits_for_none_whatever_cards_the_group_asks_for():
    source = {"kind": "endpoint", "serving": "0" * 64, "document": serving_document("own")}

    needs = checked({"gpus": 8, "gpu_memory_gb": 80, "memory_gb": 512} | requirements(source))

    assert serving_document("own")["needs"]["gpus"] == 0
    assert not {"gpus", "gpu_memory_gb"} & needs.keys()
    assert needs["sandbox"] == 1
