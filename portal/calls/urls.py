"""Pages under /calls/: what is open, and applying."""

from django.urls import URLPattern

app_name = "calls"

urlpatterns: list[URLPattern] = []
