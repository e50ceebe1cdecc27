from django.urls import path

from portal.custody import api

app_name = "custody-api"
urlpatterns = [path("", api.deposits, name="deposits")]
