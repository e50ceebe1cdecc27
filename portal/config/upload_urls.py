"""The addresses of the pool that receives parts."""

from django.urls import include, path

urlpatterns = [path("api/uploads/", include("portal.artifacts.urls"))]
