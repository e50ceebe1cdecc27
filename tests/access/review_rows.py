"""Review: "team" is a member of entry A, "reviewer" holds the chair of its panel, the staff have no part in it."""

from datetime import timedelta

from django.utils import timezone

from portal.review import actions
from portal.review.models import Decision, Notice, OutsideResult
from tests.access.matrix import Row
from tests.factories.review import Scene, make_panel, make_seat, outside_document


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


def phase_and_document(actors):
    scene = Scene(actors=actors)
    return {"phase_id": scene.phase.pk, "outsidedocument_id": outside_document(scene.phase).pk}


def others_document(actors):
    return {**phase_and_document(actors), "phase_id": Scene().phase.pk}


def sealed_document(actors):
    scene = Scene(actors=actors)
    scene.seal()
    return {"phase_id": scene.phase.pk, "outsidedocument_id": scene.phase.outside_documents.get().pk}


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


def _asked(actors):
    from tests.factories.draws import soon

    scene = Scene(actors=actors)
    panel = make_panel(scene.phase, name="심의위원회", kind="committee", part="")
    guests = [actions.Guest(actors["reviewer"].email)]
    return scene, actions.invite_to_panel(panel, guests=guests, answer_due=soon(), invited_by=scene.officer).new[0]


def invitation(actors):
    return {"invitation_id": _asked(actors)[1].pk}


def phase_and_invitation(actors):
    scene, row = _asked(actors)
    return {"phase_id": scene.phase.pk, "invitation_id": row.pk}


def naming(actors):
    scene = Scene(actors=actors)
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(state="receiving")
    entry = type(scene.entries[0]).objects.get(pk=scene.entries[0].pk)
    return {"naming_id": actions.name_unsuitable(entry, person="x", reason="y", named_by=actors["team"]).pk}


def recusal(actors):
    """The withdrawal of a colleague of "reviewer"."""
    seat = Scene(actors=actors).seats[1]
    return {"request_id": actions.ask_to_withdraw(seat, reason="x", asked_by=seat.user).pk}


def _public_draw(actors, until):
    from tests.factories.draws import make_draw, public_panel

    scene = Scene(actors=actors)
    return make_draw(scene.officer, panel=public_panel(scene.phase), until=until)


def drafted_draw(actors):
    return {"draw_id": _public_draw(actors, "drafted").pk}


def committed_draw(actors):
    return {"draw_id": _public_draw(actors, "committed").pk}


def made_draw(actors):
    return {"draw_id": _public_draw(actors, "drawn").pk}


def phase_and_public_panel(actors):
    draw = _public_draw(actors, "committed")
    return {"phase_id": draw.panel.phase_id, "panel_id": draw.panel_id}


def minutes(actors):
    return {"minutes_id": Scene(actors=actors).meeting().pk}


def phase_that_opens_weights(actors, *, state="notified"):
    from tests.factories.review import ruleset_document

    matrix = {"weight_sensitivity": {"public": "final", "own_consortium": "final", "auditor": "final"}}
    scene = Scene(actors=actors, document={**ruleset_document(), "disclosure": matrix})
    scene.notify()
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(state=state)
    return {"phase_id": scene.phase.pk}


def final_phase_that_opens_weights(actors):
    return phase_that_opens_weights(actors, state="final")


def programme(actors):
    return {"slug": Scene(actors=actors).phase.programme.slug}


def held(actors):
    scene = Scene(actors=actors)
    row = actions.hold_entry(scene.entries[0], reason="더 본다", held_by=scene.officer)
    return {"verification_id": row.pk}


def referred(actors):
    """The reviewer sits on the appeal panel of entry C and on no other."""
    from portal.review.enums import PanelKind
    from tests.factories.review import make_panel
    from tests.review.deciding import decision_on

    scene = Scene(actors={name: user for name, user in actors.items() if name != "reviewer"})
    scene.notify()
    row = actions.lodge_appeal(decision_on(scene, 2), ground="misreading", text="표 3", lodged_by=scene.members[2])
    row = actions.rule_on_admission(row, admit=True, reason="적격", ruled_by=scene.officer)
    panel = make_panel(scene.phase, kind=PanelKind.APPEAL, part="", name="이의신청 평가위원회")
    make_seat(panel, officer=scene.officer, user=actors["reviewer"])
    actions.refer_appeal(row, panel=panel, referred_by=scene.officer)
    return {"appeal_id": row.pk}


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
    Row("review:withdraw", "404 404 422 404 404 404", own_sheet, method="post"),
    Row("review:print", "404 404 403 403 403 403", colleagues_sheet, case="of a colleague, before the seal"),
    Row("review:print", "404 404 200 200 200 200", sealed_sheet, case="sealed; the reviewer is the chair"),
    Row("review:invitation", "302 404 200 404 404 404", invitation),
    Row("review:withdrawal", "404 404 200 404 404 404", own_seat),
    Row("review:draws", "200 200 200 200 200 200"),
    Row("review:draw", "200 200 200 200 200 200", committed_draw),
    Row("review:draw", "404 404 404 404 404 404", drafted_draw, case="before the commitment"),
    Row("review:draw_document", "200 200 200 200 200 200", made_draw),
    Row("review:draw_document", "404 404 404 404 404 404", committed_draw, case="before the draw"),
    # a team
    Row("review:party_panels", "404 200 404 404 404 404", own_entry),
    Row("review:party_panels", "404 404 404 404 404 404", rivals_entry, case="of a rival"),
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
    Row("review:verification", "404 200 404 404 404 404", held),
    # what stands behind the figures
    Row("review:trace", "404 403 403 403 403 403", own_entry, case="before the tally; the reviewer is the chair"),
    Row("review:trace", "404 200 200 200 200 200", notified_entry, case="after the notice"),
    Row("review:sensitivity", "404 403 403 403 403 403", phase_that_opens_weights, case="before the phase is final"),
    Row("review:sensitivity", "200 200 200 200 200 200", final_phase_that_opens_weights, case="final"),
    Row("review:sensitivity", "404 404 404 404 404 404", phase, case="the matrix opens it to nobody"),
    Row("review:curves", "404 404 403 403 403 403", phase, case="before the seal"),
    Row("review:curves", "404 404 200 200 200 200", sealed_phase, case="after the seal"),
    # the members of an appeal panel
    Row("review:appeal", "404 404 404 404 404 404", appeal, case="not referred yet"),
    Row("review:appeal", "404 404 200 404 404 404", referred, case="referred to the reviewer's panel"),
    # staff
    Row("ops:home", STAFF_READS),
    Row("ops:phase", STAFF_READS, phase),
    Row("ops:move", OFFICER_POSTS, phase, method="post"),
    Row("ops:panels", STAFF_READS, phase),
    Row("ops:panel", STAFF_READS, phase_and_panel),
    Row("ops:open_roster", "302 403 403 422 403 403", phase_and_panel, method="post"),
    Row("ops:invitations", "302 403 403 200 403 403", phase_and_panel),
    Row("ops:move_invitation", OFFICER_POSTS, phase_and_invitation, method="post"),
    Row("ops:draw", "302 403 403 200 403 403", phase_and_public_panel),
    Row("ops:call_up", OFFICER_POSTS, phase_and_seat, method="post"),
    Row("ops:recusals", STAFF_READS, phase),
    Row("ops:recusal", "404 404 404 200 404 200", recusal),
    Row("ops:naming", "404 404 404 200 404 200", naming),
    Row("ops:add_seat", OFFICER_POSTS, phase_and_panel, method="post"),
    Row("ops:assign_panel", OFFICER_POSTS, phase_and_panel, method="post"),
    Row("ops:assign", OFFICER_POSTS, phase_and_seat, method="post"),
    Row("ops:declaration", "404 404 404 200 404 200", declaration),
    Row("ops:seal", "302 403 403 200 403 403", phase),
    Row("ops:tally", "302 403 403 403 403 403", phase, case="before the seal"),
    Row("ops:tally", STAFF_READS, sealed_phase, case="sealed"),
    Row("ops:take_tally", OFFICER_POSTS, sealed_phase, method="post"),
    Row("ops:outside_results", STAFF_READS, phase),
    Row("ops:outside_results", "302 403 403 422 422 422", phase, method="post", case="empty"),
    Row("ops:outside_results_data", STAFF_READS, phase),
    Row("ops:outside_document", "404 404 404 200 200 403", phase_and_document),
    Row("ops:outside_document", "404 404 404 404 404 404", others_document, case="of another phase"),
    Row("ops:outside_document", "404 404 404 200 200 200", sealed_document, case="sealed"),
    Row("ops:confirm_outside_figures", "302 403 403 302 302 302", phase_and_document, method="post"),
    Row("ops:confirm_outside_result", "302 403 403 302 302 302", phase_and_figure, method="post"),
    Row("ops:gates", STAFF_READS, phase),
    Row("ops:entry", STAFF_READS, phase_and_entry),
    Row("ops:pass_gate", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops:raise_doubt", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops:ask", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops:hold", "302 403 403 200 403 403", phase_and_entry),
    Row("ops:verification", "404 404 404 200 200 200", held),
    Row("ops:decision_log", STAFF_READS, programme),
    Row("ops:finalise", "302 403 403 302 302 302", sealed_phase, method="post"),
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
