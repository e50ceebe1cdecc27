"""A team's pages: who read its bytes, what it deposited, what the lot called, until when bytes are kept."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.artifacts.enums import ReadPurpose
from portal.artifacts.stores import current_store
from portal.common.access import access
from portal.common.acts import status_of, tried
from portal.common.spreadsheets import CSV, csv_of
from portal.common.viewer import viewer_of
from portal.consortia.models import Consortium, Entry
from portal.consortia.selectors import consortia_of, entries_of
from portal.custody import actions, policies
from portal.custody.certificate import certificate_paper
from portal.custody.forms import ReadsForm, ReplyForm
from portal.custody.models import CalledCheckpoint, Deposit, Destruction
from portal.custody.selectors.deposits import calls_of
from portal.custody.selectors.reads import lines_of, reads_of, table_of
from portal.custody.selectors.retention import holds_on, keeping_of
from portal.letters.papers.download import handed_over, of_document

PAGE = 50


@access(policies.has_team)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    entries = entries_of(viewer).select_related("phase__programme", "consortium").order_by("-entered_at")
    consortia = consortia_of(viewer)
    context = {"consortia": consortia, "entries": entries, "sealed": current_store().sealed}
    return render(request, "custody/home.html", context)


@access(policies.sees_reads)
@require_safe
def reads(request: HttpRequest, slug: str) -> HttpResponse:
    """Every opening of the consortium's bytes, the newest first."""
    consortium = get_object_or_404(Consortium, slug=slug)
    purpose = _purpose(request)
    page = Paginator(reads_of(consortium, purpose=purpose), PAGE).get_page(request.GET.get("page"))
    context = {
        "consortium": consortium,
        "page_obj": page,
        "lines": lines_of(page, consortium),
        "form": ReadsForm({"purpose": purpose}),
        "purpose": purpose,
    }
    return render(request, "custody/reads.html", context)


@access(policies.sees_reads)
@require_safe
def reads_csv(request: HttpRequest, slug: str) -> HttpResponse:
    consortium = get_object_or_404(Consortium, slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="reads-{consortium.slug}.csv"'}
    return HttpResponse(csv_of(table_of(consortium, purpose=_purpose(request))), content_type=CSV, headers=headers)


def _purpose(request: HttpRequest) -> str:
    chosen = request.GET.get("purpose", "")
    return chosen if chosen in ReadPurpose.values else ""


@access(policies.reads_entry)
@require_safe
def entry(request: HttpRequest, entry: int) -> HttpResponse:
    """Deposits, calls, period and destruction of one entry."""
    rows = Entry.objects.select_related("consortium", "phase__programme")
    found = get_object_or_404(rows, pk=entry)
    context = {
        "entry": found,
        "deposits": Deposit.objects.filter(entry=found).select_related("entry", "sketch"),
        "calls": calls_of(found.pk),
        "kept": keeping_of(found),
        "holds": holds_on(found),
        "destructions": Destruction.objects.filter(entry=found, state="done"),
        "takes_deposits": found.phase.state in ("rules_frozen", "receiving"),
    }
    return render(request, "custody/entry.html", context)


@access(policies.reads_call)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """One called checkpoint: what is due, what came, and the team's reply to a call it missed."""
    rows = CalledCheckpoint.objects.select_related("deposit__entry__consortium", "deposit__entry__phase__programme")
    row = get_object_or_404(rows.select_related("reply", "draw"), pk=call_id)
    form = ReplyForm(request.POST or None) if request.method == "POST" else ReplyForm()
    if request.method == "POST" and form.is_valid():
        act = partial(actions.reply_to_call, row, text=form.cleaned_data["text"], by=viewer_of(request))
        if tried(request, act, form=form, done=_("The reply is recorded.")):
            return redirect("custody:call", call_id=row.pk)
    context = {
        "call": row,
        "deposit": row.deposit,
        "entry": row.deposit.entry,
        "form": form,
        "may_reply": policies.replies_to_call(viewer_of(request), row),
    }
    return render(request, "custody/call.html", context, status=status_of(form))


@access(policies.reads_destruction)
@require_safe
def destruction(request: HttpRequest, destruction_id: int) -> HttpResponse:
    row = _destruction(destruction_id)
    return render(request, "custody/destruction.html", {"destruction": row, "entry": row.entry})


@access(of_document(policies.reads_destruction))
@require_safe
def certificate(request: HttpRequest, destruction_id: int, form: str) -> HttpResponse:
    row = _destruction(destruction_id)
    return handed_over(request, certificate_paper(row), form=form, name=f"destruction-{row.pk}")


def _destruction(number: int) -> Destruction:
    rows = Destruction.objects.select_related("entry__consortium", "entry__phase__programme")
    return get_object_or_404(rows, pk=number)
