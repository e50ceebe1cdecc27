"""Staff pages under /ops/calls/."""

from django.urls import URLPattern

app_name = "ops_calls"

urlpatterns: list[URLPattern] = []
