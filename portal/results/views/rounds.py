"""Rounds and their releases: the current version under the round's address, every version under its own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from portal.common.access import access, anyone
from portal.programmes.models import Phase
from portal.results.policies import sees_release, sees_round
from portal.results.presentation.pages import DATA, ROUND, TEAM, data_context, round_context, team_context
from portal.results.presentation.stages import round_line, stage_of
from portal.results.selectors.files import content_type_of, files_of
from portal.results.selectors.releases import awaited_release, current_release, public_rounds, release_at


@access(anyone)
def rounds(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "results/rounds.html", {"rounds": [round_line(phase, at=now) for phase in public_rounds()]})


@access(sees_round)
def current(request: HttpRequest, *, programme: str, phase: str) -> HttpResponse:
    """The latest public version; before there is one, how far the round is and what is awaited."""
    now = timezone.now()
    row = get_object_or_404(Phase.objects.select_related("programme", "ruleset"), programme__slug=programme, slug=phase)
    found = current_release(row, at=now)
    if found is not None:
        return render(request, ROUND, round_context(found))
    context = {"phase": row, "stage": stage_of(row), "awaited": awaited_release(row, at=now), "now": now}
    return render(request, "results/round_pending.html", context)


@access(sees_release)
def release(request: HttpRequest, *, programme: str, phase: str, version: int) -> HttpResponse:
    found = release_at(programme, phase, version, at=timezone.now())
    return render(request, ROUND, {**round_context(found), "permanent": True})


@access(sees_release)
def team(request: HttpRequest, *, programme: str, phase: str, version: int, code: str) -> HttpResponse:
    context = team_context(release_at(programme, phase, version, at=timezone.now()), code)
    if context is None:
        raise Http404
    return render(request, TEAM, context)


@access(sees_release)
def data(request: HttpRequest, *, programme: str, phase: str, version: int) -> HttpResponse:
    return render(request, DATA, data_context(release_at(programme, phase, version, at=timezone.now())))


@access(sees_release)
def file(request: HttpRequest, *, programme: str, phase: str, version: int, name: str) -> HttpResponse:
    files = files_of(release_at(programme, phase, version, at=timezone.now()))
    if name not in files:
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(files[name], content_type=content_type_of(name), headers=disposition)
