"""Measurements: the pages of suites, read by anyone."""

from collections.abc import Iterator

from django.urls import reverse

from evaluation.actions import load_suite
from evaluation.core.sources import SUITES
from tests.e2e.pages import Page


def pages() -> Iterator[Page]:
    suite = load_suite(SUITES / "small.yaml")
    yield Page("measurements-suites", reverse("measurements:suites"))
    yield Page("measurements-suite", reverse("measurements:suite", args=[suite.name, suite.version]))
