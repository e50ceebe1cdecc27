"""Public records under /records/."""

from django.urls import path

from portal.consortia.views import records

app_name = "records"

urlpatterns = [
    path("phases/<slug:slug>/amendments/", records.amendments, name="amendments"),
    path("phases/<slug:slug>/proposals/", records.proposals, name="proposals"),
    path("phases/<slug:slug>/proposals/v<int:version>.json", records.proposals_json, name="proposals-json"),
    path("phases/<slug:slug>/rulings/", records.rulings, name="rulings"),
    path("programmes/<slug:slug>/support/", records.support, name="support"),
]
