import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.evaluation.test_selectors import finish
from tests.factories.evaluation import make_run

pytestmark = pytest.mark.django_db


def render(run, language="en"):
    with translation.override(language):
        return render_to_string("evaluation/components/results.html", {"run": run})


def test_a_figure_is_rounded_to_read_and_whole_in_the_markup(checkpoint, tmp_path):
    run = finish(make_run(checkpoint), tmp_path, value="0.4750000001")
    assert '<data value="0.4750000001">0.4750</data>' in render(run)


def test_every_figure_stands_with_its_error_and_number_of_items(checkpoint, tmp_path):
    html = render(finish(make_run(checkpoint), tmp_path))
    assert html.count('± <data value="0.1">0.1000</data>') == 4
    assert html.count('<th scope="row">') == 4


def test_the_inputs_that_make_runs_comparable_are_shown(checkpoint, tmp_path):
    run = finish(make_run(checkpoint), tmp_path)
    html = render(run)
    for shown in (run.suite.digest, run.bundle.digest, run.inputs_digest, "lm-eval 0.4.13", "cpu x86_64"):
        assert shown in html


def test_a_limited_run_warns(checkpoint, tmp_path):
    assert "never ranked" in render(finish(make_run(checkpoint, limit=3), tmp_path))


def test_a_run_without_figures_says_so(checkpoint):
    assert "There are no figures yet." in render(make_run(checkpoint))
