"""Measurements: the work room is for staff who belong to no team; a log for those who may know what it quotes."""

from tests.access.matrix import Row
from tests.factories.evaluation import make_suite
from tests.factories.work import running_job, waiting_job

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


ROWS = [
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
