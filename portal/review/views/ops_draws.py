"""Operations: the draw of a public panel, step by step on one page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.common.access import ViewerRequest, access, step_up_to_act
from portal.common.acts import REFUSALS, told
from portal.review import actions
from portal.review.enums import DrawState, Sex
from portal.review.errors import Incomplete
from portal.review.forms import ReasonForm
from portal.review.lists import read_pool, read_quotas
from portal.review.models import Draw, Panel
from portal.review.panel_forms import AnswerDueForm, CommitForm, FigureForm, ListForm
from portal.review.policies import rules
from portal.review.selectors.draws import seats_taken, standing_draw, table_of
from portal.review.selectors.invitations import barred_addresses
from portal.review.views.flow import person
from portal.review.views.ops_panel import get_panel, keep_list

UNPROCESSABLE = 422
QUOTA_COLUMNS, POOL_COLUMNS = gettext_lazy("sex,age,seats,alternates"), gettext_lazy("email,name,sex,age")


@dataclass
class Forms:
    """The forms of the page; the one of the step that was asked for is bound."""

    quotas: ListForm
    pool: ListForm
    commit: CommitForm
    figure: FigureForm
    invite: AnswerDueForm
    void: ReasonForm


def _forms(request: HttpRequest, wanted: str) -> Forms:
    def data(step: str) -> dict[str, Any]:
        return {"data": request.POST, "files": request.FILES} if wanted == step else {}

    return Forms(
        quotas=ListForm(columns=QUOTA_COLUMNS, auto_id="quotas_%s", **data("quotas")),
        pool=ListForm(columns=POOL_COLUMNS, auto_id="pool_%s", **data("pool")),
        commit=CommitForm(**data("commit")),
        figure=FigureForm(**data("draw")),
        invite=AnswerDueForm(**data("invite")),
        void=ReasonForm(auto_id="void_%s", **data("void")),
    )


@access(rules.runs_phase)
@step_up_to_act
def draw(request: ViewerRequest, phase_id: int, panel_id: int) -> HttpResponse:
    """Quotas, pool, commitment, closing, draw, invitations: the state says which step is open."""
    panel, row = get_panel(phase_id, panel_id), standing_draw(panel_id)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, wanted)
    faults = STEPS[wanted](request, panel, row, forms) if wanted in STEPS else None
    if faults == []:
        return redirect("ops:draw", phase_id=phase_id, panel_id=panel_id)
    context: dict[str, Any] = {
        "phase": panel.phase,
        "panel": panel,
        "draw": row,
        "table": table_of(row) if row else [],
        "forms": forms,
        "faults": faults or [],
        "wanted": wanted,
        "asked": row.places.filter(invitation__isnull=False).count() if row else 0,
        "waiting": row.places.filter(is_alternate=False, invitation=None).count() if row else 0,
        "taken": seats_taken(row) if row else 0,
        "void_draws": panel.draws.filter(state=DrawState.VOID),
    }
    return render(request, "review/ops/draw.html", context, status=UNPROCESSABLE if wanted else 200)


Step = Callable[[HttpRequest, Panel, Draw | None, Forms], list[str]]


def _done(request: HttpRequest, act: Callable[[], Any], text: str) -> list[str]:
    """Nothing when it is done; otherwise what is in the way, line by line."""
    try:
        act()
    except Incomplete as refusal:
        return refusal.holes
    except REFUSALS as refusal:
        return [told(refusal)]
    messages.success(request, text)
    return []


def _unread(form: Any) -> list[str]:
    """A form that is not valid shows its own errors; the step is not done."""
    return [str(error) for errors in form.errors.values() for error in errors]


def _quotas(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if not forms.quotas.is_valid():
        return _unread(forms.quotas)
    quotas, faults = read_quotas(forms.quotas.cleaned_data["text"])
    forms.quotas = keep_list(forms.quotas, ListForm, columns=QUOTA_COLUMNS, auto_id="quotas_%s")
    if faults:
        return [str(fault) for fault in faults]
    act = partial(actions.draft_draw, panel, quotas=quotas, drafted_by=person(request))
    return _done(request, act, _("The quotas are set."))


def _pool(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if row is None or not forms.pool.is_valid():
        return _unread(forms.pool) or [_("Set the quotas first.")]
    ages = [(Sex(cell.sex), cell.age_group) for cell in row.cells.all()]
    people, faults = read_pool(forms.pool.cleaned_data["text"], ages=ages, barred=barred_addresses(panel.phase))
    forms.pool = keep_list(forms.pool, ListForm, columns=POOL_COLUMNS, auto_id="pool_%s")
    if faults:
        return [str(fault) for fault in faults]
    before = row.pool.count()
    act = partial(actions.add_to_pool, row, people=people, added_by=person(request))
    refused = _done(request, act, _("The pool is read."))
    if not refused:
        new = row.pool.count() - before
        text = ngettext("%(count)s person is new in the pool.", "%(count)s people are new in the pool.", new)
        messages.info(request, text % {"count": new})
    return refused


def _commit(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if row is None or not forms.commit.is_valid():
        return _unread(forms.commit) or [_("Set the quotas first.")]
    source = forms.commit.cleaned_data["source"]
    act = partial(actions.commit_draw, row, committed_by=person(request), source=source)
    return _done(request, act, _("The seed is committed; its digest is public."))


def _close(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if row is None:
        return [_("Set the quotas first.")]
    act = partial(actions.close_pool, row, closed_by=person(request))
    return _done(request, act, _("The pool is closed; its digest is public."))


def _draw(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if row is None:
        return [_("Set the quotas first.")]
    if row.beacon_source and not forms.figure.is_valid():
        return _unread(forms.figure)
    figure = forms.figure.cleaned_data["figure"] if row.beacon_source else ""
    act = partial(actions.make_draw, row, drawn_by=person(request), figure=figure)
    return _done(request, act, _("Drawn. Procedure, seed and codes are public."))


def _invite(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if row is None or not forms.invite.is_valid():
        return _unread(forms.invite) or [_("Nobody is drawn yet.")]
    due = forms.invite.cleaned_data["answer_due"]
    act = partial(actions.invite_drawn, row, answer_due=due, invited_by=person(request))
    return _done(request, act, _("Everybody who was drawn is invited."))


def _void(request: HttpRequest, panel: Panel, row: Draw | None, forms: Forms) -> list[str]:
    if row is None or not forms.void.is_valid():
        return _unread(forms.void) or [_("There is no draw to set aside.")]
    reason = forms.void.cleaned_data["reason"]
    act = partial(actions.void_draw, row, voided_by=person(request), reason=reason)
    return _done(request, act, _("The draw is void and stays readable."))


STEPS: dict[str, Step] = {
    "quotas": _quotas,
    "pool": _pool,
    "commit": _commit,
    "close": _close,
    "draw": _draw,
    "invite": _invite,
    "void": _void,
}
