"""Who reads the answers of a run at which stage, what of private tasks, and what one request reads."""

import gzip
import json
from copy import copy

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from evaluation.models import EvaluationRun, Suite
from portal.measurements.selectors import answers as reading
from portal.measurements.selectors.answers import Wanted, answers_page
from portal.programmes.models import Phase
from tests.factories.accounts import cookies_of, make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.dossiers import Verified
from tests.factories.measured import answers_for, asked, finish, make_measured_suite, measured
from tests.factories.review import make_panel, make_seat

pytestmark = pytest.mark.django_db
CANARY = "카나리아 문항 9c1d"


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.CELERY_BROKER_URL = ""


class Readers:
    """A finished run on a hand-in, and everybody who might read it."""

    def __init__(self, folder, *, suite=None):
        self.scene = Verified(folder=folder)
        self.row = measured(self.scene.entry, suite or make_measured_suite(), note=f" {CANARY}")
        rival = make_user("team")
        make_entry(self.scene.phase, consortium=make_consortium(manager=rival))
        second = make_panel(self.scene.phase, name="심의위원회", kind="appeal", part="")
        undeclared = make_seat(second, officer=self.scene.officer, cleared=False)
        self.signed_in = {}
        self.people = {
            "team": self.scene.manager,
            "rival": rival,
            "chair": self.scene.seat.user,
            "undeclared": undeclared.user,
            "reviewer elsewhere": make_user("reviewer"),
            "officer": self.scene.officer,
            "decider": make_user("decider"),
            "auditor": make_user("auditor"),
        }

    def at(self, stage):
        Phase.objects.filter(pk=self.scene.phase.pk).update(state=stage)
        return self

    def cookies(self, who):
        if who not in self.signed_in:
            self.signed_in[who] = cookies_of(self.people[who])
        return self.signed_in[who]

    def get(self, who, name="answers", **query):
        client = Client()
        if who != "public":
            client.cookies = copy(self.cookies(who))
        with translation.override("en"):
            return client.get(reverse(f"measurements:{name}", kwargs={"benchmark": self.row.run.pk}), query)


def private(suite, *names):
    for task in suite.document["tasks"]:
        if task["name"] in names:
            task["source"] = {**task["source"], "kind": "private"}
    Suite.objects.filter(pk=suite.pk).update(document=suite.document)
    return suite


STAGES = {
    #            team rival chair undeclared elsewhere officer decider auditor
    "receiving": (403, 404, 403, 404, 404, 403, 403, 403),
    "closed": (403, 404, 200, 404, 404, 200, 200, 200),
    "scoring": (403, 404, 200, 404, 404, 200, 200, 200),
    "notified": (200, 404, 200, 404, 404, 200, 200, 200),
}


def test_answers_open_to_the_panel_with_the_evidence_and_to_the_team_with_the_notice(tmp_path):
    readers = Readers(tmp_path)

    for stage, expected in STAGES.items():
        name = "answers" if stage == "notified" else "answers_document"  # one rule at both doors
        seen = tuple(readers.at(stage).get(who, name).status_code for who in readers.people)
        assert (stage, seen) == (stage, expected)
        assert readers.get("public").status_code == 302


def test_a_run_along_the_training_follows_the_same_rule(tmp_path):
    from portal.submissions.models import TrajectoryRun

    readers = Readers(tmp_path).at("scoring")
    run = readers.row.run
    readers.row.delete()
    TrajectoryRun.objects.create(submission=readers.scene.entry.submissions.get(), run=run, step=10)

    assert [readers.get(who).status_code for who in ("team", "chair", "rival")] == [403, 200, 404]


def test_a_version_that_does_not_count_is_no_evidence(tmp_path):
    readers = Readers(tmp_path).at("scoring")
    readers.scene.entry.submissions.update(state="replaced")

    assert readers.get("chair").status_code == 404


def test_private_tasks_are_the_auditors_alone(tmp_path):
    suite = make_measured_suite()
    readers = Readers(tmp_path, suite=suite).at("notified")
    private(suite, "ko_spelling")

    for who in ("team", "chair", "officer", "decider"):
        page = readers.get(who, task="ko_spelling").content.decode()
        assert "ko_spelling 문항" not in page
        assert "their items are private" in page
        file = gzip.decompress(b"".join(readers.get(who, "answers_document").streaming_content)).decode()
        assert {json.loads(line)["task"] for line in file.splitlines()} == {"ko_text"}
    page = readers.get("auditor", task="ko_spelling").content.decode()
    assert "ko_spelling 문항" in page
    file = b"".join(readers.get("auditor", "answers_document").streaming_content)
    assert {json.loads(line)["task"] for line in gzip.decompress(file).splitlines()} == {"ko_spelling", "ko_text"}


def test_a_wholly_private_suite_says_why_it_does_not_open(tmp_path):
    suite = make_measured_suite()
    readers = Readers(tmp_path, suite=suite).at("notified")
    private(suite, "ko_spelling", "ko_text")

    seen = {who: readers.get(who).status_code for who in ("team", "chair", "officer", "auditor", "rival")}

    assert seen == {"team": 403, "chair": 403, "officer": 403, "auditor": 200, "rival": 404}
    assert "auditors alone" in readers.get("team").content.decode()


def test_nothing_of_the_answers_is_on_other_pages_of_the_team_before_the_notice(tmp_path):
    readers = Readers(tmp_path).at("scoring")
    client = Client()
    sign_in(client, readers.scene.manager)
    kwargs = {"benchmark": readers.row.run.pk}

    for url in (
        reverse("submissions:run", args=[readers.row.pk]),
        reverse("submissions:evidence", args=[readers.row.submission_id]),
        reverse("measurements:run_document", kwargs=kwargs),
        reverse("measurements:reruns", kwargs=kwargs),
    ):
        found = client.get(url)
        assert found.status_code == 200
        assert CANARY not in found.content.decode()
        assert "/answers" not in found.content.decode()


def test_a_page_shows_what_was_asked_offered_chosen_and_right(tmp_path):
    page = Readers(tmp_path).at("scoring").get("chair", task="ko_spelling").content.decode()

    assert page.count("Answers offered in item") == 12 * 2  # caption and region
    assert page.count("<td>right answer</td>") == 12
    assert CANARY in page
    assert page.count("likeliest") == 12


def test_a_search_stays_within_the_task_and_takes_what_it_says(tmp_path):
    readers = Readers(tmp_path).at("scoring")
    right = len([row for row in answers_for(readers.row.run.suite, seed=1) if row.get("acc") == 1.0])

    assert readers.get("chair", task="ko_spelling", only="right").content.decode().count("Answers offered") == 2 * right
    assert "문항 7:" in readers.get("chair", task="ko_spelling", q="문항 7:").content.decode()
    assert "No item of this task" in readers.get("chair", task="ko_spelling", q="ko_text").content.decode()


@pytest.mark.parametrize(
    "query", [{"page": "999999999"}, {"page": "-1"}, {"task": "x"}, {"only": "x"}, {"q": "%" * 900}]
)
def test_any_query_has_a_page(tmp_path, query):
    assert Readers(tmp_path).at("scoring").get("chair", **query).status_code == 200


def test_what_a_model_wrote_is_text_and_no_markup(tmp_path):
    suite = make_measured_suite()
    row = asked(Verified(folder=tmp_path).entry.submissions.get(), suite)
    answer = {"task": "ko_text", "doc_id": 0, "doc_hash": "h", "arguments": [["q\x00\u202e", {}]], "target": "1",
              "resps": [["<script>alert(1)</script>\x1b[31m\ud800"]], "exact_match": 0.0}  # fmt: skip
    run = finish(row.run, [{**answer, "bits_per_byte": [-1.0, 2]}, {**answer, "doc_id": 1, "bits_per_byte": [-1.0, 3]}]
                 + [one for one in answers_for(suite, seed=1) if one["task"] == "ko_spelling"])  # fmt: skip

    (item, *_rest) = answers_page(run, Wanted("ko_text"), number=1).items

    assert item.said == ["<script>alert(1)</script>\\x1b[31m\\ud800"]
    assert item.prompt == "q\\x00\\u202e"


def test_one_request_reads_no_further_than_its_bounds(tmp_path, monkeypatch):
    run = Readers(tmp_path).row.run
    monkeypatch.setattr(reading, "SEARCHED", 5)

    found = answers_page(EvaluationRun.objects.get(pk=run.pk), Wanted("ko_spelling", text="nowhere"), number=1)

    assert (found.items, found.cut) == ([], True)


def test_a_run_with_an_index_is_read_where_the_page_lies(tmp_path, monkeypatch):
    run = Readers(tmp_path).row.run
    rows = [row for row in answers_for(run.suite, seed=1) if row["task"] == "ko_spelling"]
    blocks = [gzip.compress("".join(json.dumps(row) + "\n" for row in part).encode()) for part in (rows[:8], rows[8:])]
    (tmp_path / "indexed").write_bytes(b"".join(blocks))
    monkeypatch.setattr(reading, "open_made", lambda blob: (tmp_path / "indexed").open("rb"))
    monkeypatch.setattr(reading, "PER_PAGE", 5)
    run.index = [
        {"task": "ko_spelling", "first": 0, "n": 8, "offset": 0, "length": len(blocks[0])},
        {"task": "ko_spelling", "first": 8, "n": 4, "offset": len(blocks[0]), "length": len(blocks[1])},
    ]

    pages = [answers_page(run, Wanted("ko_spelling"), number=number) for number in (1, 2, 3, 4)]

    assert [[item.number for item in page.items] for page in pages] == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12], []]
    assert [page.has_next for page in pages] == [True, True, False, False]
    assert {page.total for page in pages} == {12}
