from django.urls import path

from originality import api

app_name = "originality-api"
urlpatterns = [
    path("runs/", api.runs, name="runs"),
    path("runs/<uuid:report>/", api.run, name="run"),
    path("runs/<uuid:report>/<int:reference>/", api.comparison, name="comparison"),
    path("traces/<uuid:trace>/", api.trace, name="trace"),
    path("traces/<uuid:trace>/series/", api.series, name="series"),
    path("traces/<uuid:trace>/series/<slug:quantity>/", api.window, name="window"),
    path("code/<uuid:code>/", api.code, name="code"),
]
