"""Staff pages under /ops/calls/."""

from django.urls import path

from portal.calls.views import ops_calls, ops_judging

app_name = "ops_calls"

CALL = "<int:call>/"

urlpatterns = [
    path("", ops_calls.call_list, name="list"),
    path("new/<slug:phase>/", ops_calls.new_call, name="new"),
    path("vacancies/<int:decision>/new/", ops_calls.new_vacancy_call, name="vacancy"),
    path(CALL, ops_calls.call, name="call"),
    path(f"{CALL}terms/", ops_calls.terms, name="terms"),
    path(f"{CALL}open/", ops_calls.open_call, name="open"),
    path(f"{CALL}close/", ops_calls.close_call, name="close"),
    path(f"{CALL}lapse/", ops_calls.lapse_call, name="lapse"),
    path(f"{CALL}deadline/", ops_calls.deadline, name="deadline"),
    path(f"{CALL}invite/", ops_calls.invite, name="invite"),
    path(f"{CALL}committee/", ops_judging.name_committee, name="committee"),
    path(f"{CALL}judgement/", ops_judging.judgement, name="judgement"),
    path(f"{CALL}selection/", ops_judging.selection, name="selection"),
    path(f"{CALL}carry-out/", ops_judging.carry_out, name="carry-out"),
    path("applications/<int:application>/eligibility/", ops_judging.eligibility, name="eligibility"),
    path("interests/<int:interest>/", ops_judging.interest, name="interest"),
]
