"""Pages of evaluators, and of teams that serve a model, under /review/console/."""

from django.urls import path

from portal.console.views import evaluator, team

app_name = "console"

MODEL = "models/<str:key>/"

urlpatterns = [
    path("", evaluator.home, name="home"),
    path("<int:round_id>/", evaluator.round_page, name="round"),
    path("<int:round_id>/sign-off/", evaluator.sign_off, name="sign_off"),
    path("<int:round_id>/sign/", evaluator.sign, name="sign"),
    path(MODEL, evaluator.trial, name="trial"),
    path(f"{MODEL}begin/", evaluator.begin, name="begin"),
    path(f"{MODEL}ask/", evaluator.ask, name="ask"),
    path(f"{MODEL}rate/", evaluator.rate, name="rate"),
    path(f"{MODEL}set-aside/", evaluator.set_aside, name="set_aside"),
    path(f"{MODEL}withdraw/", evaluator.withdraw, name="withdraw"),
    path("entries/<int:entry_id>/", team.endpoint, name="endpoint"),
    path("entries/<int:entry_id>/check/", team.check, name="check"),
]
