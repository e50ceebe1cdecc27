"""Measurements: the pages of suites, read by anyone."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.urls import reverse

from evaluation.actions import load_suite
from evaluation.core.sources import SUITES
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.own_architecture import waiting_server


def pages() -> Iterator[Page]:
    suite = load_suite(SUITES / "small.yaml")
    yield from _servers()
    yield Page("measurements-suites", reverse("measurements:suites"))
    yield Page("measurements-suite", reverse("measurements:suite", args=[suite.name, suite.version]))


def _servers() -> Iterator[Page]:
    officer = make_user("officer", name="사업 담당 8")
    waiting = waiting_server(Path(tempfile.mkdtemp()))
    yield Page("measurements-servers", reverse("ops_measurements:servers"), officer)
    yield Page("measurements-server", reverse("ops_measurements:server", args=[waiting.pk]), officer)
    yield Page("measurements-server-file", reverse("ops_measurements:server_file", args=[waiting.pk, 1]), officer)
