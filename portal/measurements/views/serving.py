"""Operations: servers of own architectures. Which wait, what one promises, start it or refuse it."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import access, step_up_to_act
from portal.common.acts import status_of, tried
from portal.common.viewer import viewer_of
from portal.custody.forms import ReasonForm
from portal.measurements.actions.serving import refuse_server, start_server
from portal.measurements.policies import oversees_reported
from portal.measurements.selectors.serving import server_page, servers_for, submissions_with_servers, text_of
from portal.measurements.serving_policies import reads_server_file, sees_server, starts_server
from portal.submissions.selectors.serving import server_of

ACTS = {"start": start_server, "refuse": refuse_server}


@access(oversees_reported)
@require_safe
def servers(request: HttpRequest) -> HttpResponse:
    return render(request, "measurements/serving/servers.html", {"rows": servers_for(viewer_of(request))})


@access(sees_server)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def server(request: HttpRequest, submission: int) -> HttpResponse:
    """One server: its contract, its files, and the decision on it."""
    found = get_object_or_404(submissions_with_servers(), pk=submission)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = {name: ReasonForm(request.POST if wanted == name else None, auto_id=f"{name}_%s") for name in ACTS}
    form = forms.get(wanted)
    if form is not None and form.is_valid():
        act = partial(ACTS[wanted], found, reason=form.cleaned_data["reason"], by=viewer_of(request))
        done = _("The server is started as soon as a worker is free.") if wanted == "start" else _("It is refused.")
        if tried(request, act, form=form, done=done):
            return redirect("ops_measurements:server", submission=found.pk)
    context = {
        "submission": found,
        "page": server_page(found),
        "forms": forms,
        "wanted": wanted,
        "may_decide": starts_server(viewer_of(request), found.pk),
    }
    return render(request, "measurements/serving/server.html", context, status=status_of(form) if form else 200)


@access(reads_server_file)
@require_safe
def server_file(request: HttpRequest, submission: int, number: int) -> HttpResponse:
    """One file of the server, to be read before it is started."""
    found = get_object_or_404(submissions_with_servers(), pk=submission)
    handed = server_of(found)
    text = text_of(handed.bundle, number, reader=viewer_of(request).actor) if handed else None
    if text is None:
        raise Http404
    return render(request, "measurements/serving/file.html", {"submission": found, "file": text})
