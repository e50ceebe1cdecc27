from django.urls import path

from portal.custody.views import ops, ops_draws

app_name = "ops_custody"
urlpatterns = [
    path("", ops.home, name="home"),
    path("phases/<int:phase_id>/", ops.phase, name="phase"),
    path("phases/<int:phase_id>/retention/", ops.retention, name="retention"),
    path("phases/<int:phase_id>/draw/", ops_draws.draw, name="draw"),
    path("entries/<int:entry_id>/", ops.entry, name="entry"),
    path("destructions/<int:destruction_id>/", ops.destruction, name="destruction"),
    path("destructions/<int:destruction_id>/certificate.<slug:form>", ops.certificate, name="destruction_document"),
]
