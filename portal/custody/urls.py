from django.urls import path

from portal.custody.views import team

app_name = "custody"
urlpatterns = [
    path("", team.home, name="home"),
    path("entries/<int:entry>/", team.entry, name="entry"),
    path("calls/<int:call_id>/", team.call, name="call"),
    path("destructions/<int:destruction_id>/", team.destruction, name="destruction"),
    path("destructions/<int:destruction_id>/certificate.<slug:form>", team.certificate, name="destruction_document"),
    path("<slug:slug>/reads/", team.reads, name="reads"),
    path("<slug:slug>/reads.csv", team.reads_csv, name="reads_document"),
]
