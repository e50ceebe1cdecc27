"""Self-checks and runs over the API: a token's alone; a self-check's report opens to its own team and nobody else."""

import tempfile
from pathlib import Path

from tests.access.matrix import Row
from tests.factories.code_runs import make_code_run
from tests.factories.consortia import make_consortium
from tests.factories.findings import compare, finish, make_reference
from tests.factories.self_checks import make_self_check
from tests.factories.traces import logs_of, make_trace

OWN_TEAM = "302 200 404 404 404 404"
TOKEN = "401 401 401 401 401 401"


def made(actors):
    team = make_consortium(manager=actors["team"])
    check = make_self_check(team, Path(tempfile.mkdtemp()) / "model")
    compare(check.run, reference=make_reference(), level=2)
    finish(check.run)
    return check


def check(actors):
    return {"check": made(actors).pk}


def report(actors):
    return {"report": made(actors).run_id}


def comparison(actors):
    run = made(actors).run
    return {"report": run.pk, "reference": run.comparisons.get().reference_id}


def series(actors):
    return {"trace": make_trace(logs=logs_of(30)).pk}


def code(actors):
    return {"code": make_code_run().pk}


def window(actors):
    return {**series(actors), "quantity": "loss"}


ROWS = [
    Row("originality:report", OWN_TEAM, report, case="of a self-check"),
    Row("originality:report-file", OWN_TEAM, comparison, case="of a self-check"),
    Row("originality-api:runs", TOKEN),
    Row("originality-api:run", TOKEN, report),
    Row("originality-api:comparison", TOKEN, comparison),
    Row("originality-api:trace", TOKEN, series),
    Row("originality-api:series", TOKEN, series),
    Row("originality-api:window", TOKEN, window),
    Row("originality-api:code", TOKEN, code),
    Row("submissions-api:self_checks", TOKEN),
    Row("submissions-api:self_check", TOKEN, check),
]
