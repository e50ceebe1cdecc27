"""Pages under /originality/: what a figure means, for everybody, and reports, for whom an app above opens them."""

from django.urls import path

from originality.views import code, curves, names, reports, traces

app_name = "originality"

REPORT = "reports/<uuid:report>/"
COMPARISON = f"{REPORT}<int:reference>/"
TRACE = "traces/<uuid:trace>/"
CODE = "code/<uuid:code>/"

urlpatterns = [
    path("explain/", reports.explain, name="explain"),
    path(REPORT, reports.report, name="report"),
    path(COMPARISON, reports.comparison, name="comparison"),
    path(f"{COMPARISON}layers/", reports.layers, name="layers"),
    path(f"{COMPARISON}report.json", reports.report_file, name="report-file"),
    path(TRACE, traces.trace, name="trace"),
    path(f"{TRACE}findings.json", traces.trace_file, name="trace-file"),
    path(f"{TRACE}curves/", curves.curves, name="curves"),
    path(f"{TRACE}curves/data.json", curves.data, name="curve-data"),
    path(f"{TRACE}curves/series.csv", curves.export, name="curve-csv"),
    path(f"{TRACE}names/", names.names, name="names"),
    path(CODE, code.code, name="code"),
    path(f"{CODE}report.json", code.code_file, name="code-file"),
    path(f"{CODE}<int:file>/<int:passage>/", code.passage, name="passage"),
]
