"""Findings on a training run as a page, as a document and over the API: every check with its figure, and nothing ruled."""

import json
import re

import jsonschema
import pytest
from django.urls import reverse
from django.utils import translation

from originality.evidence.findings import finding_rows, shown_figure
from originality.models import TraceRun
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.traces import forged_report, logs_of, make_trace
from tests.originality.core.trace.test_report import SCHEMA

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_user("team")


@pytest.fixture
def run(team):
    entry = make_entry(make_phase("closed"), consortium=make_consortium(manager=team))
    return make_trace(entry, logs=logs_of(60), report=forged_report())


def page(client, run, name="trace", language="en"):
    with translation.override(language):
        client.cookies["django_language"] = language
        response = client.get(reverse(f"originality:{name}", kwargs={"trace": run.pk}))
    assert response.status_code == 200
    return response.content.decode()


def test_every_check_stands_on_the_page_with_figure_and_ground(client, team, run):
    sign_in(client, team)

    text = page(client, run)

    for row in finding_rows(run.report):
        assert f'id="{row.key}"' in text
    assert "the logged learning rate leaves the declared schedule" in text
    assert "points outside: 100" in text
    assert "Learning rate, steps 200 to 299" in text
    assert "events at 4096: the checksum does not fit" in text
    assert "the checkpoint has no tokenizer" in text
    assert not re.search(r"copied|guilty|fraud|cheat", text, re.IGNORECASE)


def test_the_page_is_korean_throughout(client, team, run):
    sign_in(client, team)

    text = page(client, run, language="ko")

    assert "기록된 학습률이 신고한 일정에서 벗어남" in text
    assert "벗어난 점 수: 100" in text
    assert "the logged" not in text


def test_the_document_is_the_report_of_the_schema(client, team, run):
    sign_in(client, team)

    document = json.loads(page(client, run, name="trace-file"))

    jsonschema.validate(document, SCHEMA)
    assert document == run.report


def test_a_run_without_findings_says_so_and_has_no_document(client, team, run):
    TraceRun.objects.filter(pk=run.pk).update(report=None)
    sign_in(client, team)

    assert "There are no findings yet" in page(client, run)
    with translation.override("en"):
        missing = client.get(reverse("originality:trace-file", kwargs={"trace": run.pk}))
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567, "1,234,567"), (0.00012345, "1.234e-04"), (None, "not known"), ([1, 2.5], "1, 2.5"), (1e12, "1.000e+12")],
)
def test_figures_are_written_short(value, text):
    with translation.override("en"):
        assert shown_figure(value) == text


def test_moments_are_those_of_korea():
    assert shown_figure("2026-05-04T00:00:00+00:00") == "2026. 5. 4. 09:00 KST"
