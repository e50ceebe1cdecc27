from django.urls import path

from portal.submissions import views

app_name = "ops_submissions"
urlpatterns = [path("", views.storage, name="storage")]
