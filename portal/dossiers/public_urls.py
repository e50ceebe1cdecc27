from django.urls import path

from portal.dossiers.views import public

app_name = "verifications"
urlpatterns = [
    path("", public.records, name="home"),
    path("<int:session_id>/", public.record, name="record"),
    path("<int:session_id>/record.json", public.record_document, name="record_document"),
]
