"""Mail of the consortia."""

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from portal.consortia.models import ConsortiumInstitution


def send_institution_invitation(place: ConsortiumInstitution, *, link: str) -> None:
    """The only copy of the token goes out with the link."""
    names = {"institution": place.institution.name, "consortium": place.consortium.name}
    send_mail(
        subject=_("Invitation to the consortium %(consortium)s") % names,
        message=_(
            "%(institution)s is invited to join the consortium %(consortium)s.\n\n"
            "Open this address to answer. It is open for 14 days and works once.\n%(link)s\n"
        )
        % {**names, "link": link},
        from_email=None,
        recipient_list=[place.invited_email],
    )
