"""What everybody may read about a phase: amendments and answers, proposals and targets, rulings, and support in totals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.common.access import access
from portal.common.formats.canonical import canonical_json
from portal.consortia.models import ProposalResult
from portal.consortia.policies import sees_records, sees_support
from portal.consortia.selectors import amendments as hearings
from portal.consortia.selectors import proposals as rounds
from portal.consortia.selectors import rulings as questions
from portal.consortia.selectors import support as ledger
from portal.consortia.views.team import component_titles, item_titles
from portal.programmes.models import Programme
from portal.programmes.selectors import phase_by_slug


@access(sees_records)
@require_safe
def amendments(request: HttpRequest, phase: str) -> HttpResponse:
    shown = phase_by_slug(phase)
    rows = [
        {
            "amendment": row,
            "hearing": hearings.hearing_of(row) if hearings.answers_are_public(row) else None,
        }
        for row in hearings.amendments_in(shown)
    ]
    return render(request, "consortia/records/amendments.html", {"phase": shown, "rows": rows})


@access(sees_records)
@require_safe
def proposals(request: HttpRequest, phase: str) -> HttpResponse:
    """While the round is open each benchmark shows how many teams proposed it, not which; targets wait for the freeze."""
    shown = phase_by_slug(phase)
    found = rounds.round_of(shown)
    result = rounds.latest_result(shown)
    names = rounds.team_names(shown)
    context = {
        "phase": shown,
        "round": found,
        "counted": rounds.teams_counted(found) if found else 0,
        "choices": rounds.shown_choices(found, names) if found else [],
        "result": result,
        "results": found.results.order_by("version") if found else [],
        "targets": rounds.shown_targets(result, names, item_titles(shown)) if result else [],
    }
    return render(request, "consortia/records/proposals.html", context)


@access(sees_records)
@require_safe
def proposals_json(request: HttpRequest, phase: str, version: int) -> HttpResponse:
    """The canonical bytes: the SHA-256 of this file is the digest."""
    result = get_object_or_404(ProposalResult, round__phase__slug=phase, version=version)
    name = f'attachment; filename="{phase}-proposals-v{version}.json"'
    return HttpResponse(
        canonical_json(result.document), content_type="application/json", headers={"Content-Disposition": name}
    )


@access(sees_records)
@require_safe
def rulings(request: HttpRequest, phase: str) -> HttpResponse:
    """Without names: neither the asking team nor its code, and no moment of asking."""
    shown = phase_by_slug(phase)
    titles = component_titles(shown)
    rows = [(row, titles.get(row.question.component, row.question.component)) for row in questions.rulings_in(shown)]
    return render(request, "consortia/records/rulings.html", {"phase": shown, "rulings": rows})


@access(sees_support)
@require_safe
def support(request: HttpRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    return render(
        request, "consortia/records/support.html", {"programme": programme, "totals": ledger.public_totals(programme)}
    )
