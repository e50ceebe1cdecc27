"""Pages of evaluators under /review/console/."""

from django.urls import URLPattern

app_name = "console"

urlpatterns: list[URLPattern] = []
