"""What a figure means is public; a report opens to its own team, to staff once it is handed in, to the panel with the evidence."""

import tempfile
from pathlib import Path

from originality.models import Comparison
from tests.access.matrix import Row
from tests.factories.code_runs import make_code_run
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.originality_reports import counted_run, finish
from tests.factories.programmes import make_phase
from tests.factories.review import Scene
from tests.factories.self_checks import make_self_check
from tests.factories.submission_runs import report_run
from tests.factories.submissions import handed_in
from tests.factories.traces import logs_of, make_trace

ALL = "200 200 200 200 200 200"
ONCE_HANDED_IN = "302 200 404 200 404 200"
ONCE_CLOSED = "302 200 404 200 200 200"
WITH_EVIDENCE = "302 200 200 200 200 200"
NOBODY = "302 404 404 404 404 404"
PAGES = ("comparison", "layers", "report-file")
CURVES = ("trace", "trace-file", "curves", "curve-data", "curve-csv", "names")


def report(actors):
    entry = make_entry(make_phase("receiving"), consortium=make_consortium(manager=actors["team"]))
    receipt = handed_in(entry, Path(tempfile.mkdtemp()))
    return {"report": finish(report_run(receipt.submission).originality).pk}


def judged(actors):
    """The entry is before a panel whose member the reviewer is."""
    scene = Scene(actors=actors)
    return {"report": finish(counted_run(scene.entries[0])).pk}


def trace(actors):
    entry = make_entry(make_phase("closed"), consortium=make_consortium(manager=actors["team"]))
    return {"trace": make_trace(entry, logs=logs_of(30)).pk}


def judged_trace(actors):
    return {"trace": make_trace(Scene(actors=actors).entries[0], logs=logs_of(30)).pk}


def trace_of_nobody(actors):
    return {"trace": make_trace(logs=logs_of(30)).pk}


def code(actors):
    entry = make_entry(make_phase("receiving"), consortium=make_consortium(manager=actors["team"]))
    return {"code": make_code_run(entry).pk}


def judged_code(actors):
    return {"code": make_code_run(Scene(actors=actors).entries[0]).pk}


def code_of_nobody(actors):
    return {"code": make_code_run().pk}


def passage(kwargs):
    """The first passage of the same comparison."""
    return lambda actors: {**kwargs(actors), "file": 0, "passage": 0}


def of_nobody(actors):
    return {"report": finish(counted_run(None)).pk}


def against(kwargs):
    """The same report, against its first reference."""

    def one(actors):
        found = kwargs(actors)
        return {**found, "reference": Comparison.objects.filter(run=found["report"]).first().reference_id}

    return one


def unknown_reference(actors):
    return {**report(actors), "reference": 10**6}


def own_team(actors):
    return {"consortium": make_consortium(manager=actors["team"]).pk}


def own_check(actors):
    team = make_consortium(manager=actors["team"])
    return {"check": make_self_check(team, Path(tempfile.mkdtemp()) / "model").pk}


ROWS = [
    Row("submissions:self-checks", "302 200 404 404 404 404", own_team),
    Row("submissions:self-checks", "302 422 404 404 404 404", own_team, method="post", case="nothing chosen"),
    Row("submissions:cancel-self-check", "302 302 404 404 404 404", own_check, method="post"),
    Row("originality:explain", ALL),
    Row("originality:explain", "422 422 422 422 422 422", data={"figure": "x", "kind": "norm"}, case="no number"),
    Row("originality:report", ONCE_HANDED_IN, report),
    Row("originality:report", WITH_EVIDENCE, judged, case="before the panel"),
    Row("originality:report", NOBODY, of_nobody, case="of nobody"),
    *(Row(f"originality:{page}", ONCE_HANDED_IN, against(report)) for page in PAGES),
    *(Row(f"originality:{page}", WITH_EVIDENCE, against(judged), case="before the panel") for page in PAGES),
    Row("originality:comparison", NOBODY, against(of_nobody), case="of nobody"),
    Row("originality:comparison", "302 404 404 404 404 404", unknown_reference, case="unknown reference"),
    *(Row(f"originality:{page}", ONCE_CLOSED, trace) for page in CURVES),
    *(Row(f"originality:{page}", WITH_EVIDENCE, judged_trace, case="before the panel") for page in CURVES),
    *(Row(f"originality:{page}", NOBODY, trace_of_nobody, case="of nobody") for page in CURVES),
    Row("originality:names", "302 422 404 403 403 403", trace, method="post", case="nothing changed"),
    Row("originality:names", "302 403 403 403 403 403", judged_trace, method="post", case="scoring has begun"),
    *(Row(f"originality:{page}", ONCE_HANDED_IN, code) for page in ("code", "code-file")),
    *(
        Row(f"originality:{page}", WITH_EVIDENCE, judged_code, case="before the panel")
        for page in ("code", "code-file")
    ),
    Row("originality:code", NOBODY, code_of_nobody, case="of nobody"),
    Row("originality:passage", ONCE_HANDED_IN, passage(code)),
    Row("originality:passage", WITH_EVIDENCE, passage(judged_code), case="before the panel"),
    Row("originality:passage", NOBODY, passage(code_of_nobody), case="of nobody"),
]
