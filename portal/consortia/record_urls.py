"""Public records under /records/."""

from django.urls import path

from portal.consortia.views import records

app_name = "records"

urlpatterns = [
    path("phases/<slug:phase>/amendments/", records.amendments, name="amendments"),
    path("phases/<slug:phase>/proposals/", records.proposals, name="proposals"),
    path("phases/<slug:phase>/proposals/v<int:version>.json", records.proposals_json, name="proposals-json"),
    path("phases/<slug:phase>/rulings/", records.rulings, name="rulings"),
    path("programmes/<slug:slug>/support/", records.support, name="support"),
]
