from django.urls import path

from portal.dossiers.views import ops

app_name = "ops_dossiers"
urlpatterns = [
    path("phases/<int:phase_id>/", ops.phase, name="phase"),
    path("entries/<int:entry_id>/plan/", ops.plan, name="plan"),
    path("sessions/<int:session_id>/", ops.session, name="session"),
    path("sessions/<int:session_id>/publish/", ops.publish, name="publish"),
]
