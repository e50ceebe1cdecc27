from django.urls import path

from portal.submissions import views

app_name = "receipts"
urlpatterns = [path("", views.verify_receipt, name="verify")]
