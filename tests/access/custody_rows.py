"""Custody: "team" manages the entry's consortium; staff see the office's pages, and the public the draws."""

import tempfile
from pathlib import Path

from portal.common.viewer import viewer_of_user
from portal.custody import actions
from portal.custody.models import CalledCheckpoint
from tests.access.matrix import Row
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.custody import deposit, drawn, proposed, staff
from tests.factories.programmes import make_phase
from tests.factories.submissions import handed_in


def own_entry(actors):
    return make_entry(make_phase("receiving"), consortium=make_consortium(manager=actors["team"]))


def slug(actors):
    return {"slug": own_entry(actors).consortium.slug}


def others_slug(actors):
    return {"slug": make_consortium().slug}


def entry(actors):
    return {"entry": own_entry(actors).pk}


def others_entry(actors):
    return {"entry": make_entry(make_phase("receiving")).pk}


def call(actors):
    found = own_entry(actors)
    deposit(found, step=1)
    drawn(found.phase, by=viewer_of_user(actors["officer"]))
    return {"call_id": CalledCheckpoint.objects.get(deposit__entry=found).pk}


def draft(actors):
    found = own_entry(actors)
    handed_in(found, Path(tempfile.mkdtemp()))
    return proposed(found, officer=staff("officer"))


def destroyed(actors):
    row = draft(actors)
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()
    return row


def open_destruction(actors):
    return {"destruction_id": draft(actors).pk}


def done_destruction(actors):
    return {"destruction_id": destroyed(actors).pk}


def open_certificate(actors):
    return {**open_destruction(actors), "form": "odt"}


def done_certificate(actors):
    return {**done_destruction(actors), "form": "odt"}


def phase(actors):
    return {"phase_id": own_entry(actors).phase_id}


def ops_entry(actors):
    return {"entry_id": own_entry(actors).pk}


def committed(actors):
    found = own_entry(actors)
    draw = actions.commit_draw(found.phase, seats=1, days=7, source="", by=viewer_of_user(actors["officer"]))
    return {"draw_id": draw.pk}


def made(actors):
    found = own_entry(actors)
    deposit(found, step=1)
    return {"draw_id": drawn(found.phase, by=viewer_of_user(actors["officer"])).pk}


EVERYBODY = "200 200 200 200 200 200"
OWN = "302 200 404 200 404 200"  # its members, and the office
RIVALS = "302 404 404 200 404 200"
STAFF = "302 403 403 200 200 200"
OFFICER = "302 403 403 200 403 403"

ROWS = [
    Row("custody:home", "302 200 200 200 200 200"),
    Row("custody:reads", OWN, slug),
    Row("custody:reads", RIVALS, others_slug, case="of another team"),
    Row("custody:reads_document", OWN, slug),
    Row("custody:reads_document", RIVALS, others_slug, case="of another team"),
    Row("custody:entry", OWN, entry),
    Row("custody:entry", RIVALS, others_entry, case="of another team"),
    Row("custody:call", OWN, call),
    Row("custody:destruction", "302 404 404 404 404 404", open_destruction, case="not done yet"),
    Row("custody:destruction", OWN, done_destruction),
    Row("custody:destruction_document", OWN, done_certificate),
    Row("ops_custody:home", STAFF),
    Row("ops_custody:phase", STAFF, phase),
    Row("ops_custody:retention", OFFICER, phase),
    Row("ops_custody:retention", "302 403 403 422 403 403", phase, method="post", case="empty"),
    Row("ops_custody:draw", STAFF, phase),
    Row("ops_custody:draw", "302 403 403 422 422 422", phase, method="post", data={"do": "commit"}, case="empty"),
    Row("ops_custody:entry", STAFF, ops_entry),
    Row("ops_custody:entry", "302 403 403 422 422 422", ops_entry, method="post", data={"do": "hold"}, case="empty"),
    Row("ops_custody:destruction", STAFF, open_destruction),
    Row("ops_custody:destruction_document", "302 403 403 404 404 404", open_certificate, case="not done yet"),
    Row("ops_custody:destruction_document", STAFF, done_certificate),
    Row("checkpoints:home", EVERYBODY),
    Row("checkpoints:draw", EVERYBODY, committed),
    Row("checkpoints:draw_document", "404 404 404 404 404 404", committed, case="before it is made"),
    Row("checkpoints:draw_document", EVERYBODY, made),
    Row("custody-api:deposits", "401 401 401 401 401 401"),
]
