from django.urls import path

from portal.measurements import api_reports

app_name = "measurements-api"
urlpatterns = [path("reports/", api_reports.reports, name="reports")]
