"""Staff pages under /ops/console/."""

from django.urls import path

from portal.console.views import ops

app_name = "ops_console"

PHASE = "phases/<int:phase_id>/"
ENTRY = f"{PHASE}entries/<int:entry_id>/"

urlpatterns = [
    path(PHASE, ops.rounds, name="rounds"),
    path(f"{PHASE}panels/<int:panel_id>/", ops.new_round, name="new_round"),
    path(ENTRY, ops.endpoint, name="endpoint"),
    path(f"{ENTRY}check/", ops.check, name="check"),
    path("<int:round_id>/", ops.round_page, name="round"),
    path("<int:round_id>/terms/", ops.terms, name="terms"),
    path("<int:round_id>/move/", ops.move, name="move"),
    path("<int:round_id>/enrol/", ops.enrol, name="enrol"),
    path("<int:round_id>/record/", ops.record, name="record"),
]
