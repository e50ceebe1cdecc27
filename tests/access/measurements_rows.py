"""Measurements: the work room is for staff who belong to no team; a log for those who may know what it quotes."""

import tempfile
from pathlib import Path

from portal.programmes.models import Phase
from tests.access.matrix import Row
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.dossiers import Verified
from tests.factories.evaluation import make_suite
from tests.factories.measured import make_measured_suite, measured
from tests.factories.own_architecture import waiting_server
from tests.factories.programmes import make_phase
from tests.factories.submissions import handed_in
from tests.factories.work import waiting_job

STAFF = "302 403 403 200 200 200"


def waiting(actors):
    return {"job_id": waiting_job().pk}


def a_suite(actors):
    suite = make_suite()
    return {"name": suite.name, "version": suite.version}


def no_suite(actors):
    return {"name": "small", "version": 999}


def no_job(actors):
    return {"job_id": 999_999_999}


class Measured:
    """A finished run on the hand-in of "team"; "reviewer" holds the chair, staff have no part."""

    def __init__(self, actors, stage):
        scene = Verified(actors=actors, folder=Path(tempfile.mkdtemp()))
        self.row = measured(scene.entry, make_measured_suite())
        Phase.objects.filter(pk=scene.phase.pk).update(state=stage)


def run_in_scoring(actors):
    return {"benchmark": Measured(actors, "scoring").row.run.pk}


def run_after_the_notice(actors):
    return {"benchmark": Measured(actors, "notified").row.run.pk}


def trained(actors):
    return {"submission": Measured(actors, "scoring").row.submission_id}


def scoring_phase(actors):
    return {"phase_id": Verified(actors=actors).phase.pk}


def sealed_phase(actors):
    phase = Verified(actors=actors).phase
    Phase.objects.filter(pk=phase.pk).update(state="sealed")
    return {"phase_id": phase.pk}


def served(actors):
    entry = make_entry(make_phase("receiving"), consortium=make_consortium(manager=actors["team"]))
    return {"submission": waiting_server(Path(tempfile.mkdtemp()), entry=entry).pk}


def file_of_server(actors):
    return served(actors) | {"number": 0}


def no_file(actors):
    return served(actors) | {"number": 99}


def not_served(actors):
    return {"submission": handed_in(make_entry(make_phase("receiving")), Path(tempfile.mkdtemp())).submission_id}


SERVERS = [
    Row("ops_measurements:servers", STAFF),
    Row("ops_measurements:server", STAFF, served),
    Row("ops_measurements:server_file", STAFF, file_of_server),
    Row("ops_measurements:server_file", "302 403 403 404 404 404", no_file, case="that is not there"),
    Row("ops_measurements:server", "302 403 403 404 404 404", not_served, case="of a hand-in without one"),
    Row(
        "ops_measurements:server", "302 403 403 422 422 422", served, method="post", data={"do": "start"}, case="empty"
    ),
]

OF_RUN = "302 200 200 200 200 200"
FIGURES = [
    Row("measurements:answers", "302 403 200 200 200 200", run_in_scoring),
    Row("measurements:answers_document", "302 403 200 200 200 200", run_in_scoring),
    Row("measurements:run_document", OF_RUN, run_in_scoring),
    Row("measurements:reruns", OF_RUN, run_in_scoring),
    Row("measurements:answers", OF_RUN, run_after_the_notice, case="after the notice"),
    Row("measurements:answers_document", OF_RUN, run_after_the_notice, case="after the notice"),
    Row("measurements:checkpoints", OF_RUN, trained),
    Row("measurements:checkpoints_document", OF_RUN, trained),
    Row("measurements:comparison", "404 404 403 403 403 403", scoring_phase, case="before the seal"),
    Row("measurements:comparison", "404 404 200 200 200 200", sealed_phase),
    Row("measurements:comparison_document", "404 404 200 200 200 200", sealed_phase),
]

ROWS = [
    *FIGURES,
    *SERVERS,
    Row("measurements:suites", "200 200 200 200 200 200"),
    Row("measurements:suite", "200 200 200 200 200 200", a_suite),
    Row("measurements:suite", "404 404 404 404 404 404", no_suite, case="never loaded"),
    Row("measurements:suite_document", "200 200 200 200 200 200", a_suite),
    Row("ops_measurements:work", STAFF),
    Row("ops_measurements:work_document", STAFF),
    Row("ops_measurements:quotas", STAFF),
    Row("ops_measurements:quotas", "302 403 403 422 422 422", method="post", case="empty"),
    Row("ops_measurements:job", STAFF, waiting),
    Row("ops_measurements:job", "302 403 403 422 422 422", waiting, method="post", data={"do": "cancel"}, case="empty"),
    Row("ops_measurements:job_document", STAFF, waiting),
    Row("ops_measurements:job_document", "302 403 403 422 422 422", waiting, method="post", case="empty"),
    Row("ops_measurements:job_log", "302 403 403 403 403 404", waiting, case="of no attempt"),
    Row("ops_measurements:job", "302 403 403 404 404 404", no_job, case="that is not there"),
]
