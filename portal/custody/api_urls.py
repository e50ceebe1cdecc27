from django.urls import URLPattern

app_name = "custody_api"
urlpatterns: list[URLPattern] = []
