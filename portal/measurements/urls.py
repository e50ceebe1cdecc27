from django.urls import path

from portal.measurements.views import answers, paired, public_reports, reports, suites

app_name = "measurements"
RUN = "runs/<uuid:benchmark>/"
urlpatterns = [
    path(f"{RUN}answers/", answers.answers, name="answers"),
    path(f"{RUN}answers.jsonl.gz", answers.answers_file, name="answers_document"),
    path(f"{RUN}run.json", answers.run_json, name="run_document"),
    path(f"{RUN}reruns/", answers.reruns, name="reruns"),
    path("submissions/<int:submission>/checkpoints/", answers.checkpoints, name="checkpoints"),
    path("submissions/<int:submission>/checkpoints.json", answers.checkpoints_json, name="checkpoints_document"),
    path("phases/<int:phase_id>/comparison/", paired.comparison, name="comparison"),
    path("phases/<int:phase_id>/comparison.json", paired.comparison_json, name="comparison_document"),
    path("reports/", reports.home, name="reports_home"),
    path("entries/<int:entry>/reports/", reports.entry, name="reports"),
    path("entries/<int:entry>/reports/<str:place>/", reports.report, name="report"),
    path("reproductions/<int:reproduction_id>/", reports.reproduction, name="reproduction"),
    path("suites/", suites.suites, name="suites"),
    path("suites/<slug:name>/<int:version>/", suites.suite, name="suite"),
    path("suites/<slug:name>/<int:version>/suite.json", suites.document, name="suite_document"),
    path("draws/", public_reports.draws, name="draws"),
    path("draws/<int:draw_id>/", public_reports.draw, name="draw"),
    path("draws/<int:draw_id>/draw.json", public_reports.draw_document, name="draw_document"),
]
