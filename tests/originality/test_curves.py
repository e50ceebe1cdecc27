"""Curves on pages, as JSON and as CSV: every point counted, few of them sent, marks and findings beside them."""

import csv
import gzip
import io
import json
from urllib.parse import urlencode

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation

from originality.core.trace.model import Logs, Series
from originality.curves import curve_of, draw, opened
from portal.artifacts.models import CustodyRead
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.traces import logs_of, make_trace

pytestmark = pytest.mark.django_db
BUDGET = 15 * 1024  # bytes of an answer on the wire


@pytest.fixture
def team():
    return make_user("team")


@pytest.fixture
def entry(team):
    return make_entry(make_phase("closed"), consortium=make_consortium(manager=team))


@pytest.fixture
def opened_page(client, team):
    sign_in(client, team)
    return client


def address(run, name="curves", **query):
    with translation.override("en"):
        path = reverse(f"originality:{name}", kwargs={"trace": run.pk})
    return f"{path}?{urlencode(query)}"


def get_json(client, run, **query):
    return json.loads(client.get(address(run, "curve-data", **query)).content)


def bare_logs(values, *, first=0):
    step = np.arange(first, first + len(values), dtype=np.int64)
    column = Series(step, np.array(values, dtype=float), step * 0.0, np.zeros(len(step), np.int16))
    return Logs({"loss": column}, {"loss": "loss"}, [], {}, ["a.jsonl"], [], [], 0)


def test_a_million_points_answer_in_fifteen_kilobytes_and_name_their_number(opened_page, entry, capsys):
    run = make_trace(entry, logs=logs_of(1_000_000))

    answer = opened_page.get(address(run, "curve-data"), headers={"accept-encoding": "gzip"})
    document = json.loads(gzip.decompress(answer.content))

    with capsys.disabled():
        print(f"\n1,000,000 points: {len(document['step'])} sent in {len(answer.content):,} bytes")
    assert len(answer.content) <= BUDGET
    assert (document["total"], document["shown"]) == (1_000_000, len(document["step"]))
    assert 1900 < document["shown"] <= 2000
    assert document["count"] == f"{document['shown']:,} of 1,000,000 points"


def test_spikes_survive_and_what_is_no_number_is_a_gap(opened_page, entry):
    values = np.full(50_000, 2.0)
    values[31_415] = 9.0
    values[40_000:40_100] = np.nan

    document = get_json(opened_page, make_trace(entry, logs=bare_logs(values)))

    assert max(value for value in document["value"] if value is not None) == 9.0
    assert None in document["value"]
    assert [row[4:] for row in document["ranges"] if row[4] == "9"] == [["9", "31,415"]]


def test_a_window_has_its_own_points(opened_page, entry):
    run = make_trace(entry, logs=logs_of(10_000))

    document = get_json(opened_page, run, first=4000, last=4099)

    assert (document["first"], document["last"], document["total"], document["shown"]) == (4000, 4099, 100, 100)
    assert document["step"] == list(range(4000, 4100))
    assert document["restarts"] == []
    assert "from step 4,000 to 4,099: 100 points" in document["summary"]


def test_restarts_checkpoints_and_findings_stand_on_the_curve(opened_page, entry):
    run = make_trace(entry)

    document = get_json(opened_page, run)
    html = opened_page.get(address(run)).content.decode()

    assert document["restarts"] == [["R1", 600]]
    assert [code for code, _step in document["checkpoints"]] == ["C1", "C2", "C3"]
    assert document["shades"] == [["F1", 399, 498, 1]]
    assert "4 steps logged twice, 1 of them with other values" in html
    assert "Intermediate checkpoint" in html
    assert '<time datetime="2026-01-02T12:04:05+09:00">' in html
    assert get_json(opened_page, run, quantity="learning_rate")["shades"] == []


def test_tokens_may_stand_on_the_axis(opened_page, entry):
    document = get_json(opened_page, make_trace(entry), x="tokens")

    assert document["axis"] == "tokens"
    assert document["x"][:2] == [4096, 8192]


def test_the_page_needs_no_script(opened_page, entry):
    html = opened_page.get(address(make_trace(entry), first=100, last=700, log="on")).content.decode()

    assert '<path class="curve-line line-1" d="M' in html
    assert "601 points" in html
    assert html.count('<tr><th scope="row">') >= 10
    assert "style=" not in html


def test_the_file_has_every_point_of_the_window(opened_page, entry):
    run = make_trace(entry, logs=logs_of(5000))

    answer = opened_page.get(address(run, "curve-csv", quantity="loss", first=10, last=4999))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert len(rows) == 4990
    assert rows[0]["step"] == "10"
    with opened(run) as source:
        assert float(rows[0]["value"]) == curve_of(source, "loss", first=10, last=10).window.value[0]
    assert {row["segment"] for row in rows} == {"1", "2"}


@pytest.mark.parametrize(
    "query", ["first=9&last=3", "first=x", "quantity=salary", "points=1", "first=99999999999999999999"]
)
def test_a_window_that_cannot_be_is_refused_and_the_page_still_stands(opened_page, entry, query):
    run = make_trace(entry)

    page = opened_page.get(f"{address(run)}{query}")

    assert page.status_code == 422
    assert "curve-line" in page.content.decode()
    assert opened_page.get(f"{address(run, 'curve-data')}{query}").status_code == 422
    assert opened_page.get(f"{address(run, 'curve-csv')}{query}").status_code == 422


def test_looking_at_a_curve_leaves_no_line_in_the_list_of_reads(opened_page, entry):
    run = make_trace(entry)
    before = CustodyRead.objects.count()

    get_json(opened_page, run)

    assert CustodyRead.objects.count() == before


def test_a_run_whose_logs_are_not_read_yet_says_so(opened_page, entry):
    run = make_trace(entry)
    type(run).objects.filter(pk=run.pk).update(series=None, logs=None)

    assert "No series has been read" in opened_page.get(address(run)).content.decode()
    assert opened_page.get(address(run, "curve-data")).status_code == 404
    assert opened_page.get(address(run, "curve-csv")).status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        [1.0],
        [2.0, 2.0],
        [np.nan, np.nan, np.nan],
        [-1e308, 1e308, 0.0],
        [5e-324, 1e-323, 0.0],
        [1.7e308, 1.79e308, 1e308],
        [np.inf, 1.0, -np.inf, 2.0],
        [-3.0, 0.0, 3.0],
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_every_series_draws_or_says_why_not(entry, values, log):
    with opened(make_trace(entry, logs=bare_logs(values))) as source:
        curve = curve_of(source, "loss")
        drawing = draw([curve], log=log)

    json.dumps(curve.document(restarts=[], checkpoints=[], shades=[]), allow_nan=False)
    if drawing:
        numbers = [float(n) for line in drawing.lines for n in line.path.replace("M", " ").replace("L", " ").split()]
        assert all(0 <= n <= 760 for n in numbers)
        assert len(drawing.along) < 20
