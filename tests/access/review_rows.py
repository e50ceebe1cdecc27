"""Review: "team" is a member of entry A, "reviewer" holds the chair of its panel, the staff have no part in it."""

from datetime import timedelta

from django.utils import timezone

from portal.review import actions
from portal.review.models import Decision, Notice, OutsideResult
from tests.access.matrix import Row
from tests.factories.review import Scene, make_seat


def nobodys(actors):
    return {"sheet_id": 10**9}


def own_sheet(actors):
    return {"sheet_id": Scene(actors=actors).sheet_of(0, 0).pk}


def colleagues_sheet(actors):
    return {"sheet_id": Scene(actors=actors).sheet_of(1, 0).pk}


def sealed_sheet(actors):
    scene = Scene(actors=actors)
    scene.seal()
    return {"sheet_id": scene.sheet_of(1, 0).pk}


def own_seat(actors):
    return {"seat_id": Scene(actors=actors).seats[0].pk}


def phase(actors):
    return {"phase_id": Scene(actors=actors).phase.pk}


def sealed_phase(actors):
    scene = Scene(actors=actors)
    scene.seal()
    return {"phase_id": scene.phase.pk}


def phase_and_panel(actors):
    scene = Scene(actors=actors)
    return {"phase_id": scene.phase.pk, "panel_id": scene.panel.pk}


def phase_and_seat(actors):
    scene = Scene(actors=actors)
    return {"phase_id": scene.phase.pk, "seat_id": scene.seats[1].pk}


def phase_and_entry(actors):
    scene = Scene(actors=actors)
    return {"phase_id": scene.phase.pk, "entry_id": scene.entries[0].pk}


def phase_and_figure(actors):
    scene = Scene(actors=actors)
    scene.measure()
    return {"phase_id": scene.phase.pk, "result_id": OutsideResult.objects.filter(phase=scene.phase)[0].pk}


def declaration(actors):
    scene = Scene(actors=actors)
    return {"declaration_id": make_seat(scene.panel, officer=scene.officer, cleared=False).declaration.pk}


def own_entry(actors):
    return {"entry_id": Scene(actors=actors).entries[0].pk}


def rivals_entry(actors):
    return {"entry_id": Scene(actors=actors).entries[1].pk}


def notified_entry(actors):
    scene = Scene(actors=actors)
    scene.notify()
    return {"entry_id": scene.entries[0].pk}


def question(actors):
    scene = Scene(actors=actors)
    due = timezone.now() + timedelta(days=1)
    row = actions.ask_question(scene.entries[0], text="?", due_at=due, asked_by=scene.officer)
    return {"question_id": row.pk}


def raised_case(actors):
    scene = Scene(actors=actors)
    case = actions.raise_disqualification(
        scene.entries[0], gate="originality", grounds="의심", evidence=[], raised_by=scene.officer
    )
    return {"disqualification_id": case.pk}


def notified_case(actors):
    from portal.review.models import Disqualification

    kwargs = raised_case(actors)
    case = Disqualification.objects.get(pk=kwargs["disqualification_id"])
    actions.notify_disqualification(case, reply_due=timezone.now() + timedelta(days=1), notified_by=actors["officer"])
    return kwargs


def drafted_decision(actors):
    scene = Scene(actors=actors)
    scene.tally()
    return {"decision_id": scene.decide(scene.entries[0], "advance").pk}


def notified_decision(actors):
    scene = Scene(actors=actors)
    scene.notify()
    return {"decision_id": Decision.objects.get(entry=scene.entries[0]).pk}


def notice(actors):
    scene = Scene(actors=actors)
    due = timezone.now() + timedelta(days=1)
    actions.ask_question(scene.entries[0], text="?", due_at=due, asked_by=scene.officer)
    return {"notice_id": Notice.objects.get(entry=scene.entries[0]).pk}


def minutes(actors):
    return {"minutes_id": Scene(actors=actors).meeting().pk}


def appeal(actors):
    kwargs = notified_decision(actors)
    decision = Decision.objects.get(pk=kwargs["decision_id"])
    row = actions.lodge_appeal(decision, ground="misreading", text="표 3", lodged_by=actors["team"])
    return {"appeal_id": row.pk}


STAFF_READS = "302 403 403 200 200 200"
OFFICER_POSTS = "302 403 403 302 403 403"

ROWS = [
    # reviewers
    Row("review:home", "302 403 403 403 403 403", case="without a seat"),
    Row("review:declaration", "404 404 200 404 404 404", own_seat),
    Row("review:comparison", "404 404 200 404 404 404", own_seat),
    Row("review:sheet", "404 404 200 404 404 404", own_sheet),
    Row("review:sheet", "404 404 404 404 404 404", colleagues_sheet, case="of a colleague"),
    Row("review:sheet", "404 404 404 404 404 404", nobodys, case="unknown"),
    Row("review:save", "404 404 409 404 404 404", own_sheet, method="post", case="without a version"),
    Row("review:sign", "404 404 200 404 404 404", own_sheet),
    Row("review:sign", "404 404 404 404 404 404", sealed_sheet, case="of a colleague, sealed"),
    Row("review:sign_now", "404 404 302 404 404 404", own_sheet, method="post"),
    Row("review:withdraw", "404 404 302 404 404 404", own_sheet, method="post"),
    Row("review:print", "404 404 403 403 403 403", colleagues_sheet, case="of a colleague, before the seal"),
    Row("review:print", "404 404 200 200 200 200", sealed_sheet, case="sealed; the reviewer is the chair"),
    # a team
    Row("review:matters", "404 200 404 404 404 404", own_entry),
    Row("review:matters", "404 404 404 404 404 404", rivals_entry, case="of a rival"),
    Row("review:result", "404 403 404 404 404 404", own_entry, case="before the notice"),
    Row("review:result", "404 200 404 404 404 404", notified_entry, case="after the notice"),
    Row("review:question", "404 200 404 404 404 404", question),
    Row("review:reply", "404 200 404 404 404 404", notified_case),
    Row("review:reply", "404 404 404 404 404 404", raised_case, case="before it is notified"),
    Row("review:objection", "404 200 404 404 404 404", notified_decision),
    Row("review:objection", "404 404 404 404 404 404", drafted_decision, case="before the notice"),
    Row("review:notice", "404 200 404 404 404 404", notice),
    # staff
    Row("ops:home", STAFF_READS),
    Row("ops:phase", STAFF_READS, phase),
    Row("ops:move", OFFICER_POSTS, phase, method="post"),
    Row("ops:panels", STAFF_READS, phase),
    Row("ops:add_seat", OFFICER_POSTS, phase_and_panel, method="post"),
    Row("ops:assign", OFFICER_POSTS, phase_and_seat, method="post"),
    Row("ops:declaration", "404 404 404 200 404 200", declaration),
    Row("ops:seal", "302 403 403 200 403 403", phase),
    Row("ops:tally", "302 403 403 403 403 403", phase, case="before the seal"),
    Row("ops:tally", STAFF_READS, sealed_phase, case="sealed"),
    Row("ops:take_tally", OFFICER_POSTS, sealed_phase, method="post"),
    Row("ops:outside_results", STAFF_READS, phase),
    Row("ops:confirm_outside_result", "302 403 403 302 302 302", phase_and_figure, method="post"),
    Row("ops:gates", STAFF_READS, phase),
    Row("ops:entry", STAFF_READS, phase_and_entry),
    Row("ops:pass_gate", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops:raise_doubt", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops:ask", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops:disqualification", "404 404 404 200 200 200", raised_case),
    Row("ops:minutes_list", STAFF_READS, phase),
    Row("ops:record_minutes", "302 403 403 200 403 403", phase_and_panel),
    Row("ops:minutes", "404 404 200 200 200 200", minutes, case="the reviewer is the chair"),
    Row("ops:decisions", STAFF_READS, phase),
    Row("ops:decide", "302 403 403 302 302 302", sealed_phase, method="post"),
    Row("ops:notify", OFFICER_POSTS, sealed_phase, method="post"),
    Row("ops:vacancy", OFFICER_POSTS, sealed_phase, method="post"),
    Row("ops:decision", "404 404 404 200 200 200", drafted_decision),
    Row("ops:notices", STAFF_READS, phase),
    Row("ops:appeals", STAFF_READS, phase),
    Row("ops:appeal", "404 404 404 200 200 200", appeal),
]
