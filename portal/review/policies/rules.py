"""The one question every page, file and export asks: may this viewer see this? And the rules that stand at the views' doors."""

from django.db.models import Model
from django.utils.translation import gettext as _

from portal.common.access import Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Entry, Membership
from portal.programmes.models import Phase, Programme
from portal.review.models import (
    Appeal,
    Decision,
    Declaration,
    Disqualification,
    Minutes,
    Notice,
    OutsideDocument,
    PanelSeat,
    Question,
    RecusalRequest,
    ScoreSheet,
    UnsuitableNaming,
    Verification,
)
from portal.review.policies.panels import has_open_invitation
from portal.review.policies.scopes import CLEARED, audiences_of, is_blinded, scope_of
from portal.review.policies.table import STAGES, Audience, Subject, audiences_for
from portal.review.selectors.outside import is_being_taken_down

HIDDEN = Verdict(allowed=False, exists=False)
YES = Verdict(allowed=True)


def view(viewer: Viewer, subject: Subject, obj: Model) -> Verdict:
    """Allowed now; or known to exist but not open at this stage; or hidden, when no stage would ever open it to this viewer."""
    scope = scope_of(obj)
    mine = audiences_of(viewer, scope)
    if mine & audiences_for(subject, scope.phase.state):
        return YES
    if any(mine & audiences_for(subject, stage) for stage in STAGES):
        return Verdict(allowed=False, reason=_("This opens at a later stage of the evaluation."))
    return HIDDEN


def _seen(viewer: Viewer, subject: Subject, obj: Model | None) -> Verdict:
    return view(viewer, subject, obj) if obj is not None else HIDDEN


def reviews(viewer: Viewer, **kwargs: object) -> Verdict:
    """The reviewers' home: for everybody who holds a seat or is asked to take one."""
    held = viewer.user_id is not None and PanelSeat.objects.filter(user_id=viewer.user_id).exists()
    asked = not held and has_open_invitation(viewer.user_id)
    return Verdict(allowed=held or asked, reason=_("This page is for members of an evaluation panel."))


def owns_seat(viewer: Viewer, seat_id: int) -> Verdict:
    return YES if _own_seat(viewer, seat_id) is not None else HIDDEN


def owns_cleared_seat(viewer: Viewer, seat_id: int) -> Verdict:
    seat = _own_seat(viewer, seat_id)
    if seat is None:
        return HIDDEN
    if is_blinded(seat.panel, seat.panel.phase):
        return _blinded()
    cleared = seat.declaration.state in CLEARED
    return Verdict(allowed=cleared, reason=_("Declare your interests first; nothing opens before that."))


def _own_seat(viewer: Viewer, seat_id: int) -> PanelSeat | None:
    if viewer.user_id is None:
        return None
    rows = PanelSeat.objects.select_related("declaration", "panel__phase")
    return rows.filter(pk=seat_id, user_id=viewer.user_id).first()


def owns_sheet(viewer: Viewer, sheet_id: int) -> Verdict:
    """The reviewer's own sheet; another person's does not exist for them. Undeclared or recused counts as conflicted."""
    sheet = _sheet(sheet_id)
    if sheet is None or viewer.user_id is None or sheet.assignment.seat.user_id != viewer.user_id:
        return HIDDEN
    scope = scope_of(sheet)
    if scope.blinded:
        return _blinded()
    if Audience.SHEET_OWNER not in audiences_of(viewer, scope):
        return Verdict(allowed=False, reason=_("Declare your interests first; nothing opens before that."))
    return view(viewer, Subject.SHEET, sheet)


def _blinded() -> Verdict:
    return Verdict(
        allowed=False,
        reason=_("You rate in the blind console. Which entry stood behind which code opens with the notice."),
    )


def sees_sheet(viewer: Viewer, sheet_id: int) -> Verdict:
    return _seen(viewer, Subject.SHEET, _sheet(sheet_id))


def _sheet(sheet_id: int) -> ScoreSheet | None:
    rows = ScoreSheet.objects.select_related("assignment__entry__phase", "assignment__seat__panel")
    return rows.filter(pk=sheet_id).first()


def is_of_team(viewer: Viewer, entry_id: int) -> Verdict:
    """Own consortium's entry, at any stage: the page itself shows only what its subjects open."""
    entry = Entry.objects.select_related("phase").filter(pk=entry_id).first()
    if entry is None or Audience.OWN_CONSORTIUM not in audiences_of(viewer, scope_of(entry)):
        return HIDDEN
    return YES


def sees_own_result(viewer: Viewer, entry_id: int) -> Verdict:
    verdict = is_of_team(viewer, entry_id)
    return view(viewer, Subject.OWN_RESULT, Entry.objects.get(pk=entry_id)) if verdict.allowed else verdict


def answers_question(viewer: Viewer, question_id: int) -> Verdict:
    question = Question.objects.select_related("entry__phase").filter(pk=question_id).first()
    return _own_team(viewer, Subject.QUESTION, question)


def replies_to(viewer: Viewer, disqualification_id: int) -> Verdict:
    row = Disqualification.objects.select_related("entry__phase").filter(pk=disqualification_id).first()
    return _own_team(viewer, Subject.DISQUALIFICATION, row)


def objects_to(viewer: Viewer, decision_id: int) -> Verdict:
    row = Decision.objects.select_related("entry__phase", "phase").filter(pk=decision_id).first()
    return _own_team(viewer, Subject.DECISION, row)


def reads_notice(viewer: Viewer, notice_id: int) -> Verdict:
    row = Notice.objects.select_related("entry__phase").filter(pk=notice_id).first()
    return _own_team(viewer, Subject.NOTICE, row)


def sees_notice(viewer: Viewer, notice_id: int) -> Verdict:
    row = Notice.objects.select_related("entry__phase").filter(pk=notice_id).first()
    return _seen_by_staff(viewer, Subject.NOTICE, row)


def _own_team(viewer: Viewer, subject: Subject, obj: Model | None) -> Verdict:
    if obj is None or Audience.OWN_CONSORTIUM not in audiences_of(viewer, scope_of(obj)):
        return HIDDEN
    return view(viewer, subject, obj)


def oversees(viewer: Viewer, **kwargs: object) -> Verdict:
    """Operations pages without an object: officers, decision makers and auditors."""
    return _staff(viewer.has_role("officer", "decider", "auditor"))


def oversees_phase(viewer: Viewer, phase_id: int, **kwargs: object) -> Verdict:
    """Staff of a phase; somebody who belongs to one of its teams is no staff there, whatever the role says."""
    phase = Phase.objects.filter(pk=phase_id).first()
    return HIDDEN if phase is None else _staff(_is_staff(viewer, phase, "officer", "decider", "auditor"))


def runs_phase(viewer: Viewer, phase_id: int, **kwargs: object) -> Verdict:
    phase = Phase.objects.filter(pk=phase_id).first()
    return HIDDEN if phase is None else _staff(_is_staff(viewer, phase, "officer"))


def _is_staff(viewer: Viewer, phase: Phase, *names: str) -> bool:
    staff = {Audience.SECRETARIAT: "officer", Audience.DECISION_MAKER: "decider", Audience.AUDITOR: "auditor"}
    mine = audiences_of(viewer, scope_of(phase))
    return any(name in names and audience in mine for audience, name in staff.items())


def _staff(held: bool) -> Verdict:  # noqa: FBT001 - the answer of the line before
    return Verdict(allowed=held, reason=_("This page is for the programme's staff without a part in this evaluation."))


def takes_tally(viewer: Viewer, phase_id: int) -> Verdict:
    """The tally page: for staff as soon as the phase is sealed."""
    phase = Phase.objects.filter(pk=phase_id).first()
    if phase is None:
        return HIDDEN
    if not _is_staff(viewer, phase, "officer", "decider", "auditor"):
        return _staff(held=False)
    sealed = STAGES.index(phase.state) >= STAGES.index("sealed")
    return Verdict(allowed=sealed, reason=_("No figure exists before the sheets are sealed."))


def sees_declaration(viewer: Viewer, declaration_id: int) -> Verdict:
    """For the ruling: the secretariat, and never the person concerned."""
    row = Declaration.objects.select_related("seat__panel__phase").filter(pk=declaration_id).first()
    if row is None or row.seat.user_id == viewer.user_id:
        return HIDDEN
    return view(viewer, Subject.DECLARATION, row)


def sees_disqualification(viewer: Viewer, disqualification_id: int) -> Verdict:
    row = Disqualification.objects.select_related("entry__phase").filter(pk=disqualification_id).first()
    return _seen_by_staff(viewer, Subject.DISQUALIFICATION, row)


def sees_verification(viewer: Viewer, verification_id: int) -> Verdict:
    row = Verification.objects.select_related("entry__phase").filter(pk=verification_id).first()
    return _seen_by_staff(viewer, Subject.VERIFICATION, row)


def reads_verification(viewer: Viewer, verification_id: int) -> Verdict:
    """The held team's own page."""
    row = Verification.objects.select_related("entry__phase").filter(pk=verification_id).first()
    return _own_team(viewer, Subject.VERIFICATION, row)


def judges_appeal(viewer: Viewer, appeal_id: int) -> Verdict:
    """Members of the panel that it was referred to, once their declarations open content; hidden from everybody else."""
    row = Appeal.objects.select_related("decision__phase", "decision__entry").filter(pk=appeal_id).first()
    if row is None or Audience.APPEAL_PANEL not in audiences_of(viewer, scope_of(row)):
        return HIDDEN
    return view(viewer, Subject.APPEAL, row)


def oversees_programme(viewer: Viewer, slug: str) -> Verdict:
    """Staff without a part in any phase of the programme."""
    if not Programme.objects.filter(slug=slug).exists():
        return HIDDEN
    rows = Membership.objects.filter(consortium__entries__phase__programme__slug=slug)
    has_part = viewer.user_id is not None and rows.filter(user_id=viewer.user_id).exists()
    return _staff(viewer.has_role("officer", "decider", "auditor") and not has_part)


def sees_minutes(viewer: Viewer, minutes_id: int) -> Verdict:
    row = Minutes.objects.select_related("panel__phase").filter(pk=minutes_id).first()
    return _seen(viewer, Subject.MINUTES, row)


def sees_decision(viewer: Viewer, decision_id: int) -> Verdict:
    row = Decision.objects.select_related("phase", "entry__phase").filter(pk=decision_id).first()
    return _seen_by_staff(viewer, Subject.DECISION, row)


def sees_appeal(viewer: Viewer, appeal_id: int) -> Verdict:
    row = Appeal.objects.select_related("decision__phase", "decision__entry").filter(pk=appeal_id).first()
    return _seen_by_staff(viewer, Subject.APPEAL, row)


def _seen_by_staff(viewer: Viewer, subject: Subject, obj: Model | None) -> Verdict:
    """Operations pages carry private grounds, so a team's own audience does not open them."""
    if obj is None or not _is_staff(viewer, scope_of(obj).phase, "officer", "decider", "auditor"):
        return HIDDEN
    return view(viewer, subject, obj)


def reads_outside_document(viewer: Viewer, phase_id: int, outsidedocument_id: int) -> Verdict:
    """From the seal on like the figures; before, only while the two people who take them down need it."""
    row = OutsideDocument.objects.select_related("phase").filter(pk=outsidedocument_id, phase_id=phase_id).first()
    if row is None or not _is_staff(viewer, row.phase, "officer", "decider", "auditor"):
        return HIDDEN
    if _is_staff(viewer, row.phase, "officer", "decider") and is_being_taken_down(row):
        return YES
    return view(viewer, Subject.OUTSIDE_RESULT, row.phase)


def sees_recusal(viewer: Viewer, request_id: int) -> Verdict:
    """For the ruling: never the member concerned, and not a team, which reads the ruling on its own page."""
    row = RecusalRequest.objects.select_related("seat__panel__phase", "entry").filter(pk=request_id).first()
    if row is None or row.seat.user_id == viewer.user_id:
        return HIDDEN
    return _seen_by_staff(viewer, Subject.RECUSAL, row)


def sees_naming(viewer: Viewer, naming_id: int) -> Verdict:
    row = UnsuitableNaming.objects.select_related("entry__phase").filter(pk=naming_id).first()
    return _seen_by_staff(viewer, Subject.NAMING, row)
