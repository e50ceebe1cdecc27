from django.urls import URLPattern

app_name = "custody_public"
urlpatterns: list[URLPattern] = []
