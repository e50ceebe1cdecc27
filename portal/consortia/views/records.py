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
def amendments(request: HttpRequest, slug: str) -> HttpResponse:
    phase = phase_by_slug(slug)
    rows = [
        {
            "amendment": row,
            "hearing": hearings.hearing_of(row) if hearings.answers_are_public(row) else None,
        }
        for row in hearings.amendments_in(phase)
    ]
    return render(request, "consortia/records/amendments.html", {"phase": phase, "rows": rows})


@access(sees_records)
@require_safe
def proposals(request: HttpRequest, slug: str) -> HttpResponse:
    """While the round is open each benchmark shows how many teams proposed it, not which; targets wait for the freeze."""
    phase = phase_by_slug(slug)
    found = rounds.round_of(phase)
    result = rounds.latest_result(phase)
    names = rounds.team_names(phase)
    context = {
        "phase": phase,
        "round": found,
        "counted": rounds.teams_counted(found) if found else 0,
        "choices": rounds.shown_choices(found, names) if found else [],
        "result": result,
        "results": found.results.order_by("version") if found else [],
        "targets": rounds.shown_targets(result, names, item_titles(phase)) if result else [],
    }
    return render(request, "consortia/records/proposals.html", context)


@access(sees_records)
@require_safe
def proposals_json(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """The canonical bytes: the SHA-256 of this file is the digest."""
    result = get_object_or_404(ProposalResult, round__phase__slug=slug, version=version)
    name = f'attachment; filename="{slug}-proposals-v{version}.json"'
    return HttpResponse(
        canonical_json(result.document), content_type="application/json", headers={"Content-Disposition": name}
    )


@access(sees_records)
@require_safe
def rulings(request: HttpRequest, slug: str) -> HttpResponse:
    """Without names: neither the asking team nor its code, and no moment of asking."""
    phase = phase_by_slug(slug)
    titles = component_titles(phase)
    rows = [(row, titles.get(row.question.component, row.question.component)) for row in questions.rulings_in(phase)]
    return render(request, "consortia/records/rulings.html", {"phase": phase, "rulings": rows})


@access(sees_support)
@require_safe
def support(request: HttpRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    return render(
        request, "consortia/records/support.html", {"programme": programme, "totals": ledger.public_totals(programme)}
    )
