"""Pages under /team/consortium/."""

from django.urls import path

from portal.consortia.views import consortium as views
from portal.consortia.views import team

app_name = "consortia"

urlpatterns = [
    path("", views.consortium_list, name="list"),
    path("register/", views.register, name="register"),
    path("invitations/<int:place>/", views.accept, name="accept"),
    path("entries/<int:entry>/", team.matters, name="matters"),
    path("entries/<int:entry>/amendments/<int:amendment>/", team.amendment, name="amendment"),
    path("entries/<int:entry>/benchmarks/new/", team.propose_benchmark, name="propose-benchmark"),
    path("entries/<int:entry>/targets/new/", team.propose_target, name="propose-target"),
    path("entries/<int:entry>/proposals/<int:proposal>/withdraw/", team.withdraw_proposal, name="withdraw-proposal"),
    path("entries/<int:entry>/questions/new/", team.ask, name="ask"),
    path("entries/<int:entry>/questions/<int:question>/withdraw/", team.withdraw_question, name="withdraw-question"),
    path("<slug:slug>/", views.consortium, name="consortium"),
    path("<slug:slug>/support/", team.support, name="support"),
    path("<slug:slug>/institutions/invite/", views.invite, name="invite"),
    path("<slug:slug>/institutions/<int:place>/end/", views.end_place, name="end-place"),
    path("<slug:slug>/enter/<slug:phase>/", views.enter, name="enter"),
    path("<slug:slug>/tokens/new/", views.new_token, name="new-token"),
]
