"""Which words of people are hidden from whom: every text field of the portal's models, each with its rule or the ground why it is open.

Written from the design, apart from the policies. A new text field fails `test_every_text_is_classified` until it stands here.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.apps import apps
from django.db.models import CharField, EmailField, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from portal.accounts.models import User
from portal.review.policies import STAGES

STAFF = ("officer", "decider", "auditor")
OFFICE = ("officer", "auditor")
PANEL = (*STAFF, "reviewer")  # the reviewer of the matrix holds the chair, with a clear declaration
MACHINERY = {
    "jobs",
    "artifacts",
    "audit",
    "originality",
    "evaluation",
}  # logs and files of machines, probed by their owners


class Seen(NamedTuple):
    """Who may read a field: these roles (in rows where `when` holds), the person at `owner`, the members of the team at `team`
    (in rows where `told` holds)."""

    roles: tuple[str, ...] = ()
    when: Q = Q()
    owner: str = ""
    team: str = ""
    told: Q = Q()
    address: str = ""  # of the person it is about


def since(first: str, phase: str) -> Q:
    return Q(**{f"{phase}__state__in": STAGES[STAGES.index(first) :]})


OF_ENTRY = "entry__consortium"
SHEET_OWNER = "sheet__assignment__seat__user"
CLOSED_CALL = ("closed", "judged", "filled", "left_vacant")
APPLICATION = Seen(STAFF, Q(application__call__state__in=CLOSED_CALL), team="application__consortium")

HIDDEN: dict[str, Seen] = {
    # reviewing
    "review.DraftScore.comment": Seen(
        PANEL, since("sealed", "sheet__assignment__entry__phase"), owner=SHEET_OWNER
    ),
    "review.DraftScore.value": Seen(PANEL, since("sealed", "sheet__assignment__entry__phase"), owner=SHEET_OWNER),
    "review.ScoreSheet.opinion": Seen(PANEL, since("sealed", "assignment__entry__phase"), owner="assignment__seat__user"),
    "review.ScoreSheet.void_reason": Seen(PANEL, owner="assignment__seat__user"),
    "review.DeclaredInterest.explanation": Seen(OFFICE, owner="declaration__seat__user"),
    "review.Declaration.ruling_reason": Seen(OFFICE, owner="seat__user"),
    "review.Question.text": Seen(PANEL, team=OF_ENTRY),
    "review.Answer.text": Seen(PANEL, team="question__entry__consortium"),
    "review.Disqualification.grounds": Seen(PANEL, team=OF_ENTRY, told=~Q(state="raised")),
    "review.Disqualification.reply": Seen(PANEL, team=OF_ENTRY),
    "review.Verification.reason": Seen(PANEL, team=OF_ENTRY),
    "review.Verification.closing_reason": Seen(PANEL, team=OF_ENTRY),
    "review.VerificationEvidence.text": Seen(PANEL, team="verification__entry__consortium"),
    "review.GateRuling.reason": Seen(PANEL, team=OF_ENTRY, told=since("notified", "entry__phase")),
    "review.OutsideResult.value": Seen(STAFF, since("sealed", "phase") | Q(confirmed_by=None), team=OF_ENTRY, told=since("notified", "phase")),
    "measurements.Report.note": Seen(PANEL, ~Q(entry__phase__state__in=("drafted", "rules_frozen", "receiving")), team=OF_ENTRY),
    "measurements.Reproduction.cause": Seen(PANEL, team="figure__report__entry__consortium"),
    "measurements.Reproduction.conclusion": Seen(PANEL, team="figure__report__entry__consortium"),
    "measurements.ReproductionReply.text": Seen(PANEL, team="reproduction__figure__report__entry__consortium"),
    "review.Minutes.text": Seen(PANEL),
    "review.Minutes.dissent": Seen(PANEL),
    "review.Decision.private_rationale": Seen(STAFF),
    "review.Decision.public_rationale": Seen(STAFF, owner="appeal__panel__seats__user", team=OF_ENTRY, told=Q(notified_at__isnull=False)),
    "review.Appeal.text": Seen(STAFF, owner="panel__seats__user", team="decision__entry__consortium"),
    "review.Appeal.admission_reason": Seen(STAFF, owner="panel__seats__user", team="decision__entry__consortium"),
    "review.Appeal.ruling_reason": Seen(STAFF, owner="panel__seats__user", team="decision__entry__consortium"),
    "review.UnsuitableNaming.person": Seen(OFFICE, team=OF_ENTRY),
    "review.UnsuitableNaming.email": Seen(OFFICE, team=OF_ENTRY),
    "review.UnsuitableNaming.reason": Seen(OFFICE, team=OF_ENTRY),
    "review.UnsuitableNaming.ruling_reason": Seen(OFFICE, team=OF_ENTRY),
    "review.RecusalRequest.reason": Seen(OFFICE, team=OF_ENTRY, owner="seat__user"),
    "review.RecusalRequest.ruling_reason": Seen(OFFICE, team=OF_ENTRY, owner="seat__user"),
    "review.Candidate.email": Seen(OFFICE),
    "review.Candidate.name": Seen(OFFICE),
    "review.PanelInvitation.email": Seen(STAFF, address="email"),
    "review.PanelInvitation.name": Seen(STAFF, address="email"),
    "review.PanelInvitation.reason": Seen(STAFF, address="email"),
    # the blind console
    "console.Round.other_names": Seen(STAFF),
    "console.Endpoint.base_url": Seen(STAFF, team=OF_ENTRY),
    "console.Endpoint.model": Seen(STAFF, team=OF_ENTRY),
    "console.Endpoint.sealed_key": Seen(),
    "console.Endpoint.other_names": Seen(STAFF, team=OF_ENTRY),
    "console.Endpoint.reason": Seen(STAFF, team=OF_ENTRY),
    "console.Question.text": Seen(STAFF, since("sealed", "trial__round__panel__phase"), owner="trial__assignment__seat__user"),
    "console.Answer.shown": Seen(
        STAFF, since("sealed", "question__trial__round__panel__phase"), owner="question__trial__assignment__seat__user"
    ),
    "console.Answer.text": Seen(STAFF, since("sealed", "question__trial__round__panel__phase")),
    # calls
    "calls.Application.plan": Seen(PANEL, Q(call__state__in=CLOSED_CALL), team="consortium"),
    "calls.Application.answer": Seen(PANEL, Q(call__state__in=CLOSED_CALL), team="consortium"),
    "calls.Consent.note": APPLICATION,
    "calls.CallInvitation.answer": Seen(STAFF, team="consortium"),
    "calls.CommitteeInterest.ruling_reason": Seen(STAFF, owner="seat__user"),
    # what teams propose and ask
    "consortia.Proposal.name": Seen(STAFF, team=OF_ENTRY),
    "consortia.Proposal.source": Seen(STAFF, team=OF_ENTRY),
    "consortia.ComponentQuestion.text": Seen(STAFF, team=OF_ENTRY),
    "consortia.AdvanceRuling.reason": Seen(STAFF, team="question__entry__consortium"),
    "consortia.GrantVersion.reason": Seen(STAFF, team="grant__consortium"),
    "consortia.OutageVersion.reason": Seen(STAFF, team="outage__grant__consortium"),
    "consortia.ConsortiumInstitution.invited_email": Seen(STAFF, team="consortium"),
    # custody
    "custody.CallReply.text": Seen(STAFF, team="call__deposit__entry__consortium"),
    "custody.Hold.reason": Seen(STAFF),
    "custody.Hold.lift_reason": Seen(STAFF),
    "custody.Destruction.reason": Seen(STAFF, team=OF_ENTRY, told=Q(state="done")),
    "custody.Destruction.drop_reason": Seen(STAFF),
    # verification sessions
    "dossiers.VerificationSession.purpose": Seen(PANEL, team=OF_ENTRY),
    "dossiers.VerificationSession.cancel_reason": Seen(PANEL, team=OF_ENTRY),
    "dossiers.SessionQuestion.text": Seen(PANEL, team="session__entry__consortium"),
    "dossiers.SessionAnswer.text": Seen(PANEL, team="question__session__entry__consortium"),
    "dossiers.MinutesLine.text": Seen(PANEL, team="session__entry__consortium"),
    # runs that were repeated or set aside: the team and the panel read why
    "submissions.SubmissionRun.reason": Seen(PANEL, team="submission__entry__consortium"),
    "submissions.SubmissionRun.set_aside_reason": Seen(PANEL, team="submission__entry__consortium"),
    "measurements.ServerDecision.reason": Seen(STAFF, team="submission__entry__consortium"),
    # papers of the staff
    "programmes.RuleSetDraft.text": Seen(STAFF),
    "results.Release.reason": Seen(STAFF),
    "letters.Letter.to": Seen(STAFF),
    "letters.Letter.body": Seen(STAFF),
    "letters.Letter.sealed": Seen(),
    "letters.Letter.error": Seen(STAFF),
}  # fmt: skip

OPEN = {
    "results.ReleaseContent.auditor": "JSON of a release: tests/results/test_bundle.py and the two worlds look into it",
    "results.ReleaseContent.public": "the public bundle itself",
    "calls.CallTerms.text_ko": "public with the call",
    "calls.CallTerms.text_en": "public with the call",
    "calls.CallDeadlineChange.reason": "public: changes of dates apply to all",
    "console.Round.instruction": "every evaluator and model gets it",
    "console.Round.guide_ko": "every evaluator reads it",
    "console.Round.guide_en": "every evaluator reads it",
    "consortia.Amendment.reason": "public: tests/consortia/test_amendments.py",
    "consortia.Amendment.ruling_reason": "public with the amendment",
    "consortia.AmendmentReply.text": "public: an amendment lists each team's answer",
    "consortia.AdvanceRuling.published": "public without a name",
    "programmes.DeadlineChange.reason": "public: changes of dates apply to all",
    "programmes.Call.reason": "public with the call",
    "measurements.ReproductionDraw.void_reason": "public: a draw that was given up says why",
    "custody.CheckpointDraw.void_reason": "public: a draw that was given up says why",
    "custody.RetentionRule.reason": "the ground of the period: every team of the phase reads it",
    "review.Draw.void_reason": "public: a draw that was given up says why",
    "accounts.User.email": "people know their own; lists of people are probed by their texts above",
    "accounts.Invitation.email": "behind a token that is mailed",
}


def texts() -> set[str]:
    """app.Model.field of every text that a person may have written or that names one."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("portal.") and model._meta.app_label not in MACHINERY
        for field in model._meta.concrete_fields
        if isinstance(field, TextField | EmailField)
    }


def rows_hidden_from(user: User | None, label: str) -> "QuerySet[Model]":
    rule, rows = HIDDEN[label], _model(label)._default_manager.order_by()
    if user is None:
        return rows
    in_role = bool(user.role_names() & set(rule.roles))
    if in_role and not rule.when:
        return rows.none()
    ways = [rule.when] if in_role else []
    ways += [Q(**{rule.owner: user})] if rule.owner else []
    ways += [Q(**{rule.address: user.email})] if rule.address else []
    ways += [Q(**{f"{rule.team}__memberships__user": user}) & rule.told] if rule.team else []
    return rows.exclude(pk__in={pk for way in ways for pk in rows.filter(way).values_list("pk", flat=True)})


def present() -> list[str]:
    """The labels of which there are rows."""
    return [label for label in HIDDEN if _model(label)._default_manager.exists()]


def hidden_from(user: User | None, labels: Iterable[str]) -> list[str]:
    """Those of the labels of which the person may not read every row: for the others no word could change."""
    return [label for label in labels if rows_hidden_from(user, label).exists()]


def change_hidden(user: User | None, labels: Iterable[str]) -> None:
    """Writes other words into all that is hidden from the person, below every rule and trigger."""
    for label in labels:
        _rewrite(label, rows_hidden_from(user, label))


def change_all(label: str) -> None:
    _rewrite(label, _model(label)._default_manager.order_by())


def _rewrite(label: str, rows: "QuerySet[Model]") -> None:
    field = label.rpartition(".")[2]
    word = Value("0") if field == "value" else Concat(Value("hidden-"), Cast("pk", CharField()), Value("@example.org"))
    rows.update(**{field: word})


def _model(label: str) -> type[Model]:
    return apps.get_model(label.rpartition(".")[0])
