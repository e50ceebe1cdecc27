"""Staff pages under /ops/programmes/."""

from django.urls import path

from portal.programmes.views import ops

app_name = "ops_programmes"

urlpatterns = [
    path("", ops.programme_list, name="list"),
    path("calls/<int:call>/move/", ops.move_call, name="call-move"),
    path("<slug:phase>/", ops.phase, name="phase"),
    path("<slug:phase>/rules/", ops.rules, name="rules"),
    path("<slug:phase>/freeze/", ops.freeze, name="freeze"),
    path("<slug:phase>/move/", ops.move, name="move"),
    path("<slug:phase>/deadline/", ops.deadline, name="deadline"),
    path("<slug:phase>/calls/new/", ops.new_call, name="call-new"),
]
