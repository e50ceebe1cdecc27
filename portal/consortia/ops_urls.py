"""Staff pages under /ops/consortia/."""

from django.urls import path

from portal.consortia.views import ops, ops_support

app_name = "ops_consortia"

urlpatterns = [
    path("phases/<int:phase_id>/amendments/", ops.amendments, name="amendments"),
    path("amendments/<int:amendment_id>/", ops.amendment, name="amendment"),
    path("phases/<int:phase_id>/proposals/", ops.proposals, name="proposals"),
    path("phases/<int:phase_id>/proposals/move/", ops.move_proposals, name="move-proposals"),
    path("phases/<int:phase_id>/rulings/", ops.rulings, name="rulings"),
    path("questions/<int:question_id>/", ops.ruling, name="ruling"),
    path("phases/<int:phase_id>/deadlines/", ops.deadlines, name="deadlines"),
    path("entries/<int:entry_id>/deadline/", ops.deadline, name="deadline"),
    path("support/<slug:slug>/", ops_support.support, name="support"),
    path("support/<slug:slug>/new/", ops_support.new_grant, name="new-grant"),
    path("grants/<int:grant_id>/", ops_support.grant, name="grant"),
    path("grants/<int:grant_id>/correct/", ops_support.correct_grant, name="correct-grant"),
    path("grants/<int:grant_id>/outages/new/", ops_support.new_outage, name="new-outage"),
    path("outages/<int:outage_id>/correct/", ops_support.correct_outage, name="correct-outage"),
]
