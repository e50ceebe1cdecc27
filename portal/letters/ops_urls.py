"""Staff pages under /ops/letters/."""

from django.urls import URLPattern

app_name = "ops_letters"

urlpatterns: list[URLPattern] = []
