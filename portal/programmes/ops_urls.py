"""Staff pages under /ops/programmes/."""

from django.urls import path

from portal.programmes.views import ops, plans, rules

app_name = "ops_programmes"

urlpatterns = [
    path("", ops.programme_list, name="list"),
    path("new/", plans.new_programme, name="programme-new"),
    path("of/<slug:slug>/edit/", plans.edit_programme, name="programme-edit"),
    path("of/<slug:slug>/phases/new/", plans.new_phase, name="phase-new"),
    path("<slug:phase>/", ops.phase, name="phase"),
    path("<slug:phase>/edit/", plans.edit_phase, name="phase-edit"),
    path("<slug:phase>/rules/", rules.rules, name="rules"),
    path("<slug:phase>/freeze/", rules.freeze, name="freeze"),
    path("<slug:phase>/move/", ops.move, name="move"),
    path("<slug:phase>/deadline/", ops.deadline, name="deadline"),
]
