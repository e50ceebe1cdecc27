"""Reports on pages: everything stands beside its null, nothing similar stands alone, and old documents still open."""

import hashlib
import json

import pytest
from django.urls import reverse
from django.utils import translation

from originality import evidence
from originality.evidence.heat import LARGEST, Shade, draw
from originality.evidence.text import power_of_ten
from originality.models import Comparison
from originality.registry import is_open
from portal.common.viewer import Viewer
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.originality_reports import (
    counted_run,
    finish,
    make_comparison,
    make_reference,
    make_run,
    report_document,
)
from tests.factories.programmes import make_phase
from tests.originality.bare_numbers import bare_numbers

pytestmark = pytest.mark.django_db
EXPLAIN = "/en/originality/explain/"


@pytest.fixture
def team():
    return make_user("team")


@pytest.fixture
def run(team):
    return finish(counted_run(make_entry(make_phase("receiving"), consortium=make_consortium(manager=team))))


def page_of(client, run, *, name="comparison", number=0):
    comparison = Comparison.objects.filter(run=run).order_by("pk")[number]
    with translation.override("en"):
        url = reverse(f"originality:{name}", kwargs={"report": run.pk, "reference": comparison.reference_id})
    return client.get(url)


@pytest.mark.parametrize("number", range(3))
def test_no_number_of_a_report_stands_without_its_null(client, team, run, number):
    sign_in(client, team)

    html = page_of(client, run, number=number).content.decode()

    assert bare_numbers(html) == []


def test_no_number_of_the_other_pages_stands_without_its_null(client, team, run):
    sign_in(client, team)
    pages = [
        page_of(client, run, name="layers"),
        client.get(f"/en/originality/reports/{run.pk}/"),
        client.get(f"{EXPLAIN}?figure=0.968&kind=norm"),
    ]

    assert [bare_numbers(page.content.decode()) for page in pages] == [[], [], []]


def test_the_walk_finds_a_bare_similarity():
    table = (
        "<main><table><thead><tr><th>Figure</th><th>Value</th><th>By chance</th></tr></thead>"
        "<tbody><tr><th>cosine</th><td>0.968</td><td>{}</td></tr></tbody></table></main>"
    )

    assert bare_numbers(table.format("-")) == ["cell 'Value': 0.968"]
    assert bare_numbers(table.format("0.964 ± 0.019")) == []
    assert bare_numbers("<main><p>The cosine is 0.968</p></main>") == ["text: The cosine is 0.968"]
    assert bare_numbers("<main><dl><dt>Cosine</dt><dd>0.968</dd></dl></main>") == ["fact 'Cosine': 0.968"]


def test_a_reused_encoder_is_named_and_the_rest_is_clear(client, team, run):
    sign_in(client, team)

    html = page_of(client, run).content.decode()

    assert "Vision encoder" in html
    assert "Identical beyond chance" in html
    assert "public since 2025\u201103\u201101" in html
    assert "earliest deposit of this model is from 2026\u201102\u201111" in html
    assert "right of reply" in html
    assert "copied" not in html.lower()
    assert "style=" not in html


def test_what_could_not_be_compared_is_not_without_a_trace(client, team, run):
    sign_in(client, team)

    html = page_of(client, run, number=2).content.decode()

    assert "Could not be compared" in html
    assert "No figure could be set beside a null" in html


def test_the_file_is_the_stored_document(client, team, run):
    sign_in(client, team)
    comparison = Comparison.objects.filter(run=run).order_by("pk").first()

    answer = page_of(client, run, name="report-file")

    assert hashlib.sha256(answer.content).hexdigest() == comparison.document.sha256
    assert json.loads(answer.content) == comparison.report


def test_layers_come_a_hundred_tests_a_page(client, team, run):
    sign_in(client, team)
    comparison = Comparison.objects.filter(run=run).order_by("pk").first()

    html = page_of(client, run, name="layers").content.decode()

    assert html.count('<th scope="row">') == 100 < len(comparison.report["modules"])
    assert "?page=2" in html


def test_declared_parts_stand_beside_what_was_found(client, team, run):
    sign_in(client, team)

    html = client.get(f"/en/originality/reports/{run.pk}/").content.decode()
    run.plan["declared"] = []
    run.save()
    undeclared = client.get(f"/en/originality/reports/{run.pk}/").content.decode()

    assert "vision encoder" in html
    assert "that no declared component names" not in html
    assert "that no declared component names" in undeclared


def test_a_run_without_results_says_so(client, team, run):
    sign_in(client, team)
    Job.objects.filter(pk=run.job_id).update(state=JobState.QUEUED, finished=None, outcome=None)

    html = client.get(f"/en/originality/reports/{run.pk}/").content.decode()

    assert "There is no report yet" in html
    assert "±" not in html


def test_own_lineage_is_its_own_outcome_and_no_finding():
    row = make_comparison(make_run(), make_reference("이전 판"), report_document(outcome="own lineage"))

    assert str(evidence.overall_cell(row).text)
    assert evidence.overall_cell(row).tone == "success"
    assert not evidence.is_finding(row)


def test_reports_of_the_first_schema_still_open():
    """No towers, no experts, one depth map, the direction as a sentence."""
    document = report_document()
    document |= {
        "direction": "direction not determined",
        "depth_map": [[11.3, None], [0.2, 14.0]],
        "schema": "originality-report/1",
    }
    document["global"].pop("outcome")
    for row in document["modules"]:
        for key in ("tower", "expert", "reference_layer", "reference_expert", "detectable_r2", "control_z"):
            row.pop(key, None)
    row = make_comparison(make_run(), make_reference("옛 보고서"), document)

    assert [item.name for item in evidence.module_maps(document)] == [str(evidence.module_maps(document)[0].name)]
    assert evidence.depth_maps(document)[0].pairs[0][:3] == (1, 1, "14.00")
    assert evidence.expert_map(document) is None
    assert evidence.direction_of(document, public_since=row.reference.public_since).reference_public_since
    assert evidence.strongest_rows(document)[0].needed == ""


def test_experts_meet_experts():
    document = report_document()
    strangers = evidence.expert_map(document)
    row = next(row for row in document["modules"] if row["expert"] == "5" and row["layer"] == 7)
    row |= {"level": 2, "log10_p_adj": -40.0, "z": 30.0}

    [kin] = evidence.expert_map(document).rows

    assert strangers.rows == []
    assert strangers.heat.layers[0].path
    assert (kin.layer, kin.matched, kin.experts, kin.pairs) == ("7", 1, 8, "5 – 0")


def test_large_maps_are_drawn_coarser_and_lose_nothing():
    bins = [[0] * 300 for _ in range(300)]
    bins[217][43] = 1

    heat = draw(bins, [Shade("#fff", "a"), Shade("#000", "b", "line")], rows=["x"] * 300, columns=["y"] * 300)

    assert heat.joined == 4
    assert heat.layers[1].path == "M10 54h0.9v.9h-0.9z"
    assert sum(len(layer.path) for layer in heat.layers) < 40 * LARGEST
    assert draw([[None]], [], rows=["x"], columns=["y"]) is None


def test_p_values_far_below_a_float_are_written():
    assert power_of_ten(-421.95) == "10⁻⁴²²"
    assert power_of_ten(None) == ""


def test_a_run_without_an_owner_opens_to_nobody():
    run = make_run()
    officer = Viewer(actor="user:1", user_id=1, roles=frozenset({"officer", "auditor"}))

    assert not is_open(officer, run)


def test_explain_answers_by_address(client):
    html = client.get(f"{EXPLAIN}?figure=0.70&kind=norm").content.decode()

    assert "Percentile" in html
    assert "unrelated pairs lie at or below it" in html
    assert "±" in html
    assert "<script" not in html


@pytest.mark.parametrize("figure", ["", "96.8%", "nan", "-1e999", "2", "0.9; DROP", "9" * 40])
def test_explain_refuses_and_keeps_what_was_typed(client, figure):
    answer = client.get(EXPLAIN, {"figure": figure, "kind": "norm"})

    assert answer.status_code == 422
    assert f'value="{figure}"' in answer.content.decode() or not figure


def test_explain_knows_no_other_kind(client):
    assert client.get(EXPLAIN, {"figure": "0.5", "kind": "norm'"}).status_code == 422
    assert client.get(EXPLAIN, {"figure": "0.5"}).status_code == 422
    assert client.get(EXPLAIN).status_code == 200
