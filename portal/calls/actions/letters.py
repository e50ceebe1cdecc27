"""Letters of a call. A mail says that something is there and links to it; the page shows it to whoever may see it."""

from collections.abc import Iterable

from portal.calls.models import ApplicantNotice, Application, CallInvitation, Consent
from portal.calls.selectors.calls import titles_of
from portal.common.time import kst
from portal.consortia.enums import MemberRole
from portal.consortia.models import Consortium, Membership
from portal.letters.actions import post_letter
from portal.programmes.models import Call


def _managers(consortium: Consortium) -> list[str]:
    rows = Membership.objects.filter(consortium=consortium, role=MemberRole.MANAGER).select_related("user")
    return [row.user.email for row in rows.order_by("pk")]


def _context(call: Call, consortium: Consortium) -> dict[str, object]:
    korean, english = titles_of(call)
    titles = {"title_ko": korean, "title_en": english}
    return {"call": call, "consortium": consortium, "closes": kst(call.closes_at), **titles}


def tell_invited(call: Call, invitations: Iterable[CallInvitation]) -> None:
    for invitation in invitations:
        post_letter(
            _managers(invitation.consortium),
            kind="call_invitation",
            subject_key=f"call-invitation:{invitation.pk}",
            context=_context(call, invitation.consortium),
        )


def ask_for_consents(application: Application, consents: Iterable[Consent]) -> None:
    """Once for each text: a text that has changed asks again."""
    digest = application.content_digest
    for consent in consents:
        contacts = Membership.objects.filter(consortium=application.consortium, institution=consent.institution)
        post_letter(
            [row.user.email for row in contacts.select_related("user").order_by("pk")],
            kind="call_consent",
            subject_key=f"call-consent:{consent.pk}:{digest[:16]}",
            context={
                **_context(application.call, application.consortium),
                "consent": consent,
                "institution": consent.institution,
            },
        )


def tell_applicant(notice: ApplicantNotice) -> None:
    application = notice.application
    members = Membership.objects.filter(consortium=application.consortium).select_related("user").order_by("pk")
    post_letter(
        [row.user.email for row in members],
        kind="call_result",
        subject_key=f"call-notice:{notice.pk}",
        context={**_context(application.call, application.consortium), "notice": notice},
    )
