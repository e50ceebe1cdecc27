"""The public pages of suites: what is asked and how it is judged, never a private question."""

import json

import pytest
from django.urls import reverse
from django.utils import translation

from evaluation.actions import load_shipped_suites, load_suite
from evaluation.core.sources import SUITES
from evaluation.models import Suite
from portal.common.formats.canonical import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return load_suite(SUITES / "small.yaml")


def page_of(suite, name="suite"):
    return reverse(f"measurements:{name}", args=[suite.name, suite.version])


def test_every_loaded_suite_is_listed_and_has_a_page(client):
    load_shipped_suites()
    listed = client.get(reverse("measurements:suites")).content.decode()
    for suite in Suite.objects.all():
        assert page_of(suite) in listed
        assert client.get(page_of(suite)).status_code == 200


def test_the_page_says_how_each_task_is_asked_and_judged(client, small):
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        html = client.get(page_of(small)).content.decode()
    for said in ("Korean general knowledge", "guessing gives 0.2500", "ko-knowledge.jsonl", "Rules followed"):
        assert said in html
    assert "at most 16 tokens, always the likeliest one" in html
    assert html.count('<section class="panel"') == 1 + len(small.document["groups"])


def test_the_document_has_the_digest_it_names(client, small):
    found = json.loads(client.get(page_of(small, "suite_document")).content)
    assert digest_of(found["document"]) == found["digest"] == small.digest


def test_a_suite_that_was_never_loaded_is_not_there(client):
    assert client.get(reverse("measurements:suite", args=["small", 99])).status_code == 404


def test_pages_take_no_query_per_task(client, small, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        client.get(page_of(small))
