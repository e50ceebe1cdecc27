"""Pages under /team/consortium/."""

from django.urls import path

from portal.consortia.views import consortium as views

app_name = "consortia"

urlpatterns = [
    path("", views.consortium_list, name="list"),
    path("register/", views.register, name="register"),
    path("invitations/<int:place>/", views.accept, name="accept"),
    path("<slug:slug>/", views.consortium, name="consortium"),
    path("<slug:slug>/institutions/invite/", views.invite, name="invite"),
    path("<slug:slug>/institutions/<int:place>/end/", views.end_place, name="end-place"),
    path("<slug:slug>/enter/<slug:phase>/", views.enter, name="enter"),
    path("<slug:slug>/tokens/new/", views.new_token, name="new-token"),
]
