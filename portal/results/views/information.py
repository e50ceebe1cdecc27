"""Pages that explain: how to check a release, dates, policies, where everything is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.audit.selectors import latest_checkpoint, published_key
from portal.common.access import access, anyone
from portal.results.presentation.pages import release_url
from portal.results.presentation.stages import round_line
from portal.results.selectors.files import VERIFIER, content_type_of
from portal.results.selectors.releases import committed_releases, public_rounds


@access(anyone)
def verify(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = [(release, release_url(release) if release.is_public(at=now) else "") for release in committed_releases()]
    context = {"checkpoint": latest_checkpoint(), "key": published_key(), "releases": rows}
    return render(request, "results/verify.html", context)


@access(anyone)
def verifier(request: HttpRequest) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{VERIFIER.name}"'}
    return HttpResponse(VERIFIER.read_bytes(), content_type=content_type_of(VERIFIER.name), headers=disposition)


@access(anyone)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed head of the ledger as text, for whoever keeps copies of it."""
    latest = latest_checkpoint()
    if latest is None:
        raise Http404
    return HttpResponse(latest.note, content_type="text/plain; charset=utf-8")


@access(anyone)
def schedule(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    lines = [round_line(phase, at=now) for phase in public_rounds().prefetch_related("deadline_changes", "calls")]
    return render(request, "results/schedule.html", {"rounds": lines})


@access(anyone)
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "results/contact.html")


@access(anyone)
def sitemap(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "results/sitemap.html", {"rounds": [round_line(phase, at=now) for phase in public_rounds()]})


@access(anyone)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "results/privacy.html")


@access(anyone)
def licences(request: HttpRequest) -> HttpResponse:
    return render(request, "results/copyright.html")


@access(anyone)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "results/accessibility.html")
