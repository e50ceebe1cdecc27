"""Pages of reviewers, and of teams where the ministry puts something to them."""

from django.urls import path

from portal.review.views import (
    appeal_panel,
    curves,
    documents,
    figures,
    invitations,
    party,
    public_draws,
    reviewer,
    sheets,
    team,
)

app_name = "review"

urlpatterns = [
    path("", reviewer.home, name="home"),
    path("draws/", public_draws.draws, name="draws"),
    path("draws/<int:draw_id>/", public_draws.draw, name="draw"),
    path("draws/<int:draw_id>/draw.json", public_draws.draw_document, name="draw_document"),
    path("invitations/<int:invitation_id>/", invitations.invitation, name="invitation"),
    path("seats/<int:seat_id>/withdrawal/", invitations.withdrawal, name="withdrawal"),
    path("entries/<int:entry_id>/panels/", party.panels, name="party_panels"),
    path("seats/<int:seat_id>/declaration/", reviewer.declaration, name="declaration"),
    path("seats/<int:seat_id>/comparison/", reviewer.comparison_page, name="comparison"),
    path("sheets/<int:sheet_id>/", sheets.sheet, name="sheet"),
    path("sheets/<int:sheet_id>/save/", sheets.save, name="save"),
    path("sheets/<int:sheet_id>/sign-off/", sheets.sign_page, name="sign"),
    path("sheets/<int:sheet_id>/sign/", sheets.sign, name="sign_now"),
    path("sheets/<int:sheet_id>/withdraw/", sheets.withdraw, name="withdraw"),
    path("sheets/<int:sheet_id>/print/", sheets.print_page, name="print"),
    path("sheets/<int:sheet_id>/document.<slug:form>", documents.sheet, name="sheet_document"),
    path("entries/<int:entry_id>/", team.matters, name="matters"),
    path("entries/<int:entry_id>/trace/", figures.trace, name="trace"),
    path("phases/<int:phase_id>/sensitivity/", figures.sensitivity, name="sensitivity"),
    path("phases/<int:phase_id>/curves/", curves.curves, name="curves"),
    path("entries/<int:entry_id>/result/", team.result, name="result"),
    path("questions/<int:question_id>/", team.question, name="question"),
    path("disqualifications/<int:disqualification_id>/reply/", team.reply, name="reply"),
    path("verifications/<int:verification_id>/", team.verification, name="verification"),
    path("appeals/<int:appeal_id>/", appeal_panel.appeal, name="appeal"),
    path("decisions/<int:decision_id>/objection/", team.objection, name="objection"),
    path("notices/<int:notice_id>/", team.notice_page, name="notice"),
    path("notices/<int:notice_id>/document.<slug:form>", documents.notice, name="notice_document"),
]
