from django.urls import path

from portal.accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.me, name="me"),
    path("session/", views.extend, name="extend"),
    path("tokens/<int:token_id>/revoke/", views.revoke, name="token-revoke"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
