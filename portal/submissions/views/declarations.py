"""Declarations typed on a page: rows come and go without script, what is typed is kept, and a file of another tool fills rows."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.submissions import actions, policies, selectors
from portal.submissions.components import DeclarationError
from portal.submissions.declaration_forms import SHEETS
from portal.submissions.declaration_forms.components import values_of_import, values_of_parts
from portal.submissions.declaration_forms.sheets import Sheet, Values, rows_in, typed, with_rows
from portal.submissions.declaration_forms.training import values_of_training
from portal.submissions.enums import Role, State
from portal.submissions.mlbom import MOST_BYTES, import_mlbom, to_mlbom
from portal.submissions.models import Submission
from portal.submissions.views.handin import submission_or_404

PAGES = {"components": Role.COMPONENT_DECLARATION, "training": Role.TRAINING_DECLARATION}


@access(policies.owns_submission)
@require_http_methods(["GET", "HEAD", "POST"])
def component_declaration(request: ViewerRequest, submission: int) -> HttpResponse:
    """Show the parts of the model as rows; a file of another tool fills them."""
    return _declaration(request, submission, "components")


@access(policies.owns_submission)
@require_http_methods(["GET", "HEAD", "POST"])
def training_declaration(request: ViewerRequest, submission: int) -> HttpResponse:
    """Show what the checks of a training run need to know; what stays empty is not declared."""
    return _declaration(request, submission, "training")


def _declaration(request: ViewerRequest, submission: int, kind: str) -> HttpResponse:
    """Carry out the one button that was pressed, or show the inputs."""
    row, role = submission_or_404(submission), PAGES[kind]
    if request.method != "POST" or row.state != State.DRAFT:
        return _page(request, row, kind, SHEETS[role](_kept(row, role)))
    values, act = typed(request.POST.dict(), SHEETS[role]), request.POST.get("do", "keep")
    if act == "use":
        return _use(request, row, kind, values)
    anchor = ""
    if act == "import":
        found = _imported(request)
        values = values if found is None else found
    elif act != "keep":
        values, anchor = _changed(values, SHEETS[role], act)
    done = _("Kept. It is no part of the hand-in yet.")
    tried(request, lambda: _keep(request, row, role, values), done=done)
    return redirect(reverse(f"submissions:{kind}", args=[row.pk]) + anchor)


def _keep(request: ViewerRequest, row: Submission, role: Role, values: Values) -> None:
    actions.keep_declaration(row, role=role, values=values, actor=request.viewer.actor)


def _use(request: ViewerRequest, row: Submission, kind: str, values: Values) -> HttpResponse:
    """Put the declaration into the draft; one that is not finished is kept and shows what is wrong."""
    role = PAGES[kind]
    sheet = SHEETS[role](values, is_bound=True)

    def act() -> None:
        content = sheet.content(name=str(row.entry))
        actions.use_declaration(row, role=role, name=sheet.file_name, content=content, actor=request.viewer.actor)

    if sheet.is_valid() and tried(request, act, done=_("Added to the draft."), form=sheet.form):
        return redirect("submissions:submission", submission=row.pk)
    _keep(request, row, role, values)
    return _page(request, row, kind, sheet, status=422)


def _changed(values: Values, sheet: type[Sheet], act: str) -> tuple[Values, str]:
    """Add or take away a row; an act that does not fit changes nothing."""
    verb, _colon, rest = act.partition(":")
    name, _colon, place = rest.partition(":")
    if name not in sheet.lists:
        return values, ""
    kind, most = sheet.lists[name]
    rows = rows_in(values, name, kind)
    if verb == "add" and len(rows) < most:
        rows = [*rows, {}]
        return with_rows(values, name, rows), f"#{name}-row-{len(rows)}"
    if verb == "remove" and place.isdecimal() and int(place) < len(rows):
        del rows[int(place)]
        return with_rows(values, name, rows), f"#{name}"
    return values, ""


def _imported(request: ViewerRequest) -> Values | None:
    """Return the rows of the file that was chosen, or say why there are none."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > MOST_BYTES:
        messages.error(request, _("Choose a CycloneDX file (JSON) of at most 1 MiB."))
        return None
    try:
        found = import_mlbom(file.read())
    except DeclarationError as error:
        messages.error(request, str(error))
        return None
    if found.left_out:
        messages.info(request, _("Components that are no models were left out: %(count)s.") % {"count": found.left_out})
    return values_of_import(found)


def _kept(row: Submission, role: Role) -> Values:
    """What was typed last; else the declaration of this version; else one empty row."""
    draft = row.declaration_drafts.filter(role=role).first() if row.state == State.DRAFT else None
    if draft is not None:
        return dict(draft.values)
    if role == Role.COMPONENT_DECLARATION:
        parts = selectors.declared_components(row)
        return values_of_parts(parts) if parts else with_rows({}, "parts", [{}])
    training = selectors.declared_training(row)
    return values_of_training(training) if training else {}


def _page(request: ViewerRequest, row: Submission, kind: str, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    role = PAGES[kind]
    context: dict[str, Any] = {
        "submission": row,
        "kind": kind,
        "role": role,
        "sheet": sheet,
        "draft": row.declaration_drafts.filter(role=role).first(),
        "item": row.items.filter(role=role).first(),
        "is_draft": row.state == State.DRAFT,
        "window": selectors.window_of(row.entry),
    }
    return render(request, f"submissions/declaration_{kind}.html", context, status=status)


@access(policies.sees_submission)
@require_safe
def components_file(request: ViewerRequest, submission: int) -> HttpResponse:
    """Hand over the declared components as CycloneDX ML-BOM, valid by the official schema."""
    row = submission_or_404(submission)
    parts = selectors.declared_components(row)
    if not parts:
        raise Http404
    name = f"{row.entry.code}-v{row.version}.cdx.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    content = to_mlbom(parts, name=str(row.entry))
    return HttpResponse(content, content_type="application/vnd.cyclonedx+json; version=1.6", headers=headers)
