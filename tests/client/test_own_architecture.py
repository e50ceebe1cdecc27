"""A model with its own modelling code, of an architecture transformers does not know: from upload to report."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from demo.serving.bundles import write_own_checkpoint, write_serving
from portal.jobs.enums import JobState
from portal.programmes.models import Phase
from portal.submissions.models import Submission
from portal.submissions.selectors import measurements_of
from portal.submissions.tasks import request_due_runs
from tests.client.live import make_token
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.evaluation import make_suite, suite_document, tiny_model
from tests.factories.jobs import run_now
from tests.factories.own_architecture import phase_for
from tests.factories.submissions import DECLARATION

pytestmark = pytest.mark.model
CURVE = "step,loss\n0,7.6\n"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """Weights no library knows, with a tokenizer that is one."""
    folder = tmp_path_factory.mktemp("own")
    tokenizer = tiny_model(folder / "tokenizer").final.folder
    return write_own_checkpoint(folder / "weights", tokenizer=tokenizer, rows=400)


@pytest.fixture
def team(running, tmp_path):
    manager = make_user("team")
    suite = make_suite(suite_document("ko_spelling", "ko_text", items=2))
    entry = make_entry(phase_for(str(suite)), consortium=make_consortium(manager=manager))
    owner = entry.consortium.account_key
    (tmp_path / "home").mkdir()
    return entry, manager, running._replace(owner=owner, token=make_token(owner=owner), home=tmp_path / "home")


def hand_in(portal, entry, folder, checkpoint):
    """Five bundles over HTTP and the receipt."""
    (folder / "loss.csv").write_text(CURVE)
    (folder / "train.csv").write_text(CURVE)
    (folder / "bom.json").write_text(json.dumps(DECLARATION))
    server = write_serving(folder / "server", name="own", concurrency=2)
    draft = str(portal.run("submissions", "--entry", str(entry.pk))["id"])
    for path, role in (
        (checkpoint, "checkpoint"),
        (server, "serving"),
        (folder / "train.csv", "training_log"),
        (folder / "loss.csv", "loss_curve"),
        (folder / "bom.json", "component_declaration"),
    ):
        portal.run("push", path, "--submission", draft, "--role", role)
    portal.run("submit", "--submission", draft, "-o", folder / "receipt.json")
    Phase.objects.filter(pk=entry.phase_id).update(state="closed")
    return Submission.objects.get(pk=draft)


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    sign_in(client, user)
    return client


def test_an_own_architecture_goes_from_upload_to_report(team, tmp_path, checkpoint, settings):
    settings.CELERY_BROKER_URL = ""
    entry, manager, portal = team

    submission = hand_in(portal, entry, tmp_path, checkpoint)
    assert request_due_runs() == 1
    page = reverse("ops_measurements:server", args=[submission.pk])
    with translation.override("en"):
        answer = signed_in(make_user("officer")).post(page, {"do": "start", "reason": "Read: it serves and no more."})
    assert answer.status_code == 302

    row = submission.runs.select_related("benchmark").get(kind="benchmark")
    job = run_now(row.benchmark.job)
    log = job.attempts.last().log
    assert job.state == JobState.SUCCEEDED, f"{job.cause} {job.error} {log}"

    row.benchmark.refresh_from_db()
    assert row.benchmark.seen["label"] == "endpoint-served"
    assert row.benchmark.seen["endpoint"]["bound"] == ["weights", "bundle"]
    shown = signed_in(manager).get(reverse("submissions:run", args=[row.pk])).content.decode()
    figures = list(row.benchmark.results.all())
    assert {figure.metric for figure in figures} == {"acc", "bits_per_byte"}
    assert all(figure.value[:5] in shown for figure in figures)
    assert measurements_of(entry.phase)  # what the tally reads
