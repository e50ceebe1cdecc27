"""Documents of outside bodies, versions of figures, lists, and who reads what before the seal."""

import pytest
from django.db import DatabaseError, transaction

from portal.audit.models import Event
from portal.common.viewer import viewer_of_user
from portal.review import actions
from portal.review.actions import OutsideFigure
from portal.review.errors import NotPossible
from portal.review.models import OutsideDocument, OutsideResult
from portal.review.outside_list import read_figures
from portal.review.policies import rules
from portal.review.selectors.tallies import tally_input
from tests.factories.accounts import make_user
from tests.factories.consortia import make_entry
from tests.factories.reported import close, reported, reported_and_drawn, reporting_phase, with_logs
from tests.factories.review import Scene, outside_document

pytestmark = pytest.mark.django_db
HEADER = "entry,part,item,value,target,stderr,raw,reason\n"


def enter(scene, value="80", *, document=None, reason="", **fields):
    figure = OutsideFigure("benchmark", "index", value, document or outside_document(scene.phase), **fields)
    return actions.enter_outside_result(scene.entries[0], figure=figure, entered_by=scene.officer, reason=reason)


def keep(scene, *, name="report.pdf", chunks=(b"%PDF-1.7",), **facts):
    said = {"body": "측정 기관", "title": "결과"} | facts
    return actions.keep_outside_document(scene.phase, name=name, chunks=chunks, kept_by=scene.officer, **said)


def test_the_digest_is_that_of_the_bytes_and_the_same_bytes_are_one_document():
    scene = Scene()
    document = keep(scene, chunks=[b"a", b"bc"])

    assert document.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert keep(scene, chunks=[b"abc"], title="다른 제목") == document
    assert Event.objects.get(action="outside_document.kept").after["document"] == document.sha256
    with pytest.raises(DatabaseError), transaction.atomic():
        OutsideDocument.objects.update(title="?")


@pytest.mark.parametrize(
    "facts",
    [{"name": "report.exe"}, {"name": "report"}, {"chunks": [b""]}, {"body": " "}, {"title": ""}],
    ids=["kind", "no kind", "empty", "no body", "no title"],
)
def test_what_is_no_document_is_refused(facts):
    with pytest.raises(NotPossible):
        keep(Scene(), **facts)


def test_a_document_is_bounded(monkeypatch):
    monkeypatch.setattr("portal.review.actions.outside.LARGEST", 10)
    with pytest.raises(NotPossible):
        keep(Scene(), chunks=[b"12345678", b"9 10 11"])


def test_the_name_of_the_file_is_no_path():
    assert keep(Scene(), name="..\\..\\etc/passwd.txt").name == "passwd.txt"


def test_a_correction_is_a_version_and_the_one_before_stays():
    scene = Scene()
    first = enter(scene, "80", raw={"maths": "71.20"})
    actions.confirm_outside_result(first, confirmed_by=scene.decider)
    with pytest.raises(NotPossible):
        enter(scene, "70")
    second = enter(scene, "70", reason="정정 공문")

    assert (second.version, second.reason, second.confirmed_by) == (2, "정정 공문", None)
    first.refresh_from_db()
    assert (first.value, first.raw, first.confirmed_by) == ("80", {"maths": "71.20"}, scene.decider)
    assert tally_input(scene.phase)["measurements"] == []
    actions.confirm_outside_result(second, confirmed_by=scene.decider)
    assert [row["value"] for row in tally_input(scene.phase)["measurements"]] == ["70"]


def test_a_version_that_was_corrected_meanwhile_is_not_confirmed():
    scene = Scene()
    first = enter(scene)
    enter(scene, "70", reason="정정")

    with pytest.raises(NotPossible):
        actions.confirm_outside_result(first, confirmed_by=scene.decider)


def test_a_figure_is_for_an_item_that_others_measure_from_a_document_of_the_phase():
    scene, other = Scene(), Scene()
    wrong = OutsideFigure("expert", "strategy", "80", outside_document(scene.phase))

    with pytest.raises(NotPossible):
        actions.enter_outside_result(scene.entries[0], figure=wrong, entered_by=scene.officer)
    with pytest.raises(NotPossible):
        enter(scene, document=outside_document(other.phase))
    with pytest.raises(NotPossible):
        enter(scene, raw={f"share {number}": "1" for number in range(51)})


def test_a_list_is_taken_whole_and_confirmed_by_document():
    scene = Scene()
    document = outside_document(scene.phase)
    text = HEADER + "A,benchmark,index,80,,1.5,maths=71.2; code=60,\nB,benchmark,index,70,,,,\n"

    lines, faults = read_figures(text, document=document)
    assert faults == []
    assert actions.import_outside_results(scene.phase, lines=lines, entered_by=scene.officer) == []
    assert [(row.entry.code, row.value, row.raw) for row in OutsideResult.objects.all()] == [
        ("A", "80", {"maths": "71.2", "code": "60"}),
        ("B", "70", {}),
    ]
    with pytest.raises(NotPossible):
        actions.confirm_outside_document(document, confirmed_by=scene.officer)
    assert actions.confirm_outside_document(document, confirmed_by=scene.decider) == 2


def test_nothing_is_taken_from_a_list_with_a_fault_and_each_fault_has_its_line():
    scene = Scene()
    text = HEADER + "A,benchmark,index,80,,,,\nZ,benchmark,index,1,,,,\nB,benchmark,index,many,,,,\nC,expert,x,1,,,,\n"

    lines, _faults = read_figures(text, document=outside_document(scene.phase))
    told = actions.import_outside_results(scene.phase, lines=lines, entered_by=scene.officer)
    assert len(told) == 3
    assert all(str(line) in fault for line, fault in zip((3, 4, 5), told, strict=True))
    assert not OutsideResult.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "entry,part\nA,b\n",
        HEADER,
        HEADER + 'A,b,c,"1',
        HEADER + "A,b,c,1,,,maths,\n",
        HEADER + "A,b,c,1,,,,\nA,b,c,2,,,,\n",
    ],
    ids=["empty", "columns", "no row", "torn", "raw", "twice"],
)
def test_a_list_that_cannot_be_read_says_where(text):
    scene = Scene()

    assert read_figures(text, document=outside_document(scene.phase))[1]


def test_a_document_is_read_while_its_figures_are_taken_down_and_again_from_the_seal():
    scene = Scene()
    row = enter(scene)
    staff = {"officer": scene.officer, "decider": scene.decider, "auditor": scene.auditor, "team": scene.members[0]}

    def readers():
        asked = {"phase_id": scene.phase.pk, "outsidedocument_id": row.document_id}
        return [
            name for name, user in staff.items() if rules.reads_outside_document(viewer_of_user(user), **asked).allowed
        ]

    assert readers() == ["officer", "decider"]
    actions.confirm_outside_result(row, confirmed_by=scene.decider)
    assert readers() == []
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(state="sealed")
    assert readers() == ["officer", "decider", "auditor"]


def test_a_confirmed_figure_of_a_body_stands_before_the_report_of_the_team(tmp_path, settings):
    settings.STORE_DIR = tmp_path / "store"
    entry = make_entry(reporting_phase())
    reported(entry, with_logs(entry, tmp_path))
    close(entry.phase)
    assert [row["value"] for row in tally_input(entry.phase)["measurements"]] == ["75"]

    figure = OutsideFigure("benchmark", "index", "66", outside_document(entry.phase))
    row = actions.enter_outside_result(entry, figure=figure, entered_by=make_user("officer"))
    assert [found["value"] for found in tally_input(entry.phase)["measurements"]] == ["75"]
    actions.confirm_outside_result(row, confirmed_by=make_user("decider"))
    assert [found["value"] for found in tally_input(entry.phase)["measurements"]] == ["66"]


def test_no_tally_is_taken_while_a_drawn_figure_is_open(tmp_path, settings):
    settings.STORE_DIR = tmp_path / "store"
    row = reported_and_drawn(tmp_path)
    close(row.draw.phase, "sealed")

    with pytest.raises(NotPossible, match=row.figure.code):
        actions.take_tally(row.draw.phase, taken_by=make_user("officer"))
