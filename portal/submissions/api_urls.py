from django.urls import path

from portal.submissions import api, api_runs

app_name = "submissions-api"
urlpatterns = [
    path("", api.submissions, name="list"),
    path("self-checks/", api.self_checks, name="self_checks"),
    path("self-checks/<int:check>/", api.self_check, name="self_check"),
    path("<int:submission>/", api.submission, name="submission"),
    path("<int:submission>/items/", api.items, name="items"),
    path("<int:submission>/submit/", api.submit, name="submit"),
    path("<int:submission>/runs/", api_runs.runs, name="runs"),
    path("<int:submission>/receipt/", api.receipt, name="receipt"),
]
