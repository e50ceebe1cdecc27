"""Comparisons of code: asked for, worked off by a job, and shown with both texts side by side."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from originality.actions import request_code
from originality.core.run import run_spec
from originality.jobs import code as job
from originality.lineage import DeclaredPart
from originality.models import CodeCorpus, CodeRun
from portal.artifacts.actions import store_folder
from portal.jobs.models import Job
from tests.factories.accounts import make_user, sign_in
from tests.factories.code_runs import PUBLIC, make_code_run, make_corpus, team_code
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_user("team")


@pytest.fixture
def run(team):
    return make_code_run(make_entry(make_phase("closed"), consortium=make_consortium(manager=team)))


def page(client, name, **kwargs):
    with translation.override("en"):
        return client.get(reverse(f"originality:{name}", kwargs=kwargs))


def worked_off(run, folder):
    """The three steps of a worker, with the child in this process."""
    row = Job.objects.get(pk=run.job_id)
    job.prepare(row, folder)
    run_spec(folder / "spec.json")
    job.commit(row, job.collect(row, folder))
    return CodeRun.objects.get(pk=run.pk)


def test_a_job_compares_what_the_plan_names(tmp_path):
    corpus = make_corpus()
    bundle = store_folder(team_code(tmp_path / "code"), owner="consortium:1", actor="system")
    told = [DeclaredPart("loop", "bora training loop", "public", "Apache-2.0", "frozen", "0")]
    run = request_code(bundle, key="one", actor="system", declared=told)
    assert request_code(bundle, key="one", actor="system") == run
    assert run.plan["corpora"] == [{"id": corpus.pk, "name": corpus.name, "digest": corpus.digest}]
    make_corpus("later")  # is not in the plan

    (tmp_path / "work").mkdir()
    done = worked_off(run, tmp_path / "work")

    assert done.report["plan_digest"] == run.plan_digest
    assert [row["name"] for row in done.report["corpora"]] == [corpus.name]
    said = {(row["source"], row["column"]): row["said"] for row in done.report["summary"]["projects"]}
    assert said == {("bora", "training"): ["component declaration"], ("garam", "inference"): ["notice file"]}


def test_the_page_shows_columns_projects_and_lines(client, team, run):
    sign_in(client, team)

    html = page(client, "code", code=run.pk).content.decode()

    file = next(row for row in run.report["files"] if row["path"] == "train/loop.py")
    assert file["column"] == "training"
    assert file["contained"] > 0.85
    assert "bora 1.2" in html
    assert "not named" in html
    assert "generated or minified" in html
    document = page(client, "code-file", code=run.pk)
    assert json.loads(document.content) == run.report


def test_both_texts_stand_side_by_side_with_their_lines(client, team, run):
    sign_in(client, team)
    number = next(place for place, row in enumerate(run.report["files"]) if row["path"] == "train/loop.py")

    html = page(client, "passage", code=run.pk, file=number, passage=0).content.decode()

    line = PUBLIC.split("\n").index("    def rate(self, step):") + 1
    assert f"<td>{line}</td>\n        <td><code>    def rate(self, step):</code></td>" in html
    assert html.count('sr-only">same') > 20
    assert page(client, "passage", code=run.pk, file=number, passage=99).status_code == 404
    assert page(client, "passage", code=run.pk, file=99, passage=0).status_code == 404


def test_the_command_builds_lists_and_retires(tmp_path, capsys):
    (tmp_path / "bora").mkdir()
    (tmp_path / "bora" / "core.py").write_text(PUBLIC)
    (tmp_path / "bora" / "LICENSE").write_text("Apache License, Version 2.0")
    call_command("code_corpus", "build", f"보라={tmp_path / 'bora'}", "--name", "public")
    call_command("code_corpus", "list")
    assert capsys.readouterr().out.count("보라 unknown (Apache-2.0): 1 files") == 2
    call_command("code_corpus", "build", str(tmp_path / "bora"), "--name", "public")
    assert [row.sources[0]["name"] for row in CodeCorpus.objects.filter(retired=False)] == ["bora"]
    call_command("code_corpus", "retire", "public")
    assert not CodeCorpus.objects.filter(retired=False).exists()
    with pytest.raises(CommandError, match="no such folder"):
        call_command("code_corpus", "build", str(tmp_path / "none"), "--name", "x")
