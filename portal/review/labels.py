"""What a person reads for each value of the closed vocabularies."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from portal.review import enums

Label = Promise

LABELS: dict[type[StrEnum], dict[str, Label]] = {
    enums.PanelKind: {
        "expert": _("Expert panel"),
        "user": _("User panel"),
        "public": _("General public panel"),
        "committee": _("Deliberation committee"),
        "appeal": _("Appeal panel"),
    },
    enums.SeatKind: {"chair": _("Chair"), "regular": _("Member"), "alternate": _("Alternate")},
    enums.DeclarationState: {
        "missing": _p("declaration", "Not declared"),
        "clear": _p("declaration", "No interest"),
        "declared": _p("declaration", "Interest declared"),
        "allowed": _p("declaration", "Allowed"),
        "recused": _p("declaration", "Recused"),
    },
    enums.RecusalGround: {
        "exclusion": _("Exclusion by rule"),
        "challenge": _("Challenge by a party"),
        "withdrawal": _("Own withdrawal"),
    },
    enums.InvitationState: {
        "invited": _p("invitation", "Invited"),
        "accepted": _p("invitation", "Accepted"),
        "declined": _p("invitation", "Declined"),
        "revoked": _p("invitation", "Taken back"),
    },
    enums.RecusalState: {
        "lodged": _p("recusal", "Lodged"),
        "granted": _p("recusal", "Granted"),
        "refused": _p("recusal", "Refused"),
        "taken_back": _p("recusal", "Taken back"),
    },
    enums.NamingState: {
        "named": _p("unsuitable", "Not ruled yet"),
        "upheld": _p("unsuitable", "Not to be seated"),
        "dismissed": _p("unsuitable", "Dismissed"),
    },
    enums.DrawState: {
        "drafted": _p("draw", "Drafted"),
        "committed": _p("draw", "Seed committed, pool open"),
        "closed": _p("draw", "Pool closed"),
        "drawn": _p("draw", "Drawn"),
        "void": _p("draw", "Void"),
    },
    enums.Sex: {"female": _("Women"), "male": _("Men")},
    enums.SheetState: {
        "draft": _p("sheet", "Draft"),
        "signed": _p("sheet", "Signed"),
        "sealed": _p("sheet", "Sealed"),
        "void": _p("sheet", "Void"),
    },
    enums.DisqualificationState: {
        "raised": _p("disqualification", "Raised"),
        "notified": _p("disqualification", "Notified, reply open"),
        "replied": _p("disqualification", "Replied"),
        "lapsed": _p("disqualification", "Reply time over"),
        "upheld": _p("disqualification", "Upheld"),
        "dropped": _p("disqualification", "Dropped"),
        "overturned": _p("disqualification", "Overturned"),
    },
    enums.VerificationState: {
        "open": _p("verification", "Open, the verdict is held"),
        "released": _p("verification", "Released"),
        "concluded": _p("verification", "Concluded by a decision"),
    },
    enums.MissingReport: {
        "failed": _p("originality report", "it failed"),
        "cancelled": _p("originality report", "it was cancelled"),
        "not_requested": _p("originality report", "it was never requested"),
    },
    enums.GateVerdict: {"pass": _p("gate", "Passed"), "fail": _p("gate", "Failed")},
    enums.Outcome: {
        "advance": _("Advance"),
        "cut": _("Cut"),
        "disqualify": _("Disqualify"),
        "vacate_seat": _("Seat left vacant"),
        "select": _("Select"),
        "select_none": _("Select nobody"),
        "re_evaluate": _("Evaluate again"),
        "annul": _("Annul the selection"),
        "stay": _("Stay the effects"),
        "lift_stay": _("Lift the stay"),
    },
    enums.Basis: {
        "rank": _p("basis", "Rank"),
        "gate": _p("basis", "Gate"),
        "vote": _p("basis", "Vote"),
        "appeal": _p("basis", "Ruling on an objection"),
        "finding": _p("basis", "Later finding"),
        "court": _p("basis", "Order of a court"),
    },
    enums.DecisionState: {
        "drafted": _p("decision", "Drafted"),
        "endorsed": _p("decision", "Endorsed"),
        "approved": _p("decision", "Approved"),
        "notified": _p("decision", "Notified"),
        "final": _p("decision", "Final"),
        "stayed": _p("decision", "Stayed"),
        "annulled": _p("decision", "Annulled"),
        "superseded": _p("decision", "Superseded"),
        "discarded": _p("decision", "Discarded"),
    },
    enums.AppealState: {
        "lodged": _p("appeal", "Lodged"),
        "admitted": _p("appeal", "Admitted"),
        "inadmissible": _p("appeal", "Inadmissible"),
        "upheld": _p("appeal", "Upheld"),
        "dismissed": _p("appeal", "Dismissed"),
    },
    enums.AppealGround: {
        "evaluator_error": _("An evaluator's error"),
        "misreading": _("A misreading of the evidence"),
        "administrative_error": _("An administrative error"),
        "other": _("Another good reason"),
    },
    enums.NoticeKind: {
        "result": _p("notice", "Result"),
        "disqualification": _p("notice", "Disqualification procedure"),
        "question": _p("notice", "Written question"),
        "appeal": _p("notice", "Ruling on an objection"),
        "verification": _p("notice", "Additional verification"),
    },
}

PLEDGE_VERSION = "2026-1"
PLEDGE: tuple[Label, ...] = (
    _("I withdraw from the evaluation at once when an interest becomes known to me."),
    _("I judge by the published criteria and by the evidence alone."),
    _("I keep secret whatever I learn through the evaluation, also after it has ended."),
    _("I have no contact about the evaluation with the teams or with anybody who acts for them."),
    _("I accept no gift, meal, favour or promise in connection with the evaluation."),
    _("I do not copy, pass on or keep the material that I am given."),
    _("I do not use the material, nor let any outside service process it, for another purpose."),
    _("I agree that meetings of the panel are recorded."),
    _("I agree that the list of the panel's members is published."),
)


def choices_of(vocabulary: type[StrEnum]) -> list[tuple[str, Label]]:
    return [(member.value, LABELS[vocabulary][member.value]) for member in vocabulary]


def label_of(value: StrEnum) -> Label:
    return LABELS[type(value)][value.value]
