import pytest
from django.template.loader import render_to_string
from django.utils import translation

from evaluation.contamination.models import ContaminationRun, ParaphraseRun
from evaluation.templatetags.contamination import chance_text, percent
from portal.artifacts.actions import store_folder
from tests.evaluation.contamination.samples import checked, items, lines, small_suite
from tests.factories.evaluation import OWNER, make_run, make_suite

pytestmark = pytest.mark.django_db


def shown(template, run, language="en"):
    with translation.override(language):
        return " ".join(render_to_string(f"evaluation/components/{template}.html", {"run": run}).split())


@pytest.fixture
def run(tmp_path):
    suite = make_suite(dict(small_suite().document))
    folder = lines(tmp_path / "sample", [{"text": item.question} for item in items("ko_passages")[:3]] + ["{"])
    plan = {"suites": [{"name": suite.name, "version": suite.version, "digest": suite.digest}]}
    bundle = store_folder(folder, owner=OWNER, actor="user:1")
    return ContaminationRun.objects.create(key="one", bundle=bundle, plan=plan, report=checked(folder), actor="user:1")


def test_overlaps_stand_beside_what_chance_gives_and_where_they_were_found(run):
    html = shown("overlap", run)
    assert "Read: documents 4, files 1, size 1 MB." in html
    assert "Of 160 control texts" in html
    assert "up to 7.2 % of the items" in html
    assert '<td class="num">20 of 20</td><td class="num">3</td><td class="num">3</td>' in html
    assert "part.jsonl, line 2" in html
    assert "100 % of the letters" in html


def test_titles_of_tasks_come_in_the_readers_language(run):
    titles = {task["name"]: task["title"] for task in small_suite().document["tasks"]}
    assert titles["ko_passages"]["ko"] in shown("overlap", run, "ko")
    assert titles["ko_passages"]["en"] in shown("overlap", run, "en")


def test_a_gap_is_shown_with_its_interval_and_nothing_where_there_is_none(checkpoint):
    run = make_run(checkpoint, suite=make_suite(dict(small_suite().document)))
    assert shown("rewording", run) == ""
    figures = {"original_value": "0.900000", "reworded_value": "0.400000", "difference": "0.500000"}
    row = {"task": "ko_knowledge_reworded", "original": "ko_knowledge", "metric": "acc", "n": 20, "left_out": 0}
    row |= {**figures, "low": "0.300000", "high": "0.700000", "p": "0.001953"}
    ParaphraseRun.objects.create(run=run, job=run.job, report={"gaps": [row]})
    run.refresh_from_db()
    html = shown("rewording", run)
    assert "The same questions in other words" in html
    assert html.count("0.5000</data>") == 1
    assert "0.0020" in html


def test_chances_and_shares_are_rounded_to_read():
    assert [chance_text(p) for p in ("", "1.19e-08", "0.0321")] == ["", "< 0.0001", "0.0321"]
    assert [percent(share) for share in ("", "0.95", "1.000000")] == ["", "95 %", "100 %"]
