"""Short, because people type it."""

from django.urls import path

from portal.accounts import views

app_name = "device"

urlpatterns = [
    path("", views.enter_code, name="code"),
    path("<int:grant>/", views.decide_device, name="decision"),
]
