from django.urls import URLPattern

app_name = "custody_ops"
urlpatterns: list[URLPattern] = []
