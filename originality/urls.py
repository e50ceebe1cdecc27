"""Pages under /originality/: what a figure means, for everybody, and reports, for whom an app above opens them."""

from django.urls import path

from originality import views

app_name = "originality"

REPORT = "reports/<uuid:report>/"
COMPARISON = f"{REPORT}<int:reference>/"

urlpatterns = [
    path("explain/", views.explain, name="explain"),
    path(REPORT, views.report, name="report"),
    path(COMPARISON, views.comparison, name="comparison"),
    path(f"{COMPARISON}layers/", views.layers, name="layers"),
    path(f"{COMPARISON}report.json", views.report_file, name="report-file"),
]
