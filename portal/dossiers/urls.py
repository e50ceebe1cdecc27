from django.urls import path

from portal.dossiers.views import reading

app_name = "dossiers"
urlpatterns = [
    path("<int:entry_id>/", reading.dossier, name="dossier"),
    path("<int:entry_id>/dossier.json", reading.data, name="data"),
    path("sessions/<int:session_id>/", reading.session, name="session"),
    path("sessions/<int:session_id>/consent/", reading.consent, name="consent"),
]
