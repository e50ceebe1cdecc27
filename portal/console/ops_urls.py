"""Staff pages under /ops/console/."""

from django.urls import URLPattern

app_name = "ops_console"

urlpatterns: list[URLPattern] = []
