"""Pages of the staff."""

from django.urls import path

from portal.review.views import (
    documents,
    ops_appeals,
    ops_decisions,
    ops_draws,
    ops_gates,
    ops_log,
    ops_minutes,
    ops_panel,
    ops_panels,
    ops_phase,
    ops_recusals,
    ops_verifications,
)

app_name = "ops"

PHASE = "phases/<int:phase_id>/"

urlpatterns = [
    path("", ops_phase.home, name="home"),
    path(PHASE, ops_phase.phase, name="phase"),
    path(f"{PHASE}move/", ops_phase.move, name="move"),
    path(f"{PHASE}panels/", ops_panels.panels, name="panels"),
    path(f"{PHASE}panels/<int:panel_id>/", ops_panel.panel, name="panel"),
    path(f"{PHASE}panels/<int:panel_id>/roster/", ops_panel.open_roster, name="open_roster"),
    path(f"{PHASE}panels/<int:panel_id>/invitations/", ops_panel.invitations, name="invitations"),
    path(f"{PHASE}invitations/<int:invitation_id>/", ops_panel.move_invitation, name="move_invitation"),
    path(f"{PHASE}panels/<int:panel_id>/draw/", ops_draws.draw, name="draw"),
    path(f"{PHASE}seats/<int:seat_id>/call-up/", ops_panel.call_up, name="call_up"),
    path(f"{PHASE}recusals/", ops_recusals.recusals, name="recusals"),
    path("recusals/<int:request_id>/", ops_recusals.recusal, name="recusal"),
    path("namings/<int:naming_id>/", ops_recusals.naming, name="naming"),
    path(f"{PHASE}panels/<int:panel_id>/seats/", ops_panels.add_seat, name="add_seat"),
    path(f"{PHASE}panels/<int:panel_id>/assign/", ops_panels.assign_panel, name="assign_panel"),
    path(f"{PHASE}seats/<int:seat_id>/assign/", ops_panels.assign, name="assign"),
    path("declarations/<int:declaration_id>/", ops_panels.declaration, name="declaration"),
    path(f"{PHASE}seal/", ops_phase.seal, name="seal"),
    path(f"{PHASE}tally/", ops_phase.tally, name="tally"),
    path(f"{PHASE}tally/take/", ops_phase.take_tally, name="take_tally"),
    path(f"{PHASE}outside-results/", ops_phase.outside_results, name="outside_results"),
    path(
        f"{PHASE}outside-results/<int:result_id>/confirm/",
        ops_phase.confirm_outside_result,
        name="confirm_outside_result",
    ),
    path(f"{PHASE}gates/", ops_gates.gates, name="gates"),
    path(f"{PHASE}entries/<int:entry_id>/", ops_gates.entry, name="entry"),
    path(f"{PHASE}entries/<int:entry_id>/pass/", ops_gates.pass_gate, name="pass_gate"),
    path(f"{PHASE}entries/<int:entry_id>/doubt/", ops_gates.raise_doubt, name="raise_doubt"),
    path(f"{PHASE}entries/<int:entry_id>/ask/", ops_gates.ask, name="ask"),
    path(f"{PHASE}entries/<int:entry_id>/hold/", ops_verifications.hold, name="hold"),
    path("verifications/<int:verification_id>/", ops_verifications.verification, name="verification"),
    path("disqualifications/<int:disqualification_id>/", ops_gates.disqualification, name="disqualification"),
    path(f"{PHASE}minutes/", ops_minutes.minutes_list, name="minutes_list"),
    path(f"{PHASE}minutes/new/<int:panel_id>/", ops_minutes.record_minutes, name="record_minutes"),
    path("minutes/<int:minutes_id>/", ops_minutes.minutes, name="minutes"),
    path("minutes/<int:minutes_id>/document.<slug:form>", documents.minutes, name="minutes_document"),
    path("notices/<int:notice_id>/document.<slug:form>", documents.notice_of_staff, name="notice_document"),
    path(f"{PHASE}decisions/", ops_decisions.decisions, name="decisions"),
    path(f"{PHASE}decisions/decide/", ops_decisions.decide, name="decide"),
    path(f"{PHASE}decisions/notify/", ops_decisions.notify, name="notify"),
    path(f"{PHASE}decisions/finalise/", ops_decisions.finalise, name="finalise"),
    path("programmes/<slug:slug>/decision-log/", ops_log.decision_log, name="decision_log"),
    path(f"{PHASE}vacancy/", ops_decisions.vacancy, name="vacancy"),
    path("decisions/<int:decision_id>/", ops_decisions.decision, name="decision"),
    path(f"{PHASE}notices/", ops_decisions.notices, name="notices"),
    path(f"{PHASE}appeals/", ops_appeals.appeals, name="appeals"),
    path("appeals/<int:appeal_id>/", ops_appeals.appeal, name="appeal"),
]
