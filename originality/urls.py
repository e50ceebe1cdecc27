"""Pages under /originality/: what a figure means, for everybody, and reports, for whom an app above opens them."""

from django.urls import path

from originality.views import reports

app_name = "originality"

REPORT = "reports/<uuid:report>/"
COMPARISON = f"{REPORT}<int:reference>/"

urlpatterns = [
    path("explain/", reports.explain, name="explain"),
    path(REPORT, reports.report, name="report"),
    path(COMPARISON, reports.comparison, name="comparison"),
    path(f"{COMPARISON}layers/", reports.layers, name="layers"),
    path(f"{COMPARISON}report.json", reports.report_file, name="report-file"),
]
