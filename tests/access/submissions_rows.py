import tempfile
from pathlib import Path

from portal.submissions.actions import open_draft
from tests.access.matrix import Row
from tests.factories.artifacts import declare
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.submission_runs import report_run
from tests.factories.submissions import ACTOR, complete_draft, handed_in

MEMBERS = "302 200 404 404 404 404"
ONCE_HANDED_IN = "302 200 404 200 404 200"


def own_entry(actors):
    return make_entry(make_phase("receiving"), consortium=make_consortium(manager=actors["team"]))


def entry(actors):
    return {"entry": own_entry(actors).pk}


def draft(actors):
    return {"submission": open_draft(own_entry(actors), actor=ACTOR).pk}


def others_draft(actors):
    return {"submission": open_draft(make_entry(make_phase("receiving")), actor=ACTOR).pk}


def draft_with_item(actors):
    row = complete_draft(own_entry(actors), Path(tempfile.mkdtemp()))
    return {"submission": row.pk, "item": row.items.first().pk}


def draft_and_upload(actors):
    owner = make_consortium(manager=actors["team"])
    row = open_draft(make_entry(make_phase("receiving"), consortium=owner), actor=ACTOR)
    return {"submission": row.pk, "upload": declare({"train.log": b"step\n"}, owner=owner.account_key).pk}


def others_upload(actors):
    return {**draft(actors), "upload": declare({"train.log": b"step\n"}, owner="consortium:0").pk}


def submitted(actors):
    return {"submission": handed_in(own_entry(actors), Path(tempfile.mkdtemp())).submission_id}


def receipt(actors):
    return {"number": handed_in(own_entry(actors), Path(tempfile.mkdtemp())).number}


def receipt_paper(actors):
    return {**receipt(actors), "form": "odt"}


def run(actors):
    return {"run": report_run(handed_in(own_entry(actors), Path(tempfile.mkdtemp())).submission).pk}


ROWS = [
    Row("submissions:home", "302 200 200 200 200 200"),
    Row("submissions:open", "302 302 404 404 404 404", entry, method="post"),
    Row("submissions:submission", MEMBERS, draft),
    Row("submissions:submission", "302 404 404 404 404 404", others_draft, case="another team's"),
    Row("submissions:submission", ONCE_HANDED_IN, submitted, case="handed in"),
    Row("submissions:add_item", "302 422 404 404 404 404", draft, method="post"),
    Row("submissions:remove_item", "302 302 404 404 404 404", draft_with_item, method="post"),
    Row("submissions:uploads", MEMBERS, draft),
    Row("submissions:uploads", "302 404 404 404 404 404", others_draft, case="another team's"),
    Row("submissions:use_upload", "302 422 404 404 404 404", draft_and_upload, method="post"),
    Row("submissions:use_upload", "302 404 404 404 404 404", others_upload, method="post", case="another team's"),
    Row("submissions:components", MEMBERS, draft),
    Row("submissions:components", "302 404 404 404 404 404", others_draft, case="another team's"),
    Row("submissions:components", "302 302 404 404 404 404", draft, method="post"),
    Row("submissions:training", MEMBERS, draft),
    Row("submissions:training", "302 302 404 404 404 404", draft, method="post"),
    Row("submissions:components_file", ONCE_HANDED_IN, submitted),
    Row("submissions:submit", "302 422 404 404 404 404", draft, method="post"),
    Row("submissions:withdraw", MEMBERS, submitted),
    Row("submissions:evidence", ONCE_HANDED_IN, submitted),
    Row("submissions:declared", ONCE_HANDED_IN, submitted),
    Row("submissions:receipt", ONCE_HANDED_IN, receipt),
    Row("submissions:receipt_file", ONCE_HANDED_IN, receipt),
    Row("submissions:receipt_document", ONCE_HANDED_IN, receipt_paper),
    Row("ops_submissions:storage", "302 403 403 200 403 200"),
    Row("ops_submissions:storage", "302 403 403 422 403 200", method="post", case="nothing typed"),
    Row("receipts:verify", "200 200 200 200 200 200"),
    Row("submissions:run", ONCE_HANDED_IN, run),
    Row("submissions-api:list", "401 401 401 401 401 401"),
    Row("submissions-api:submission", "401 401 401 401 401 401", draft),
    Row("submissions-api:runs", "401 401 401 401 401 401", draft),
    Row("submissions-api:items", "401 401 401 401 401 401", draft, method="post"),
    Row("submissions-api:submit", "401 401 401 401 401 401", draft, method="post"),
    Row("submissions-api:receipt", "401 401 401 401 401 401", submitted),
]
