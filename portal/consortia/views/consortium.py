"""The pages of a consortium: who it is, who is in it, which phases it enters, and the keys of its programs."""

from functools import partial
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actions import issue_token
from portal.accounts.models import User
from portal.common.access import access, role
from portal.common.acts import tried
from portal.common.viewer import viewer_of
from portal.consortia import actions, selectors
from portal.consortia.forms import EndForm, InviteForm, RegisterForm, TokenForm
from portal.consortia.models import Consortium, ConsortiumInstitution
from portal.consortia.policies import enters_phase, is_invited, manages_consortium, manages_place, sees_consortium
from portal.consortia.views.flow import form_page
from portal.programmes.selectors import phase_by_slug

SCOPES = ("upload",)


@access(role("team"))
@require_safe
def consortium_list(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    context = {"consortia": selectors.consortia_of(viewer), "invitations": selectors.invitations_for(viewer)}
    return render(request, "consortia/list.html", context)


@access(role("team"))
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        names = {key: form.cleaned_data[key] for key in ("slug", "name_ko", "name_en")}
        act = partial(actions.register_consortium, **names, lead=form.institution, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The consortium is registered.")):
            return redirect("consortia:consortium", slug=names["slug"])
    return form_page(request, "consortia/register.html", {"form": form})


@access(sees_consortium)
@require_safe
def consortium(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Consortium, slug=slug)
    context = {
        "consortium": found,
        "places": selectors.places_of(found),
        "memberships": selectors.memberships_of(found),
        "entries": [(entry, selectors.deadline_of(entry)) for entry in selectors.entries_by(found)],
        "phases": selectors.phases_to_enter(found),
        "tokens": selectors.tokens_of(found),
        "is_manager": selectors.is_manager(viewer_of(request), found),
    }
    return render(request, "consortia/consortium.html", context)


@access(manages_consortium)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Consortium, slug=slug)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(_invite, request, found, form)
        if tried(request, act, form=form, done=_("The invitation is on its way.")):
            return redirect("consortia:consortium", slug=slug)
    return form_page(request, "consortia/invite.html", {"consortium": found, "form": form})


def _invite(request: HttpRequest, consortium: Consortium, form: InviteForm) -> None:
    actions.invite_institution(
        consortium, institution=form.institution, email=form.cleaned_data["email"], actor=viewer_of(request)
    )


@access(is_invited)
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, place: int) -> HttpResponse:
    found = get_object_or_404(ConsortiumInstitution.objects.select_related("consortium", "institution"), pk=place)
    if request.method == "POST":
        act = partial(actions.accept_institution_invitation, found, actor=viewer_of(request))
        if tried(request, act, done=_("Your institution is a member of the consortium now.")):
            return redirect("consortia:consortium", slug=found.consortium.slug)
    origin = selectors.origin_of_place(found.invitation_purpose)
    return render(request, "consortia/accept.html", {"place": found, "origin": origin})


@access(manages_place)
@require_http_methods(["GET", "POST"])
def end_place(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    found = get_object_or_404(ConsortiumInstitution.objects.select_related("consortium", "institution"), pk=place)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.end_place, found, actor=viewer_of(request), reason=form.cleaned_data["reason"])
        if tried(request, act, form=form, done=_("The institution has left the consortium.")):
            return redirect("consortia:consortium", slug=slug)
    return form_page(
        request, "consortia/end_place.html", {"place": found, "consortium": found.consortium, "form": form}
    )


@access(enters_phase)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, slug: str, phase: str) -> HttpResponse:
    """Show the rules that the entry will be bound to, and enter."""
    found, target = get_object_or_404(Consortium, slug=slug), phase_by_slug(phase)
    if request.method == "POST":
        act = partial(actions.enter_phase, found, phase=target, actor=viewer_of(request))
        if tried(request, act, done=_("The consortium has entered the phase.")):
            return redirect("consortia:consortium", slug=slug)
    return render(request, "consortia/enter.html", {"consortium": found, "phase": target})


@access(manages_consortium)
@never_cache
@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest, slug: str) -> HttpResponse:
    """A key for the upload program; its secret is on the answer's page and nowhere else."""
    found = get_object_or_404(Consortium, slug=slug)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {"account_key": found.account_key, "scopes": SCOPES, **form.cleaned_data}
        token, secret = issue_token(user=cast("User", request.user), **facts)
        server = request.build_absolute_uri("/")
        return render(
            request, "consortia/token.html", {"consortium": found, "token": token, "secret": secret, "server": server}
        )
    return form_page(request, "consortia/new_token.html", {"consortium": found, "form": form})
