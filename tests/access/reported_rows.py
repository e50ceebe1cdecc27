"""Reported scores: "team" manages the entry's consortium; staff see the office's pages, and the public the draws."""

import tempfile
from pathlib import Path

from portal.common.viewer import viewer_of_user
from portal.measurements.models import Reproduction
from tests.access.matrix import Row
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.reported import commit, reported_and_drawn, reporting_phase


def own_entry(actors):
    return make_entry(reporting_phase(), consortium=make_consortium(manager=actors["team"]))


def entry(actors):
    return {"entry": own_entry(actors).pk}


def others_entry(actors):
    return {"entry": make_entry(reporting_phase()).pk}


def place(actors):
    return {**entry(actors), "place": "benchmark.index"}


def no_place(actors):
    return {**entry(actors), "place": "expert.strategy"}


def phase(actors):
    return {"phase_id": own_entry(actors).phase_id}


def drawn(actors) -> Reproduction:
    folder = Path(tempfile.mkdtemp())
    return reported_and_drawn(folder, officer=viewer_of_user(actors["officer"]), entry=own_entry(actors))


def reproduction(actors):
    return {"reproduction_id": drawn(actors).pk}


def others_reproduction(actors):
    row = reported_and_drawn(Path(tempfile.mkdtemp()), officer=viewer_of_user(actors["officer"]))
    return {"reproduction_id": row.pk}


def committed(actors):
    return {"draw_id": commit(own_entry(actors).phase, by=viewer_of_user(actors["officer"])).pk}


def made(actors):
    return {"draw_id": drawn(actors).draw_id}


EVERYBODY = "200 200 200 200 200 200"
OWN = "302 200 404 404 404 404"  # its members alone
NOBODY = "302 404 404 404 404 404"
STAFF = "302 403 403 200 200 200"

ROWS = [
    Row("measurements:reports_home", "302 200 200 200 200 200"),
    Row("measurements:reports", OWN, entry),
    Row("measurements:reports", NOBODY, others_entry, case="of another team"),
    Row("measurements:report", OWN, place),
    Row("measurements:report", NOBODY, no_place, case="that teams do not report"),
    Row("measurements:report", "302 422 404 404 404 404", place, method="post", case="empty"),
    Row("measurements:reproduction", OWN, reproduction),
    Row("measurements:reproduction", NOBODY, others_reproduction, case="of another team"),
    Row("measurements:draws", EVERYBODY),
    Row("measurements:draw", EVERYBODY, committed),
    Row("measurements:draw_document", "404 404 404 404 404 404", committed, case="before it is made"),
    Row("measurements:draw_document", EVERYBODY, made),
    Row("measurements-api:reports", "401 401 401 401 401 401"),
    Row("ops_measurements:reported_home", STAFF),
    Row("ops_measurements:reported", STAFF, phase),
    Row(
        "ops_measurements:reported",
        "302 403 403 422 422 422",
        phase,
        method="post",
        data={"do": "commit"},
        case="empty",
    ),
    Row("ops_measurements:reproduction", STAFF, reproduction),
    Row(
        "ops_measurements:reproduction",
        "302 403 403 422 422 422",
        reproduction,
        method="post",
        data={"do": "give_up"},
        case="empty",
    ),
]
