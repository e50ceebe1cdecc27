from django.urls import path

from portal.measurements.views import ops_reports, serving, work

app_name = "ops_measurements"
urlpatterns = [
    path("work/", work.room, name="work"),
    path("work/room.json", work.room_document, name="work_document"),
    path("work/quotas/", work.quotas, name="quotas"),
    path("work/<int:job_id>/", work.job, name="job"),
    path("work/<int:job_id>/job.json", work.job_document, name="job_document"),
    path("work/<int:job_id>/log/", work.log, name="job_log"),
    path("serving/", serving.servers, name="servers"),
    path("serving/<int:submission>/", serving.server, name="server"),
    path("serving/<int:submission>/files/<int:number>/", serving.server_file, name="server_file"),
    path("reported/", ops_reports.home, name="reported_home"),
    path("phases/<int:phase_id>/reported/", ops_reports.phase, name="reported"),
    path("reproductions/<int:reproduction_id>/", ops_reports.reproduction, name="reproduction"),
]
