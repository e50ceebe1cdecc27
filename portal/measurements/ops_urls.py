from django.urls import URLPattern

app_name = "ops_measurements"
urlpatterns: list[URLPattern] = []
